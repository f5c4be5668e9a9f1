package handlers

import (
	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/views"
)

func (s *Server) showResults(c *fiber.Ctx) error {
	p, con, _, err := s.publicPage(c)
	switch {
	case err != nil:
		return err
	case p == nil:
		return models.Fail(models.CodeForbidden, "error.results.hidden", "date", con.ClosesAt)
	}
	return s.sendReaders(c, p, func() (map[string]templ.Component, error) {
		own := views.ResultsPage{LayoutData: s.readersLayout(c, p), Subject: p.Data.subject, CanFull: s.svc.Rights(actorOf(c), con).DownloadFull}
		noticeAbove(&own.LayoutData)
		return own.SlotContents(), nil
	})
}

func mustAnswer(con models.Consultation, r models.Result) map[int]bool {
	must := map[int]bool{}
	for _, n := range con.Settings.MustAnswer(r.RankedNumbers()) {
		must[n] = true
	}
	return must
}

// attachment names the file; a slug needs no escaping.
func attachment(c *fiber.Ctx, name, contentType string) {
	c.Set(fiber.HeaderContentType, contentType)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+`"`)
}

// showPublicFile returns the public sealed file, byte for byte as it was sealed.
func (s *Server) showPublicFile(c *fiber.Ctx) error {
	sub, err := s.subjectOf(c)
	if err != nil {
		return err
	}
	sealed, err := s.svc.PublicFile(c.UserContext(), sub.C.Slug)
	if err != nil {
		return err
	}
	attachment(c, sub.C.Slug+"-sealed-public.json", fiber.MIMEApplicationJSONCharsetUTF8)
	return c.Send(sealed.Public)
}

// showFullFile returns an organiser the full sealed file; the download is logged.
func (s *Server) showFullFile(c *fiber.Ctx) error {
	private(c)
	sealed, err := s.svc.FullFile(c.UserContext(), actorOf(c), c.Params("slug"))
	if err != nil {
		return err
	}
	attachment(c, c.Params("slug")+"-sealed-full.json", fiber.MIMEApplicationJSONCharsetUTF8)
	return c.Send(sealed.Full)
}
