package handlers

import (
	"bytes"
	"context"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// render writes a page whole or not at all: it goes to a buffer first, so that a
// failure is an error page and no half of one.
func render(c *fiber.Ctx, status int, page templ.Component) error {
	var b bytes.Buffer
	// A page is whole even where its request ran out of time: it may say just that.
	if err := page.Render(context.WithoutCancel(c.UserContext()), &b); err != nil {
		return err
	}
	c.Status(status)
	c.Vary(fiber.HeaderAcceptEncoding)
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	if !acceptsGzip(c) {
		return c.Send(b.Bytes())
	}
	c.Set(fiber.HeaderContentEncoding, "gzip")
	return c.Send(fasthttp.AppendGzipBytesLevel(nil, b.Bytes(), fasthttp.CompressBestSpeed))
}

// acceptsGzip reports whether the visitor asks for gzip. Who says nothing of encodings
// may do with any by RFC 9110, but is mostly a simple tool that shows what it gets.
func acceptsGzip(c *fiber.Ctx) bool {
	return c.Get(fiber.HeaderAcceptEncoding) != "" && c.AcceptsEncodings("gzip") == "gzip"
}

func ok(c *fiber.Ctx, page templ.Component) error { return render(c, fiber.StatusOK, page) }
