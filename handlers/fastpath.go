package handlers

import (
	"bytes"
	"context"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"folkmoot/handlers/pagecache"
	"folkmoot/views/i18n"
)

// fastpathTimeout is how long it may take to find out whether a page is the latest.
const fastpathTimeout = 3 * time.Second

// serveCached answers an anonymous GET from the page cache, before Fiber, if the cached
// page is still the latest. What it answers is what the handler of the page would. It
// reports whether it did; everything else, a failure too, is left to the handlers.
func (s *Server) serveCached(ctx *fasthttp.RequestCtx) (done bool) {
	defer func() {
		if recover() != nil { // the handler will say so
			done = false
		}
	}()
	ifNoneMatch, ok := anonymousGet(&ctx.Request.Header)
	if !ok {
		return false
	}
	key, err := s.pageKey(ctx, i18n.Language{})
	if err != nil || ctx.QueryArgs().Has("reply_to") {
		return false
	}
	if _, ok := s.pages.Last(key); !ok {
		return false
	}
	version, err := s.svc.PageVersion(s.soon.context(ctx.Time()), key.Slug())
	if err != nil {
		return false
	}
	p, ok := s.pages.Latest(key, pagecache.Version{Consultation: version, From: s.svc.Now()})
	return ok && s.sendPage(ctx, p, ifNoneMatch, true) == nil
}

// anonymousGet reports whether a request is a GET without cookies by a browser that takes
// gzip, and returns what it says of the page that it has. What is more particular goes the
// long way.
func anonymousGet(h *fasthttp.RequestHeader) (ifNoneMatch []byte, ok bool) {
	if !h.IsGet() && !h.IsHead() {
		return nil, false
	}
	for key, value := range h.All() {
		switch string(key) {
		case fiber.HeaderCookie:
			return nil, false
		case fiber.HeaderAcceptEncoding:
			ok = bytes.Contains(value, []byte("gzip")) && bytes.IndexByte(value, ';') < 0
		case fiber.HeaderIfNoneMatch:
			ifNoneMatch = value
		}
	}
	return ifNoneMatch, ok
}

// sharedDeadline returns contexts with a deadline to requests that hardly ever wait: those of
// one second share one, since to make one costs a fifth of all that they cost.
type sharedDeadline struct{ last atomic.Pointer[deadline] }

type deadline struct {
	context.Context
	until  time.Time // when the next one is due
	cancel func()    // never called: it ends by itself
}

// context returns a context that ends within fastpathTimeout.
func (s *sharedDeadline) context(now time.Time) context.Context {
	if d := s.last.Load(); d != nil && now.Before(d.until) {
		return d
	}
	d := &deadline{until: now.Add(time.Second)}
	d.Context, d.cancel = context.WithTimeout(context.Background(), fastpathTimeout)
	s.last.Store(d)
	return d
}
