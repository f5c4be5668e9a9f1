package service

import (
	"context"
	"strconv"

	"folkmoot/models"
)

// Queue reads one page of what waits or is reported in the consultations that
// the actor moderates, the oldest first, with the signed cursor of the next page
// and the number of all rows.
func (s *Service) Queue(ctx context.Context, actor models.Actor, after string) (rows []models.QueueEntry, next string, total int64, err error) {
	if err := models.Require(actor.Participant, models.MayModerate, ""); err != nil {
		return nil, "", 0, err
	}
	filter := models.QueueFilter{Limit: staffPage}
	filter.ConsultationIDs, _ = actor.Participant.Scope(models.RoleModerator)
	if filter.After, err = s.staffCursor("queue", after); err != nil {
		return nil, "", 0, err
	}
	rows, cursor, err := s.store.Queue(ctx, filter)
	if err != nil {
		return nil, "", 0, err
	}
	total, err = s.store.QueueLength(ctx, filter)
	return rows, s.staffNext("queue", cursor), total, err
}

// QueueLength counts what waits for the actor, 0 for who moderates nothing.
func (s *Service) QueueLength(ctx context.Context, actor models.Actor) (int64, error) {
	if !actor.Participant.Has(models.RoleModerator, "") {
		return 0, nil
	}
	ids, _ := actor.Participant.Scope(models.RoleModerator)
	return s.store.QueueLength(ctx, models.QueueFilter{ConsultationIDs: ids})
}

// OwnText tells whether the actor wrote it, so that somebody else must decide:
// as a participant, in this browser (whatever account took it over since), or with
// the address of their account.
func OwnText(actor models.Actor, c models.Contribution) bool {
	if c.OwnedBy(actor.Author()) || c.Guest != "" && c.Guest == actor.Guest {
		return true
	}
	p := actor.Participant
	return p != nil && p.AddressKey != "" && (c.AddressKey == p.AddressKey || AddressKey(c.Address) == p.AddressKey)
}

// DecisionView is one link of the chain as staff read it.
type DecisionView struct {
	Decision models.Decision
	Actor    string // "Moderator 1", or a key: "author", "import", "organiser" …
	Number   int    // of the moderator; 0 for all others
	CanUndo  bool
}

// Decisions lists the decisions of a consultation from the Seq after after, the
// oldest first, at most 100. CodeNotFound for a draft, unless the actor organises it.
func (s *Service) Decisions(ctx context.Context, actor models.Actor, slug string, after int64) ([]DecisionView, error) {
	c, err := s.forStaff(ctx, actor, models.MayModerate, slug)
	if err != nil {
		return nil, err
	}
	if !c.Public() && !actor.Participant.Has(models.RoleOrganiser, c.ID) {
		return nil, models.Fail(models.CodeNotFound, "error.consultation.unknown")
	}
	list, err := s.store.Decisions(ctx, c.ID, max(after, 0), 100)
	if err != nil {
		return nil, err
	}
	last, err := s.lastDecided(ctx, c.ID, max(after, 0))
	if err != nil {
		return nil, err
	}
	views, names := make([]DecisionView, len(list)), map[string]DecisionView{}
	for i, d := range list {
		if views[i], err = s.whoDecided(ctx, d, names); err != nil {
			return nil, err
		}
		views[i].Decision, views[i].CanUndo = d, checkUndo(d, last) == nil
	}
	return views, nil
}

// whoDecided names the actor of d without telling who it is; names remembers.
func (s *Service) whoDecided(ctx context.Context, d models.Decision, names map[string]DecisionView) (DecisionView, error) {
	switch {
	case d.Action == models.ActionImport:
		return DecisionView{Actor: "import"}, nil
	case d.Action == models.ActionWithdraw || d.ActorID == "":
		return DecisionView{Actor: "author"}, nil
	}
	if v, ok := names[d.ActorID]; ok {
		return v, nil
	}
	p, err := s.store.Participant(ctx, d.ActorID)
	if err != nil && !models.IsNotFound(err) {
		return DecisionView{}, err
	}
	v := DecisionView{Actor: string(models.RoleModerator), Number: p.Number}
	if p.Number > 0 {
		v.Actor = "Moderator " + strconv.Itoa(p.Number)
	}
	names[d.ActorID] = v
	return v, nil
}

// eachDecision streams the chain from the Seq after after.
func (s *Service) eachDecision(ctx context.Context, consultationID string, after int64, fn func(models.Decision) error) error {
	const batch = 500
	for {
		list, err := s.store.Decisions(ctx, consultationID, after, batch)
		if err != nil {
			return err
		}
		for _, d := range list {
			if err := fn(d); err != nil {
				return err
			}
			after = d.Seq
		}
		if len(list) < batch {
			return nil
		}
	}
}
