package main

import (
	"time"

	"folkmoot/models"
	"folkmoot/models/service"
)

// lastRound is the round of this morning, which is still in the moderation queue.
const lastRound = 6

// lepRounds are the start times of the open consultation's rounds, as durations before now.
var lepRounds = []time.Duration{
	11 * day, 10 * day, 8 * day, 6 * day, 4 * day, 2 * day, 3 * time.Hour,
}

// lepTallies are the tallies of the open consultation by idea number.
var lepTallies = map[int]models.Tally{
	1: {Agree: 27, Disagree: 6, Pass: 5},
	2: {Agree: 34, Disagree: 2, Pass: 3},
	3: {Agree: 21, Disagree: 13, Pass: 4},
	4: {Agree: 25, Disagree: 7, Pass: 7},
	5: {Agree: 18, Disagree: 14, Pass: 6},
	6: {Agree: 24, Disagree: 5, Pass: 6},
	7: {Agree: 22, Disagree: 8, Pass: 4},
	8: {Agree: 15, Disagree: 12, Pass: 3},
	9: {Agree: 19, Disagree: 3, Pass: 5},
}

// playLEP creates the open consultation: twelve days old, with three weeks to go.
func (p *scenario) playLEP() error {
	closes := atHour(p.now.Add(21*day), 17)
	err := p.openConsultation(consultationPlan{
		slug: demoOpen, text: lepText, settings: models.ConsultationSettings{MinVotes: 5, AnswerTop: 6},
		ideas: lepIdeas, opened: 12 * day, closes: closes, answerBy: closes.Add(42 * day),
	})
	if err != nil {
		return err
	}
	choices := distributeVotes(len(lepVoters), lepTallies)
	for n, began := range lepRounds {
		if err := p.playLEPVotes(n, choices); err != nil {
			return err
		}
		r := selectRound(n, lepReplies, lepSuggested)
		r.slug, r.ago = demoOpen, began
		if n == lastRound {
			r = leavePending(r)
		}
		if err := p.playRound(r); err != nil {
			return err
		}
	}
	p.ago(90 * time.Minute)
	return p.requestUnconfirmed(demoOpen, "late.reader@people.example", "another.reader@people.example")
}

// playLEPVotes casts the votes that precede round n: first those of the people who
// also write, then everybody else's, on the ideas published by then.
func (p *scenario) playLEPVotes(n int, choices choiceTable) error {
	p.ago(lepRounds[n] + 8*time.Hour)
	part := func(from, to int) ([]demoVoter, choiceTable) { return lepVoters[from:to], choices[from:to] }
	switch n {
	case 0:
		voters, c := part(0, 7)
		return p.voteByLink(demoOpen, voters, c, 5)
	case 2:
		voters, c := part(7, 20)
		return p.voteByLink(demoOpen, voters, c, 5)
	case 4:
		voters, c := part(20, 32)
		return p.voteByLink(demoOpen, voters, c, 8)
	case 5:
		voters, c := part(32, len(lepVoters))
		return p.voteByLink(demoOpen, voters, c, 9)
	case lastRound:
		voters, c := part(0, 20)
		if err := p.voteSignedIn(demoOpen, voters, c, 6, 9); err != nil {
			return err
		}
		voters, c = part(20, 32)
		return p.voteSignedIn(demoOpen, voters, c, 9, 9)
	}
	return nil
}

// leavePending marks everything in a round as not yet moderated.
func leavePending(r round) round {
	for i := range r.replies {
		r.replies[i].pending = true
	}
	for i := range r.ideas {
		r.ideas[i].pending = true
	}
	return r
}

// playShops creates the sealed consultation: closed a month ago, with answers due in
// four days.
func (p *scenario) playShops() error {
	closes := atHour(p.now.Add(-30*day), 17)
	err := p.openConsultation(consultationPlan{
		slug: demoSealed, text: shopsText, settings: models.ConsultationSettings{MinVotes: 5, AnswerTop: 4},
		ideas: shopsIdeas, opened: 58 * day, closes: closes, answerBy: p.now.Add(4 * day),
	})
	if err != nil {
		return err
	}
	wanted := map[int]models.Tally{}
	for n, i := range shopsIdeas {
		wanted[n+1] = i.votes
	}
	for n, i := range shopsSuggested {
		wanted[len(shopsIdeas)+n+1] = i.votes
	}
	choices := distributeVotes(len(shopsVoters), wanted)
	p.ago(57 * day) // these two also write under their account
	if err := p.voteByLink(demoSealed, shopsVoters[:2], choices, len(shopsIdeas)); err != nil {
		return err
	}
	for n, began := range []time.Duration{55 * day, 53 * day, 50 * day, 47 * day} {
		r := selectRound(n, shopsReplies, shopsSuggested)
		r.slug, r.ago = demoSealed, began
		if err := p.playRound(r); err != nil {
			return err
		}
	}
	if err := p.playShopsVotes(choices, len(wanted)); err != nil {
		return err
	}
	p.ago(26 * day)
	if _, err := p.svc.Seal(p.ctx, p.people[organiserName], demoSealed); err != nil {
		return err
	}
	return p.publishResponses()
}

// playShopsVotes casts everybody else's votes in three waves, and requests two more
// that are never confirmed.
func (p *scenario) playShopsVotes(choices choiceTable, last int) error {
	p.ago(44 * day)
	if err := p.voteSignedIn(demoSealed, shopsVoters[:2], choices, len(shopsIdeas)+1, last); err != nil {
		return err
	}
	for _, wave := range []struct {
		ago      time.Duration
		from, to int
	}{{43 * day, 2, 20}, {38 * day, 20, 36}, {31 * day, 36, len(shopsVoters)}} {
		p.ago(wave.ago)
		if err := p.voteByLink(demoSealed, shopsVoters[wave.from:wave.to], choices[wave.from:wave.to], last); err != nil {
			return err
		}
	}
	return p.requestUnconfirmed(demoSealed, "passing.by@people.example", "passing.too@people.example")
}

// publishResponses publishes the board's responses, and saves one as a draft.
func (p *scenario) publishResponses() error {
	for _, r := range shopsResponses {
		who := organiserName
		if r.publish {
			who = boardName
		}
		p.ago(time.Duration(r.daysAgo)*day + time.Hour)
		err := p.svc.Respond(p.ctx, p.people[who], service.ResponseInput{
			Slug: demoSealed, Number: r.idea, Decision: r.decision, Reason: r.reason, Owner: r.owner, By: r.by, Publish: r.publish,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// atHour returns the given full hour on the day of t in London.
func atHour(t time.Time, hour int) time.Time {
	d := models.Day(t, "Europe/London")
	return time.Date(d.Year(), d.Month(), d.Day(), hour, 0, 0, 0, d.Location())
}
