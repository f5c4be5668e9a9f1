package mongo

import (
	"context"
	"fmt"
	"slices"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// batch gathers new documents by collection.
type batch struct {
	colls []string // in the order in which they came up
	docs  map[string][]engine.Document
}

// add gathers a document. One that is there already when it is sent stays as it is.
func (b *batch) add(coll string, docs ...engine.Document) {
	if b.docs == nil {
		b.docs = map[string][]engine.Document{}
	}
	if b.docs[coll] == nil {
		b.colls = append(b.colls, coll)
	}
	b.docs[coll] = append(b.docs[coll], docs...)
}

func (b *batch) addIdea(d idea) {
	b.add("ideas", d)
	if d.Status == models.StatusPublished {
		b.add("search", ideaWords(d))
	}
}

func (b *batch) addReply(d reply) {
	b.add("replies", d)
	if d.Status == models.StatusPublished {
		b.add("search", replyWords(d))
	}
}

// send adds what has gathered, in steps that may be repeated.
func (b *batch) send(ctx context.Context, db *engine.DB) error {
	for _, coll := range b.colls {
		for part := range slices.Chunk(b.docs[coll], engine.BatchSize) {
			if err := db.InsertMany(ctx, coll, part); err != nil {
				return err
			}
		}
	}
	return nil
}

// copyIn gathers the documents that a record becomes.
func (s *Store) copyIn(ctx context.Context, b *batch, r models.CopyRecord) error {
	switch r := r.(type) {
	case models.CopiedSite:
		return s.copySite(ctx, r)
	case models.CopiedConsultation:
		copyConsultation(b, r)
	case models.CopiedRevision:
		b.add("revisions", newRevision(r.ConsultationRevision, r.N))
	case models.CopiedParticipant:
		if r.AddressKey != "" {
			b.add("addresses", addressee{Doc{ID: r.AddressKey}, r.ID})
		}
		b.add("participants", newParticipant(r.Participant))
	case models.CopiedSession:
		b.add("sessions", newSession(r.Session))
	case models.CopiedLink:
		b.add("links", newLink(r.Link))
	case models.CopiedIdea:
		copyIdea(b, r)
	case models.CopiedReply:
		copyReply(b, r)
	case models.CopiedWording:
		b.add("wordings", newWording(r.TextRevision, r.ConsultationID))
	case models.CopiedVote:
		b.add("votes", newVote(r.Vote))
	case models.CopiedDecision:
		doc, items := newDecision(r.Decision, r.Waited)
		b.add("decided", items...)
		b.add("decisions", doc)
	case models.CopiedReport:
		b.add("reports", newReport(r.Report))
	case models.CopiedSealed:
		return s.sealedIn(ctx, r.Sealed)
	case models.CopiedResponse:
		idea := eq("c", r.ConsultationID, "_id", r.IdeaID)
		_, err := s.db.UpdateOne(ctx, "ideas", idea, eq("$set", eq("response", r.Response)))
		return err
	case models.CopiedJob:
		b.add("jobs", newJob(r.Job))
	case models.CopiedAuditEntry:
		b.add("audit", newAuditEntry(r.AuditEntry))
	default:
		return fmt.Errorf("copy: no place for a %T", r)
	}
	return nil
}

func (s *Store) copySite(ctx context.Context, r models.CopiedSite) error {
	_, err := s.db.UpdateOne(ctx, "site", eq("_id", secretID), eq("$set", eq("value", r.Secret)))
	if err == nil && r.Audit.Length > 0 {
		_, err = s.db.InsertOne(ctx, "site", auditHead{Doc{ID: auditID}, r.Audit})
	}
	if err == nil && r.Settings.Version > 0 {
		_, err = s.db.InsertOne(ctx, "site", siteSettings{Doc{ID: settingsID}, r.Settings})
	}
	if err == nil && r.Demo {
		_, err = s.db.InsertOne(ctx, "site", Doc{ID: demoID})
	}
	return err
}

// copyConsultation adds it with what keeps its slug and its source for it.
func copyConsultation(b *batch, r models.CopiedConsultation) {
	d := newConsultation(r.Consultation)
	d.Consultation, d.ReplySeq = r.Consultation, r.ReplySeq
	d.Consultation.Texts = nil
	b.add("reservations", reservation{Doc{ID: slugKey(d.Slug)}, r.ID})
	if d.SourceID != "" {
		b.add("reservations", reservation{Doc{ID: sourceKey(d.Source, d.SourceID)}, r.ID})
	}
	b.add("consultations", d)
	b.add("search", consultationWords(d))
}

// newStanding returns an item its place with moderators.
func newStanding(item models.Item, r models.CopiedStanding) Standing {
	s := Standing{CopiedStanding: r}
	if r.Queued {
		s.Queue = key(r.Since, item.String())
	}
	return s
}

func copyIdea(b *batch, r models.CopiedIdea) {
	d := newIdea(r.Idea)
	d.FirstVote, d.Tally, d.ReplyCount = r.FirstVote, r.Tally, r.ReplyCount
	d.Standing = newStanding(d.Item(), r.CopiedStanding)
	b.addIdea(d)
}

func copyReply(b *batch, r models.CopiedReply) {
	d := newReply(r.Reply)
	d.Standing = newStanding(d.Item(), r.CopiedStanding)
	b.addReply(d)
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
