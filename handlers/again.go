package handlers

import (
	"bytes"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"folkmoot/models"
)

// markDeadline is how long it may take to find out whether a page is still the latest.
const markDeadline = 2 * time.Second

// seenStep is how exactly it is known when a page was last the latest, in milliseconds.
const seenStep = 100

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
	stamp, exact := s.svc.CommitCounter() // before the mark is asked for
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
	mark, err := s.svc.PageVersion(ctx, last.slug)
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
