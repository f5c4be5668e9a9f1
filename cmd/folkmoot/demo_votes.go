package main

import (
	"math/rand/v2"
	"sync"

	"folkmoot/models"
	"folkmoot/models/service"
)

// choiceTable holds each voter's choices by idea number.
type choiceTable []map[int]models.Choice

// distributeVotes distributes the wanted tallies over n voters, with a fixed seed for
// each idea.
func distributeVotes(n int, wanted map[int]models.Tally) choiceTable {
	s := make(choiceTable, n)
	for i := range s {
		s[i] = map[int]models.Choice{}
	}
	for number, t := range wanted {
		order := rand.New(rand.NewPCG(20270303, uint64(number))).Perm(n)
		deal := func(c models.Choice, count int64) {
			for _, voter := range order[:min(int(count), len(order))] {
				s[voter][number] = c
			}
			order = order[min(int(count), len(order)):]
		}
		deal(models.ChoiceAgree, t.Agree)
		deal(models.ChoiceDisagree, t.Disagree)
		deal(models.ChoicePass, t.Pass)
	}
	return s
}

// voteByLink requests a voting link for each voter and uses it, concurrently. Choices
// on ideas after last are left out.
func (p *scenario) voteByLink(slug string, voters []demoVoter, choices choiceTable, last int) error {
	type voting struct {
		demoVoter
		choices map[int]models.Choice
	}
	list := make([]voting, len(voters))
	for i, v := range voters {
		list[i] = voting{v, choices[i]}
	}
	var mu sync.Mutex
	return inParallel(list, func(v voting) error {
		in := service.BallotLinkInput{
			Slug: slug, Email: v.address(), Name: v.name, Capacity: v.capacity, Band: v.band, Choices: map[int]models.Choice{},
		}
		for number := 1; number <= last; number++ {
			if c, ok := v.choices[number]; ok {
				in.Choices[number] = c
			}
		}
		if len(in.Choices) == 0 {
			return nil
		}
		asked, err := p.svc.AskBallotLink(p.ctx, models.Actor{Language: "en"}, in)
		if err != nil {
			return err
		}
		used, err := p.svc.UseLink(p.ctx, asked.Token)
		mu.Lock()
		defer mu.Unlock()
		p.people[v.name] = models.Actor{Participant: &used.Participant, Language: "en"}
		return err
	})
}

// requestUnconfirmed requests voting links that are never used.
func (p *scenario) requestUnconfirmed(slug string, addresses ...string) error {
	for _, address := range addresses {
		_, err := p.svc.AskBallotLink(p.ctx, models.Actor{Language: "en"}, service.BallotLinkInput{
			Slug: slug, Email: address,
			Choices: map[int]models.Choice{1: models.ChoiceAgree, 2: models.ChoicePass},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// voteSignedIn casts votes of signed-in voters on the ideas from first to last.
func (p *scenario) voteSignedIn(slug string, voters []demoVoter, choices choiceTable, first, last int) error {
	type cast struct {
		who    string
		number int
		choice models.Choice
	}
	var list []cast
	for i, v := range voters {
		for number := first; number <= last; number++ {
			if c, ok := choices[i][number]; ok {
				list = append(list, cast{v.name, number, c})
			}
		}
	}
	return inParallel(list, func(c cast) error {
		actor, err := p.actor(c.who, false)
		if err != nil {
			return err
		}
		_, err = p.svc.CastVote(p.ctx, actor, slug, c.number, string(c.choice))
		return err
	})
}
