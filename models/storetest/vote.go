package storetest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"folkmoot/models"
)

var voteCases = []testCase{
	{"every field comes back, with the store's time", voteRoundTrip},
	{"the same choice again changes nothing", voteIdempotent},
	{"a choice can be changed and taken back", voteChange},
	{"taking back what was never given counts nothing", voteNothingTakenBack},
	{"a later capacity moves no vote already cast", voteCapacity},
	{"a capacity that was not said stays unsaid", voteUnsaid},
	{"the latest entry of a voice counts, once", voteVoice},
	{"after any votes every tally is the count of the entries", voteTallies},
	{"nothing is taken, changed or taken back outside voting time", voteClosed},
	{"voting ends with the closing time, to the millisecond", voteClosing},
	{"an idea that is not published takes no vote", voteNotFound},
	{"own votes are the participant's in that consultation", voteOwn},
	{"the stream goes by idea and participant", voteEach},
	{"each entry written raises the vote sequence, a repeat does not", voteSeq},
	{"only what a stranger can see of the votes moves the version", voteVersion},
	{"a removed idea keeps its votes", voteRemovedIdea},
}

func voteRoundTrip(e *env) {
	c := e.open("Markets")
	p := e.person("Ada")
	in := newVote(e.ideas(c)[0], p, models.ChoiceDisagree)
	in.Voice, in.Capacity, in.Band = "enterprise żółć", models.CapacityBusiness, models.BandMicro
	in.Tier, in.Channel, in.At = models.TierOrganiser, models.ChannelPaper, start.Add(-day)
	out, changed, err := e.store.PutVote(e.ctx, in)
	e.ok(err)
	in.At = e.now()
	e.equal("changed", changed, true)
	e.equal("as given back", out, in)
	e.equal("as read", e.votes(c), []models.Vote{in})
	e.counted(c)
	e.voters(c)
}

func voteIdempotent(e *env) {
	c := e.open("Markets")
	i, p := e.ideas(c)[0], e.person("Ada")
	first := e.vote(i, p, models.ChoiceAgree)
	for range 3 {
		e.clock.Add(time.Minute)
		again, changed, err := e.store.PutVote(e.ctx, newVote(i, p, models.ChoiceAgree))
		e.ok(err)
		e.equal("changed", changed, false)
		e.equal("the entry", again, first)
	}
	e.equal("tally", e.ideas(c)[0].Tally, models.Tally{Agree: 1})
	e.equal("entries", e.votes(c), []models.Vote{first})
}

func voteChange(e *env) {
	c := e.open("Markets")
	i, p := e.ideas(c)[0], e.person("Ada")
	for _, step := range []struct {
		choice models.Choice
		want   models.Tally
	}{
		{models.ChoiceAgree, models.Tally{Agree: 1}},
		{models.ChoiceDisagree, models.Tally{Disagree: 1}},
		{models.ChoicePass, models.Tally{Pass: 1}},
		{models.ChoiceNone, models.Tally{}},
	} {
		e.clock.Add(time.Minute)
		v := e.vote(i, p, step.choice)
		e.equal("time", v.At, e.now())
		e.equal("tally", e.ideas(c)[0].Tally, step.want)
		e.equal("entries", e.votes(c), []models.Vote{v})
		e.voters(c)
	}
	e.vote(i, p, models.ChoiceAgree)
	e.vote(i, p, models.ChoiceNone)
	e.equal("votes when taken back", must(e.store.OwnVotes(e.ctx, c.ID, p.ID))(e), map[string]models.Choice(nil))
	e.vote(i, p, models.ChoiceAgree)
	e.equal("tally when given again", e.ideas(c)[0].Tally, models.Tally{Agree: 1})
	e.voters(c)
}

func voteNothingTakenBack(e *env) {
	c := e.open("Markets")
	e.vote(e.ideas(c)[0], e.person("Ada"), models.ChoiceNone)
	e.equal("tally", e.ideas(c)[0].Tally, models.Tally{})
	e.equal("voters", e.reload(c).VoterCount, int64(0))
	e.counted(c)
}

func voteCapacity(e *env) {
	c := e.open("Markets")
	i, p := e.ideas(c)[0], e.person("Ada")
	first := e.vote(i, p, models.ChoiceAgree)
	p.Capacity, p.Band = models.CapacityBusiness, models.BandSole
	e.ok(e.store.EditParticipant(e.ctx, p))
	e.equal("after the edit", e.votes(c), []models.Vote{first})
	kept, changed, err := e.store.PutVote(e.ctx, newVote(i, p, models.ChoiceAgree))
	e.ok(err)
	e.equal("changed", changed, false)
	e.equal("the same choice again", kept, first)
	e.equal("another choice", e.vote(i, p, models.ChoicePass).Capacity, models.CapacityBusiness)
}

