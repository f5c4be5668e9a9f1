package mongo

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"folkmoot/models"
)

// batch gathers new documents by collection, in the order in which these came up.
type batch struct{ colls []*gathered }

type gathered struct {
	name    string
	changes []driver.WriteModel
}

// add gathers a document. One that is there already when it is sent stays as it is.
func (b *batch) add(coll string, doc any) {
	at := slices.IndexFunc(b.colls, func(g *gathered) bool { return g.name == coll })
	if at < 0 {
		at, b.colls = len(b.colls), append(b.colls, &gathered{name: coll})
	}
	b.colls[at].changes = append(b.colls[at].changes, driver.NewInsertOneModel().SetDocument(doc))
}

// copyIn gathers the documents that a record becomes.
func (s *Store) copyIn(ctx context.Context, b *batch, r models.CopyRecord) error {
	switch r := r.(type) {
	case models.CopiedSite:
		return s.siteIn(ctx, r)
	case models.CopiedConsultation:
		consultationIn(b, r)
	case models.CopiedRevision:
		revisionIn(b, r)
	case models.CopiedParticipant:
		participantIn(b, r.Participant)
	case models.CopiedSession:
		b.add("sessions", session{r.TokenHash, r.ParticipantID, r.CreatedAt, r.ExpiresAt})
	case models.CopiedLink:
		linkIn(b, r.Link)
	case models.CopiedIdea:
		ideaIn(b, r)
	case models.CopiedReply:
		replyIn(b, r)
	case models.CopiedWording:
		w := wording{C: r.ConsultationID, Item: r.Item.String(), Rev: r.Rev, Title: r.Title, Body: r.Body, At: r.At}
		w.ID = r.CopyKey()
		b.add("wordings", w)
	case models.CopiedVote:
		b.add("votes", vote{ID: voteID(r.IdeaID, r.ParticipantID), Rev: 1, Vote: newBallot(r.Vote, "")})
	case models.CopiedDecision:
		decisionIn(b, r)
	case models.CopiedReport:
		return s.reportIn(ctx, b, r.Report)
	case models.CopiedSealed:
		return s.sealedIn(ctx, r.Sealed)
	case models.CopiedDownload:
		b.add("downloads", download{"copy " + r.CopyKey(), r.ConsultationID, r.Version, r.ParticipantID, r.At})
	case models.CopiedResponse:
		b.add("responses", response{
			r.IdeaID, r.ConsultationID, "", r.Decision, r.Reason, r.ReasonHTML, r.Owner, r.By, r.DraftedBy, r.PublishedBy,
			r.UpdatedAt, r.PublishedAt, !r.PublishedAt.IsZero(),
		})
	case models.CopiedJob:
		jobIn(b, r.Job)
	default:
		return fmt.Errorf("copy: no place for a %T", r)
	}
	return nil
}

func (s *Store) siteIn(ctx context.Context, r models.CopiedSite) error {
	_, err := s.update(ctx, "site", eq("_id", secretID), eq("$set", eq("value", r.Secret)))
	if err == nil && r.Demo {
		_, err = s.insert(ctx, "site", demoID, "", eq("_id", demoID))
	}
	return err
}

// consultationIn adds it with what keeps its slug and its source for it.
func consultationIn(b *batch, r models.CopiedConsultation) {
	d := newConsultation(r.Consultation, "")
	d.Rev, d.Version, d.VoteSeq, d.ReplySeq = r.Rev, r.Version, r.VoteSeq, r.ReplySeq
	d.IdeaCount, d.ReplyCount, d.VoterCount = r.IdeaCount, r.ReplyCount, r.VoterCount
	d.ChainLength, d.ChainHead = r.ChainLength, r.ChainHead
	b.add("reservations", reservation{ID: slugKey(d.Slug), C: d.ID})
	if d.SourceID != "" {
		b.add("reservations", reservation{ID: sourceKey(d.Source, d.SourceID), C: d.ID})
	}
	b.add("consultations", d)
	b.add("search", consultationWords(d))
}

// revisionIn adds the nth edit: it sorts before any that comes later.
func revisionIn(b *batch, r models.CopiedRevision) {
	b.add("revisions", revision{
		ID: strings.Join([]string{r.ConsultationID, hex(0), hex(r.N)}, "."), C: r.ConsultationID, Revision: r.ID,
		Language: r.Language, Before: toJSON(r.Before), After: toJSON(r.After), Reason: r.Reason, Changes: toJSON(r.Changes), At: r.At,
	})
}

