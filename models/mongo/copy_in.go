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

func (s *Store) sealedIn(ctx context.Context, v models.Sealed) error {
	d := newSealed(v, fmt.Sprintf("copy %s %d", v.ConsultationID, v.Version))
	if err := s.keepFiles(ctx, d.Op, v); err != nil {
		return err
	}
	_, err := s.db.InsertOne(ctx, "sealed", d)
	return err
}

// FinishCopy implements models.CopyStore: what is counted in documents of its own is
// made anew from what was copied.
func (s *Store) FinishCopy(ctx context.Context) error {
	list, err := engine.All[Doc](s.read(ctx), engine.Query{Coll: "consultations", Sort: eq("_id", 1), Fields: eq("_id", 1)})
	for _, c := range list {
		if err == nil {
			err = s.recount(ctx, c.ID)
		}
		if err == nil {
			err = s.recountVoices(ctx, c.ID)
		}
	}
	return err
}

// recount counts what a consultation's document has besides its record.
func (s *Store) recount(ctx context.Context, id string) error {
	return s.change(ctx, id, nil, func(t *tx, c *consultation) error {
		into, err := merges(t, id)
		t.Refuse(err)
		c.Merged = int64(len(into))
		c.LastEdit, err = engine.Count(t, "revisions", eq("c", id))
		for _, i := range engine.List[idea](t, numberedIdeas(id, 0, eq("number", 1))) {
			c.LastNumber = i.Number
		}
		for _, v := range engine.List[sealed](t, versions(id, 1)) {
			c.Seals = v.Version
		}
		return err
	})
}

// recountVoices counts the voices of a consultation, one after the other.
func (s *Store) recountVoices(ctx context.Context, c string) error {
	into, err := merges(s.read(ctx), c)
	if err == nil {
		err = s.db.DeleteMany(ctx, "voices", eq("c", c))
	}
	if err != nil {
		return err
	}
	var b batch
	var entries []models.Vote // of one voice
	count := func() {
		v := voice{Doc: docIn(c, voiceID(c, entries[0].Voice))}
		v.Live = int64(len(models.Counted(entries, models.MergeTarget(into))))
		for _, e := range entries {
			v.LastAt = later(v.LastAt, e.At)
		}
		b.add("voices", v)
		entries = nil
	}
	q := engine.Query{Coll: "votes", Filter: eq("c", c), Sort: eq("voice", 1, "ideaid", 1)}
	err = engine.Each(s.read(ctx), q, func(d vote) error {
		if len(entries) > 0 && entries[0].Voice != d.Voice {
			count()
		}
		entries = append(entries, d.Vote)
		return nil
	})
	if err != nil || len(entries) == 0 {
		return err
	}
	count()
	return b.send(ctx, s.db)
}