func voteUnsaid(e *env) {
	c := e.open("Markets")
	i := e.ideas(c)[0]
	p := must(e.store.EnsureParticipant(e.ctx, models.Participant{ID: e.id(), Address: "ada@example.org", AddressKey: "ada@example.org"}, Entry(models.AuditParticipantAdded)))(e)
	e.equal("the account's", p.Capacity, models.CapacityUnsaid)
	e.equal("as given back", e.vote(i, p, models.ChoiceAgree).Capacity, models.CapacityUnsaid)
	l := e.newBallot(c, "Bo", e.chosen(c, models.ChoiceAgree)...)
	l.Capacity = models.CapacityUnsaid
	e.ok(e.store.AddLink(e.ctx, l, nil))
	e.equal("the account's, by a link", e.use(l.TokenHash).Participant.Capacity, models.CapacityUnsaid)
	votes := e.votes(c)
	e.equal("entries", len(votes), 2)
	for _, v := range votes {
		e.equal("as read", v.Capacity, models.CapacityUnsaid)
	}
	e.counted(c)
}

func voteClosed(e *env) {
	ada, bo := e.person("Ada"), e.person("Bo")
	for what, refuse := range refusals {
		e.clock.Set(start)
		c := e.draft("Markets")
		i := e.ideas(c)[0]
		voted := what != "a draft" && what != "coming"
		if voted {
			c = e.move(c, models.StateOpen)
			e.vote(i, ada, models.ChoiceAgree)
		}
		refuse(e, c)
		before := e.votes(c)
		for _, choice := range []models.Choice{models.ChoiceDisagree, models.ChoiceNone} {
			_, _, err := e.store.PutVote(e.ctx, newVote(i, ada, choice))
			e.refused(what+": a change", err, models.CodeClosed, "")
		}
		_, _, err := e.store.PutVote(e.ctx, newVote(i, bo, models.ChoiceAgree))
		e.refused(what+": a first vote", err, models.CodeClosed, "")
		e.equal(what+": entries", e.votes(c), before)
		e.counted(c)
	}
}

func voteClosing(e *env) {
	c := e.open("Markets")
	i, p := e.ideas(c)[0], e.person("Ada")
	e.clock.Set(c.ClosesAt.Add(-time.Millisecond))
	e.vote(i, p, models.ChoiceAgree)
	e.clock.Set(c.ClosesAt)
	_, _, err := e.store.PutVote(e.ctx, newVote(i, p, models.ChoicePass))
	e.refused("at the closing time", err, models.CodeClosed, "error.consultation.closed")
	e.equal("tally", e.ideas(c)[0].Tally, models.Tally{Agree: 1})
}

func voteNotFound(e *env) {
	c, other := e.open("Markets"), e.open("Other")
	p := e.person("Ada")
	removed := e.idea(c, "Removed")
	e.decide(models.ActionRemove, removed.Item())
	strange := e.ideas(other)[0]
	strange.ConsultationID = c.ID
	for what, i := range map[string]models.Idea{
		"one that waits":              e.pendingIdea(c, "Waits"),
		"one that was removed":        removed,
		"one of another consultation": strange,
		"one that is not there":       {Contribution: models.Contribution{ID: "none", ConsultationID: c.ID}},
		"one of no consultation":      {Contribution: models.Contribution{ID: "none", ConsultationID: "none"}},
	} {
		_, _, err := e.store.PutVote(e.ctx, newVote(i, p, models.ChoiceAgree))
		e.refused(what, err, models.CodeNotFound, "")
	}
	e.equal("entries", e.votes(c), []models.Vote(nil))
	e.equal("entries elsewhere", e.votes(other), []models.Vote(nil))
}

func voteOwn(e *env) {
	c, other := e.open("First", "Second", "Third"), e.open("Other")
	ada, bo := e.person("Ada"), e.person("Bo")
	ideas := e.ideas(c)
	e.vote(ideas[0], ada, models.ChoiceAgree)
	e.vote(ideas[1], ada, models.ChoicePass)
	e.vote(ideas[2], ada, models.ChoiceNone)
	e.vote(ideas[2], bo, models.ChoiceDisagree)
	e.vote(e.ideas(other)[0], ada, models.ChoiceDisagree)
	want := map[string]models.Choice{ideas[0].ID: models.ChoiceAgree, ideas[1].ID: models.ChoicePass}
	e.equal("own votes", must(e.store.OwnVotes(e.ctx, c.ID, ada.ID))(e), want)
	e.equal("nobody's", must(e.store.OwnVotes(e.ctx, c.ID, ""))(e), map[string]models.Choice(nil))
}

func voteEach(e *env) {
	c, other := e.open("First", "Second", "Third"), e.open("Other")
	for n := range 4 {
		p := e.person(fmt.Sprint("voter", n))
		for _, i := range e.ideas(c) {
			e.vote(i, p, models.ChoiceAgree)
		}
		e.vote(e.ideas(other)[0], p, models.ChoiceAgree)
	}
	got := e.votes(c)
	e.equal("entries", len(got), 12)
	sorted := slices.IsSortedFunc(got, func(a, b models.Vote) int {
		return strings.Compare(a.IdeaID+"\x00"+a.ParticipantID, b.IdeaID+"\x00"+b.ParticipantID)
	})
	e.equal("sorted", sorted, true)
}

func voteRemovedIdea(e *env) {
	c := e.open("Markets")
	i := e.idea(c, "Alms")
	e.vote(i, e.person("Ada"), models.ChoiceAgree)
	before := e.votes(c)
	e.decide(models.ActionRemove, i.Item())
	e.equal("entries", e.votes(c), before)
	e.counted(c)
	e.decide(models.ActionRestore, i.Item())
	e.equal("tally restored", e.ideas(c)[1].Tally, models.Tally{Agree: 1})
}
