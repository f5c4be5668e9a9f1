package handlers

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views/staff"
	"folkmoot/views/ui"
)

func (s *Server) showOrganise(c *fiber.Ctx) error {
	private(c)
	list, next, err := s.svc.Organised(c.UserContext(), actorOf(c), c.Query("after"))
	if err != nil {
		return err
	}
	p := staff.OrganisePage{
		LayoutData: s.layout(c, localizer(c).T("title.organise")), Rows: s.subjects(c, list),
		CanNew: s.svc.MayCreate(actorOf(c)) == nil,
	}
	if next != "" {
		p.NextURL = "/organise?after=" + escape(next)
	}
	p.Private = true
	return ok(c, staff.Organise(p))
}

func (s *Server) showManage(c *fiber.Ctx) error {
	p, err := s.managePage(c)
	if err != nil {
		return err
	}
	return ok(c, staff.Manage(p))
}

func (s *Server) managePage(c *fiber.Ctx) (staff.ManagePage, error) {
	private(c)
	m, err := s.svc.Manage(c.UserContext(), actorOf(c), c.Params("slug"))
	if err != nil {
		return staff.ManagePage{}, err
	}
	sub := s.subject(c, m.Consultation)
	p := staff.ManagePage{
		LayoutData: s.layout(c, localizer(c).T("title.manage", "title", sub.Text.Title)), Subject: sub,
		Ideas: staff.ManageIdeasOf(m.Ideas), Waiting: m.Waiting, OpenBallotLinks: m.OpenBallotLinks, Unconfirmed: m.Unconfirmed,
		Sealed: ui.SealOf(m.Sealed), Moves: m.Moves,
		IdeaForm: typed(c, "title", "body"), Form: typed(c, "reason", "opens_at"),
	}
	p.Private = true
	if sub.State == models.StateDraft {
		for _, f := range s.svc.Missing(m.Consultation) {
			p.Missing = append(p.Missing, fieldSentence(p.L, f))
		}
	}
	return p, nil
}

// manageAgain shows the managing page again with what went wrong.
func (s *Server) manageAgain(c *fiber.Ctx, cause error, form func(*staff.ManagePage) *ui.Form) error {
	p, err := s.managePage(c)
	if err != nil {
		return cause
	}
	status, can := s.formProblem(c, form(&p), cause)
	if !can {
		return cause
	}
	return render(c, status, staff.Manage(p))
}

func stateForm(p *staff.ManagePage) *ui.Form { return &p.Form }
func ideaForm(p *staff.ManagePage) *ui.Form  { return &p.IdeaForm }

// managed goes back to the managing page after an act, or shows why it failed.
func (s *Server) managed(c *fiber.Ctx, err error, form func(*staff.ManagePage) *ui.Form, key string) error {
	if err != nil {
		return s.manageAgain(c, err, form)
	}
	s.done(c, key, nil)
	return seeOther(c, "/organise/"+c.Params("slug"))
}

// postOpen opens now, or at the time in the form, in the consultation's zone.
func (s *Server) postOpen(c *fiber.Ctx) error {
	m, err := s.svc.Manage(c.UserContext(), actorOf(c), c.Params("slug"))
	if err != nil {
		return err
	}
	zone, err := models.Zone(m.Consultation.TimeZone)
	if err != nil {
		return err
	}
	at, bad := localTime("opens_at", field(c, "opens_at"), zone)
	if bad != nil {
		return s.manageAgain(c, models.Invalid([]models.FieldError{*bad}), stateForm)
	}
	con, err := s.svc.Open(c.UserContext(), actorOf(c), c.Params("slug"), at, revOf(c, m.Consultation))
	if err == nil && con.Coming(s.svc.Now()) {
		l := localizer(c)
		s.done(c, "notice.opens_later", map[string]any{"date": l.DateTime(con.OpensAt, con.TimeZone)})
		return seeOther(c, "/organise/"+con.Slug)
	}
	return s.managed(c, err, stateForm, "notice.opened")
}

// revOf is the revision that the form was made from.
func revOf(c *fiber.Ctx, con models.Consultation) int64 {
	if rev, err := strconv.ParseInt(field(c, "rev"), 10, 64); err == nil {
		return rev
	}
	return con.Rev
}

type move func(*service.Service, *fiber.Ctx, int64) (models.Consultation, error)

func (s *Server) move(c *fiber.Ctx, key string, do move) error {
	if err := checkUTF8(c); err != nil {
		return err
	}
	m, err := s.svc.Manage(c.UserContext(), actorOf(c), c.Params("slug"))
	if err != nil {
		return err
	}
	_, err = do(s.svc, c, revOf(c, m.Consultation))
	return s.managed(c, err, stateForm, key)
}

func (s *Server) postPause(c *fiber.Ctx) error {
	return s.move(c, "notice.paused", func(v *service.Service, c *fiber.Ctx, rev int64) (models.Consultation, error) {
		return v.Pause(c.UserContext(), actorOf(c), c.Params("slug"), field(c, "reason"), rev)
	})
}

func (s *Server) postResume(c *fiber.Ctx) error {
	return s.move(c, "notice.resumed", func(v *service.Service, c *fiber.Ctx, rev int64) (models.Consultation, error) {
		return v.Resume(c.UserContext(), actorOf(c), c.Params("slug"), field(c, "reason"), rev)
	})
}

func (s *Server) postWithdrawConsultation(c *fiber.Ctx) error {
	return s.move(c, "notice.consultation_withdrawn", func(v *service.Service, c *fiber.Ctx, rev int64) (models.Consultation, error) {
		return v.WithdrawConsultation(c.UserContext(), actorOf(c), c.Params("slug"), field(c, "reason"), rev)
	})
}

func (s *Server) postSeal(c *fiber.Ctx) error {
	_, err := s.svc.Seal(c.UserContext(), actorOf(c), c.Params("slug"))
	s.wake()
	return s.managed(c, err, stateForm, "notice.sealed")
}

// localTime reads what a datetime-local field sends, "2027-03-03T17:00", in zone.
func localTime(field, raw string, zone *time.Location) (time.Time, *models.FieldError) {
	if raw == "" {
		return time.Time{}, nil
	}
	for _, form := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		t, err := time.ParseInLocation(form, raw, zone)
		if err == nil && t.Format(form) != raw { // the clocks go forward over it
			f := models.Field(field, "error.field.time_skipped")
			return time.Time{}, &f
		}
		if err == nil {
			return t, nil
		}
	}
	f := models.Field(field, "error.field.time")
	return time.Time{}, &f
}
