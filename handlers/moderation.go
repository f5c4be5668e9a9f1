package handlers

import (
	"errors"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views/staff"
	"folkmoot/views/ui"
)

func (s *Server) showQueue(c *fiber.Ctx) error {
	p, err := s.queuePage(c)
	if err != nil {
		return err
	}
	return ok(c, staff.Queue(p))
}

func (s *Server) queuePage(c *fiber.Ctx) (staff.QueuePage, error) {
	private(c)
	queue, err := s.svc.Queue(c.UserContext(), actorOf(c), c.Query("after"))
	if err != nil {
		return staff.QueuePage{}, err
	}
	p := staff.QueuePage{
		LayoutData: s.layout(c, localizer(c).T("title.moderation")), Total: queue.Total,
		Form: typed(c, "decision", "reason"), Chosen: map[string]bool{},
	}
	p.Private = true
	for _, i := range queue.Items {
		p.Rows = append(p.Rows, staff.QueueRow{Entry: i.Entry, Own: i.Own, Alike: i.Alike})
	}
	if queue.Next != "" {
		p.NextURL = "/moderation?after=" + escape(queue.Next)
	}
	p.Logs, err = s.logLinks(c)
	return p, err
}

// showItem shows one text with its context and what may be decided on it, whether or
// not it waits.
func (s *Server) showItem(c *fiber.Ctx) error {
	private(c)
	item, err := models.ParseItem(c.Params("item"))
	if err != nil {
		return err
	}
	one, err := s.svc.ModeratedItem(c.UserContext(), actorOf(c), item)
	if err != nil {
		return err
	}
	p := staff.QueuePage{LayoutData: s.layout(c, localizer(c).T("title.moderation")), Form: typed(c), Chosen: map[string]bool{}, One: true}
	p.Private = true
	p.Rows = []staff.QueueRow{{Entry: one.Entry, Own: one.Own, Alike: one.Alike}}
	return ok(c, staff.Queue(p))
}

// logLinks lists the newest consultations that this moderator moderates, so that
// their logs can be reached when nothing waits.
func (s *Server) logLinks(c *fiber.Ctx) (links []staff.LogLink, err error) {
	list, err := s.svc.Moderated(c.UserContext(), actorOf(c))
	for _, con := range list {
		links = append(links, staff.LogLink{Slug: con.Slug, Title: con.Text(visitOf(c).Language).Title})
	}
	return links, err
}

// postDecisions decides on all that was ticked, as one act.
func (s *Server) postDecisions(c *fiber.Ctx) error {
	items := ticked(c, "items")
	if len(items) == 0 {
		return s.decideAgain(c, nil, models.Fail(models.CodeInvalid, "error.decision.nothing"))
	}
	return s.decideOn(c, items)
}

func (s *Server) postDecision(c *fiber.Ctx) error { return s.decideOn(c, []string{c.Params("item")}) }

func (s *Server) decideOn(c *fiber.Ctx, items []string) error {
	if err := checkUTF8(c); err != nil {
		return err
	}
	in, err := decideInput(c, items)
	if err != nil {
		return s.decideAgain(c, items, err)
	}
	decided, err := s.svc.Decide(c.UserContext(), actorOf(c), in)
	if err != nil {
		return s.decideAgain(c, items, err)
	}
	s.wake()
	switch {
	case wantsJSON(c):
		return s.decidedJSON(c, decided)
	case len(decided.Failed) > 0:
		return s.decidedInPart(c, decided)
	}
	s.notifyDecided(c, in, decided.Made)
	return seeOther(c, s.afterDecision(c))
}

func decideInput(c *fiber.Ctx, items []string) (service.DecideInput, error) {
	in := service.DecideInput{Reason: field(c, "reason")}
	var err error
	if in.Action, err = models.ParseAction(field(c, "decision")); err != nil {
		return in, err
	}
	for _, raw := range items {
		item, err := models.ParseItem(raw)
		if err != nil {
			return in, err
		}
		rev, _ := strconv.ParseInt(first(field(c, "rev:"+raw), field(c, "rev")), 10, 64) // 0: whatever stands
		in.Items = append(in.Items, service.ItemRev{Item: item, Rev: rev})
	}
	return in, nil
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// notifyDecided offers to take the act back; one in several consultations is taken
// back from their logs.
func (s *Server) notifyDecided(c *fiber.Ctx, in service.DecideInput, made []service.MadeDecision) {
	n := notice{Kind: "done", Key: "notice.decided." + string(in.Action), Args: map[string]any{"count": len(in.Items)}}
	if len(made) == 1 {
		n.Undo = &ui.Undo{Slug: made[0].Slug, Seq: made[0].Decision.Seq}
	}
	s.notify(c, n)
}

func (s *Server) afterDecision(c *fiber.Ctx) string {
	if back := localPath(field(c, "return")); back != "/" {
		return back
	}
	return "/moderation"
}

// decideAgain shows the queue again with what was chosen, or, where texts have
// changed since, the changes to look at first.
func (s *Server) decideAgain(c *fiber.Ctx, items []string, cause error) error {
	form := typed(c, "decision", "reason")
	status, can := s.formProblem(c, &form, cause)
	if !can {
		return cause
	}
	p, err := s.queuePage(c)
	if err != nil {
		return err
	}
	p.Form = form
	for _, item := range items {
		p.Chosen[item] = true
	}
	if changed, is := errors.AsType[*service.ChangedError](cause); is {
		p.Rows = changedRows(changed)
		return render(c, status, staff.DecisionChanged(p))
	}
	return render(c, status, staff.Queue(p))
}

func changedRows(e *service.ChangedError) (rows []staff.QueueRow) {
	for _, ch := range e.Entries {
		row := staff.QueueRow{Entry: ch.Entry}
		if len(ch.Title) > 0 {
			row.Changed = append(row.Changed, ui.FieldDiff{Name: "field.title", Parts: diffParts(ch.Title)})
		}
		row.Changed = append(row.Changed, ui.FieldDiff{Name: "field.body", Parts: diffParts(ch.Body)})
		rows = append(rows, row)
	}
	return rows
}

func (s *Server) postUndo(c *fiber.Ctx) error {
	seq, err := strconv.ParseInt(field(c, "seq"), 10, 64)
	if err != nil {
		return models.Fail(models.CodeNotFound, "error.decision.missing")
	}
	d, err := s.svc.Undo(c.UserContext(), actorOf(c), field(c, "slug"), seq)
	if err != nil {
		return err
	}
	s.wake()
	s.done(c, "notice.undone", map[string]any{"count": len(d.Items)})
	return seeOther(c, s.afterDecision(c))
}

// showDecisions shows the chain of one consultation, the newest first.
func (s *Server) showDecisions(c *fiber.Ctx) error {
	private(c)
	before, _ := strconv.ParseInt(c.Query("before"), 10, 64) // 0: from the newest on
	log, err := s.svc.Decisions(c.UserContext(), actorOf(c), c.Params("slug"), before)
	if err != nil {
		return err
	}
	p := staff.DecisionsPage{LayoutData: s.layout(c, localizer(c).T("title.decisions")), Subject: s.subject(c, log.Consultation)}
	p.Private = true
	for _, d := range log.Decisions {
		p.Decisions = append(p.Decisions, staff.DecisionRow{Decision: d.Decision, Actor: d.Actor, CanUndo: d.CanUndo})
	}
	if log.Older > 0 {
		p.OlderURL = "/moderation/decisions/" + log.Consultation.Slug + "?before=" + strconv.FormatInt(log.Older, 10)
	}
	return ok(c, staff.Decisions(p))
}
