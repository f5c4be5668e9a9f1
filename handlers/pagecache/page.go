package pagecache

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/a-h/templ"
	"github.com/klauspost/compress/gzip"

	"folkmoot/models"
	"folkmoot/views/ui"
)

// Version says from what a page was rendered, and between which times nothing on it
// changes by the clock.
type Version struct {
	Consultation models.PageVersion
	From, Until  time.Time
}

// covers reports whether a page of version v is the latest, or later, for a reader who
// found these figures at a time.
func (v Version) covers(now Version) bool {
	is, want := v.Consultation, now.Consultation
	return is.ID == want.ID && is.Version >= want.Version && is.Rev >= want.Rev && is.ChainLength >= want.ChainLength &&
		!now.From.Before(v.From) && now.From.Before(v.Until)
}

// Rendered is a page as the renderer makes it: Content has the default content in every
// slot, and Data is what the handler needs to make the content for one reader.
type Rendered[D any] struct {
	Version Version
	Content templ.Component
	Data    D
}

// Page is a page that is kept, compressed: one gzip member with the default content in
// every slot. The parts are where it is cut to put other content into a slot.
type Page[D any] struct {
	Data    D
	ETag    []byte
	Version Version
	gzip    []byte
	parts   []part
	seen    atomic.Int64 // when it was last known to be the latest, in Unix milliseconds
}

// part is a part of a page: a slot, or HTML that is the same for everybody.
type part struct {
	slot string // "": the same for everybody
	chunk
}

// newPage compresses a rendered page. Segments are looked up and kept by their keys.
func (c *Cache[D]) newPage(ctx context.Context, r Rendered[D]) (*Page[D], error) {
	segments := map[string]*chunk{} // those known before rendering may be evicted meanwhile
	known := func(key string) bool {
		s, ok := c.segments.GetIfPresent(key)
		if ok {
			segments[key] = s
		}
		return ok
	}
	var b bytes.Buffer
	if err := r.Content.Render(ui.WithMarkers(ctx, known), &b); err != nil {
		return nil, err
	}
	fragments, ok := ui.Split(b.Bytes())
	if !ok {
		return nil, fmt.Errorf("the markers on a page do not pair up")
	}
	p := &Page[D]{Data: r.Data, Version: r.Version}
	for _, f := range fragments {
		s, ok := segments[f.Key]
		if !ok || f.Key == "" {
			var err error
			if s, err = newChunk(f.HTML); err != nil {
				return nil, err
			}
		}
		if !ok && f.Key != "" {
			c.segments.Set(f.Key, s)
		}
		p.add(f.Slot, s)
	}
	p.join()
	return p, nil
}

// add adds a chunk. Common ones that follow each other become one part.
func (p *Page[D]) add(slot string, c *chunk) {
	last := len(p.parts) - 1
	if slot != "" || last < 0 || p.parts[last].slot != "" {
		p.parts = append(p.parts, part{slot, *c})
		return
	}
	is := &p.parts[last].chunk
	*is = chunk{
		is.size + c.size, crcTimes(c.shift, is.crc) ^ c.crc, crcTimes(c.shift, is.shift),
		append(is.deflated[:len(is.deflated):len(is.deflated)], c.deflated...),
	}
}

// join makes the gzip member, in which the parts then lie.
func (p *Page[D]) join() {
	body := newBody()
	defer body.Close()
	g := newGzipWriter(body)
	for i := range p.parts {
		g.out.append(p.parts[i].deflated)
		g.sum(p.parts[i].size, p.parts[i].crc, p.parts[i].shift)
	}
	g.close()
	p.gzip = bytes.Clone(body.own)
	at := len(gzipHeader)
	for i := range p.parts {
		end := at + len(p.parts[i].deflated)
		p.parts[i].deflated = p.gzip[at:end:end]
		at = end
	}
	p.ETag = fmt.Appendf(nil, `W/"%x"`, binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, g.crc), g.size))
}

// weight is about what the page takes in memory, in bytes.
func (p *Page[D]) weight() uint32 { return uint32(len(p.gzip) + 128*len(p.parts) + 2048) }

// Gzip returns the page with the default content in every slot, as one gzip member that
// must not be modified.
func (p *Page[D]) Gzip() []byte { return p.gzip }

// Seen returns when the page was last known to be the latest.
func (p *Page[D]) Seen() time.Time { return time.UnixMilli(p.seen.Load()) }

// saw notes that the page is the latest, to a tenth of a second: all processors share it.
func (p *Page[D]) saw(now time.Time) {
	if at := now.UnixMilli(); at >= p.seen.Load()+100 {
		p.seen.Store(at)
	}
}

// With returns the page, as one gzip member, with other contents in some of its slots. A
// content that is a ui.Segment or a ui.LazySegment is kept compressed.
func (c *Cache[D]) With(ctx context.Context, p *Page[D], contents map[string]templ.Component) (*Body, error) {
	body := newBody()
	g := newGzipWriter(body)
	from, at := len(gzipHeader), len(gzipHeader) // what lies between is sent as it is
	for i := range p.parts {
		part := &p.parts[i]
		end := at + len(part.deflated)
		if content, other := contents[part.slot]; other && part.slot != "" {
			body.appendShared(p.gzip[from:at])
			if err := c.put(ctx, g, content); err != nil {
				return nil, err
			}
			from = end
		} else {
			g.sum(part.size, part.crc, part.shift)
		}
		at = end
	}
	body.appendShared(p.gzip[from:at])
	g.close()
	return body, nil
}

// put writes the content of a slot.
func (c *Cache[D]) put(ctx context.Context, g *gzipWriter, content templ.Component) error {
	var s *chunk
	var err error
	switch content := content.(type) {
	case ui.Segment:
		s, err = c.segment(ctx, content)
	case ui.LazySegment:
		s, err = c.lazySegment(ctx, content)
	default:
		var b bytes.Buffer
		if err := content.Render(ctx, &b); err != nil {
			return err
		}
		g.plain(b.Bytes())
		return nil
	}
	if err == nil {
		g.chunk(s)
	}
	return err
}

// segment returns a segment, rendered unless it is kept.
func (c *Cache[D]) segment(ctx context.Context, s ui.Segment) (*chunk, error) {
	key := s.Key()
	if is, ok := c.segments.GetIfPresent(key); ok {
		return is, nil
	}
	var b bytes.Buffer
	if err := s.Content.Render(ctx, &b); err != nil {
		return nil, err
	}
	is, err := newChunk(b.Bytes())
	if err == nil {
		c.segments.Set(key, is)
	}
	return is, err
}

func (c *Cache[D]) lazySegment(ctx context.Context, s ui.LazySegment) (*chunk, error) {
	if is, ok := c.segments.GetIfPresent(s.Key); ok {
		return is, nil
	}
	loaded, err := s.Load(ctx)
	if err != nil {
		return nil, err
	}
	return c.segment(ctx, loaded)
}

// Unzip returns the HTML of a gzip member that Gzip or With returned.
func Unzip(member io.Reader) ([]byte, error) {
	r, err := gzip.NewReader(member)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}
