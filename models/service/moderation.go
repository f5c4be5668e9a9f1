package service

import (
	"context"
	"slices"
	"strconv"

	"folkmoot/models"
)

// QueueItem is one text as a moderator sees it.
type QueueItem struct {
	Entry models.QueueEntry
	Own   bool // the actor wrote it, so that somebody else must decide
	Alike bool // the name under which it stands could pass for that of staff
}

// forModerator returns entries as the actor sees them.
func (s *Service) forModerator(ctx context.Context, actor models.Actor, entries ...models.QueueEntry) ([]QueueItem, error) {
	if len(entries) == 0 {
		return nil, nil
	}
	staff, err := s.staffNames(ctx)
	items := make([]QueueItem, len(entries))
	for n, e := range entries {
		c := e.Contribution()
		items[n] = QueueItem{Entry: e, Own: ownText(actor, c), Alike: looksLikeStaff(c, staff)}
	}
	return items, err
}

// QueuePage is one page of the queue.
type QueuePage struct {
	Items []QueueItem
	Next  string // signed cursor of the next page, "" at the end
	Total int64  // on all pages
}

// Queue returns one page of what waits or is reported in the consultations that the
// actor moderates, the oldest first; after is the Next of the page before.
func (s *Service) Queue(ctx context.Context, actor models.Actor, after string) (QueuePage, error) {
	if err := models.Require(actor.Participant, models.MayModerate, ""); err != nil {
		return QueuePage{}, err
	}
	filter := models.QueueFilter{Limit: staffPage}
	filter.ConsultationIDs, _ = actor.Participant.Scope(models.RoleModerator)
	var err error
	if filter.Except, err = s.otherDrafts(ctx, actor); err != nil {
		return QueuePage{}, err
	}
	if filter.After, err = s.staffCursor("queue", after); err != nil {
		return QueuePage{}, err
	}
	entries, cursor, err := s.store.Queue(ctx, filter)
	if err != nil {
		return QueuePage{}, err
	}
	page := QueuePage{Next: s.staffNext("queue", cursor)}
	if page.Items, err = s.forModerator(ctx, actor, entries...); err != nil {
		return QueuePage{}, err
	}
	page.Total, err = s.store.QueueLength(ctx, filter)
	return page, err
}

// QueueLength counts what waits for the actor, 0 for who moderates nothing.
func (s *Service) QueueLength(ctx context.Context, actor models.Actor) (int64, error) {
	if !actor.Participant.Has(models.RoleModerator, "") {
		return 0, nil
	}
	ids, _ := actor.Participant.Scope(models.RoleModerator)
	drafts, err := s.otherDrafts(ctx, actor)
	if err != nil {
		return 0, err
	}
	return s.store.QueueLength(ctx, models.QueueFilter{ConsultationIDs: ids, Except: drafts})
}

// otherDrafts lists the drafts that the actor may not see, whose imported texts wait until
// they open.
func (s *Service) otherDrafts(ctx context.Context, actor models.Actor) (ids []string, err error) {
	f := models.ConsultationFilter{States: []models.State{models.StateDraft}, Limit: 100}
	for {
		list, next, err := s.store.Consultations(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, c := range list {
			if !mayRead(actor, c) {
				ids = append(ids, c.ID)
			}
		}
		if f.After = next; next == "" {
			return ids, nil
		}
	}
}

// ownText reports whether the actor wrote it, so that somebody else must decide: as a
// participant, or in this browser, whatever account took it over since. An address that
// somebody typed with it makes nobody its author (design: typing an address proves nothing).
func ownText(actor models.Actor, c models.Contribution) bool {
	return c.OwnedBy(actor.Author()) || c.Guest != "" && c.Guest == actor.Guest
}

// DecisionView is one link of the chain as staff read it.
type DecisionView struct {
	Decision models.Decision
	Actor    string // "Moderator 1", or a key: "author", "import", "organiser" …
	Number   int    // of the moderator; 0 for all others
	CanUndo  bool
}

// DecisionLog is one page of the decisions of a consultation, the newest first.
type DecisionLog struct {
	Consultation models.Consultation
	Decisions    []DecisionView
	Older        int64 // the before of the next page; 0: there is none
}

// decisionsPage is how many decisions one page of the log holds.
const decisionsPage = 100

// Decisions returns the decisions of a consultation before the Seq before (0, or
// one that is not there yet: from the newest on), at most 100. CodeNotFound for a
// draft, unless the actor organises it.
func (s *Service) Decisions(ctx context.Context, actor models.Actor, slug string, before int64) (DecisionLog, error) {
	c, err := s.forStaff(ctx, actor, models.MayModerate, slug)
	if err != nil {
		return DecisionLog{}, err
	}
	if before <= 0 || before > c.ChainLength {
		before = c.ChainLength + 1
	}
	after := max(0, before-1-decisionsPage)
	list, err := s.store.Decisions(ctx, c.ID, after, max(1, int(before-1-after)))
	if err != nil {
		return DecisionLog{}, err
	}
	last, err := s.lastDecided(ctx, c.ID, after)
	if err != nil {
		return DecisionLog{}, err
	}
	log, names := DecisionLog{Consultation: c}, map[string]DecisionView{}
	for _, d := range slices.Backward(list) {
		v, err := s.whoDecided(ctx, d, names)
		if err != nil {
			return DecisionLog{}, err
		}
		v.Decision, v.CanUndo = d, checkUndo(d, last) == nil
		log.Decisions = append(log.Decisions, v)
	}
	if after > 0 {
		log.Older = after + 1
	}
	return log, nil
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
