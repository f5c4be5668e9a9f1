package service

import (
	"context"
	"slices"

	"folkmoot/models"
)

// MaxBulk is how many items one act may decide.
const MaxBulk = 200

// ItemRev names an item and the revision of its text that was shown.
type ItemRev struct {
	Item models.Item
	Rev  int64
}

// DecideInput is one act of a moderator on one or more items.
type DecideInput struct {
	Items  []ItemRev
	Action models.Action
	Reason string
}

// ChangedError says that texts have changed since they were shown; nothing was decided.
type ChangedError struct {
	Entries []Changed
	err     *models.Error
}

// Changed is one such text with what changed since the revision that was shown.
type Changed struct {
	Entry       models.QueueEntry
	Title, Body []DiffPart
}

// Error implements error.
func (e *ChangedError) Error() string { return e.err.Error() }

// Unwrap returns the Error of CodeConflict.
func (e *ChangedError) Unwrap() error { return e.err }

// picked is one item on its way into a decision.
type picked struct {
	entry    models.QueueEntry
	from, to models.Status
}

// Decided is what one act on texts of several consultations did. Each consultation
// is decided on by itself: Made are the decisions that stand, Failed is what could
// not be decided on.
type Decided struct {
	Made   []MadeDecision
	Failed []FailedDecision
}

// MadeDecision is a decision with the consultation it stands in.
type MadeDecision struct {
	Slug, Title string // of the consultation, the title in its own language
	Decision    models.Decision
}

// FailedDecision is what was left undecided in one consultation, and why.
type FailedDecision struct {
	Slug, Title string
	Items       []QueueItem // as they are now
	Err         error       // *ChangedError if texts have changed meanwhile
}

// Decide decides on items, with one decision for each consultation they stand in
// and a notice to each author. Publishing what is published and reported keeps it.
// An error means that nothing was decided: CodeInvalid without items, with an
// unknown action or without a reason where one is needed; CodeForbidden where the
// actor does not moderate or wrote the text; CodeConflict where the status does not
// allow it; *ChangedError. With items of several consultations, what one of them
// refuses stands in Failed beside what was decided in the others.
func (s *Service) Decide(ctx context.Context, actor models.Actor, in DecideInput) (Decided, error) {
	if err := models.Require(actor.Participant, models.MayModerate, ""); err != nil {
		return Decided{}, err
	}
	in, err := checkDecide(in)
	if err != nil {
		return Decided{}, err
	}
	picks, err := s.pickItems(ctx, actor, in)
	if err != nil {
		return Decided{}, err
	}
	var out Decided
	groups := byConsultation(picks)
	for _, group := range groups {
		slug, title := group[0].entry.Slug, group[0].entry.Title
		d, err := s.decideGroup(ctx, actor, in, group)
		switch {
		case err == nil:
			out.Made = append(out.Made, MadeDecision{slug, title, d})
		case len(groups) == 1:
			return Decided{}, err
		default:
			out.Failed = append(out.Failed, FailedDecision{slug, title, s.queueItems(ctx, actor, group), err})
		}
	}
	return out, nil
}

// decideGroup decides on the items of one consultation. Where somebody else was
// faster, the error says what changed, if that is the reason.
func (s *Service) decideGroup(ctx context.Context, actor models.Actor, in DecideInput, group []picked) (models.Decision, error) {
	d, err := s.writeDecision(ctx, actor, models.Decision{Action: in.Action, Reason: in.Reason}, group)
	if models.CodeOf(err) != models.CodeConflict {
		return d, err
	}
	inGroup := map[models.Item]bool{}
	for _, p := range group {
		inGroup[p.entry.Item] = true
	}
	in.Items = slices.DeleteFunc(slices.Clone(in.Items), func(i ItemRev) bool { return !inGroup[i.Item] })
	if _, changed := s.pickItems(ctx, actor, in); changed != nil {
		return d, changed
	}
	return d, err
}

// queueItems reads the items of a group again. What cannot be read is returned as
// it was.
func (s *Service) queueItems(ctx context.Context, actor models.Actor, group []picked) []QueueItem {
	items := make([]QueueItem, len(group))
	for n, p := range group {
		if now, err := s.store.QueueEntry(ctx, p.entry.Item); err == nil {
			p.entry = now
		}
		items[n] = QueueItem{Entry: p.entry, Own: ownText(actor, p.entry.Contribution())}
	}
	return items
}

// checkDecide checks the form of the act and drops items named twice.
func checkDecide(in DecideInput) (DecideInput, error) {
	if _, err := models.ParseAction(string(in.Action)); err != nil {
		return in, err
	}
	seen := map[models.Item]bool{}
	in.Items = slices.DeleteFunc(slices.Clone(in.Items), func(i ItemRev) bool {
		again := seen[i.Item]
		seen[i.Item] = true
		return again
	})
	if len(in.Items) == 0 {
		return in, models.Fail(models.CodeInvalid, "error.decision.none")
	}
	if len(in.Items) > MaxBulk {
		return in, models.Fail(models.CodeInvalid, "error.decision.many", "limit", MaxBulk)
	}
	var f form
	in.Reason = f.text("reason", in.Reason, models.MaxReason)
	if in.Action.NeedsReason() {
		f.need("reason", in.Reason, "error.field.reason")
	}
	return in, f.err()
}

