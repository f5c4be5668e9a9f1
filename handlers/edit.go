package handlers

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views/account"
)

func (s *Server) showEdit(c *fiber.Ctx) error {
	p, err := s.editPage(c)
	if err != nil {
		return err
	}
	return ok(c, account.Edit(p))
}

func (s *Server) editPage(c *fiber.Ctx) (account.EditPage, error) {
	item, err := models.ParseItem(c.Params("item"))
	if err != nil {
		return account.EditPage{}, err
	}
	v, err := s.svc.ForEdit(c.UserContext(), actorOf(c), item)
	if err != nil {
		return account.EditPage{}, err
	}
	p := account.EditPage{
		LayoutData: s.layout(c, localizer(c).T("title.edit")), Subject: s.subject(c, v.Consultation), Item: item,
		Minutes: int(v.Left.Minutes() + 0.999), Earlier: v.Earlier, Form: typed(c),
	}
	p.Form.Values = map[string]string{"title": v.Title, "body": v.Body, "rev": strconv.FormatInt(v.Contribution.Rev, 10)}
	p.Private = true
	private(c)
	return p, nil
}

func (s *Server) postEdit(c *fiber.Ctx) error {
	if err := checkUTF8(c); err != nil {
		return err
	}
	p, err := s.editPage(c)
	if err != nil {
		return err
	}
	rev, _ := strconv.ParseInt(field(c, "rev"), 10, 64) // a rev that is no number matches no text
	err = s.svc.Edit(c.UserContext(), actorOf(c), service.EditInput{Item: p.Item, Rev: rev, Title: field(c, "title"), Body: field(c, "body")})
	if err == nil {
		s.doneAt(c, p.Item.String(), "notice.edited", nil)
		place, err := s.svc.WaitingPlace(c.UserContext(), p.Item)
		if err != nil { // it is saved all the same
			s.log(c).Warn("place of a waiting text", "error", err)
			place.Slug = p.C.Slug
		}
		return seeOther(c, placeURL(place)+"#"+p.Item.String())
	}
	p.Form = typed(c, "title", "body", "rev")
	status, can := s.formProblem(c, &p.Form, err)
	if !can {
		return err
	}
	return render(c, status, account.Edit(p))
}
