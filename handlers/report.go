package handlers

import (
	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/views"
)

func (s *Server) showReport(c *fiber.Ctx) error {
	p, err := s.reportPage(c)
	if err != nil {
		return err
	}
	return ok(c, views.Report(p))
}

func (s *Server) reportPage(c *fiber.Ctx) (views.ReportPage, error) {
	item, err := models.ParseItem(c.Params("item"))
	if err != nil {
		return views.ReportPage{}, err
	}
	v, err := s.svc.ForReport(c.UserContext(), item)
	if err != nil {
		return views.ReportPage{}, err
	}
	p := views.ReportPage{
		LayoutData: s.placingLayout(c, localizer(c).T("title.report")), Item: item, Name: v.Name, Title: v.Title, HTML: v.HTML,
		Back: v.Path, Form: typed(c, "reason"),
	}
	p.Taken = p.Notice != nil && p.Notice.At == reportPlace(item)
	noticeAbove(&p.LayoutData)
	p.Private = true
	return p, nil
}

// reportPlace is the place of the notice that says that a report was taken.
func reportPlace(item models.Item) string { return "report-" + item.String() }

func (s *Server) postReport(c *fiber.Ctx) error {
	if err := checkUTF8(c); err != nil {
		return err
	}
	p, err := s.reportPage(c)
	if err != nil {
		return err
	}
	reference, err := s.svc.Report(c.UserContext(), actorOf(c), p.Item, field(c, "reason"))
	if err == nil {
		s.wake()
		s.doneAt(c, reportPlace(p.Item), "notice.reported", map[string]any{"reference": reference})
		return seeOther(c, toNotice("/report/"+p.Item.String()))
	}
	status, can := s.formProblem(c, &p.Form, err)
	if !can {
		return err
	}
	return render(c, status, views.Report(p))
}
