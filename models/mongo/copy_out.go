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
	return query{coll: coll, filter: eq("_id", eq("$gt", after)), sort: eq("_id", 1)}
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

// record is where an item is with moderators, as it is copied.
func (s standing) record() models.CopiedStanding {
	r := models.CopiedStanding{DecidedAt: s.DecidedAt, LastSeq: s.LastSeq}
	if s.Queue != "" {
		r.Queued, r.Waits, r.Since = true, s.Waits, s.Since
	}
	return r
}

func ideaOut(d idea) models.CopyRecord {
	return models.CopiedIdea{Idea: d.model(), CopiedStanding: d.Standing.record()}
}

func replyOut(d reply) models.CopyRecord {
	return models.CopiedReply{Reply: d.model(0), CopiedStanding: d.Standing.record()}
}

// wordingsOut leaves out what an edit that came to nothing has left.
func (s *Store) wordingsOut(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
	return each(ctx, s, afterID("wordings", after), func(d wording) error {
		item, err := models.ParseItem(d.Item)
		if err != nil {
			return err
		}
		now, found, err := first[contribution](ctx, s, collOf(item.Kind), eq("c", d.C, "_id", item.ID), nil, eq("rev", 1))
		if err != nil || !found || d.Rev >= now.Rev {
			return err
		}
		text := models.TextRevision{Item: item, Rev: d.Rev, Title: d.Title, Body: d.Body, At: d.At}
		return fn(models.CopiedWording{TextRevision: text, ConsultationID: d.C})
	})
}

// votesOut gives of each the entry that stands.
func (s *Store) votesOut(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
	closing, err := s.closingTimes(ctx)
	if err != nil {
		return err
	}
	return each(ctx, s, afterID("votes", after), func(d vote) error {
		v, ok := d.standing(closing[d.Vote.ConsultationID])
		if !ok {
			return nil
		}
		return fn(models.CopiedVote{Vote: v})
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

func (s *Store) decisionsOut(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
	return s.eachConsultation(ctx, func(c consultation) error {
		if decisionID(c.ID, c.ChainLength) <= after {
			return nil
		}
		chain := eq("c", c.ID, "seq", eq("$gt", int64(0), "$lte", c.ChainLength))
		q := query{coll: "decisions", filter: chain, sort: eq("seq", 1), fields: withoutMoves}
		return each(ctx, s, q, func(d decision) error {
			d, err := s.whole(ctx, d)
			if err != nil {
				return err
			}
			waited := mapped(d.Items, func(i decisionItem) int64 { return i.Waited })
			return fn(models.CopiedDecision{Decision: d.model(), Waited: waited})
		})
	})
}

// reportsOut adds which decision closed a report: the first on its item that came after it.
func (s *Store) reportsOut(ctx context.Context, after string, fn func(models.CopyRecord) error) error {
	return each(ctx, s, afterID("reports", after), func(d report) error {
		r := d.model()
		at, _, err := first[subject](ctx, s, collOf(d.Kind), eq("c", d.C, "_id", d.ItemID), nil, eq("lastSeq", 1))
		if err == nil && at.Standing.LastSeq > d.After {
			r.ClosedBy, err = s.firstOn(ctx, d)
		}
		return errorOr(err, func() error { return fn(models.CopiedReport{Report: r}) })
	})
}

// firstOn gives the first decision on a report's item after the report.
func (s *Store) firstOn(ctx context.Context, r report) (seq int64, err error) {
	q := query{
		coll: "decisions", filter: eq("c", r.C, "seq", eq("$gt", r.After)), sort: eq("seq", 1),
		fields: eq("seq", 1, "c", 1, "parts", 1, "items.kind", 1, "items.id", 1),
	}
	return seq, each(ctx, s, q, func(d decision) error {
		d, err := s.whole(ctx, d)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(d.Items, func(i decisionItem) bool { return i.Kind == r.Kind && i.ID == r.ItemID }) {
			return nil
		}
		seq = d.Seq
		return errEnough
	})
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
