package storetest

import (
	"time"

	"folkmoot/models"
)

var ballotCases = []testCase{
	{"its votes count from the time of choosing once it is used", ballotCounts},
	{"until it is used its votes are counted only as unconfirmed", ballotUnconfirmed},
	{"chosen in time, it counts until 72 hours after closing", ballotLate},
	{"chosen too late, it counts nothing", ballotTooLate},
	{"it counts while paused, and nothing once withdrawn", ballotPaused},
	{"what this person may not vote on is refused, and the rest counts", ballotRefused},
	{"its life moves with the closing time", ballotClosingMoved},
	{"it does not overwrite a newer choice", ballotNewer},
	{"it replaces an older choice", ballotOlder},
	{"once used, it closes others that have nothing left to say", ballotSpent},
	{"it is reminded of once, after a day", ballotReminded},
	{"the reminder's link and the first one are one link", ballotReminderLink},
	{"nothing is reminded of that is used or of no use", ballotNotReminded},
}

// chosen makes the same choice on every idea of c.
func (e *env) chosen(c models.Consultation, choice models.Choice) (choices []models.ChosenVote) {
	e.Helper()
	for _, i := range e.ideas(c) {
		choices = append(choices, models.ChosenVote{IdeaID: i.ID, Choice: choice})
	}
	return choices
}

func ballotCounts(e *env) {
	c := e.open("First", "Second")
	l := e.newBallot(c, "Ada", e.chosen(c, models.ChoiceDisagree)...)
	l.Capacity, l.Band = models.CapacityBusiness, models.BandMicro
	e.ok(e.store.AddLink(e.ctx, l, nil))
	chosen := e.now()
	e.clock.Add(time.Hour)
	used := e.use(l.TokenHash)
	e.equal("counted", used.Counted, 2)
	e.equal("too late", used.TooLate, 0)
	for n, v := range e.votes(c) {
		want := newVote(models.Idea{Contribution: models.Contribution{ID: v.IdeaID, ConsultationID: c.ID}}, used.Participant, models.ChoiceDisagree)
		want.Capacity, want.Band, want.At = models.CapacityBusiness, models.BandMicro, chosen
		e.equal("entry", v, want)
		e.equal("tally", e.ideas(c)[n].Tally, models.Tally{Disagree: 1})
	}
	e.equal("entries", len(e.votes(c)), 2)
	e.counted(c)
	e.voters(c)
	if e.reload(c).VoteSeq <= c.VoteSeq {
		e.Errorf("the vote sequence stayed at %d", c.VoteSeq)
	}
}

func ballotSpent(e *env) {
	c := e.open("First", "Second")
	first := e.ballot(c, "Ada", e.chosen(c, models.ChoiceAgree)[:1]...)
	again := e.ballot(c, "Ada", e.chosen(c, models.ChoiceAgree)[:1]...)
	more := e.ballot(c, "Ada", e.chosen(c, models.ChoiceAgree)...)
	other := e.ballot(c, "Bo", e.chosen(c, models.ChoiceAgree)[:1]...)
	e.use(first.TokenHash)
	_, err := e.store.UseLink(e.ctx, e.linkUse(again.TokenHash))
	e.refused("the same votes again", err, models.CodeGone, "error.link.used")
	open, err := e.store.OpenBallotLinks(e.ctx, c.ID)
	e.ok(err)
	e.equal("open links, one with another vote and one of somebody else", open, int64(2))
	e.equal("counted", e.use(more.TokenHash).Counted, 2)
	e.equal("of another address", e.use(other.TokenHash).Counted, 1)
}

func ballotUnconfirmed(e *env) {
	c, other := e.open("First", "Second"), e.open("Other")
	first := e.ballot(c, "Ada", e.chosen(c, models.ChoiceAgree)...)
	second := e.ballot(c, "Bo", e.chosen(c, models.ChoiceAgree)[:1]...)
	e.ballot(other, "Ada", e.chosen(other, models.ChoiceAgree)...)
	e.ok(e.store.AddLink(e.ctx, e.newLink("Ada"), nil))
	waits := func(what string, votes, ballots int64) {
		e.Helper()
		e.equal(what+": votes", must(e.store.UnconfirmedVotes(e.ctx, c.ID))(e), votes)
		e.equal(what+": ballots", must(e.store.OpenBallotLinks(e.ctx, c.ID))(e), ballots)
	}
	waits("two unused", 3, 2)
	e.equal("entries", e.votes(c), []models.Vote(nil))
	e.equal("voters", e.reload(c).VoterCount, int64(0))
	e.use(first.TokenHash)
	waits("one unused", 1, 1)
	e.clock.Set(second.ExpiresAt)
	waits("expired", 1, 0)
}

