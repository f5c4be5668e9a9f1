package handlers

import (
	"strconv"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/views"
	"folkmoot/views/ui"
)

func (s *Server) results(c *fiber.Ctx) error {
	sub, err := s.subjectOf(c)
	if err != nil {
		return err
	}
	key, keep := s.sharedKey(c, sub)
	if !keep {
		p, err := s.resultsPage(c, sub)
		if err != nil {
			return err
		}
		return ok(c, views.Results(p))
	}
	waits, err := s.svc.Unconfirmed(c.UserContext(), sub.C) // it stands on the page and is in no version
	if err != nil {
		return err
	}
	kept, err := s.keep(c, key+"\n"+strconv.FormatInt(waits, 36), func() (made, error) {
		p, err := s.resultsPage(c, sub)
		return made{view: views.Results(p)}, err
	})
	if err != nil {
		return err
	}
	if !sub.C.SealedAt.IsZero() {
		s.gave(c, sub.C, sub.Clock.Now, kept)
	}
	return s.send(c, kept, func() (map[string]templ.Component, error) {
		p := views.ResultsPage{LayoutData: s.frame(c, ""), Subject: sub, CanFull: s.svc.Rights(actorOf(c), sub.C).DownloadFull}
		return p.SlotContents(), nil
	})
}

func (s *Server) resultsPage(c *fiber.Ctx, sub ui.Subject) (views.ResultsPage, error) {
	r, sealed, err := s.svc.Result(c.UserContext(), sub.C)
	if err != nil {
		return views.ResultsPage{}, err
	}
	return views.ResultsPage{
		LayoutData: s.frame(c, localizer(c).T("title.results", "title", sub.Text.Title)),
		Subject:    sub, Result: r, Sealed: ui.SealOf(sealed), MustAnswer: mustAnswer(sub.C, r), CanFull: s.svc.Rights(actorOf(c), sub.C).DownloadFull,
	}, nil
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

// publicFile gives the public sealed file, byte for byte as it was sealed.
func (s *Server) publicFile(c *fiber.Ctx) error {
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

// fullFile gives an organiser the full sealed file; the download is logged.
func (s *Server) fullFile(c *fiber.Ctx) error {
	private(c)
	sealed, err := s.svc.FullFile(c.UserContext(), actorOf(c), c.Params("slug"))
	if err != nil {
		return err
	}
	attachment(c, c.Params("slug")+"-sealed-full.json", fiber.MIMEApplicationJSONCharsetUTF8)
	return c.Send(sealed.Full)
}
