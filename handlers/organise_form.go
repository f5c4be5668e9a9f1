package handlers

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views/staff"
	"folkmoot/views/ui"
)

var consultationFields = []string{
	"slug", "language", "title", "question", "body", "who_decides", "can_change", "contact", "other_formats",
	"time_zone", "opens_at", "suggestions_close_at", "closes_at", "answer_by",
	"min_votes", "capacities", "bands", "answer_top", "reason", "rev",
}

func (s *Server) showNewConsultation(c *fiber.Ctx) error {
	if err := s.svc.MayCreate(actorOf(c)); err != nil {
		return err
	}
	p := s.formPage(c, localizer(c).T("title.new_consultation"))
	p.New = true
	p.Form.Values = formValues(models.Consultation{Language: "en", TimeZone: p.TimeZone, Settings: models.DefaultSettings()})
	return ok(c, staff.ConsultationForm(p))
}

func (s *Server) formPage(c *fiber.Ctx, title string) staff.ConsultationFormPage {
	private(c)
	p := staff.ConsultationFormPage{LayoutData: s.layout(c, title), Form: typed(c), TimeZone: service.DefaultZone, Slug: c.Params("slug")}
	p.Private = true
	return p
}

func (s *Server) postNewConsultation(c *fiber.Ctx) error {
	in, form, err := s.consultationInput(c, service.DefaultZone)
	if err == nil {
		var con models.Consultation
		if con, err = s.svc.NewConsultation(c.UserContext(), actorOf(c), in); err == nil {
			s.done(c, "notice.consultation_created", nil)
			return seeOther(c, "/organise/"+con.Slug)
		}
	}
	p := s.formPage(c, localizer(c).T("title.new_consultation"))
	p.New = true
	return s.formAgain(c, p, form, err)
}

func (s *Server) formAgain(c *fiber.Ctx, p staff.ConsultationFormPage, form ui.Form, cause error) error {
	p.Form = form
	status, can := s.formProblem(c, &p.Form, cause)
	if !can {
		return cause
	}
	return render(c, status, staff.ConsultationForm(p))
}

func (s *Server) showEditConsultation(c *fiber.Ctx) error {
	m, err := s.svc.Manage(c.UserContext(), actorOf(c), c.Params("slug"))
	if err != nil {
		return err
	}
	p := s.editConsultationPage(c, m.Consultation)
	p.Form.Values = formValues(m.Consultation)
	return ok(c, staff.ConsultationForm(p))
}

func (s *Server) editConsultationPage(c *fiber.Ctx, con models.Consultation) staff.ConsultationFormPage {
	p := s.formPage(c, localizer(c).T("title.edit_consultation", "title", con.Text(con.Language).Title))
	now := s.svc.Now()
	p.Opened, p.Begun = con.State != models.StateDraft, con.State != models.StateDraft && !con.Coming(now)
	p.Fixed = !con.RulesMove(now)
	p.TimeZone, p.C = con.TimeZone, con
	return p
}

func (s *Server) postEditConsultation(c *fiber.Ctx) error {
	m, err := s.svc.Manage(c.UserContext(), actorOf(c), c.Params("slug"))
	if err != nil {
		return err
	}
	in, form, err := s.consultationInput(c, m.Consultation.TimeZone)
	in.Settings.Tiers = m.Consultation.Settings.Tiers // the form has no field for them
	if err == nil {
		var con models.Consultation
		if con, err = s.svc.EditConsultation(c.UserContext(), actorOf(c), c.Params("slug"), in); err == nil {
			s.done(c, "notice.consultation_saved", nil)
			return seeOther(c, "/organise/"+con.Slug)
		}
	}
	if models.CodeOf(err) == models.CodeConflict { // what was typed is kept; sending it again replaces what stands now
		form.Values["rev"] = strconv.FormatInt(m.Consultation.Rev, 10)
	}
	return s.formAgain(c, s.editConsultationPage(c, m.Consultation), form, err)
}

