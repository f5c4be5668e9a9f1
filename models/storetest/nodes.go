package storetest

import (
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"folkmoot/models"
)

var nodeCases = []testCase{
	{"what one writes the other reads, whatever it read before", nodesStory},
	{"a text is added, edited and decided on from here and there", nodesItem},
	{"one participant's votes count in the order in which they were answered", nodesVotes},
	{"a consultation closes for both at one instant", nodesClosing},
	{"a session begun here is known there, and ends for both", nodesSession},
	{"a ballot is used on one while the other seals: it counts before or not at all", nodesSealBallot},
	{"a vote is changed on one while its owner becomes staff on the other", nodesStaff},
	{"a job that one has leased is the other's when the lease ends", nodesLease},
	{"one closes in the middle and the other goes on", nodesLeave},
	{"each sees at once that a page has changed", nodesVersion},
	{"a write that is sent to both at once is done once", nodesTwice},
}

func nodesStory(e *env) {
	c := e.newConsultation()
	for _, s := range e.nodes { // so that both know that it is not there
		_, err := s.Consultation(e.ctx, c.ID)
		e.refused("before", err, models.CodeNotFound, "")
	}
	e.ok(e.store.AddConsultation(e.ctx, c, []models.Idea{e.newOrganiserIdea(c, "Markets")}, Entry(models.AuditConsultationAdded)))
	e.nextNode()
	c = e.move(c, models.StateOpen)
	for n := range 4 {
		e.nextNode()
		p := e.person(fmt.Sprint("voter", n))
		e.nextNode()
		e.vote(e.ideas(c)[0], p, models.ChoiceAgree)
		r := e.pending(e.newReply(c))
		e.nextNode()
		e.equal("own votes", len(must(e.store.OwnVotes(e.ctx, c.ID, p.ID))(e)), 1)
		e.equal("tally", e.ideas(c)[0].Tally, models.Tally{Agree: int64(n) + 1})
		e.equal("voters", e.reload(c).VoterCount, int64(n)+1)
		e.decide(models.ActionPublish, r.Item())
		e.nextNode()
		e.equal("the thread", len(e.thread(models.ThreadQuery{ConsultationID: c.ID, Limit: 9})), n+1)
	}
	edited := e.reload(c)
	edited.Texts = map[string]models.ConsultationText{"en": {Title: "Badgers"}}
	e.nextNode()
	must(e.store.EditConsultation(e.ctx, edited, nil, Entry(models.AuditConsultationEdited)))(e)
	e.nextNode()
	e.equal("title", e.reload(c).Texts["en"].Title, "Badgers")
	e.equal("found", e.found("badgers"), []string{"consultation"})
	e.chained(c, 4)
}

func nodesItem(e *env) {
	c := e.open()
	r := e.pending(e.newReply(c))
	stale := r
	e.nextNode()
	r.Body = "Better said"
	r = must(e.store.EditReply(e.ctx, r))(e)
	e.nextNode()
	_, err := e.store.EditReply(e.ctx, stale)
	e.refused("an edit of what changed there", err, models.CodeConflict, "")
	e.nextNode()
	d := e.decide(models.ActionPublish, r.Item())
	e.nextNode()
	_, err = e.store.EditReply(e.ctx, r)
	e.refused("an edit of what was published there", err, models.CodeClosed, "error.edit.published")
	e.equal("an answer", e.pending(e.answerTo(e.reply(r.ID))).Depth, 2)
	must(e.store.Decide(e.ctx, undo(d), nil))(e)
	e.nextNode()
	_, err = e.store.AddReply(e.ctx, e.answerTo(r), nil)
	e.refused("an answer to what waits again", err, models.CodeInvalid, "error.reply.parent")
	e.chained(c, 2)
}

