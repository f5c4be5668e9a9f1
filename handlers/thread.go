package handlers

import (
	"context"
	"strconv"

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
	path := "/consultations/" + place.Slug
	if place.IdeaNumber > 0 {
		path += "/ideas/" + strconv.Itoa(place.IdeaNumber)
	}
	if place.After != "" {
		path += "?after=" + escape(place.After)
	}
	return seeOther(c, path+"#reply-"+c.Params("id"))
}

// waitText says how long publishing usually takes here.
func waitText(ctx context.Context, svc *service.Service, l *i18n.Localizer, consultationID string) (string, error) {
	w, err := svc.UsualWait(ctx, consultationID)
	if err != nil {
		return "", err
	}
	hours := int(w.Usual.Hours() + 0.999)
	switch {
	case !w.Known:
		return l.T("wait.unknown"), nil
	case hours <= 1:
		return l.T("wait.hour"), nil
	case hours < 24:
		return l.T("wait.hours", "count", hours), nil
	default:
		return l.T("wait.days", "count", (hours+23)/24), nil
	}
}
