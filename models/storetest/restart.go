package storetest

import (
	"fmt"
	"sync/atomic"
	"time"

	"folkmoot/models"
)

var restartCases = []testCase{
	{"everything that was written is read again", restartEverything},
	{"numbers, sequences and the chain go on where they stood", restartGoesOn},
	{"links, limits, leases and reminders still hold", restartPromises},
	{"what was answered while closing is kept, what was refused is not", restartWhileClosing},
	{"two openings see each other's writes and count as one", restartTwo},
}

// restart closes the store and opens it again.
func (e *env) restart() {
	e.Helper()
	e.ok(e.store.Close())
	e.store = e.again()
}

// snapshot is all that can be read of one consultation, its people and jobs.
type snapshot struct {
	Secret       []byte
	Demo         bool
	Consultation models.Consultation
	Revisions    []models.ConsultationRevision
	Ideas        []models.Idea
	Thread       []models.Reply
	Items        []models.VerifyItem
	Votes        []models.Vote
	Tallies      map[string]models.Tally
	Unconfirmed  int64
	Ballots      int64
	People       []models.Participant
	Queue        []models.QueueEntry
	Decisions    []models.Decision
	Sealed       []models.Sealed
	Responses    map[string]models.Response
	Jobs         []models.Job
	Hits         []models.Hit
}

func (e *env) snapshot(c models.Consultation) snapshot {
	e.Helper()
	people, _, err := e.store.Participants(e.ctx, false, "", 100)
	e.ok(err)
	return snapshot{
		Secret:       must(e.store.Secret(e.ctx))(e),
		Demo:         must(e.store.Demo(e.ctx))(e),
		Consultation: e.reload(c),
		Revisions:    must(e.store.ConsultationRevisions(e.ctx, c.ID))(e),
		Ideas:        must(e.store.Ideas(e.ctx, models.IdeaFilter{ConsultationID: c.ID, All: true}))(e),
		Thread:       e.thread(models.ThreadQuery{ConsultationID: c.ID, Limit: 10}),
		Items:        e.items(c),
		Votes:        e.votes(c),
		Tallies:      must(e.store.CachedTallies(e.ctx, c.ID))(e),
		Unconfirmed:  must(e.store.UnconfirmedVotes(e.ctx, c.ID))(e),
		Ballots:      must(e.store.OpenBallotLinks(e.ctx, c.ID))(e),
		People:       people,
		Queue:        e.queue(models.QueueFilter{}),
		Decisions:    e.decisions(c),
		Sealed:       must(e.store.SealedVersions(e.ctx, c.ID))(e),
		Responses:    must(e.store.Responses(e.ctx, c.ID))(e),
		Jobs:         e.waitingJobs(),
		Hits:         must(e.store.Search(e.ctx, "yes", 20))(e),
	}
}

// fill writes something of everything and returns the consultation.
func fill(e *env) models.Consultation {
	e.ok(e.store.MarkDemo(e.ctx))
	c := e.open("Markets", "Alms")
	p := e.person("Ada", everywhere(models.RoleModerator))
	r := e.published(e.newReply(c))
	e.published(e.answerTo(r))
	e.enqueue(c, e.newMessage("Ada"), e.unconfirmed("Bo"))
	i := e.idea(c, "Training")
	e.pendingIdea(c, "Waits")
	next := e.pending(e.newReply(c))
	next.Body, next.BodyHTML = "Yes indeed", "<p>Yes indeed</p>"
	must(e.store.EditReply(e.ctx, next))(e)
	e.vote(i, p, models.ChoiceAgree)
	e.vote(e.ideas(c)[0], p, models.ChoicePass)
	e.use(e.ballot(c, "Bo", e.chosen(c, models.ChoiceDisagree)...).TokenHash)
	e.ballot(c, "Cy", e.chosen(c, models.ChoiceAgree)...)
	e.ok(e.store.AddReport(e.ctx, e.newReport(r.Item(), c), nil))
	edited := e.reload(c)
	edited.AnswerBy = c.AnswerBy.Add(day)
	revision := models.ConsultationRevision{ID: e.id(), ConsultationID: c.ID, Language: "en", Reason: "Time"}
	return must(e.store.EditConsultation(e.ctx, edited, []models.ConsultationRevision{revision}, Entry(models.AuditConsultationEdited)))(e)
}

func restartEverything(e *env) {
	c := fill(e)
	before := e.snapshot(c)
	e.restart()
	e.equal("while open", e.snapshot(c), before)
	e.clock.Set(c.ClosesAt.Add(models.LateLinks))
	for _, q := range e.queue(models.QueueFilter{}) {
		e.decide(models.ActionPublish, q.Item)
	}
	e.seal(c, 1)
	e.answer(e.ideas(c)[0], models.ResponseAdopt, []string{e.ideas(c)[1].ID})
	before = e.snapshot(c)
	e.equal("sealed versions", len(before.Sealed), 1)
	e.restart()
	e.equal("once sealed", e.snapshot(c), before)
	e.counted(c)
	e.voters(c)
}

