package main

import (
	"math/rand/v2"
	"sync"

	"folkmoot/models"
	"folkmoot/models/service"
)

// sheet is what each voter chooses on each idea, by number.
type sheet []map[int]models.Choice

// sheetOf deals the votes wanted on each idea to n voters: the same each time,
// and differently for each idea.
func sheetOf(n int, wanted map[int]models.Tally) sheet {
	s := make(sheet, n)
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

// ballots lets voters ask for a link and use it, all at one moment; the choices
// are on the ideas from first to last.
func (p *play) ballots(slug string, voters []demoVoter, choices sheet, last int) error {
	ids, err := p.ideaIDs(slug)
	if err != nil {
		return err
	}
	type voting struct {
		demoVoter
		choices map[int]models.Choice
	}
	list := make([]voting, len(voters))
	for i, v := range voters {
		list[i] = voting{v, choices[i]}
	}
	var mu sync.Mutex
	return together(list, func(v voting) error {
		in := service.BallotInput{Slug: slug, Email: v.address(), Name: v.name, Capacity: v.capacity, Band: v.band}
		for number := 1; number <= last; number++ {
			if c, ok := v.choices[number]; ok {
				in.Choices = append(in.Choices, models.ChosenVote{IdeaID: ids[number], Choice: c})
			}
		}
		if len(in.Choices) == 0 {
			return nil
		}
		asked, err := p.svc.AskBallot(p.ctx, models.Actor{Language: "en"}, in)
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

// unconfirmed leaves ballots whose links nobody uses.
func (p *play) unconfirmed(slug string, addresses ...string) error {
	ids, err := p.ideaIDs(slug)
	if err != nil {
		return err
	}
	for _, address := range addresses {
		_, err := p.svc.AskBallot(p.ctx, models.Actor{Language: "en"}, service.BallotInput{
			Slug: slug, Email: address,
			Choices: []models.ChosenVote{{IdeaID: ids[1], Choice: models.ChoiceAgree}, {IdeaID: ids[2], Choice: models.ChoicePass}},
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// later lets people who are signed in vote on the ideas that came after they
// first voted.
func (p *play) later(slug string, voters []demoVoter, choices sheet, first, last int) error {
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
	return together(list, func(c cast) error {
		actor, err := p.actor(c.who, false)
		if err != nil {
			return err
		}
		_, err = p.svc.CastVote(p.ctx, actor, slug, c.number, string(c.choice))
		return err
	})
}

// ideaIDs gives the ids of the published ideas by number.
func (p *play) ideaIDs(slug string) (map[int]string, error) {
	c, err := p.store.ConsultationBySlug(p.ctx, slug)
	if err != nil {
		return nil, err
	}
	ideas, err := p.store.Ideas(p.ctx, models.IdeaFilter{ConsultationID: c.ID})
	ids := map[int]string{}
	for _, i := range ideas {
		ids[i.Number] = i.ID
	}
	return ids, err
}
