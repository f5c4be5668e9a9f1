package handlers

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"
	"github.com/maypok86/otter/v2"

	"folkmoot/models"
	"folkmoot/views"
	"folkmoot/views/ui"
)

// What is kept is bounded, in bytes: pages, the runs that many pages have in common, and
// pages of one reader each.
const (
	pageMemory = 24 << 20
	runMemory  = 8 << 20
	ownMemory  = 8 << 20
)

// pages keeps public pages by all that they depend on. One visitor makes a page;
// those who ask for it meanwhile wait for that one.
type pages struct {
	kept     *otter.Cache[string, *page]
	last     *otter.Cache[string, *lastPage]
	own      *otter.Cache[string, *ownPage]
	runs     *otter.Cache[string, *chunk] // by ui.Segment's key
	improver chan struct{}                // one page at a time is compressed better
	renders  atomic.Int64
	off      bool // a test compares with pages that are not kept
}

func newPages() *pages {
	return &pages{
		kept: otter.Must(&otter.Options[string, *page]{
			MaximumWeight: pageMemory,
			Weigher:       func(_ string, p *page) uint32 { return p.weight },
		}),
		runs: otter.Must(&otter.Options[string, *chunk]{
			MaximumWeight: runMemory,
			Weigher:       func(key string, c *chunk) uint32 { return uint32(len(key) + cap(c.deflated) + 128) },
		}),
		last:     newLast(),
		own:      newOwn(),
		improver: make(chan struct{}, 1),
	}
}

// pageKey is everything that a page with texts depends on: what a write raises, and
// what the clock moves. ok is false for a page that is not kept: a reader of texts that
// nobody else sees gets a page of their own.
func (s *Server) pageKey(c *fiber.Ctx, sub ui.Subject) (key string, ok bool, err error) {
	if key, ok = s.sharedKey(c, sub); !ok || c.Query("reply_to") != "" {
		return "", false, nil
	}
	if actor := actorOf(c); !actor.Author().Nobody() {
		only, err := s.svc.OnlyPublic(c.UserContext(), actor, sub.C.ID)
		if err != nil || !only {
			return "", false, err
		}
	}
	return key, true, nil
}

// sharedKey is pageKey for a page on which no texts of one's own can stand.
func (s *Server) sharedKey(c *fiber.Ctx, sub ui.Subject) (key string, ok bool) {
	if s.pages.off || c.Method() != fiber.MethodGet || sub.State == models.StateDraft {
		return "", false
	}
	m := sub.C.PageVersion()
	return strings.Join([]string{
		address(c), visitOf(c).Language, m.ID, strconv.FormatInt(m.Version, 36), strconv.FormatInt(m.Rev, 36),
		strconv.FormatInt(m.ChainLength, 36), turn(sub.C, sub.Clock.Now),
	}, "\n"), true
}

// turn tells apart the times between which a page changes without a write.
func turn(c models.Consultation, now time.Time) string {
	return fmt.Sprint(c.StateAt(now), c.Coming(now), c.Accepts(models.ActSuggest, now) == nil, c.TalliesShown(now),
		now.UTC().Format(" 2006010215 "), models.In(now, c.TimeZone).Format(time.DateOnly))
}

// nextTurn gives the first time after now at which turn may be another.
func nextTurn(c models.Consultation, now time.Time) time.Time {
	local := models.In(now, c.TimeZone)
	next := now.Truncate(time.Hour).Add(time.Hour)
	midnight := time.Date(local.Year(), local.Month(), local.Day()+1, 0, 0, 0, 0, local.Location())
	for _, t := range []time.Time{midnight, c.OpensAt, c.SuggestionsCloseAt, c.ClosesAt} {
		if t.After(now) && t.Before(next) {
			next = t
		}
	}
	return next
}

// made is a page as a handler made it.
type made struct {
	view templ.Component
	rows []views.IdeaRow
}

// keep gives the page of key, made by build for a stranger if it is not there yet.
func (s *Server) keep(c *fiber.Ctx, key string, build func() (made, error)) (*page, error) {
	return s.pages.kept.Get(c.UserContext(), key, otter.LoaderFunc[string, *page](func(ctx context.Context, _ string) (p *page, err error) {
		err = as(c, stranger(), func() error {
			m, err := build()
			if err != nil {
				return err
			}
			p, err = s.pages.make(ctx, m)
			return err
		})
		return p, err
	}))
}

// send answers with a kept page: as it is for a stranger, with their own parts for
// anybody else.
func (s *Server) send(c *fiber.Ctx, p *page, parts func() (map[string]templ.Component, error)) error {
	c.Vary(fiber.HeaderCookie)
	if len(visitOf(c).cookies) > 0 {
		own, err := parts()
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderCacheControl, "no-store")
		return s.sendOwn(c, p, own)
	}
	if acceptsGzip(c) {
		s.sendWhole(c.Context(), p, c.Request().Header.Peek(fiber.HeaderIfNoneMatch))
		return nil
	}
	c.Set(fiber.HeaderCacheControl, "no-cache")
	c.Set(fiber.HeaderETag, string(p.etag))
	return sendGzip(c, p.packed.Load().whole)
}

// sendOwn sends a page with its reader's parts.
func (s *Server) sendOwn(c *fiber.Ctx, p *page, own map[string]templ.Component) error {
	if acceptsGzip(c) {
		body := newStretches()
		if err := s.pages.personalised(c.UserContext(), newGzipJoin(body), p.packed.Load(), own); err != nil {
			return err
		}
		gzipped(c)
		c.Response().SetBodyStream(body, body.size)
		return nil
	}
	var b bytes.Buffer
	if err := s.pages.personalised(c.UserContext(), newGzipJoin(&b), p.packed.Load(), own); err != nil {
		return err
	}
	return sendGzip(c, b.Bytes())
}

// sendGzip sends a page that is one gzip member, unpacked for who cannot read that.
func sendGzip(c *fiber.Ctx, member []byte) error {
	if acceptsGzip(c) {
		gzipped(c)
		c.Response().SetBodyRaw(member)
		return nil
	}
	c.Vary(fiber.HeaderAcceptEncoding)
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	r, err := gzip.NewReader(bytes.NewReader(member))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		return err
	}
	return c.Send(b.Bytes())
}

// gzipped says that a page is compressed.
func gzipped(c *fiber.Ctx) {
	c.Vary(fiber.HeaderAcceptEncoding)
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderContentEncoding, "gzip")
}