func nodesVotes(e *env) {
	c := e.open("Markets", "Alms")
	ideas, p := e.ideas(c), e.person("Ada")
	last := map[string]models.Choice{}
	for n := range 12 { // within one millisecond of the clock
		i, choice := ideas[n%5%2], anyChoice[n*7%3]
		e.vote(i, p, choice)
		last[i.ID] = choice
		e.nextNode()
		e.equal("own votes", must(e.store.OwnVotes(e.ctx, c.ID, p.ID))(e), last)
	}
	e.equal("entries", len(e.votes(c)), 2)
	e.counted(c)
	e.voters(c)
}

// nodesClosing lets the clock pass the closing time while all vote on both nodes.
func nodesClosing(e *env) {
	c := e.open("Markets")
	i, people := e.ideas(c)[0], e.crowd()
	e.clock.Set(c.ClosesAt.Add(-time.Millisecond))
	var answered atomic.Int64
	kept := make([]bool, writers)
	e.all(together(writers, func(w int) error {
		_, _, err := e.at(w).PutVote(e.ctx, newVote(i, people[w], models.ChoiceAgree))
		if kept[w] = err == nil; err != nil && models.CodeOf(err) != models.CodeClosed {
			return err
		}
		if answered.Add(1) == writers/4 {
			e.clock.Set(c.ClosesAt)
		}
		return nil
	}))
	for _, s := range e.nodes {
		_, _, err := s.PutVote(e.ctx, newVote(i, e.person("Late"), models.ChoiceAgree))
		e.refused("afterwards", err, models.CodeClosed, "error.consultation.closed")
	}
	votes := e.votes(c)
	for _, v := range votes {
		if !v.At.Before(c.ClosesAt) {
			e.Errorf("a vote of %v was kept, the closing time was %v", v.At, c.ClosesAt)
		}
	}
	for w, p := range people {
		there := slices.ContainsFunc(votes, func(v models.Vote) bool { return v.ParticipantID == p.ID })
		e.equal(fmt.Sprintf("voter %d, acknowledged and there", w), there, kept[w])
	}
	e.counted(c)
	e.voters(c)
}

func nodesSession(e *env) {
	session, p := e.signIn("Ada")
	e.nextNode()
	_, who, err := e.store.Session(e.ctx, session.TokenHash)
	e.ok(err)
	e.equal("who", who, p)
	p.Name = "Ada Lovelace"
	e.ok(e.store.EditParticipant(e.ctx, p))
	e.nextNode()
	_, who, err = e.store.Session(e.ctx, session.TokenHash)
	e.ok(err)
	e.equal("the new name", who.Name, "Ada Lovelace")
	for range models.SignInMost {
		e.nextNode()
		e.equal("a sign-in link", e.asksSignIn(e.store, "Ada"), true)
	}
	e.nextNode()
	e.equal("one more", e.asksSignIn(e.store, "Ada"), false)
	e.ok(e.store.EndSessions(e.ctx, p.ID))
	e.nextNode()
	_, _, err = e.store.Session(e.ctx, session.TokenHash)
	e.refused("ended there", err, models.CodeNotFound, "")
}

func nodesSealBallot(e *env) {
	c := e.open("Markets")
	const ballots = 8
	uses := make([]models.LinkUse, ballots)
	for w := range uses {
		uses[w] = e.linkUse(e.ballot(c, fmt.Sprint("voter", w), e.chosen(c, models.ChoiceAgree)...).TokenHash)
	}
	e.clock.Set(c.ClosesAt.Add(time.Hour))
	var counted atomic.Int64
	sealed := make([]bool, ballots)
	fences := make([]models.SealFence, ballots)
	e.all(together(2*ballots, func(n int) error {
		w := n / 2
		if n%2 == 0 {
			used, err := e.at(0).UseLink(e.ctx, uses[w])
			counted.Add(int64(used.Counted))
			return err
		}
		now, err := e.at(1).Consultation(e.ctx, c.ID)
		if err != nil {
			return err
		}
		fences[w] = now.Fence()
		err = e.at(1).Seal(e.ctx, e.newSealed(c, 1), fences[w], Entry(models.AuditSealed))
		if sealed[w] = err == nil; models.CodeOf(err) == models.CodeConflict {
			return nil
		}
		return err
	}))
	e.equal("counted and there", int64(len(e.votes(c))), counted.Load())
	for w, won := range sealed {
		if got := e.reload(c).VoteSeq; won && got != fences[w].VoteSeq {
			e.Errorf("sealed at vote %d, and %d are there", fences[w].VoteSeq, got)
		}
	}
	e.counted(c)
	e.voters(c)
}