func ballotLate(e *env) {
	c := e.open("Markets")
	e.clock.Set(c.ClosesAt.Add(-time.Millisecond))
	first := e.ballot(c, "Ada", e.chosen(c, models.ChoiceAgree)...)
	second := e.ballot(c, "Bo", e.chosen(c, models.ChoiceAgree)...)
	e.clock.Set(c.ClosesAt.Add(models.LateLinks - time.Millisecond))
	e.equal("open ballots", must(e.store.OpenBallotLinks(e.ctx, c.ID))(e), int64(2))
	used := e.use(first.TokenHash)
	e.equal("counted", used.Counted, 1)
	e.equal("time", e.votes(c)[0].At, c.ClosesAt.Add(-time.Millisecond))
	e.equal("tally", e.ideas(c)[0].Tally, models.Tally{Agree: 1})
	e.clock.Set(c.ClosesAt.Add(models.LateLinks))
	_, err := e.store.UseLink(e.ctx, e.linkUse(second.TokenHash))
	e.refused("72 hours after closing", err, models.CodeGone, "")
	e.equal("tally", e.ideas(c)[0].Tally, models.Tally{Agree: 1})
	e.counted(c)
}

func ballotTooLate(e *env) {
	c := e.open("First", "Second")
	e.clock.Set(c.ClosesAt)
	l := e.ballot(c, "Ada", e.chosen(c, models.ChoiceAgree)...)
	e.clock.Add(time.Hour)
	used := e.use(l.TokenHash)
	e.equal("counted", used.Counted, 0)
	e.equal("too late", used.TooLate, 2)
	e.equal("signed in all the same", used.Participant.Name, "Ada")
	e.equal("entries", e.votes(c), []models.Vote(nil))
	e.equal("vote sequence", e.reload(c).VoteSeq, c.VoteSeq)
}

func ballotPaused(e *env) {
	c := e.open("Markets")
	first := e.ballot(c, "Ada", e.chosen(c, models.ChoiceAgree)...)
	second := e.ballot(c, "Bo", e.chosen(c, models.ChoiceAgree)...)
	e.move(c, models.StatePaused)
	e.equal("while paused", e.use(first.TokenHash).Counted, 1)
	e.move(c, models.StateWithdrawn)
	used := e.use(second.TokenHash)
	e.equal("withdrawn: counted", used.Counted, 0)
	e.equal("withdrawn: too late", used.TooLate, 1)
	e.equal("tally", e.ideas(c)[0].Tally, models.Tally{Agree: 1})
}

func ballotRefused(e *env) {
	c := e.draft("First", "Second")
	c.Settings.Capacities = []models.Capacity{models.CapacityResident}
	c = e.move(must(e.store.EditConsultation(e.ctx, c, nil, Entry(models.AuditConsultationEdited)))(e), models.StateOpen)
	e.person("Mo", models.Grant{Role: models.RoleModerator, ConsultationID: c.ID})
	business := e.newBallot(c, "Bo", e.chosen(c, models.ChoiceAgree)...)
	business.Capacity, business.Band = models.CapacityBusiness, models.BandSole
	e.ok(e.store.AddLink(e.ctx, business, nil))
	unsaid := e.newBallot(c, "Cy", e.chosen(c, models.ChoiceAgree)...)
	unsaid.Capacity = models.CapacityUnsaid
	e.ok(e.store.AddLink(e.ctx, unsaid, nil))
	staff, resident := e.ballot(c, "Mo", e.chosen(c, models.ChoiceAgree)...), e.ballot(c, "Ada", e.chosen(c, models.ChoiceAgree)...)
	e.decide(models.ActionRemove, e.ideas(c)[1].Item())
	for what, step := range map[string]struct {
		link             models.Link
		counted, refused int
	}{
		"staff":                  {staff, 0, 2},
		"a capacity that cannot": {business, 0, 2},
		"none that was said":     {unsaid, 0, 2},
		"an idea that is gone":   {resident, 1, 1},
	} {
		used := e.use(step.link.TokenHash)
		e.equal(what+": counted and refused", []int{used.Counted, used.Refused}, []int{step.counted, step.refused})
	}
	e.equal("tally", e.ideas(c)[0].Tally, models.Tally{Agree: 1})
	e.equal("entries", len(e.votes(c)), 1)
	e.voters(c)
}

func ballotClosingMoved(e *env) {
	c := e.open("Markets")
	l := e.ballot(c, "Ada", e.chosen(c, models.ChoiceAgree)...)
	later := c
	later.ClosesAt = c.ClosesAt.Add(10 * day)
	must(e.store.EditConsultation(e.ctx, later, nil, Entry(models.AuditConsultationEdited)))(e)
	e.equal("ExpiresAt", must(e.store.Link(e.ctx, l.TokenHash))(e).ExpiresAt, later.ClosesAt.Add(models.LateLinks))
	e.clock.Set(c.ClosesAt.Add(models.LateLinks))
	e.equal("open ballots", must(e.store.OpenBallotLinks(e.ctx, c.ID))(e), int64(1))
	e.equal("counted", e.use(l.TokenHash).Counted, 1)
}

