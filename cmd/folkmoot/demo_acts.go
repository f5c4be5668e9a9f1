package main

import (
	"time"

	"folkmoot/models"
	"folkmoot/models/service"
)

// lastRound is the round of this morning, part of which still waits.
const lastRound = 6

// lepRounds says how long ago each round of the open consultation began.
var lepRounds = []time.Duration{
	11 * day, 10 * day, 8 * day, 6 * day, 4 * day, 2 * day, 3 * time.Hour,
}

// lepWanted are the votes in the open consultation; nobody sees them before it closes.
var lepWanted = map[int]models.Tally{
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

// lep is the open consultation: twelve days old, with three weeks to go.
func (p *play) lep() error {
	closes := atHour(p.now.Add(21*day), 17)
	err := p.begin(opening{
		slug: demoOpen, text: lepText, settings: models.ConsultationSettings{MinVotes: 5, AnswerTop: 6},
		ideas: lepIdeas, opened: 12 * day, closes: closes, answerBy: closes.Add(42 * day),
	})
	if err != nil {
		return err
	}
	choices := sheetOf(len(lepVoters), lepWanted)
	for n, began := range lepRounds {
		if err := p.lepVotes(n, choices); err != nil {
			return err
		}
		r := ofRound(n, lepReplies, lepSuggested)
		r.slug, r.ago = demoOpen, began
		if n == lastRound {
			r = allWait(r)
		}
		if err := p.playRound(r); err != nil {
			return err
		}
	}
	p.ago(90 * time.Minute)
	return p.unconfirmed(demoOpen, "late.reader@people.example", "another.reader@people.example")
}

// lepVotes are the votes that came in before a round: first of those who talk,
// then of everybody else as the ideas appear.
func (p *play) lepVotes(n int, choices sheet) error {
	p.ago(lepRounds[n] + 8*time.Hour)
	part := func(from, to int) ([]demoVoter, sheet) { return lepVoters[from:to], choices[from:to] }
	switch n {
	case 0:
		voters, c := part(0, 7)
		return p.ballots(demoOpen, voters, c, 5)
	case 2:
		voters, c := part(7, 20)
		return p.ballots(demoOpen, voters, c, 5)
	case 4:
		voters, c := part(20, 32)
		return p.ballots(demoOpen, voters, c, 8)
	case 5:
		voters, c := part(32, len(lepVoters))
		return p.ballots(demoOpen, voters, c, 9)
	case lastRound:
		voters, c := part(0, 20)
		if err := p.later(demoOpen, voters, c, 6, 9); err != nil {
			return err
		}
		voters, c = part(20, 32)
		return p.later(demoOpen, voters, c, 9, 9)
	}
	return nil
}

// allWait keeps a round for the moderator.
func allWait(r round) round {
	for i := range r.replies {
		r.replies[i].waits = true
	}
	for i := range r.ideas {
		r.ideas[i].waits = true
	}
	return r
}

// shops is the sealed consultation: closed a month ago, its answers promised for
// the end of this week.
func (p *play) shops() error {
	closes := atHour(p.now.Add(-30*day), 17)
	err := p.begin(opening{
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
	choices := sheetOf(len(shopsVoters), wanted)
	p.ago(57 * day) // the two who write under an account
	if err := p.ballots(demoSealed, shopsVoters[:2], choices, len(shopsIdeas)); err != nil {
		return err
	}
	for n, began := range []time.Duration{55 * day, 53 * day, 50 * day, 47 * day} {
		r := ofRound(n, shopsReplies, shopsSuggested)
		r.slug, r.ago = demoSealed, began
		if err := p.playRound(r); err != nil {
			return err
		}
	}
	if err := p.shopsVotes(choices, len(wanted)); err != nil {
		return err
	}
	p.ago(26 * day)
	if _, err := p.svc.Seal(p.ctx, p.people[organiserName], demoSealed); err != nil {
		return err
	}
	return p.answers()
}

// shopsVotes are the votes of everybody else, in three waves, and two that were
// never confirmed.
func (p *play) shopsVotes(choices sheet, last int) error {
	p.ago(44 * day)
	if err := p.later(demoSealed, shopsVoters[:2], choices, len(shopsIdeas)+1, last); err != nil {
		return err
	}
	for _, wave := range []struct {
		ago      time.Duration
		from, to int
	}{{43 * day, 2, 20}, {38 * day, 20, 36}, {31 * day, 36, len(shopsVoters)}} {
		p.ago(wave.ago)
		if err := p.ballots(demoSealed, shopsVoters[wave.from:wave.to], choices[wave.from:wave.to], last); err != nil {
			return err
		}
	}
	return p.unconfirmed(demoSealed, "passing.by@people.example", "passing.too@people.example")
}

// answers publishes what the board has answered so far; a draft waits for it.
func (p *play) answers() error {
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

// atHour gives the full hour of the day of t in London.
func atHour(t time.Time, hour int) time.Time {
	d := models.Day(t, "Europe/London")
	return time.Date(d.Year(), d.Month(), d.Day(), hour, 0, 0, 0, d.Location())
}
