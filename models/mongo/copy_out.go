package mongo

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"folkmoot/models"
)

// outlet hands on what comes after a key, in one kind.
type outlet func(ctx context.Context, after string, fn func(models.CopyRecord) error) error

// CopyOut implements models.CopyStore.
func (s *Store) CopyOut(ctx context.Context, kind models.CopyKind, after string, fn func(models.CopyRecord) error) error {
	out := s.outletOf(kind)
	if out == nil {
		return fmt.Errorf("copy: no kind %q", kind)
	}
	return out(ctx, after, func(r models.CopyRecord) error {
		if r.CopyKey() <= after { // kinds of which there are few are read from their beginning
			return nil
		}
		return fn(r)
	})
}

func (s *Store) outletOf(kind models.CopyKind) outlet {
	switch kind {
	case models.CopySite:
		return s.siteOut
	case models.CopyConsultations:
		return byID(s, "consultations", consultationOut)
	case models.CopyRevisions:
		return s.revisionsOut
	case models.CopyParticipants:
		return byID(s, "participants", participantOut)
	case models.CopySessions:
		return byID(s, "sessions", sessionOut)
	case models.CopyLinks:
		return s.linksOut
	case models.CopyIdeas:
		return byID(s, "ideas", ideaOut)
	case models.CopyReplies:
		return byID(s, "replies", replyOut)
	case models.CopyWordings:
		return s.wordingsOut
	case models.CopyVotes:
		return s.votesOut
	case models.CopyDecisions:
		return s.decisionsOut
	case models.CopyReports:
		return s.reportsOut
	case models.CopySealed:
		return s.sealedOut
	case models.CopyDownloads:
		return s.downloadsOut
	case models.CopyResponses:
		return byID(s, "responses", responseOut)
	case models.CopyJobs:
		return s.jobsOut
	}
	return nil
}

// byID hands on the documents of a collection by their _id, as record makes them.
func byID[T any](s *Store, coll string, record func(T) models.CopyRecord) outlet {
	return func(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
		return each(ctx, s, afterID(coll, after), func(d T) error { return fn(record(d)) })
	}
}

func afterID(coll, after string) query {
	return query{coll: coll, filter: eq("_id", eq("$gt", after)), sort: eq("_id", 1), batch: batchSize}
}

func (s *Store) siteOut(ctx context.Context, _ string, fn func(models.CopyRecord) error) error {
	secret, err := s.Secret(ctx)
	if err != nil {
		return err
	}
	marked, err := s.Demo(ctx)
	return errorOr(err, func() error { return fn(models.CopiedSite{Secret: secret, Demo: marked}) })
}

func consultationOut(d consultation) models.CopyRecord {
	return models.CopiedConsultation{Consultation: d.model(), ReplySeq: d.ReplySeq}
}

// revisionsOut counts the edits of each consultation.
func (s *Store) revisionsOut(ctx context.Context, _ string, fn func(models.CopyRecord) error) error {
	var r models.CopiedRevision
	return each(ctx, s, query{coll: "revisions", filter: eq(), sort: eq("_id", 1)}, func(d revision) error {
		n := r.N + 1
		if d.C != r.ConsultationID {
			n = 1
		}
		edit, err := d.model()
		r = models.CopiedRevision{ConsultationRevision: edit, N: n}
		return errorOr(err, func() error { return fn(r) })
	})
}

func participantOut(d participant) models.CopyRecord {
	return models.CopiedParticipant{Participant: d.model()}
}

func sessionOut(d session) models.CopyRecord { return models.CopiedSession{Session: d.model()} }

func (s *Store) linksOut(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
	closing, err := s.closingTimes(ctx)
	if err != nil {
		return err
	}
	return byID(s, "links", func(d link) models.CopyRecord {
		var closes time.Time
		if d.Purpose == models.PurposeBallot {
			closes = closing[d.ConsultationID]
		}
		l := d.model(closes)
		if l.Choices == nil {
			l.Choices = []models.ChosenVote{}
		}
		return models.CopiedLink{Link: l}
	})(ctx, after, fn)
}

// closingTimes gives when each consultation closes.
func (s *Store) closingTimes(ctx context.Context) (map[string]time.Time, error) {
	times := map[string]time.Time{}
	return times, each(ctx, s, query{coll: "consultations", filter: eq(), fields: eq("closesAt", 1)}, func(c consultation) error {
		times[c.ID] = c.ClosesAt
		return nil
	})
}

// eachConsultation calls fn for each by id, without texts.
func (s *Store) eachConsultation(ctx context.Context, fn func(consultation) error) error {
	list, err := all[consultation](ctx, s, query{coll: "consultations", filter: eq(), sort: eq("_id", 1), fields: withoutTexts})
	for _, c := range list {
		if err == nil {
			err = fn(c)
		}
	}
	return err
}

func (s *Store) sealedOut(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
	return s.eachConsultation(ctx, func(c consultation) error {
		for n, op := range c.SealedOps {
			key := models.CopiedSealed{Sealed: models.Sealed{ConsultationID: c.ID, Version: n + 1}}.CopyKey()
			if key <= after {
				continue
			}
			v, err := s.sealedBy(ctx, op, partFull, partPublic)
			if err != nil {
				return err
			}
			if err = fn(models.CopiedSealed{Sealed: v}); err != nil {
				return err
			}
		}
		return nil
	})
}

// downloadsOut counts those of one person at one time.
func (s *Store) downloadsOut(ctx context.Context, _ string, fn func(models.CopyRecord) error) error {
	list, err := all[download](ctx, s, query{coll: "downloads", filter: eq()})
	if err != nil {
		return err
	}
	slices.SortFunc(list, func(a, b download) int {
		return cmp.Or(cmp.Compare(a.C, b.C), cmp.Compare(a.Version, b.Version), a.At.Compare(b.At),
			cmp.Compare(a.Participant, b.Participant), cmp.Compare(a.ID, b.ID))
	})
	var last models.CopiedDownload
	for _, d := range list {
		r := models.CopiedDownload{ConsultationID: d.C, Version: d.Version, ParticipantID: d.Participant, At: d.At, N: last.N}
		if r != last {
			r.N = 0
		}
		r.N++
		if err := fn(r); err != nil {
			return err
		}
		last = r
	}
	return nil
}

func responseOut(d response) models.CopyRecord {
	return models.CopiedResponse{Response: *d.model(), ConsultationID: d.C}
}

func (s *Store) jobsOut(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
	return each(ctx, s, afterID("jobs", after), func(d job) error {
		j, err := d.model()
		return errorOr(err, func() error { return fn(models.CopiedJob{Job: j}) })
	})
}
