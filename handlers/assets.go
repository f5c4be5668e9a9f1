package handlers

import (
	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"folkmoot/models"
	"folkmoot/public"
)

// showAsset serves a file under its hashed name, which never changes its content.
func (s *Server) showAsset(c *fiber.Ctx) error {
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
