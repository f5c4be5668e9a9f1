package service

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"folkmoot/models"
)

// checkFigures recomputes what follows from other parts of the file.
func checkFigures(file models.SealedFile) (diffs []Difference, err error) {
	rows := expectedIdeas(file)
	head := expectedHead(file)
	switch file.Kind {
	case fullKind:
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
		diffs = differ(diffs, "file: full_sha256", "", file.FullSHA256)
	case publicKind:
		diffs = differ(diffs, "file: ballots", 0, len(file.Ballots))
		diffs = differ(diffs, "file: decisions", 0, len(file.Decisions))
	default:
		diffs = differ(diffs, "file: kind", fullKind+" or "+publicKind, file.Kind)
	}
	results, err := compareResults(makeResult(head, rows), file)
	return append(diffs, results...), err
}

// expectedHead is the head of the result as it follows from the consultation.
func expectedHead(file models.SealedFile) models.Result {
	c := file.Consultation
	text := c.Texts[c.Language]
	return models.Result{
		Slug: c.Slug, Title: text.Title, Question: text.Question, Sealed: file.Version,
		MinVotes: c.Settings.MinVotes, Voters: file.Result.Voters, Unconfirmed: file.Result.Unconfirmed,
	}
}

// expectedIdeas are the ideas that must be in the result, with their words, what
// was merged into them, and the tallies that the result prints.
func expectedIdeas(file models.SealedFile) []models.ResultIdea {
	tallies, merged := map[int]models.Tally{}, map[int][]int{}
	for _, r := range file.Result.Ideas {
		tallies[r.Number] = r.Tally
	}
	root := rootNumber(file)
	for _, i := range file.Ideas {
		if i.MergedInto != 0 {
			merged[root(i.Number)] = append(merged[root(i.Number)], i.Number)
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

// rootNumber is rootOf for a file.
func rootNumber(file models.SealedFile) func(int) int {
	ideas := make([]models.Idea, len(file.Ideas))
	for n, i := range file.Ideas {
		ideas[n].ID = strconv.Itoa(i.Number)
		if i.MergedInto != 0 {
			ideas[n].MergedInto = strconv.Itoa(i.MergedInto)
		}
	}
	root := rootOf(ideas)
	return func(number int) int {
		n, _ := strconv.Atoi(root(strconv.Itoa(number)))
		return n
	}
}

// ballotCount is a count of a file's ballots.
type ballotCount struct {
	tallies map[int]models.Tally
	voters  int64
	diffs   []Difference
}

// countBallots counts the ballots, of which there is one for each voice and idea
// after merging, each on an idea of the file.
func countBallots(file models.SealedFile) ballotCount {
	type key struct {
		voice string
		idea  int
	}
	count := ballotCount{tallies: map[int]models.Tally{}}
	known, counted, voices := map[int]bool{}, map[key]bool{}, map[string]bool{}
	for _, i := range file.Ideas {
		known[i.Number] = true
	}
	root := rootNumber(file)
	for n, b := range file.Ballots {
		k := key{b.Voice, root(b.Idea)}
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

func ballotProblem(b models.SealedBallot, known, again bool) string {
	switch {
	case !known:
		return "no such idea"
	case again:
		return "counted before"
	case b.Choice != models.ChoiceAgree && b.Choice != models.ChoiceDisagree && b.Choice != models.ChoicePass:
		return fmt.Sprintf("choice %q", string(b.Choice))
	}
	return ""
}

// checkChain recomputes the hashes of the decisions and compares length and head.
func checkChain(file models.SealedFile) ([]Difference, error) {
	var chain chainCheck
	for _, d := range file.Decisions {
		follows, err := d.ChainHash(file.Consultation.ID)
		if err != nil {
			return nil, err
		}
		chain.link(d.Seq, d.PrevHash, d.Hash, follows)
	}
	return chain.end(file.ChainLength, file.ChainHead), nil
}

// compareResults compares the result in the file with the one that follows, field
// by field, and the order.
func compareResults(want models.Result, file models.SealedFile) (diffs []Difference, err error) {
	expected, got := &parts{}, &parts{}
	resultParts(expected, want)
	resultParts(got, file.Result)
	expected.add("order", boardOrder(want))
	got.add("order", file.Order)
	if err := errors.Join(expected.err, got.err); err != nil {
		return nil, fmt.Errorf("compare the result: %w", err)
	}
	stands := map[string][]byte{}
	for _, p := range got.list {
		stands[p.name] = p.value
	}
	for _, p := range expected.list {
		value, ok := stands[p.name]
		delete(stands, p.name)
		if !ok {
			diffs = append(diffs, Difference{p.name, brief(string(p.value)), "missing"})
		} else if !bytes.Equal(p.value, value) {
			diffs = append(diffs, Difference{p.name, brief(string(p.value)), brief(string(value))})
		}
	}
	for _, name := range sortedKeys(stands) {
		diffs = append(diffs, Difference{name, "nothing", brief(string(stands[name]))})
	}
	return diffs, nil
}

// resultParts takes a result apart: "voters", "idea 3: agree" …
func resultParts(p *parts, r models.Result) {
	p.fields("result", r, "ideas")
	p.add("result: order", boardOrder(r))
	for _, i := range r.Ideas {
		p.fields(fmt.Sprintf("idea %d", i.Number), i)
	}
}