func nodesStaff(e *env) {
	c := e.open("Markets", "Alms")
	ideas, people := e.ideas(c), e.crowd()[:16]
	e.all(together(2*len(people), func(n int) (err error) {
		p := people[n/2]
		if n%2 == 0 {
			_, err = e.castSome(ideas[n/2%2], p, 0)
			return err
		}
		p.Grants = []models.Grant{{Role: models.RoleBoard, ConsultationID: c.ID}}
		_, err = e.at(1).EnsureParticipant(e.ctx, p, Entry(models.AuditRoleGranted))
		return err
	}))
	e.counted(c)
	e.voters(c)
}

func nodesLease(e *env) {
	c, job := e.open(), e.newMessage("Ada")
	e.enqueue(c, job)
	e.equal("claimed here", e.claimed(5), []string{job.ID})
	e.nextNode()
	e.equal("leased there", e.claimed(5), []string(nil))
	e.clock.Add(time.Minute + time.Millisecond)
	e.equal("claimed when the lease has ended", e.claimed(5), []string{job.ID})
	e.nextNode()
	e.equal("leased here", e.claimed(5), []string(nil))
	e.nextNode()
	e.ok(e.store.FinishJob(e.ctx, job.ID))
	e.nextNode()
	e.equal("done for both", e.waiting(), []string(nil))
}

func nodesLeave(e *env) {
	c := e.open("Markets")
	i, people := e.ideas(c)[0], e.crowd()
	kept := make([]bool, writers)
	e.all(together(writers+1, func(w int) error {
		if w == writers {
			return e.at(1).Close()
		}
		_, _, err := e.at(w).PutVote(e.ctx, newVote(i, people[w], models.ChoiceAgree))
		if kept[w] = err == nil; w%2 == 0 {
			return err
		}
		return nil
	}))
	e.equal("the first is ready", e.store.Ready(e.ctx), error(nil))
	votes := e.votes(c)
	for w, p := range people {
		there := slices.ContainsFunc(votes, func(v models.Vote) bool { return v.ParticipantID == p.ID })
		e.equal(fmt.Sprintf("voter %d, acknowledged and there", w), there, kept[w])
	}
	e.counted(c)
	e.voters(c)
}

func nodesVersion(e *env) {
	c := e.open("Markets")
	raised := func(what string, write func()) {
		e.Helper()
		before := e.reload(c).Version
		e.nextNode()
		e.equal(what+": the version is the same on both", e.reload(c).Version, before)
		write()
		e.nextNode()
		if after := e.reload(c).Version; after <= before {
			e.Errorf("%s there left the version here at %d", what, after)
		}
	}
	r := e.pending(e.newReply(c))
	raised("publishing", func() { e.decide(models.ActionPublish, r.Item()) })
	raised("a vote of somebody new", func() { e.vote(e.ideas(c)[0], e.person("Ada"), models.ChoiceAgree) })
	raised("an edit", func() {
		must(e.store.EditConsultation(e.ctx, e.reload(c), nil, Entry(models.AuditConsultationEdited)))(e)
	})
	raised("a pause", func() { e.move(c, models.StatePaused) })
}

// nodesTwice sends each write to both at once, as a browser does that waited too long for
// the first.
func nodesTwice(e *env) {
	for _, w := range interruptedWrites {
		a := w.prepare(e)
		errs := together(4, func(n int) error { return a.call(e.at(n)) })
		if !slices.Contains(errs, nil) {
			e.Errorf("%s: %v", w.name, errs)
		}
		for _, err := range errs {
			e.refusedAtMost(w.name, err)
		}
		e.equal(w.name+": it is there", a.done(), true)
		e.whole(w.name, a.c)
		e.nextNode()
	}
}
