// Package pagecache keeps the rendered pages of public consultations. It knows neither
// the web framework nor a request: a page is rendered from its Key and the store alone.
package pagecache

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
	"golang.org/x/sync/singleflight"
)

// There are two caches, and their keys, what makes an entry stale and what bounds them are:
//
// pages: by Key, the latest page that was rendered for it. It is stale once a reader finds
// a version of the consultation that it does not cover (Version): after a write that shows,
// or when the clock reaches Version.Until. A new page takes the place of the old one, which
// is still sent, with a note, while the store does not answer. Bounded by pageMemory.
//
// segments: compressed parts that many pages or readers share, such as thirty replies, by
// a key made of everything that their content depends on. They are never stale, and bounded
// by segmentMemory.
const (
	pageMemory    = 32 << 20 // bytes, compressed
	segmentMemory = 16 << 20
)

// renderTimeout is how long rendering a page may take, whoever waits for it.
const renderTimeout = 15 * time.Second

// Renderer renders the page of a key for an anonymous reader. Its context is the cache's
// own, not that of a request.
type Renderer[D any] func(context.Context, Key) (Rendered[D], error)

// Cache keeps pages whose readers need D to put their own content into the slots.
type Cache[D any] struct {
	render   Renderer[D]
	pages    *otter.Cache[Key, *Page[D]]
	segments *otter.Cache[string, *chunk]
	flight   singleflight.Group
	renders  atomic.Int64
}

// New returns an empty cache of the pages that render makes.
func New[D any](render Renderer[D]) *Cache[D] {
	return &Cache[D]{
		render: render,
		pages: otter.Must(&otter.Options[Key, *Page[D]]{
			MaximumWeight: pageMemory,
			Weigher:       func(_ Key, p *Page[D]) uint32 { return p.weight() },
		}),
		segments: otter.Must(&otter.Options[string, *chunk]{
			MaximumWeight: segmentMemory,
			Weigher:       func(key string, s *chunk) uint32 { return uint32(len(key) + cap(s.deflated) + 128) },
		}),
	}
}

// Renders returns how many pages have been rendered.
func (c *Cache[D]) Renders() int64 { return c.renders.Load() }

// Get returns the page of a key for a reader who found version now of what it shows, with
// the time in From. It is rendered unless it is there: once, however many ask for it. It
// returns the error of ctx to a caller whose time ends before that.
func (c *Cache[D]) Get(ctx context.Context, key Key, now Version) (*Page[D], error) {
	if p, ok := c.Latest(key, now); ok {
		return p, nil
	}
	rendered := c.flight.DoChan(fmt.Sprint(key, now.Consultation), func() (any, error) {
		if p, ok := c.Latest(key, now); ok { // rendered since we looked
			return p, nil
		}
		return c.renderNow(key, now.From)
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-rendered:
		if r.Err != nil {
			return nil, r.Err
		}
		return r.Val.(*Page[D]), nil
	}
}

// Latest returns the kept page of a key if it covers version now, with the time in From.
func (c *Cache[D]) Latest(key Key, now Version) (*Page[D], bool) {
	p, ok := c.pages.GetIfPresent(key)
	if !ok || !p.Version.covers(now) {
		return nil, false
	}
	p.saw(now.From)
	return p, true
}

// Last returns the page of a key that was rendered last, which may be stale.
func (c *Cache[D]) Last(key Key) (*Page[D], bool) { return c.pages.GetIfPresent(key) }

// renderNow renders and keeps a page. It runs on a goroutine of its own, where a panic
// would end the program: it is an error of this page.
func (c *Cache[D]) renderNow(key Key, now time.Time) (p *Page[D], err error) {
	defer func() {
		if v := recover(); v != nil {
			p, err = nil, fmt.Errorf("rendering %s: panic: %v\n%s", key.Path(), v, debug.Stack())
		}
	}()
	c.renders.Add(1)
	ctx, cancel := context.WithTimeout(context.Background(), renderTimeout)
	defer cancel()
	r, err := c.render(ctx, key)
	if err != nil {
		return nil, err
	}
	p, err = c.newPage(ctx, r)
	if err != nil {
		return nil, err
	}
	p.saw(now)
	c.pages.Set(key, p)
	return p, nil
}
