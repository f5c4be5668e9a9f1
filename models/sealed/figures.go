package sealed

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"folkmoot/models"
	"folkmoot/models/ranking"
)

// checkFigures recomputes what follows from other parts of the file.
func checkFigures(file File) (diffs []Difference, err error) {
	rows := expectedIdeas(file)
	head := expectedHead(file)
	switch file.Kind {
	case KindFull:
		count := countBallots(file)
		diffs = append(diffs, count.diffs...)
		for i := range rows {
			rows[i].Tally = count.tallies[rows[i].Number]
		}
		head.Voters = count.voters
		chain, err := checkChain(file)
		if err != nil {
			return nil, err
		}
		diffs = append(diffs, chain...)
		diffs = append(diffs, checkUndecided(file)...)
		diffs = Compare(diffs, "file: full_sha256", "", file.FullSHA256)
	case KindPublic:
		diffs = Compare(diffs, "file: ballots", 0, len(file.Ballots))
		diffs = Compare(diffs, "file: decisions", 0, len(file.Decisions))
	default:
		diffs = Compare(diffs, "file: kind", KindFull+" or "+KindPublic, file.Kind)
	}
	diffs = append(diffs, checkChanges(file)...)
	results, err := compareResults(ranking.RankResult(head, rows), file)
	return append(diffs, results...), err
}

// expectedHead is the head of the result as it follows from the consultation.
func expectedHead(file File) models.Result {
	c := file.Consultation
	text := c.Texts[c.Language]
	return models.Result{
		Slug: c.Slug, Title: text.Title, Question: text.Question, Sealed: file.Version,
		MinVotes: c.Settings.MinVotes, Voters: file.Result.Voters, Unconfirmed: file.Result.Unconfirmed,
		Changes: c.Changes, Undecided: file.Result.Undecided,
	}
}

// expectedIdeas are the ideas that must be in the result, with their words, what
// was merged into them, and the tallies that the result prints.
func expectedIdeas(file File) []models.ResultIdea {
	tallies, merged := map[int]models.Tally{}, map[int][]int{}
	for _, r := range file.Result.Ideas {
		tallies[r.Number] = r.Tally
	}
	target := mergeTarget(file)
	for _, i := range file.Ideas {
		if i.MergedInto != 0 {
			merged[target(i.Number)] = append(merged[target(i.Number)], i.Number)
		}
	}
	rows := []models.ResultIdea{}
	for _, i := range file.Ideas {
		if i.Status != models.StatusPublished || i.MergedInto != 0 {
			continue
		}
		from := append([]int{}, merged[i.Number]...)
		slices.Sort(from)
		rows = append(rows, models.ResultIdea{
			Number: i.Number, Title: i.Title, Author: i.Author, Body: i.Body,
			Tally: tallies[i.Number], MergedFrom: from,
		})
	}
	return rows
}

// mergeTarget returns the function from an idea's number to that of the idea it
// was finally merged into.
func mergeTarget(file File) func(int) int {
	into := make(map[int]int, len(file.Ideas))
	for _, i := range file.Ideas {
		into[i.Number] = i.MergedInto
	}
	return models.MergeTarget(into)
}

// ballotCount is a count of a file's ballots.
type ballotCount struct {
	tallies map[int]models.Tally
	voters  int64
	diffs   []Difference
}

// countBallots counts the ballots, of which there is one for each voice and idea
// after merging, each on an idea of the file.
func countBallots(file File) ballotCount {
	type key struct {
		voice string
		idea  int
	}
	count := ballotCount{tallies: map[int]models.Tally{}}
	known, counted, voices := map[int]bool{}, map[key]bool{}, map[string]bool{}
	for _, i := range file.Ideas {
		known[i.Number] = true
	}
	target := mergeTarget(file)
	for n, b := range file.Ballots {
		k := key{b.Voice, target(b.Idea)}
		if problem := ballotProblem(b, known[b.Idea], counted[k]); problem != "" {
			count.diffs = append(count.diffs, Difference{ballotName(b.Voice, b.Idea), "one valid ballot", problem})
			continue
		}
		if n > 0 && compareBallots(file.Ballots[n-1], b) >= 0 {
			count.diffs = append(count.diffs, Difference{ballotName(b.Voice, b.Idea), "sorted by voice and idea", "out of its place"})
		}
		counted[k], voices[b.Voice] = true, true
		tally := count.tallies[k.idea]
		tally.Add(b.Choice, 1)
		count.tallies[k.idea] = tally
	}
	count.voters = int64(len(voices))
	return count
}

// ballotProblem says why a ballot cannot be counted, "" if it can. counted is
// whether another ballot of the voice was counted for the idea.
func ballotProblem(b Ballot, known, counted bool) string {
	switch {
	case !known:
		return "no such idea"
	case counted:
		return "counted before"
	case b.Choice != models.ChoiceAgree && b.Choice != models.ChoiceDisagree && b.Choice != models.ChoicePass:
		return fmt.Sprintf("choice %q", string(b.Choice))
	}
	return ""
}

// checkChain recomputes the hashes of the decisions and compares length and head.
func checkChain(file File) ([]Difference, error) {
	var chain Chain
	for _, d := range file.Decisions {
		want, err := d.ChainHash(file.Consultation.ID)
		if err != nil {
			return nil, err
		}
		chain.Add(d.Seq, d.PrevHash, d.Hash, want)
	}
	return chain.Finish(file.ChainLength, file.ChainHead), nil
}

// compareResults compares the result in the file with the one that follows, field
// by field, and the order.
func compareResults(want models.Result, file File) (diffs []Difference, err error) {
	expected, got := &partList{}, &partList{}
	expected.addResult(want)
	got.addResult(file.Result)
	expected.add("order", want.Order())
	got.add("order", file.Order)
	if err := errors.Join(expected.err, got.err); err != nil {
		return nil, fmt.Errorf("compare the result: %w", err)
	}
	found := map[string][]byte{}
	for _, p := range got.list {
		found[p.name] = p.value
	}
	for _, p := range expected.list {
		value, ok := found[p.name]
		delete(found, p.name)
		if !ok {
			diffs = append(diffs, Difference{p.name, shorten(string(p.value)), "missing"})
		} else if !bytes.Equal(p.value, value) {
			diffs = append(diffs, Difference{p.name, shorten(string(p.value)), shorten(string(value))})
		}
	}
	for _, name := range sortedKeys(found) {
		diffs = append(diffs, Difference{name, "nothing", shorten(string(found[name]))})
	}
	return diffs, nil
}

// addResult adds the parts of a result: "result: voters", "idea 3: agree" …
func (p *partList) addResult(r models.Result) {
	p.addFields("result", r, "ideas")
	p.add("result: order", r.Order())
	for _, i := range r.Ideas {
		p.addFields(fmt.Sprintf("idea %d", i.Number), i)
	}
}
