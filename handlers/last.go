package handlers

import (
	"bytes"
	"context"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/maypok86/otter/v2"

	"folkmoot/models"
	"folkmoot/views/ui"
)

// lastMemory bounds the pages that were given last, in bytes. Most are kept by their
// key too, and then take no more room.
const lastMemory = 16 << 20

// lastPage is the page that was given last at an address, and for how long it is the
// latest: while the consultation's mark is the same, until the time when it changes by
// itself.
type lastPage struct {
	*page
	slug, zone  string
	mark        models.PageVersion
	from, until time.Time
	seen        atomic.Int64  // when it was the latest, in Unix milliseconds
	stamp       atomic.Uint64 // of the store, while it was the latest
}

func newLast() *otter.Cache[string, *lastPage] {
	return otter.Must(&otter.Options[string, *lastPage]{
		MaximumWeight: lastMemory,
		Weigher:       func(_ string, p *lastPage) uint32 { return p.weight },
	})
}

// carried are the words of a query that choose which part of a consultation a page
// shows. A list that goes on keeps the others.
var carried = []string{"after", "ideas", "ideas_after", "limit", "sort"}

// address is that of a page with what chooses its part, in one order.
func address(c *fiber.Ctx) string {
	if len(c.Request().URI().QueryString()) == 0 {
		return c.Path()
	}
	q := url.Values{}
	for _, k := range carried {
		if v := c.Query(k); v != "" {
			q.Set(k, v)
		}
	}
	if len(q) == 0 {
		return c.Path()
	}
	return c.Path() + "?" + q.Encode()
}

// gave notes which page was given at an address. Strangers have one language.
func (s *Server) gave(c *fiber.Ctx, con models.Consultation, now time.Time, p *page) {
	if visitOf(c).Language != stranger().Language {
		return
	}
	at, mark := address(c), con.PageVersion()
	if l, ok := s.pages.last.GetIfPresent(at); ok && l.page == p && l.mark == mark && now.Before(l.until) && !now.Before(l.from) {
		l.seen.Store(now.UnixMilli())
		return
	}
	l := &lastPage{page: p, slug: con.Slug, zone: con.TimeZone, mark: mark, from: now, until: nextTurn(con, now)}
	l.seen.Store(now.UnixMilli())
	s.pages.last.Set(at, l)
}

// sendLast answers with the page that was given last at this address while the store
// cannot say whether it is the latest, and says so on it. It is a stranger's page,
// whoever asks. False if there is none.
func (s *Server) sendLast(c *fiber.Ctx) (bool, error) {
	if c.Method() != fiber.MethodGet || wantsJSON(c) || s.pages.off {
		return false, nil
	}
	last, ok := s.pages.last.GetIfPresent(address(c))
	if !ok {
		return false, nil
	}
	seen, l := time.UnixMilli(last.seen.Load()), localizer(c)
	sentence := l.T("stale.note", "date", l.DateTime(seen, last.zone))
	if len(ourCookies(c)) > 0 {
		sentence += " " + l.T("stale.own")
	}
	var note, member bytes.Buffer
	notice := ui.NoticeSlot(ui.LayoutData{L: l, Notice: &ui.Notice{Kind: "problem", Text: sentence}})
	if err := notice.Render(context.Background(), &note); err != nil {
		return false, err
	}
	last.packed.Load().noted(&member, note.Bytes())
	s.setHeaders(&c.Response().Header)
	private(c)
	c.Vary(fiber.HeaderCookie)
	c.Set(fiber.HeaderAge, strconv.Itoa(max(0, int(s.svc.Now().Sub(seen).Seconds()))))
	return true, sendGzip(c, member.Bytes())
}
