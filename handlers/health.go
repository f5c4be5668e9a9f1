package handlers

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"folkmoot/models"
	"folkmoot/public"
)

// health tells that the process answers.
func (s *Server) health(c *fiber.Ctx) error { return c.SendString("ok\n") }

// readyWithin is how long the store may take to say that it answers: whoever watches
// asks every few seconds.
const readyWithin = 3 * time.Second

// ready tells that the store answers too. The log says it once, and once when it does again.
func (s *Server) ready(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), readyWithin)
	defer cancel()
	err := s.svc.Ready(ctx)
	switch told := s.unready.Swap(err != nil); {
	case err != nil && !told:
		s.log(c).Warn("not ready", "error", err)
	case err == nil && told:
		s.log(c).Info("ready again")
	}
	if err != nil {
		return models.Fail(models.CodeUnavailable, "error.store.unavailable")
	}
	return c.SendString("ready\n")
}

// asset serves a file under its hashed name, which never changes its content.
func (s *Server) asset(c *fiber.Ctx) error {
	content, contentType, ok := public.Open(c.Params("file"))
	if !ok {
		return models.Fail(models.CodeNotFound, "error.page.unknown")
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	c.Set(fiber.HeaderContentType, contentType)
	c.Vary(fiber.HeaderAcceptEncoding)
	if !acceptsGzip(c) {
		return c.Send(content)
	}
	packed, ok := s.assets.Load(c.Params("file"))
	if !ok {
		packed, _ = s.assets.LoadOrStore(c.Params("file"), fasthttp.AppendGzipBytesLevel(nil, content, fasthttp.CompressBestCompression))
	}
	c.Set(fiber.HeaderContentEncoding, "gzip")
	return c.Send(packed.([]byte))
}