func participantIn(b *batch, p models.Participant) {
	d := participant{
		ID: p.ID, Key: key(p.CreatedAt, p.ID), Name: p.Name, Address: p.Address, AddressKey: p.AddressKey,
		Capacity: p.Capacity, Band: p.Band, Grants: []grant{}, Duties: []duty{}, Number: p.Number, Language: p.Language,
		CreatedAt: p.CreatedAt, Staff: len(p.Grants) > 0,
	}
	for _, g := range p.Grants {
		d.Grants = append(d.Grants, grant(g))
		d.Admin = d.Admin || g == adminEverywhere
	}
	if p.AddressKey != "" {
		b.add("addresses", addressee{p.AddressKey, p.ID})
	}
	b.add("participants", d)
}

func linkIn(b *batch, l models.Link) {
	d := newLink(l, nil)
	d.TokenHash2, d.UsedAt, d.RemindedAt, d.Jobs = l.TokenHash2, l.UsedAt, l.RemindedAt, ""
	d.Open = d.Open && l.UsedAt.IsZero()
	d.Remind = d.Open && l.RemindedAt.IsZero()
	b.add("links", d)
}

// standingIn gives an item its place with moderators.
func standingIn(at *standing, item models.Item, s models.CopiedStanding) {
	at.DecidedAt, at.LastSeq = s.DecidedAt, s.LastSeq
	if s.Queued {
		at.place(item, s.Since, s.Waits)
	}
}

func ideaIn(b *batch, r models.CopiedIdea) {
	d := newIdea(r.Idea, "")
	d.FirstVote, d.Tally, d.ReplyCount = r.FirstVote, tally(r.Tally), r.ReplyCount
	standingIn(&d.Standing, r.Item(), r.CopiedStanding)
	b.add("ideas", d)
	if r.Status == models.StatusPublished {
		b.add("search", indexIdea(d))
	}
}

func replyIn(b *batch, r models.CopiedReply) {
	d := newReply(r.Reply, "")
	standingIn(&d.Standing, r.Item(), r.CopiedStanding)
	b.add("replies", d)
	if r.Status == models.StatusPublished {
		b.add("search", indexReply(d))
	}
}

func decisionIn(b *batch, r models.CopiedDecision) {
	d := newDecision(r.Decision, "")
	for n := range d.Items {
		d.Items[n].Waited = r.Waited[n]
	}
	d.Moves, d.Threads = []move{}, []thread{}
	d, parts := d.split()
	for _, p := range parts {
		b.add("decisionParts", p)
	}
	b.add("decisions", d)
}

// reportIn adds a report, which is open as long as its item's last decision is the
// one before it.
func (s *Store) reportIn(ctx context.Context, b *batch, r models.Report) error {
	after := r.ClosedBy - 1
	if r.ClosedBy == 0 {
		at, _, err := first[subject](ctx, s, collOf(r.Item.Kind), eq("c", r.ConsultationID, "_id", r.Item.ID), nil, eq("lastSeq", 1))
		if err != nil {
			return err
		}
		after = at.Standing.LastSeq
	}
	b.add("reports", report{
		ID: r.ID, Item: r.Item.String(), Kind: r.Item.Kind, ItemID: r.Item.ID, C: r.ConsultationID, Reason: r.Reason,
		Reference: r.Reference, Network: r.Network, CreatedAt: r.CreatedAt, Key: key(r.CreatedAt, r.ID), After: after,
	})
	return nil
}

// sealedIn adds a sealed version under a name of its own, and lets the consultation
// name it, the first version first.
func (s *Store) sealedIn(ctx context.Context, v models.Sealed) error {
	op := fmt.Sprintf("copy %s %d", v.ConsultationID, v.Version)
	for _, c := range chunks(op, v) {
		if _, err := s.insert(ctx, "chunks", c.ID, "", c); err != nil {
			return err
		}
	}
	d := sealed{op, v.ConsultationID, v.Version, v.FullSHA256, v.PublicSHA256, v.SealedBy, v.At}
	if _, err := s.insert(ctx, "sealed", op, "", d); err != nil {
		return err
	}
	_, err := s.update(ctx, "consultations", eq("_id", v.ConsultationID, "sealedOps", eq("$ne", op)), eq("$push", eq("sealedOps", op)))
	return err
}

// download says who took a full file.
type download struct {
	ID          string    `bson:"_id"`
	C           string    `bson:"c"`
	Version     int       `bson:"version"`
	Participant string    `bson:"participant"`
	At          time.Time `bson:"at"`
}

func jobIn(b *batch, j models.Job) {
	d := storedJob(j)
	d.Attempts, d.LeasedTo, d.DoneAt, d.LastError, d.Done = j.Attempts, j.LeasedTo, j.DoneAt, j.LastError, !j.DoneAt.IsZero()
	b.add("jobs", d)
}