func restartGoesOn(e *env) {
	c := e.open("Markets")
	session, p := e.signIn("Ada")
	e.person("Mo", everywhere(models.RoleAdmin))
	r := e.published(e.newReply(c))
	e.idea(c, "Alms")
	e.vote(e.ideas(c)[0], p, models.ChoiceAgree)
	e.restart()
	got, who, err := e.store.Session(e.ctx, session.TokenHash)
	e.ok(err)
	e.equal("the session", got, session)
	e.equal("its participant", who, p)
	later := e.published(e.answerTo(r))
	if later.Seq <= r.Seq {
		e.Errorf("the seq went from %d to %d", r.Seq, later.Seq)
	}
	e.equal("the next number", e.idea(c, "Training").Number, 3)
	e.chained(c, 4)
	_, changed, err := e.store.PutVote(e.ctx, newVote(e.ideas(c)[0], p, models.ChoiceAgree))
	e.ok(err)
	e.equal("the same choice again", changed, false)
	e.counted(c)
	in := e.newConsultation()
	in.Slug = c.Slug
	e.refused("the slug", e.store.AddConsultation(e.ctx, in, nil, Entry(models.AuditConsultationAdded)), models.CodeConflict, "")
}

func restartPromises(e *env) {
	c := e.open("Markets")
	used := e.ballot(c, "Ada", e.chosen(c, models.ChoiceAgree)...)
	e.use(used.TokenHash)
	unused := e.ballot(c, "Bo", e.chosen(c, models.ChoiceAgree)...)
	post := e.newImport()
	e.bringIn(post)
	e.clock.Add(25 * time.Hour)
	e.equal("reminded", len(e.remind()), 1)
	for range models.SignInMost {
		e.asksSignIn(e.store, "Cy")
	}
	for range models.UnconfirmedMost {
		e.enqueue(c, e.unconfirmed("Di"))
	}
	e.equal("claimed", len(e.claimed(20)), 1+models.SignInMost+models.UnconfirmedMost)
	e.restart()
	_, err := e.store.UseLink(e.ctx, e.linkUse(used.TokenHash))
	e.refused("a used link", err, models.CodeGone, "error.link.used")
	e.equal("reminded again", len(e.remind()), 0)
	e.equal("one more link", e.asksSignIn(e.store, "Cy"), false)
	e.equal("claimed while leased", e.claimed(5), []string(nil))
	e.enqueue(c, e.unconfirmed("Di"))
	e.equal("claimed within a day", e.claimed(5), []string(nil))
	e.equal("imported again", e.bringIn(post), false)
	e.equal("the unused ballot", e.use(unused.TokenHash).Counted, 1)
	e.equal("tally", e.ideas(c)[0].Tally, models.Tally{Agree: 2})
}

func restartWhileClosing(e *env) {
	c := e.open("Markets")
	i, people := e.ideas(c)[0], e.crowd()
	sent := make([]models.Reply, writers*4)
	for k := range sent {
		sent[k] = e.newReply(c)
	}
	var done atomic.Int64
	midway := make(chan struct{})
	kept := make([]bool, len(sent))
	voted := make([]bool, writers)
	e.all(together(writers+1, func(w int) error {
		if w == writers { // closes in the middle of it all
			<-midway
			return e.store.Close()
		}
		_, _, err := e.store.PutVote(e.ctx, newVote(i, people[w], models.ChoiceAgree))
		voted[w] = err == nil
		for k := w; k < len(sent); k += writers {
			_, err := e.store.AddReply(e.ctx, sent[k], nil)
			kept[k] = err == nil
			if done.Add(1) == writers {
				close(midway)
			}
		}
		return nil
	}))
	e.store = e.again()
	for k, r := range sent {
		if _, err := e.store.Reply(e.ctx, r.ID); (err == nil) != kept[k] {
			e.Errorf("reply %d: acknowledged %t, read again with error %v", k, kept[k], err)
		}
	}
	for w, p := range people {
		if own := must(e.store.OwnVotes(e.ctx, c.ID, p.ID))(e); (len(own) == 1) != voted[w] {
			e.Errorf("voter %d: acknowledged %t, read again %v", w, voted[w], own)
		}
	}
	e.counted(c)
}

func restartTwo(e *env) {
	c := e.open("Markets")
	i, people := e.ideas(c)[0], e.crowd()
	stores := []models.Store{e.store, e.again()}
	e.all(together(writers, func(w int) error {
		s := stores[w%2]
		if _, _, err := s.PutVote(e.ctx, newVote(i, people[w], anyChoice[w%3])); err != nil {
			return err
		}
		r, err := s.AddReply(e.ctx, e.newReply(c), nil)
		if err != nil {
			return err
		}
		read, err := stores[1-w%2].Reply(e.ctx, r.ID)
		if err == nil && read.Seq != r.Seq {
			err = fmt.Errorf("seq %d here, %d there", r.Seq, read.Seq)
		}
		return err
	}))
	for _, s := range stores {
		e.store = s
		e.equal("the queue", len(e.queue(models.QueueFilter{Limit: 50})), writers)
		e.equal("tally", e.ideas(c)[0].Tally, models.Tally{Agree: 22, Disagree: 21, Pass: 21})
		e.counted(c)
		e.voters(c)
	}
}
