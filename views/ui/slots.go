package ui

import (
	"bytes"
	"context"
	"io"

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
// refused in names.
const marker = "\x00"

// The prefixes that tell, after a marker, a segment's key and the name of a slot whose
// default content is a segment from the name of any other slot.
const (
	segmentPrefix       = "\x01"
	sharedDefaultPrefix = "\x02"
)

// Slot renders the named place whose content differs from reader to reader, with the
// given content. Default content that is a Segment is what many readers have.
func Slot(name string, content templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if ctx.Value(markersKey{}) == nil {
			return content.Render(ctx, w)
		}
		if segment, ok := content.(Segment); ok {
			return renderMarked(ctx, w, sharedDefaultPrefix+name, segment.Content)
		}
		return renderMarked(ctx, w, name, content)
	})
}

// Segment is a part of a page that many pages share. Key returns a key made of everything
// that the content depends on, so that the rendered content can be cached under it.
type Segment struct {
	Key     func() string
	Content templ.Component
}

// Render implements templ.Component.
func (s Segment) Render(ctx context.Context, w io.Writer) error {
	cached, marked := ctx.Value(markersKey{}).(func(string) bool)
	if !marked {
		return s.Content.Render(ctx, w)
	}
	content, key := s.Content, s.Key()
	if cached(key) {
		content = templ.NopComponent
	}
	return renderMarked(ctx, w, segmentPrefix+key, content)
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
// segment if Key is set, and otherwise HTML that is the same for everybody.
type Fragment struct {
	Slot          string
	SharedDefault bool // many readers have the default content
	Key           string
	HTML          []byte // empty for a segment that was reported as cached
}

// Split splits a page that was rendered with markers. ok is false if the markers do not
// pair up.
func Split(page []byte) (fragments []Fragment, ok bool) {
	parts := bytes.Split(page, []byte(marker))
	if len(parts)%3 != 1 { // common HTML, then name, content, common HTML, …
		return nil, false
	}
	for i, part := range parts {
		switch i % 3 {
		case 0:
			fragments = append(fragments, Fragment{HTML: part})
		case 2:
			fragments = append(fragments, markedFragment(parts[i-1], part))
		}
	}
	return fragments, true
}

func markedFragment(name, html []byte) Fragment {
	if key, segment := bytes.CutPrefix(name, []byte(segmentPrefix)); segment {
		return Fragment{Key: string(key), HTML: html}
	}
	name, shared := bytes.CutPrefix(name, []byte(sharedDefaultPrefix))
	return Fragment{Slot: string(name), SharedDefault: shared, HTML: html}
}
