package handlers

import (
	"context"

	"folkmoot/views/i18n"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models/service"
)

// showPermalink leads to the page of the thread that begins with the reply.
func (s *Server) showPermalink(c *fiber.Ctx) error {
	place, err := s.svc.Permalink(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	return seeOther(c, placeURL(place)+"#reply-"+c.Params("id"))
}

// placeURL is the address of the page with a place.
func placeURL(p service.Place) string {
	path := subjectPath(p.Slug, p.IdeaNumber)
	switch {
	case p.After != "":
		path += "?after=" + escape(p.After)
	case p.Sort != "":
		path += "?sort=" + p.Sort
	}
	return path
}

// waitText says how long publishing usually takes here, "" where too few texts were decided
// on to tell.
func waitText(ctx context.Context, svc *service.Service, l *i18n.Localizer, consultationID string) (string, error) {
	w, err := svc.UsualWait(ctx, consultationID)
	if err != nil {
		return "", err
	}
	hours := int(w.Usual.Hours() + 0.999)
	switch {
	case !w.Known:
		return "", nil
	case hours <= 1:
		return l.T("wait.hour"), nil
	case hours < 24:
		return l.T("wait.hours", "count", hours), nil
	default:
		return l.T("wait.days", "count", (hours+23)/24), nil
	}
}
