package handlers

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views"
	"folkmoot/views/ui"
)

// thread reads the slice that the address asks for: ?sort= &after= &limit=.
func (s *Server) thread(c *fiber.Ctx, sub ui.Subject, ideaID, base string) (views.ThreadView, error) {
	limit, err := limitOf(c)
	if err != nil {
		return views.ThreadView{}, err
	}
	sort := c.Query("sort", "oldest")
	slice, err := s.svc.Thread(c.UserContext(), actorOf(c), service.ThreadRequest{
		Consultation: sub.C, IdeaID: ideaID, Sort: sort, After: c.Query("after"), Limit: limit,
	})
	if err != nil {
		return views.ThreadView{}, err
	}
	v := views.ThreadView{
		Sort: sort, Base: base, First: c.Query("after") == "",
		Closed: sub.C.Accepts(models.ActReply, s.svc.Now()) != nil, NextURL: onward(c, base, "after", slice.Next, "thread"),
	}
	wait, err := s.waitText(c, sub.C.ID)
	if err != nil {
		return v, err
	}
	for _, r := range slice.Items {
		v.Items = append(v.Items, views.ThreadItem{Reply: views.PublicReplyOf(r.Reply), Waiting: r.Waiting, Wait: wait, CanEdit: r.CanEdit})
	}
	return v, nil
}

// limitOf reads ?limit=: 0 stands for the default, what is no number is refused.
func limitOf(c *fiber.Ctx) (int, error) {
	raw := c.Query("limit")
	if raw == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(raw)
	if err != nil || n < 1 || n > 1000 {
		return 0, models.Fail(models.CodeInvalid, "error.thread.limit")
	}
	return n, nil
}

// onward is the address of this page with one of its lists further on: param names
// the list's cursor, and place where the list stands. "" at the end of the list.
func onward(c *fiber.Ctx, base, param, next, place string) string {
	if next == "" {
		return ""
	}
	q := url.Values{}
	for _, k := range carried {
		if v := c.Query(k); v != "" {
			q.Set(k, v)
		}
	}
	q.Set(param, next)
	return base + "?" + q.Encode() + "#" + place
}

// permalink leads to the page of the thread that begins with the reply.
func (s *Server) permalink(c *fiber.Ctx) error {
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
func (s *Server) waitText(c *fiber.Ctx, consultationID string) (string, error) {
	w, err := s.svc.UsualWait(c.UserContext(), consultationID)
	if err != nil {
		return "", err
	}
	l := localizer(c)
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