// consultationInput reads the form; times are in the zone that it names, or else in
// zone, which the service takes then.
func (s *Server) consultationInput(c *fiber.Ctx, zone string) (service.ConsultationInput, ui.Form, error) {
	form := typed(c, consultationFields...)
	form.Values["capacities"] = strings.Join(ticked(c, "capacities"), ",")
	form.Values["bands"] = strings.Join(ticked(c, "bands"), ",")
	if err := checkUTF8(c); err != nil {
		return service.ConsultationInput{}, form, err
	}
	r := newFormReader(form, zone)
	in := service.ConsultationInput{
		Slug: form.Value("slug"), Language: form.Value("language"), TimeZone: form.Value("time_zone"),
		Text: models.ConsultationText{
			Title: form.Value("title"), Question: form.Value("question"), Body: form.Value("body"),
			WhoDecides: form.Value("who_decides"), CanChange: form.Value("can_change"),
			Contact: form.Value("contact"), OtherFormats: form.Value("other_formats"),
		},
		OpensAt: r.time("opens_at"), SuggestionsCloseAt: r.time("suggestions_close_at"),
		ClosesAt: r.time("closes_at"), AnswerBy: r.day("answer_by"),
		Settings: models.ConsultationSettings{
			MinVotes: r.number("min_votes"), AnswerTop: r.number("answer_top"),
			Capacities: listOf[models.Capacity](form.Value("capacities")),
			Bands:      listOf[models.Band](form.Value("bands")),
		},
		Reason: form.Value("reason"), Rev: r.number("rev"),
	}
	return in, form, models.Invalid(r.wrong)
}

func listOf[T ~string](joined string) (list []T) {
	for part := range strings.SplitSeq(joined, ",") {
		if part != "" {
			list = append(list, T(part))
		}
	}
	return list
}

// ticked returns every value sent under one name.
func ticked(c *fiber.Ctx, name string) (values []string) {
	for k, v := range c.Request().PostArgs().All() {
		if string(k) == name && len(v) > 0 {
			values = append(values, string(v))
		}
	}
	return values
}

// formReader reads fields that are not plain text and gathers what is wrong.
type formReader struct {
	form  ui.Form
	zone  *time.Location
	wrong []models.FieldError
}

// newFormReader returns a reader of times in the zone that the form names, or else in
// zone. One that is not known is a field error.
func newFormReader(form ui.Form, zone string) formReader {
	if typed := strings.TrimSpace(form.Value("time_zone")); typed != "" {
		zone = typed
	}
	loc, err := models.Zone(zone)
	if err != nil {
		return formReader{form: form, zone: time.UTC, wrong: []models.FieldError{models.Field("time_zone", "error.field.time_zone")}}
	}
	return formReader{form: form, zone: loc}
}

func (r *formReader) time(field string) time.Time {
	t, bad := localTime(field, r.form.Value(field), r.zone)
	if bad != nil {
		r.wrong = append(r.wrong, *bad)
	}
	return t
}

// day reads a date and gives its last second, in the form's zone.
func (r *formReader) day(field string) time.Time {
	raw := r.form.Value(field)
	if raw == "" {
		return time.Time{}
	}
	t, err := time.ParseInLocation(time.DateOnly, raw, r.zone)
	if err != nil {
		r.wrong = append(r.wrong, models.Field(field, "error.field.date"))
		return time.Time{}
	}
	return t.AddDate(0, 0, 1).Add(-time.Second)
}

func (r *formReader) number(field string) int64 {
	raw := strings.TrimSpace(r.form.Value(field))
	if raw == "" {
		return 0
	}
	n, err := strconv.ParseInt(raw, 10, 64)
	if err != nil || n < 0 {
		r.wrong = append(r.wrong, models.Field(field, "error.field.number"))
	}
	return n
}

// formValues fills the form from a consultation.
func formValues(con models.Consultation) map[string]string {
	t := con.Text(con.Language)
	at := func(t time.Time, form string) string {
		if t.IsZero() {
			return ""
		}
		return models.In(t, con.TimeZone).Format(form)
	}
	return map[string]string{
		"slug": con.Slug, "language": con.Language, "title": t.Title, "question": t.Question, "body": t.Body,
		"who_decides": t.WhoDecides, "can_change": t.CanChange, "contact": t.Contact, "other_formats": t.OtherFormats,
		"time_zone": con.TimeZone, "opens_at": at(con.OpensAt, "2006-01-02T15:04"),
		"suggestions_close_at": at(con.SuggestionsCloseAt, "2006-01-02T15:04"),
		"closes_at":            at(con.ClosesAt, "2006-01-02T15:04"), "answer_by": at(con.AnswerBy, time.DateOnly),
		"min_votes":  strconv.FormatInt(con.Settings.MinVotes, 10),
		"capacities": joinList(con.Settings.Capacities), "bands": joinList(con.Settings.Bands),
		"answer_top": strconv.FormatInt(con.Settings.AnswerTop, 10), "rev": strconv.FormatInt(con.Rev, 10),
	}
}

func joinList[T ~string](list []T) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = string(v)
	}
	return strings.Join(parts, ",")
}