// pickItems loads the items and checks that the actor may decide on each as it is.
func (s *Service) pickItems(ctx context.Context, actor models.Actor, in DecideInput) ([]picked, error) {
	var picks []picked
	var changed []Changed
	for _, i := range in.Items {
		entry, err := s.ownDecision(ctx, actor, i.Item)
		if err != nil {
			return nil, err
		}
		if i.Rev != 0 && entry.Contribution().Rev != i.Rev {
			ch, err := s.changedSince(ctx, entry, i.Rev)
			if err != nil {
				return nil, err
			}
			changed = append(changed, ch)
			continue
		}
		to, err := nextStatus(in.Action, entry)
		if err != nil {
			return nil, err
		}
		picks = append(picks, picked{entry, entry.Contribution().Status, to})
	}
	if len(changed) > 0 {
		failed := models.Fail(models.CodeConflict, "error.decision.changed", "count", len(changed))
		return nil, &ChangedError{Entries: changed, err: failed}
	}
	return picks, nil
}

// ownDecision loads an item if the actor may moderate it.
func (s *Service) ownDecision(ctx context.Context, actor models.Actor, item models.Item) (models.QueueEntry, error) {
	entry, err := s.moderatedEntry(ctx, actor, item)
	if err != nil {
		return entry, err
	}
	if ownText(actor, entry.Contribution()) {
		return entry, models.Fail(models.CodeForbidden, "error.decision.own")
	}
	return entry, nil
}

// nextStatus applies the action; keeping a published text needs an open report,
// so that a form sent twice does not decide twice.
func nextStatus(action models.Action, entry models.QueueEntry) (models.Status, error) {
	c := entry.Contribution()
	open := slices.ContainsFunc(entry.Reports, func(r models.Report) bool { return r.ClosedBy == 0 })
	if action == models.ActionPublish && c.Status == models.StatusPublished && !open {
		return "", models.Fail(models.CodeConflict, "error.decision.status",
			"action", string(action), "status", string(c.Status))
	}
	return action.Next(c)
}

// changedSince compares the text as it is with the revision that was shown.
func (s *Service) changedSince(ctx context.Context, entry models.QueueEntry, rev int64) (Changed, error) {
	title, body, _ := entry.Text.Words()
	beforeTitle, before := title, body
	earlier, err := s.store.TextRevisions(ctx, entry.Item)
	if err != nil {
		return Changed{}, err
	}
	for _, e := range earlier {
		if e.Rev == rev {
			beforeTitle, before = e.Title, e.Body
		}
	}
	return Changed{entry, WordDiff(beforeTitle, title), WordDiff(before, body)}, nil
}

// byConsultation parts the items into one group for each consultation, in the
// order in which they first come up.
func byConsultation(picks []picked) (groups [][]picked) {
	place := map[string]int{}
	for _, p := range picks {
		i, ok := place[p.entry.ConsultationID]
		if !ok {
			i = len(groups)
			place[p.entry.ConsultationID] = i
			groups = append(groups, nil)
		}
		groups[i] = append(groups[i], p)
	}
	return groups
}

// writeDecision completes d with the items of one consultation and stores it.
func (s *Service) writeDecision(ctx context.Context, actor models.Actor, d models.Decision, picks []picked) (models.Decision, error) {
	c, err := s.store.Consultation(ctx, picks[0].entry.ConsultationID)
	if err != nil {
		return d, err
	}
	d.ConsultationID, d.ActorID, d.ReasonSalt = c.ID, actor.ID(), newSalt()
	var jobs []models.Job
	for _, p := range picks {
		if err := checkFrozen(c, p); err != nil {
			return d, err
		}
		job, err := s.decidedNotice(ctx, d, c.Slug, p)
		if err != nil {
			return d, err
		}
		jobs = append(jobs, job...)
		d.Items = append(d.Items, decisionItem(p))
	}
	return s.store.Decide(ctx, d, jobs)
}

func decisionItem(p picked) models.DecisionItem {
	title, body, _ := p.entry.Text.Words()
	c := p.entry.Contribution()
	return models.DecisionItem{
		Item: p.entry.Item, Rev: c.Rev, From: p.from, To: p.to,
		Digest: models.TextDigest(c.Salt, title, body),
	}
}

// checkFrozen refuses to bring in what is part of the result, or back to waiting, once that
// is sealed without it. Taking down what must go stays possible.
func checkFrozen(c models.Consultation, p picked) error {
	if !p.entry.Item.Kind.Rules().InResult || (c.State != models.StateSealed && c.State != models.StateAnswered) {
		return nil
	}
	if p.to == models.StatusPending || (p.to == models.StatusPublished && p.entry.Contribution().PublishedAt.IsZero()) {
		return models.Fail(models.CodeConflict, "error.decision.sealed")
	}
	return nil
}
