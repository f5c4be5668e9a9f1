package storetest

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"folkmoot/models"
)

// votes reads all entries of the consultation.
func (e *env) votes(c models.Consultation) (all []models.Vote) {
	e.Helper()
	e.ok(e.store.EachVote(e.ctx, c.ID, func(v models.Vote) error {
		all = append(all, v)
		return nil
	}))
	return all
}

// itself is the root of an idea where nothing is merged.
func itself(ideaID string) string { return ideaID }

// counted expects every tally, listed or cached, to be the count of the entries.
func (e *env) counted(c models.Consultation) {
	e.Helper()
	want := models.Count(e.votes(c), itself)
	cached := must(e.store.CachedTallies(e.ctx, c.ID))(e)
	ideas := must(e.store.Ideas(e.ctx, models.IdeaFilter{ConsultationID: c.ID, All: true}))(e)
	for _, i := range ideas {
		if i.Tally != want[i.ID] || cached[i.ID] != want[i.ID] {
			e.Errorf("idea %d: listed %+v, cached %+v, counted %+v", i.Number, i.Tally, cached[i.ID], want[i.ID])
		}
	}
	for id := range cached {
		if !slices.ContainsFunc(ideas, func(i models.Idea) bool { return i.ID == id }) {
			e.Errorf("a tally is cached for %s, which is not there", id)
		}
	}
}

// voters expects the consultation to know how many voices have an entry that counts.
func (e *env) voters(c models.Consultation) {
	e.Helper()
	byVoice := map[string][]models.Vote{}
	for _, v := range e.votes(c) {
		byVoice[v.Voice] = append(byVoice[v.Voice], v)
	}
	voices := map[string]bool{}
	for voice, votes := range byVoice {
		for _, tally := range models.Count(votes, itself) {
			if tally.Total() > 0 {
				voices[voice] = true
			}
		}
	}
	e.equal("VoterCount", e.reload(c).VoterCount, int64(len(voices)))
}

func voteVoice(e *env) {
	c := e.open("Markets")
	i := e.ideas(c)[0]
	cast := func(name string, choice models.Choice, want models.Tally) {
		e.Helper()
		v := newVote(i, e.person(name), choice)
		v.Voice = "enterprise"
		_, _, err := e.store.PutVote(e.ctx, v)
		e.ok(err)
		e.equal(name+" "+string(choice), e.ideas(c)[0].Tally, want)
		e.clock.Add(time.Second)
	}
	cast("Ada", models.ChoiceAgree, models.Tally{Agree: 1})
	cast("Bo", models.ChoiceDisagree, models.Tally{Disagree: 1})
	e.equal("voters", e.reload(c).VoterCount, int64(1))
	cast("Ada", models.ChoicePass, models.Tally{Pass: 1})
	cast("Bo", models.ChoiceNone, models.Tally{})
	cast("Ada", models.ChoiceAgree, models.Tally{Agree: 1})
	e.equal("entries", len(e.votes(c)), 2)
	e.counted(c)
}

func voteTallies(e *env) {
	var people []models.Participant
	for n := range 4 {
		people = append(people, e.person(fmt.Sprint("voter", n)))
	}
	choices := []models.Choice{models.ChoiceAgree, models.ChoiceDisagree, models.ChoicePass, models.ChoiceNone}
	test, ok := e.reporter.(rapid.TB)
	if !ok {
		e.Fatalf("%T cannot check properties", e.reporter)
	}
	rapid.Check(test, func(t *rapid.T) {
		e := e.on(t)
		c := e.open("First", "Second")
		ideas := e.ideas(c)
		voices := []string{"enterprise", "another"}
		shared := rapid.Bool().Draw(t, "two vote for a business now and then")
		for range rapid.IntRange(1, 14).Draw(t, "votes") {
			i := rapid.SampledFrom(ideas).Draw(t, "idea")
			p := rapid.IntRange(0, len(people)-1).Draw(t, "participant")
			v := newVote(i, people[p], rapid.SampledFrom(choices).Draw(t, "choice"))
			if shared && p < 2 {
				v.Voice = rapid.SampledFrom(append(voices, v.Voice)).Draw(t, "voice")
			}
			_, _, err := e.store.PutVote(e.ctx, v)
			e.ok(err)
			e.counted(c)
			e.voters(c)
			e.clock.Add(time.Duration(rapid.IntRange(0, 2).Draw(t, "ms")) * time.Millisecond)
		}
	})
}

func voteSeq(e *env) {
	c := e.open("Markets")
	i, p := e.ideas(c)[0], e.person("Ada")
	last := c.VoteSeq
	for _, choice := range []models.Choice{models.ChoiceAgree, models.ChoicePass, models.ChoiceNone} {
		e.vote(i, p, choice)
		seq := e.reload(c).VoteSeq
		if seq <= last {
			e.Errorf("%s: the vote sequence went from %d to %d", choice, last, seq)
		}
		e.vote(i, p, choice)
		e.equal("after a repeat", e.reload(c).VoteSeq, seq)
		last = seq
	}
}

func voteVersion(e *env) {
	c := e.open("First", "Second")
	ideas, p := e.ideas(c), e.person("Ada")
	e.vote(ideas[0], p, models.ChoiceAgree)
	voted := e.reload(c).Version
	if voted <= c.Version {
		e.Errorf("one more took part, which is shown, and the version stayed at %d", voted)
	}
	e.vote(ideas[0], p, models.ChoiceDisagree)
	e.vote(ideas[1], p, models.ChoicePass)
	e.equal("version when nothing that is shown has changed", e.reload(c).Version, voted)
}
