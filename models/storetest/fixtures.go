package storetest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"folkmoot/models"
)

const day = 24 * time.Hour

// now is the store's time.
func (e *env) now() time.Time { return models.Millis(e.clock.Now()) }

// id makes an identifier. They come in no order, so that no list is sorted by accident.
func (e *env) id() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "id %d", e.ids.Add(1)))
	return fmt.Sprintf("%x-%x-7%x-8%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

func (e *env) newConsultation() models.Consultation {
	now := e.now()
	id := e.id()
	return models.Consultation{
		ID: id, Slug: "question-" + id, State: models.StateDraft, Language: "en",
		Texts: map[string]models.ConsultationText{"en": {
			Title: "Shops", Question: "What should become of them?", Body: "Tell *us*.", BodyHTML: "<p>Tell <em>us</em>.</p>",
			WhoDecides: "The board", CanChange: "Everything", Contact: "desk@example.org", OtherFormats: "On request",
		}},
		Settings: models.DefaultSettings(), TimeZone: "Europe/London",
		OpensAt: now, SuggestionsCloseAt: now.Add(14 * day), ClosesAt: now.Add(21 * day), AnswerBy: now.Add(60 * day),
	}
}

// Entry returns an entry of the audit log for an act of nobody's in particular.
func Entry(act models.AuditAct) models.AuditEntry {
	return models.NewAuditEntry(act, models.Host, models.AuditSubject{Kind: models.SubjectSite}, "")
}

// draft adds a draft with the organiser's ideas of these titles.
func (e *env) draft(titles ...string) models.Consultation {
	e.Helper()
	c := e.newConsultation()
	var ideas []models.Idea
	for _, title := range titles {
		ideas = append(ideas, e.newOrganiserIdea(c, title))
	}
	e.ok(e.store.AddConsultation(e.ctx, c, ideas, Entry(models.AuditConsultationAdded)))
	return e.reload(c)
}

// open adds a consultation that is open now.
func (e *env) open(titles ...string) models.Consultation {
	e.Helper()
	return e.move(e.draft(titles...), models.StateOpen)
}

func (e *env) reload(c models.Consultation) models.Consultation {
	e.Helper()
	return must(e.store.Consultation(e.ctx, c.ID))(e)
}

// move puts the consultation into another state, whatever it was read as.
func (e *env) move(c models.Consultation, to models.State) models.Consultation {
	e.Helper()
	c = e.reload(c)
	c.State, c.StateReason = to, "because"
	return must(e.store.MoveConsultation(e.ctx, c, Entry(models.AuditConsultationOpened)))(e)
}

func (e *env) contribution(c models.Consultation) models.Contribution {
	id := e.id()
	return models.Contribution{
		ID: id, ConsultationID: c.ID, AuthorName: "Ada", TokenHash: models.HashToken("token " + id),
		Reference: "R-" + id, Channel: models.ChannelOnline, Language: "en",
		Status: models.StatusPending, Rev: 1, Salt: models.HashToken("salt " + id),
	}
}

func (e *env) newIdea(c models.Consultation, title string) models.Idea {
	return models.Idea{Contribution: e.contribution(c), Title: title, Body: "Why not", BodyHTML: "<p>Why not</p>"}
}

func (e *env) newOrganiserIdea(c models.Consultation, title string) models.Idea {
	i := e.newIdea(c, title)
	i.Organiser = true
	return i
}

// pendingIdea adds a participant's idea that waits.
func (e *env) pendingIdea(c models.Consultation, title string) models.Idea {
	e.Helper()
	return must(e.store.AddIdea(e.ctx, e.newIdea(c, title), nil))(e)
}

// idea adds a participant's idea and publishes it.
func (e *env) idea(c models.Consultation, title string) models.Idea {
	e.Helper()
	i := e.pendingIdea(c, title)
	e.decide(models.ActionPublish, i.Item())
	return must(e.store.IdeaByID(e.ctx, i.ID))(e)
}

func (e *env) ideas(c models.Consultation) []models.Idea {
	e.Helper()
	return must(e.store.Ideas(e.ctx, models.IdeaFilter{ConsultationID: c.ID}))(e)
}

func (e *env) newReply(c models.Consultation) models.Reply {
	return models.Reply{Contribution: e.contribution(c), Body: "Yes", BodyHTML: "<p>Yes</p>"}
}

// answerTo makes a reply to parent, in its thread.
func (e *env) answerTo(parent models.Reply) models.Reply {
	r := e.newReply(models.Consultation{ID: parent.ConsultationID})
	r.IdeaID, r.ParentID = parent.IdeaID, parent.ID
	return r
}

// pending adds a reply that waits.
func (e *env) pending(r models.Reply) models.Reply {
	e.Helper()
	return must(e.store.AddReply(e.ctx, r, nil))(e)
}

// published adds a reply and publishes it.
func (e *env) published(r models.Reply) models.Reply {
	e.Helper()
	r = e.pending(r)
	e.decide(models.ActionPublish, r.Item())
	return e.reply(r.ID)
}

func (e *env) reply(id string) models.Reply {
	e.Helper()
	return must(e.store.Reply(e.ctx, id))(e)
}

// decision makes the decision that takes the items on from where they stand.
func (e *env) decision(a models.Action, items ...models.Item) models.Decision {
	e.Helper()
	d := models.Decision{Action: a, ReasonSalt: models.HashToken(e.id()), ActorID: "moderator"}
	if a.NeedsReason() {
		d.Reason = "It names a neighbour."
	}
	for _, item := range items {
		c, digest := e.subject(item)
		to, err := a.Next(c)
		e.ok(err)
		d.ConsultationID = c.ConsultationID
		d.Items = append(d.Items, models.DecisionItem{Item: item, Rev: c.Rev, From: c.Status, To: to, Digest: digest})
	}
	return d
}

// subject reads an item and digests its text.
func (e *env) subject(item models.Item) (models.Contribution, string) {
	e.Helper()
	if item.Kind == models.KindReply {
		r := e.reply(item.ID)
		return r.Contribution, models.TextDigest(r.Salt, "", r.Body)
	}
	i := must(e.store.IdeaByID(e.ctx, item.ID))(e)
	return i.Contribution, models.TextDigest(i.Salt, i.Title, i.Body)
}

// decide makes and writes a decision.
func (e *env) decide(a models.Action, items ...models.Item) models.Decision {
	e.Helper()
	return must(e.store.Decide(e.ctx, e.decision(a, items...), nil))(e)
}

// undo makes the decision that takes d back.
func undo(d models.Decision) models.Decision {
	back := models.Decision{ConsultationID: d.ConsultationID, Action: models.ActionUndo, ActorID: d.ActorID, Undoes: d.Seq}
	for _, it := range d.Items {
		it.From, it.To = it.To, it.From
		back.Items = append(back.Items, it)
	}
	return back
}

func (e *env) newPerson(name string) models.Participant {
	address := strings.ToLower(name) + "@example.org"
	return models.Participant{
		ID: e.id(), Name: name, Address: address, AddressKey: address,
		Capacity: models.CapacityResident, Language: "en",
	}
}

// person adds an account with the grants, or finds it by its name.
func (e *env) person(name string, grants ...models.Grant) models.Participant {
	e.Helper()
	p := e.newPerson(name)
	p.Grants = grants
	return must(e.store.EnsureParticipant(e.ctx, p, Entry(models.AuditRoleGranted)))(e)
}

// newVote makes p's vote on i, as somebody signed in casts it.
func newVote(i models.Idea, p models.Participant, choice models.Choice) models.Vote {
	return models.NewVote(i.ConsultationID, p, models.ChosenVote{IdeaID: i.ID, Choice: choice}, models.Time{})
}

// vote casts p's vote on i.
func (e *env) vote(i models.Idea, p models.Participant, choice models.Choice) models.Vote {
	e.Helper()
	v, _, err := e.store.PutVote(e.ctx, newVote(i, p, choice))
	e.ok(err)
	return v
}

// newLink makes a link to name@example.org, by default to sign in.
func (e *env) newLink(name string) models.Link {
	id := e.id()
	address := strings.ToLower(name) + "@example.org"
	return models.Link{
		ID: id, TokenHash: models.HashToken(id), Purpose: models.PurposeSignIn, Address: address, AddressKey: address,
		Name: name, Capacity: models.CapacityResident, Language: "en", ExpiresAt: e.now().Add(models.SignInLife),
	}
}

// newBallot makes a link to name@example.org that confirms choices in c.
func (e *env) newBallot(c models.Consultation, name string, choices ...models.ChosenVote) models.Link {
	l := e.newLink(name)
	l.Purpose, l.ConsultationID, l.Choices = models.PurposeBallot, c.ID, choices
	l.ExpiresAt = c.ClosesAt.Add(models.LateLinks)
	return l
}

// ballot adds a ballot link.
func (e *env) ballot(c models.Consultation, name string, choices ...models.ChosenVote) models.Link {
	e.Helper()
	l := e.newBallot(c, name, choices...)
	e.ok(e.store.AddLink(e.ctx, l, nil))
	return l
}

// OpenSession adds a session of a participant and returns its token.
func OpenSession(ctx context.Context, s models.PeopleStore, participantID string) (token string, err error) {
	token = rand.Text()
	return token, s.AddSession(ctx, models.Session{TokenHash: models.HashToken(token), ParticipantID: participantID}, nil)
}

// newSession makes a session that begins now.
func (e *env) newSession(p models.Participant) models.Session {
	now := e.now()
	return models.Session{
		TokenHash: models.HashToken("session " + e.id()), ParticipantID: p.ID, CreatedAt: now,
		ExpiresAt: now.Add(models.SessionLife * time.Second),
	}
}

// linkUse makes what the button behind a link sends.
func (e *env) linkUse(tokenHash string) models.LinkUse {
	return models.LinkUse{TokenHash: tokenHash, NewID: e.id(), Session: e.newSession(models.Participant{})}
}

// use uses a link.
func (e *env) use(tokenHash string) models.LinkUsed {
	e.Helper()
	return must(e.store.UseLink(e.ctx, e.linkUse(tokenHash)))(e)
}

// newMessage makes a job that sends a message to name@example.org.
func (e *env) newMessage(name string) models.Job {
	return models.Job{
		ID: e.id(), Kind: models.JobReceived, Language: "en",
		Recipient: strings.ToLower(name) + "@example.org", Args: map[string]string{"token": "t-" + name},
	}
}

// waiting lists the ids of all jobs that are not done.
func (e *env) waiting() []string {
	e.Helper()
	jobs := walk(e, 100, func(after string) ([]models.Job, string, error) {
		return e.store.WaitingJobs(e.ctx, after, 100)
	}, nil)
	return ids(jobs, jobID)
}

// queue reads the whole queue.
func (e *env) queue(f models.QueueFilter) []models.QueueEntry {
	e.Helper()
	f.Limit = max(f.Limit, 3)
	return walk(e, f.Limit, func(after string) ([]models.QueueEntry, string, error) {
		f.After = after
		return e.store.Queue(e.ctx, f)
	}, nil)
}

// thread reads a whole thread in slices of limit.
func (e *env) thread(q models.ThreadQuery) []models.Reply {
	e.Helper()
	return walk(e, q.Limit, func(after string) ([]models.Reply, string, error) {
		q.After = after
		slice, err := e.store.Thread(e.ctx, q)
		return slice.Replies, slice.Next, err
	}, nil)
}
