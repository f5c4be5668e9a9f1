package ui

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// A page that many readers share has slots, whose content differs from reader to reader,
// and segments, which many pages share. Rendered with WithMarkers, a page has markers
// around both, and Split takes it apart there.

type markersKey struct{}

// WithMarkers returns a context in which slots and segments are rendered with markers
// around them, for Split. The slots hold their default content, that of an anonymous
// reader. A segment for whose key cached reports true is left empty.
func WithMarkers(ctx context.Context, cached func(key string) bool) context.Context {
	return context.WithValue(ctx, markersKey{}, cached)
}

// marker can occur in no text on a page: control characters are stripped from bodies and
// refused in names. Nor can keyMark, between the name of a slot and the key of a segment.
const (
	marker  = "\x00"
	keyMark = "\x01"
)

// Slot renders the named place whose content differs from reader to reader, with the
// given content. Default content that is a Segment is rendered once for many pages.
func Slot(name string, content templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		segment, ok := content.(Segment)
		switch {
		case ctx.Value(markersKey{}) == nil:
			return content.Render(ctx, w)
		case ok:
			return segment.renderMarked(ctx, w, name)
		}
		return renderMarked(ctx, w, name, content)
	})
}

// Segment is a part of a page that many pages share. Key returns a key made of everything
// that the content depends on, so that the rendered content can be cached under it. It
// holds neither of the characters 0 and 1.
type Segment struct {
	Key     func() string
	Content templ.Component
}

// Render implements templ.Component.
func (s Segment) Render(ctx context.Context, w io.Writer) error {
	if ctx.Value(markersKey{}) == nil {
		return s.Content.Render(ctx, w)
	}
	return s.renderMarked(ctx, w, "")
}

func (s Segment) renderMarked(ctx context.Context, w io.Writer, slot string) error {
	content, key := s.Content, s.Key()
	if cached, ok := ctx.Value(markersKey{}).(func(string) bool); ok && cached(key) {
		content = templ.NopComponent
	}
	return renderMarked(ctx, w, slot+keyMark+key, content)
}

// LazySegment is a segment whose content has to be read first, unless it is cached under
// Key. Load returns it under the key of what was read.
type LazySegment struct {
	Key  string
	Load func(context.Context) (Segment, error)
}

// Render implements templ.Component.
func (s LazySegment) Render(ctx context.Context, w io.Writer) error {
	segment, err := s.Load(ctx)
	if err != nil {
		return err
	}
	return segment.Render(ctx, w)
}

func renderMarked(ctx context.Context, w io.Writer, name string, content templ.Component) error {
	if _, err := io.WriteString(w, marker+name+marker); err != nil {
		return err
	}
	if err := content.Render(ctx, w); err != nil {
		return err
	}
	_, err := io.WriteString(w, marker)
	return err
}

// Fragment is one part of a split page: a slot with its default content if Slot is set, a
// segment if Key is set, both if the default content is a segment, and otherwise HTML that
// is the same for everybody.
type Fragment struct {
	Slot string
	Key  string
	HTML []byte // empty for a segment that was reported as cached
}

// Split splits a page that was rendered with markers. ok is false if the markers do not
// pair up.
func Split(page []byte) (fragments []Fragment, ok bool) {
	parts := bytes.Split(page, []byte(marker))
	if len(parts)%3 != 1 { // common HTML, then name, content, common HTML, …
		return nil, false
	}
	for i, part := range parts {
		switch {
		case i%3 == 2:
			slot, key, _ := strings.Cut(string(parts[i-1]), keyMark)
			fragments = append(fragments, Fragment{Slot: slot, Key: key, HTML: part})
		case i%3 == 0 && len(part) > 0:
			fragments = append(fragments, Fragment{HTML: part})
		}
	}
	return fragments, true
}
