package mongo

import (
	"context"
	"fmt"
	"slices"

	"folkmoot/models"
)

// batch gathers new documents by collection, in the order in which these came up.
type batch struct{ colls []*gathered }

type gathered struct {
	name string
	docs []any
}

// add gathers a document. One that is there already when it is sent stays as it is.
func (b *batch) add(coll string, doc any) {
	at := slices.IndexFunc(b.colls, func(g *gathered) bool { return g.name == coll })
	if at < 0 {
		at, b.colls = len(b.colls), append(b.colls, &gathered{name: coll})
	}
	b.colls[at].docs = append(b.colls[at].docs, doc)
}

// copyIn gathers the documents that a record becomes.
func (s *Store) copyIn(ctx context.Context, b *batch, r models.CopyRecord) error {
	switch r := r.(type) {
	case models.CopiedSite:
		return s.siteIn(ctx, r)
	case models.CopiedConsultation:
		consultationIn(b, r)
	case models.CopiedRevision:
		b.add("revisions", newRevision(r.ConsultationRevision, r.N))
	case models.CopiedParticipant:
		if r.AddressKey != "" {
			b.add("addresses", addressee{r.AddressKey, r.ID})
		}
		b.add("participants", newParticipant(r.Participant))
	case models.CopiedSession:
		b.add("sessions", session{r.TokenHash, r.ParticipantID, r.CreatedAt, r.ExpiresAt})
	case models.CopiedLink:
		b.add("links", newLink(r.Link))
	case models.CopiedIdea:
		ideaIn(b, r)
	case models.CopiedReply:
		replyIn(b, r)
	case models.CopiedWording:
		w := wording{C: r.ConsultationID, Item: r.Item.String(), Rev: r.Rev, Title: r.Title, Body: r.Body, At: r.At}
		w.ID = wordingID(w.Item, w.Rev)
		b.add("wordings", w)
	case models.CopiedVote:
		b.add("votes", newVote(r.Vote))
	case models.CopiedDecision:
		doc, items := newDecision(r.Decision, r.Waited)
		for _, it := range items {
			b.add("decided", it)
		}
		b.add("decisions", doc)
	case models.CopiedReport:
		b.add("reports", newReport(r.Report))
	case models.CopiedSealed:
		return s.sealedIn(ctx, r.Sealed)
	case models.CopiedResponse:
		b.add("responses", newResponse(r.Response, r.ConsultationID))
	case models.CopiedJob:
		b.add("jobs", newJob(r.Job))
	case models.CopiedAuditEntry:
		b.add("audit", newAuditEntry(r.AuditEntry))
	default:
		return fmt.Errorf("copy: no place for a %T", r)
	}
	return nil
}

func (s *Store) siteIn(ctx context.Context, r models.CopiedSite) error {
	_, err := s.db.UpdateOne(ctx, "site", eq("_id", secretID), eq("$set", eq("value", r.Secret)))
	if err == nil && r.Audit.Length > 0 {
		_, err = s.db.InsertOne(ctx, "site", auditHead{auditID, r.Audit.Length, r.Audit.Hash})
	}
	if err == nil && r.Settings.Version > 0 {
		_, err = s.db.InsertOne(ctx, "site", siteSettings{settingsID, toJSON(r.Settings)})
	}
	if err == nil && r.Demo {
		_, err = s.db.InsertOne(ctx, "site", marker{demoID})
	}
	return err
}

// consultationIn adds it with what keeps its slug and its source for it.
func consultationIn(b *batch, r models.CopiedConsultation) {
	d := newConsultation(r.Consultation)
	d.Rev, d.Version, d.VoteSeq, d.ReplySeq = r.Rev, r.Version, r.VoteSeq, r.ReplySeq
	d.IdeaCount, d.ReplyCount, d.VoterCount = r.IdeaCount, r.ReplyCount, r.VoterCount
	d.ChainLength, d.ChainHead = r.ChainLength, r.ChainHead
	b.add("reservations", reservation{slugKey(d.Slug), d.ID})
	if d.SourceID != "" {
		b.add("reservations", reservation{sourceKey(d.Source, d.SourceID), d.ID})
	}
	b.add("consultations", d)
	b.add("search", consultationWords(d))
}

// standingIn returns an item its place with moderators.
func (s *Standing) standingIn(item models.Item, r models.CopiedStanding) {
	s.DecidedAt, s.LastSeq = r.DecidedAt, r.LastSeq
	if r.Queued {
		s.enqueue(item, r.Since, r.Waits)
	}
}

func ideaIn(b *batch, r models.CopiedIdea) {
	d := newIdea(r.Idea)
	d.FirstVote, d.Tally, d.ReplyCount = r.FirstVote, tally(r.Tally), r.ReplyCount
	d.standingIn(d.item(), r.CopiedStanding)
	b.add("ideas", d)
	if d.Status == models.StatusPublished {
		b.add("search", ideaWords(d))
	}
}

func replyIn(b *batch, r models.CopiedReply) {
	d := newReply(r.Reply)
	d.standingIn(d.item(), r.CopiedStanding)
	b.add("replies", d)
	if d.Status == models.StatusPublished {
		b.add("search", replyWords(d))
	}
}

// sealedIn adds a sealed version with its files.
func (s *Store) sealedIn(ctx context.Context, v models.Sealed) error {
	d := newSealed(v, fmt.Sprintf("copy %s %d", v.ConsultationID, v.Version))
	if err := s.keepFiles(ctx, d.Op, v); err != nil {
		return err
	}
	_, err := s.db.InsertOne(ctx, "sealed", d)
	return err
}
