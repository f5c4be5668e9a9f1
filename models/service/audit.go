package service

import (
	"context"
	"fmt"

	"folkmoot/models"
	"folkmoot/models/sealed"
)

// onConsultation returns the entry of what the actor does to a consultation.
func onConsultation(actor models.Actor, act models.AuditAct, c models.Consultation) models.AuditEntry {
	return models.NewAuditEntry(act, actor.AuditActor(act, c.ID), models.AuditSubject{Kind: models.SubjectConsultation, ID: c.ID}, c.ID)
}

// onIdea returns the entry of what the actor does to an idea of a consultation.
func onIdea(actor models.Actor, act models.AuditAct, c models.Consultation, ideaID string) models.AuditEntry {
	return models.NewAuditEntry(act, actor.AuditActor(act, c.ID), models.AuditSubject{Kind: models.SubjectIdea, ID: ideaID}, c.ID)
}

// onParticipant returns the entry of what somebody does to an account; the store names the
// account where it is to be found first.
func onParticipant(by models.AuditActor, act models.AuditAct, id string) models.AuditEntry {
	return models.NewAuditEntry(act, by, models.AuditSubject{Kind: models.SubjectParticipant, ID: id}, "")
}

// withGrant says of which role an entry is. Its consultation is the role's.
func withGrant(e models.AuditEntry, g models.Grant) models.AuditEntry {
	e.ConsultationID = g.ConsultationID
	return e.With("role", string(g.Role))
}

// editEntry returns the entry of an edit that makes next of c.
func editEntry(actor models.Actor, c, next models.Consultation, language, reason string) models.AuditEntry {
	changes := c.SettingChanges(next)
	act := models.AuditConsultationEdited
	switch {
	case c.State == models.StateDraft:
	case !c.ClosesAt.Equal(next.ClosesAt):
		act = models.AuditClosingPutOff
	case len(changes) > 0:
		act = models.AuditRulesChanged
	}
	e := onConsultation(actor, act, c).With("language", language)
	for _, change := range changes {
		e = e.With(change.Name, change.Before+" → "+change.After)
	}
	return e.Because(reason)
}

// LogCommand adds the entry of a command that writes nothing else to the store: where to it
// was backed up or copied.
func (s *Service) LogCommand(ctx context.Context, act models.AuditAct, to string) error {
	e := models.NewAuditEntry(act, models.Host, models.AuditSubject{Kind: models.SubjectSite}, "").With("to", to)
	if err := s.store.AddAuditEntry(ctx, e); err != nil {
		return fmt.Errorf("log the command: %w", err)
	}
	return nil
}

// compareAuditLog checks the chain of the audit log, and that each text is as it was when
// its entry was added, or was erased and an entry says so.
func (s *Service) compareAuditLog(ctx context.Context) (entries int, diffs []sealed.Difference, err error) {
	for range verifyTries {
		before, err := s.store.AuditHead(ctx)
		if err != nil {
			return 0, nil, err
		}
		entries, diffs, err = s.auditDifferences(ctx, before)
		if err != nil {
			return 0, nil, fmt.Errorf("read the audit log: %w", err)
		}
		after, err := s.store.AuditHead(ctx)
		if err != nil || len(diffs) == 0 || before == after {
			return entries, diffs, err
		}
	}
	return 0, nil, models.Fail(models.CodeUnavailable, "error.verify.busy")
}

func (s *Service) auditDifferences(ctx context.Context, head models.AuditHead) (entries int, diffs []sealed.Difference, err error) {
	chain := sealed.Chain{Of: "entry"}
	var unsaid []string // erased texts of which no entry says so yet
	named := func(seq, name string) string { return fmt.Sprintf("entry %s: %s", seq, name) }
	said := map[string]bool{}
	err = s.store.EachAuditEntry(ctx, func(e models.AuditEntry) error {
		entries++
		chain.Add(e.Seq, e.PrevHash, e.Hash, e.ChainHash())
		for _, t := range e.Texts {
			where := named(fmt.Sprint(e.Seq), t.Name)
			if t.Salt == "" && t.Text == "" {
				unsaid = append(unsaid, where)
				continue
			}
			diffs = sealed.Compare(diffs, where, t.Digest, models.AuditTextDigest(t.Salt, t.Name, t.Text))
		}
		if seq, names, ok := e.Erased(); ok {
			for _, name := range names {
				said[named(seq, name)] = true
			}
		}
		return nil
	})
	for _, where := range unsaid {
		if !said[where] {
			diffs = append(diffs, sealed.Difference{Where: where, Want: "an entry that says that it was erased", Got: "missing"})
		}
	}
	diffs = append(diffs, chain.Finish(head.Length, head.Hash)...)
	for n, d := range diffs {
		diffs[n].Where = "audit log: " + d.Where
	}
	return entries, diffs, err
}
