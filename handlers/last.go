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
	"github.com/valyala/fasthttp"

	"folkmoot/models"
	"folkmoot/views/ui"
)

// lastMemory bounds the pages that were given last, in bytes. Most are kept by their
// key too, and then take no more room.
const lastMemory = 16 << 20

// markDeadline is how long it may take to find out whether a page is still the latest.
const markDeadline = 2 * time.Second

// seenStep is how exactly it is known when a page was last the latest, in milliseconds.
const seenStep = 100

// lastPage is the page that was given last at an address, and for how long it is the
// latest: while the consultation's mark is the same, until the time when it changes by
// itself.
type lastPage struct {
	*page
	slug, zone  string
	mark        models.ConsultationMark
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
	at, mark := address(c), con.Mark()
	if l, ok := s.pages.last.GetIfPresent(at); ok && l.page == p && l.mark == mark && now.Before(l.until) && !now.Before(l.from) {
		l.seen.Store(now.UnixMilli())
		return
	}
	l := &lastPage{page: p, slug: con.Slug, zone: con.TimeZone, mark: mark, from: now, until: nextTurn(con, now)}
	l.seen.Store(now.UnixMilli())
	s.pages.last.Set(at, l)
}

// again answers a stranger who asks for a page that was given before and is still the
// latest, before anything else is found out about the request. What it answers is what
// the long way would. CodeUnavailable if nobody can tell whether it is the latest.
func (s *Server) again(ctx *fasthttp.RequestCtx) (done bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicError{value: p, stack: stack()}
		}
	}()
	w := wishOf(&ctx.Request.Header)
	if !w.whole || s.pages.off {
		return false, nil
	}
	last, ok := s.pages.last.GetIfPresent(string(ctx.RequestURI()))
	if !ok {
		return false, nil
	}
	if latest, err := s.latest(last, ctx.Time()); err != nil || !latest {
		return false, err
	}
	s.sendWhole(ctx, last.page, w.has)
	return true, nil
}

// latest tells whether a page is what the long way would give now, for a request that
// came at asked. CodeUnavailable.
func (s *Server) latest(last *lastPage, asked time.Time) (bool, error) {
	now := s.svc.Now()
	if now.Before(last.from) || !now.Before(last.until) {
		return false, nil
	}
	stamp, exact := s.svc.Stamp() // before the mark is asked for
	if !exact || stamp != last.stamp.Load() {
		if same, err := s.sameMark(last, asked); err != nil || !same {
			return false, err
		}
		last.stamp.Store(stamp)
	}
	if at := now.UnixMilli(); at >= last.seen.Load()+seenStep { // all processors share it
		last.seen.Store(at)
	}
	return true, nil
}

// sameMark tells whether a page's consultation is as it was. CodeUnavailable.
func (s *Server) sameMark(last *lastPage, asked time.Time) (bool, error) {
	ctx := newDeadline(asked.Add(markDeadline))
	defer ctx.stop()
	mark, err := s.svc.Mark(ctx, last.slug)
	if e := s.known(err); e != nil && e.Code == models.CodeUnavailable {
		return false, err
	}
	return err == nil && mark == last.mark, nil
}

// wish is what a request says of the page that it asks for.
type wish struct {
	whole bool   // it is a stranger's, and takes the page as it is kept
	has   []byte // the tags of what they have
}

// wishOf goes through the fields once.
func wishOf(h *fasthttp.RequestHeader) (w wish) {
	if !h.IsGet() {
		return w
	}
	for key, value := range h.All() {
		switch string(key) {
		case fiber.HeaderCookie:
			return wish{}
		case fiber.HeaderAcceptEncoding:
			w.whole = takesGzip(value)
		case fiber.HeaderIfNoneMatch:
			w.has = value
		}
	}
	return w
}

// takesGzip tells whether an Accept-Encoding names gzip and weighs nothing; what is
// more particular goes the long way.
func takesGzip(accepts []byte) bool {
	return bytes.Contains(accepts, []byte("gzip")) && bytes.IndexByte(accepts, ';') < 0
}

// What every answer with a whole page carries, as fasthttp sets it fastest.
var (
	headerVary, byCookie        = []byte(fiber.HeaderVary), []byte("Cookie, Accept-Encoding")
	headerCacheControl, noCache = []byte(fiber.HeaderCacheControl), []byte("no-cache")
	headerETag                  = []byte(fiber.HeaderETag)
)

// sendWhole answers a stranger with a page, or says that they have it.
func (s *Server) sendWhole(ctx *fasthttp.RequestCtx, p *page, has []byte) {
	h := &ctx.Response.Header
	h.SetCanonical(headerVary, byCookie)
	h.SetCanonical(headerCacheControl, noCache)
	h.SetCanonical(headerETag, p.etag)
	if bytes.Contains(has, p.etag) {
		ctx.SetStatusCode(fiber.StatusNotModified) // the browser has the other headers with the page
		return
	}
	s.setHeaders(h)
	h.SetContentType(fiber.MIMETextHTMLCharsetUTF8)
	h.Set(fiber.HeaderContentEncoding, "gzip")
	ctx.Response.SetBodyRaw(p.packed.Load().whole)
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
	notice := ui.NoticePart(ui.Frame{L: l, Notice: &ui.Notice{Kind: "problem", Text: sentence}})
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
