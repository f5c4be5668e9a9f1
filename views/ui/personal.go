package ui

import (
	"bytes"
	"context"
	"io"

	"github.com/a-h/templ"
)

type markedKey struct{}

// Marked asks for a page on which the places that differ from reader to reader are
// marked, so that Cut can take it apart. The page itself is the stranger's. Runs that
// are known by their key are marked and left out.
func Marked(ctx context.Context, known func(key string) bool) context.Context {
	return context.WithValue(ctx, markedKey{}, known)
}

// mark is what no text on a page can hold: control characters are taken out of
// texts and refused in names.
const mark = "\x00"

// Personal is a place that differs from reader to reader, by name. It holds part,
// between marks where the page is to be cut. Where part is a Run, many readers have
// the stranger's.
func Personal(name string, part templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if ctx.Value(markedKey{}) == nil {
			return part.Render(ctx, w)
		}
		if run, ok := part.(Run); ok {
			return between(ctx, w, oftenMark+name, run.Part)
		}
		return between(ctx, w, name, part)
	})
}

// Run is a part that many pages have in common. Key names it by everything that it is
// made of, so that it need not be made again.
type Run struct {
	Key  func() string
	Part templ.Component
}

// What begins the name of a run among the marks, and of a place that is often the
// stranger's.
const (
	runMark   = "\x01"
	oftenMark = "\x02"
)

// Render implements templ.Component.
func (r Run) Render(ctx context.Context, w io.Writer) error {
	known, marked := ctx.Value(markedKey{}).(func(string) bool)
	if !marked {
		return r.Part.Render(ctx, w)
	}
	part, key := r.Part, r.Key()
	if known(key) {
		part = templ.NopComponent
	}
	return between(ctx, w, runMark+key, part)
}

func between(ctx context.Context, w io.Writer, name string, part templ.Component) error {
	if _, err := io.WriteString(w, mark+name+mark); err != nil {
		return err
	}
	if err := part.Render(ctx, w); err != nil {
		return err
	}
	_, err := io.WriteString(w, mark)
	return err
}

// Piece is a part of a page that was cut: a personal place with the stranger's version
// of it where it has a Name, a run where it has a Key, else the same for everybody.
type Piece struct {
	Name  string
	Often bool // many readers have the stranger's version
	Key   string
	HTML  []byte // of a run that is known: nothing
}

// Cut takes a marked page apart. ok is false if the marks do not pair up.
func Cut(page []byte) (pieces []Piece, ok bool) {
	parts := bytes.Split(page, []byte(mark))
	if len(parts)%3 != 1 { // public, then name, part, public …
		return nil, false
	}
	for i, part := range parts {
		switch i % 3 {
		case 0:
			pieces = append(pieces, Piece{HTML: part})
		case 2:
			pieces = append(pieces, named(parts[i-1], part))
		}
	}
	return pieces, true
}

func named(name, html []byte) Piece {
	if key, run := bytes.CutPrefix(name, []byte(runMark)); run {
		return Piece{Key: string(key), HTML: html}
	}
	name, often := bytes.CutPrefix(name, []byte(oftenMark))
	return Piece{Name: string(name), Often: often, HTML: html}
}
