package handlers

import (
	"errors"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views/staff"
)

// decidedInPart shows what an act on texts of several consultations decided, with
// undo, and what it did not, with the reason and the texts to decide on again.
func (s *Server) decidedInPart(c *fiber.Ctx, decided service.Decided) error {
	private(c)
	form := typed(c, "decision", "reason")
	p := staff.DecidedPage{QueuePage: staff.QueuePage{
		LayoutData: s.layout(c, localizer(c).T("title.moderation")), Form: form, Chosen: map[string]bool{},
	}}
	p.Private = true
	for _, d := range decided.Made {
		p.Made = append(p.Made, staff.MadeRow{Slug: d.Slug, Title: d.Title, Decision: d.Decision})
	}
	for _, f := range decided.Failed {
		row := staff.FailedRow{Slug: f.Slug, Title: f.Title, Sentence: s.problemOf(c, f.Err).Message}
		changed := map[models.Item]staff.QueueRow{}
		if e, is := errors.AsType[*service.ChangedError](f.Err); is {
			for _, r := range changedRows(e) {
				changed[r.Entry.Item] = r
			}
		}
		for _, i := range f.Items {
			p.Chosen[i.Entry.Item.String()] = true
			row.Rows = append(row.Rows, staff.QueueRow{Entry: i.Entry, Own: i.Own, Changed: changed[i.Entry.Item].Changed})
		}
		p.Rows = append(p.Rows, row.Rows...)
		p.Failed = append(p.Failed, row)
	}
	return render(c, s.failedStatus(decided.Failed), staff.DecidedInPart(p))
}

// failedStatus is the status of an answer that says that something was not decided:
// that of the first refusal.
func (s *Server) failedStatus(failed []service.FailedDecision) int {
	if len(failed) == 0 {
		return fiber.StatusOK
	}
	if e := s.knownError(failed[0].Err); e != nil {
		return statuses[e.Code]
	}
	return fiber.StatusInternalServerError
}

// decidedJSON answers a program; the status is that of the first refusal, if
// something was not decided.
func (s *Server) decidedJSON(c *fiber.Ctx, decided service.Decided) error {
	private(c)
	answer := decidedAnswer{Decisions: len(decided.Made), Decided: []decidedGroup{}}
	for _, d := range decided.Made {
		group := decidedGroup{Consultation: d.Slug, Decision: d.Decision.Seq}
		for _, i := range d.Decision.Items {
			group.Items = append(group.Items, i.Item.String())
		}
		answer.Items += len(group.Items)
		answer.Decided = append(answer.Decided, group)
	}
	for _, f := range decided.Failed {
		group := notDecidedGroup{Consultation: f.Slug, Error: s.problemOf(c, f.Err)}
		for _, i := range f.Items {
			group.Items = append(group.Items, i.Entry.Item.String())
		}
		answer.Undecided = append(answer.Undecided, group)
	}
	return c.Status(s.failedStatus(decided.Failed)).JSON(answer)
}