func ballotNewer(e *env) {
	c := e.open("Markets")
	i, p := e.ideas(c)[0], e.person("Ada")
	l := e.ballot(c, "Ada", e.chosen(c, models.ChoiceDisagree)...)
	e.clock.Add(time.Minute)
	newer := e.vote(i, p, models.ChoiceAgree)
	e.clock.Add(time.Minute)
	e.use(l.TokenHash)
	e.equal("entries", e.votes(c), []models.Vote{newer})
	e.equal("tally", e.ideas(c)[0].Tally, models.Tally{Agree: 1})
	e.counted(c)
}

func ballotOlder(e *env) {
	c := e.open("Markets")
	e.vote(e.ideas(c)[0], e.person("Ada"), models.ChoiceAgree)
	chosen := e.clock.Add(time.Minute)
	l := e.ballot(c, "Ada", e.chosen(c, models.ChoiceDisagree)...)
	e.clock.Add(time.Minute)
	e.equal("counted", e.use(l.TokenHash).Counted, 1)
	e.equal("time", e.votes(c)[0].At, chosen)
	e.equal("tally", e.ideas(c)[0].Tally, models.Tally{Disagree: 1})
	e.counted(c)
	e.voters(c)
}

// remind runs the reminders and returns their new tokens by the id of the link.
func (e *env) remind() map[string]string {
	e.Helper()
	tokens := map[string]string{}
	n := must(e.store.RemindBallots(e.ctx, func(l models.Link) (string, models.Job) {
		token := models.HashToken("reminder " + e.id())
		tokens[l.ID] = token
		j := e.newMessage(l.Name)
		j.Kind, j.LinkID = models.JobBallotReminder, l.ID
		return token, j
	}))(e)
	e.equal("reminders", n, len(tokens))
	return tokens
}

func ballotReminded(e *env) {
	c := e.open("Markets")
	first := e.ballot(c, "Ada", e.chosen(c, models.ChoiceAgree)...)
	e.clock.Add(time.Hour)
	second := e.ballot(c, "Bo", e.chosen(c, models.ChoiceAgree)...)
	e.clock.Set(start.Add(models.ReminderAfter - time.Millisecond))
	e.equal("within a day", len(e.remind()), 0)
	e.clock.Set(start.Add(models.ReminderAfter + time.Millisecond))
	tokens := e.remind()
	e.equal("after a day", len(tokens), 1)
	e.equal("jobs", len(e.waiting()), 1)
	link := must(e.store.Link(e.ctx, first.TokenHash))(e)
	e.equal("RemindedAt", link.RemindedAt, e.now())
	e.equal("its second token", link.TokenHash2, tokens[first.ID])
	e.equal("once more", len(e.remind()), 0)
	e.clock.Add(2 * time.Hour)
	tokens = e.remind()
	e.equal("the second link's", len(tokens), 1)
	e.equal("the second link's token", must(e.store.Link(e.ctx, second.TokenHash))(e).TokenHash2, tokens[second.ID])
	e.equal("jobs", len(e.waiting()), 2)
}

func ballotReminderLink(e *env) {
	c := e.open("Markets")
	first := e.ballot(c, "Ada", e.chosen(c, models.ChoiceAgree)...)
	second := e.ballot(c, "Bo", e.chosen(c, models.ChoiceAgree)...)
	e.clock.Add(25 * time.Hour)
	tokens := e.remind()
	found := must(e.store.Link(e.ctx, tokens[first.ID]))(e)
	e.equal("by the reminder's token", found, must(e.store.Link(e.ctx, first.TokenHash))(e))
	e.equal("by the reminder", e.use(tokens[first.ID]).Counted, 1)
	_, err := e.store.UseLink(e.ctx, e.linkUse(first.TokenHash))
	e.refused("the first token after it", err, models.CodeGone, "error.link.used")
	e.equal("by the first token", e.use(second.TokenHash).Counted, 1)
	_, err = e.store.UseLink(e.ctx, e.linkUse(tokens[second.ID]))
	e.refused("the reminder after it", err, models.CodeGone, "error.link.used")
	e.equal("tally", e.ideas(c)[0].Tally, models.Tally{Agree: 2})
}

func ballotNotReminded(e *env) {
	c := e.open("Markets")
	used := e.ballot(c, "Ada", e.chosen(c, models.ChoiceAgree)...)
	e.use(used.TokenHash)
	e.ok(e.store.AddLink(e.ctx, e.newLink("Bo"), nil))
	e.clock.Add(2 * day)
	e.equal("a used ballot and a sign-in link", len(e.remind()), 0)
	e.ballot(c, "Cy", e.chosen(c, models.ChoiceAgree)...)
	e.clock.Set(c.ClosesAt.Add(models.LateLinks))
	e.equal("an expired ballot", len(e.remind()), 0)
}
