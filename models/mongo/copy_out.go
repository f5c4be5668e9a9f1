package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// CopyOut implements models.CopyStore.
func (s *Store) CopyOut(ctx context.Context, kind models.CopyKind, after string, fn func(models.CopyRecord) error) error {
	o := outlet{s.read(ctx), after, fn}
	switch kind {
	case models.CopySite:
		return s.siteOut(ctx, o)
	case models.CopyConsultations:
		return byID(o, "consultations", func(d consultation) (models.CopyRecord, error) {
			return models.CopiedConsultation{Consultation: d.model(), ReplySeq: d.ReplySeq}, nil
		})
	case models.CopyRevisions:
		return byID(o, "revisions", func(d revision) (models.CopyRecord, error) {
			return models.CopiedRevision{ConsultationRevision: d.ConsultationRevision, N: d.N}, nil
		})
	case models.CopyParticipants:
		return plain(o, "participants", func(d participant) models.CopyRecord { return models.CopiedParticipant{Participant: d.Participant} })
	case models.CopySessions:
		return plain(o, "sessions", func(d session) models.CopyRecord { return models.CopiedSession{Session: d.Session} })
	case models.CopyLinks:
		return s.linksOut(o)
	case models.CopyReports:
		return plain(o, "reports", func(d report) models.CopyRecord { return models.CopiedReport{Report: d.Report} })
	case models.CopySealed:
		return byID(o, "sealed", func(d sealed) (models.CopyRecord, error) {
			v, err := s.assembled(ctx, d, partFull, partPublic)
			return models.CopiedSealed{Sealed: v}, err
		})
	case models.CopyResponses:
		return byID(o, "ideas", func(d idea) (models.CopyRecord, error) {
			if d.Response == nil {
				return nil, nil
			}
			return models.CopiedResponse{Response: *d.Response, ConsultationID: d.C}, nil
		})
	case models.CopyJobs:
		return plain(o, "jobs", func(d job) models.CopyRecord { return models.CopiedJob{Job: d.Job} })
	case models.CopyAudit:
		return plain(o, "audit", func(d auditEntry) models.CopyRecord { return models.CopiedAuditEntry{AuditEntry: d.AuditEntry} })
	}
	return s.itemsOut(o, kind)
}

// itemsOut is CopyOut for what people write, vote and decide.
func (s *Store) itemsOut(o outlet, kind models.CopyKind) error {
	switch kind {
	case models.CopyIdeas:
		return byID(o, "ideas", func(d idea) (models.CopyRecord, error) {
			d.Response = nil
			return models.CopiedIdea{Idea: d.Idea, CopiedStanding: d.CopiedStanding}, nil
		})
	case models.CopyReplies:
		return byID(o, "replies", func(d reply) (models.CopyRecord, error) {
			return models.CopiedReply{Reply: d.Reply, CopiedStanding: d.CopiedStanding}, nil
		})
	case models.CopyWordings:
		return byID(o, "wordings", func(d wording) (models.CopyRecord, error) {
			return models.CopiedWording{TextRevision: d.TextRevision, ConsultationID: d.C}, nil
		})
	case models.CopyVotes:
		return plain(o, "votes", func(d vote) models.CopyRecord { return models.CopiedVote{Vote: d.Vote} })
	case models.CopyDecisions:
		return byID(o, "decisions", func(d decision) (models.CopyRecord, error) {
			r := models.CopiedDecision{Decision: d.Decision}
			items, err := decidedIn(o.r, d.C, d.Seq, d.Seq)
			for _, it := range items {
				r.Items, r.Waited = append(r.Items, it.DecisionItem), append(r.Waited, it.Waited)
			}
			return r, err
		})
	}
	return fmt.Errorf("copy: no kind %q", kind)
}

// outlet hands on the records of one kind that come after a key.
type outlet struct {
	r     engine.Reader
	after string
	fn    func(models.CopyRecord) error
}

// plain is byID for documents that are records as they are.
func plain[T any](o outlet, coll string, record func(T) models.CopyRecord) error {
	return byID(o, coll, func(d T) (models.CopyRecord, error) { return record(d), nil })
}

// byID hands on the documents of a collection by their _id, as record makes them.
func byID[T any](o outlet, coll string, record func(T) (models.CopyRecord, error)) error {
	q := engine.Query{Coll: coll, Filter: eq("_id", eq("$gt", o.after)), Sort: eq("_id", 1)}
	return engine.Each(o.r, q, func(d T) error {
		r, err := record(d)
		if err != nil || r == nil {
			return err
		}
		return o.fn(r)
	})
}

func (s *Store) siteOut(ctx context.Context, o outlet) error {
	var r models.CopiedSite
	if o.after >= r.CopyKey() {
		return nil
	}
	var errs [4]error
	r.Secret, errs[0] = s.Secret(ctx)
	r.Demo, errs[1] = s.Demo(ctx)
	r.Audit, errs[2] = s.AuditHead(ctx)
	r.Settings, errs[3] = s.SiteSettings(ctx)
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	return o.fn(r)
}

// linksOut hands on links with the ends that ballots have from their consultations.
func (s *Store) linksOut(o outlet) error {
	list, err := engine.All[consultation](o.r, engine.Query{Coll: "consultations", Fields: eq("closesat", 1)})
	if err != nil {
		return err
	}
	closes := map[string]time.Time{}
	for _, c := range list {
		closes[c.Doc.ID] = c.ClosesAt
	}
	return byID(o, "links", func(d link) (models.CopyRecord, error) {
		return models.CopiedLink{Link: d.model(closes[d.ConsultationID])}, nil
	})
}
