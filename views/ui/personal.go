package ui

import (
	"bytes"
	"context"
	"io"

	"github.com/a-h/templ"
)

type markedKey struct{}

// Marked asks for a page on which the places that differ from reader to reader are
// marked, so that Cut can take it apart. The page itself is the stranger's.
func Marked(ctx context.Context) context.Context {
	return context.WithValue(ctx, markedKey{}, true)
}

// mark is what no text on a page can hold: control characters are taken out of
// texts and refused in names.
const mark = "\x00"

// Personal is a place that differs from reader to reader, by name. It holds part,
// between marks where the page is to be cut.
func Personal(name string, part templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if ctx.Value(markedKey{}) == nil {
			return part.Render(ctx, w)
		}
		if _, err := io.WriteString(w, mark+name+mark); err != nil {
			return err
		}
		if err := part.Render(ctx, w); err != nil {
			return err
		}
		_, err := io.WriteString(w, mark)
		return err
	})
}

// Piece is a part of a page that was cut: the same for everybody where Name is "",
// else the stranger's version of that personal place.
type Piece struct {
	Name string
	HTML []byte
}

// Cut takes a marked page apart. ok is false if the marks do not pair up.
func Cut(page []byte) (pieces []Piece, ok bool) {
	parts := bytes.Split(page, []byte(mark))
	if len(parts)%3 != 1 { // public, then name, personal, public …
		return nil, false
	}
	for i, part := range parts {
		switch i % 3 {
		case 0:
			pieces = append(pieces, Piece{"", part})
		case 2:
			pieces = append(pieces, Piece{string(parts[i-1]), part})
		}
	}
	return pieces, true
}
