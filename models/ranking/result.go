package ranking

import "folkmoot/models"

// RankResult ranks ideas by their tallies and returns head with everything that
// follows from them: votes, and the ideas with their figures in
// board order. It depends on nothing else, so that a sealed file can be checked
// with it.
func RankResult(head models.Result, ideas []models.ResultIdea) models.Result {
	byNumber, in := map[int]models.ResultIdea{}, make([]Idea, len(ideas))
	head.Votes = 0
	for n, i := range ideas {
		byNumber[i.Number] = i
		in[n] = Idea{Number: i.Number, Agree: i.Agree, Disagree: i.Disagree, Pass: i.Pass}
		head.Votes += i.Total()
	}
	ranked := Rank(in, Settings{MinVotes: int(head.MinVotes), Voters: head.Voters})
	head.AllOneBand = ranked.AllOneBand
	head.Ideas = make([]models.ResultIdea, 0, len(ideas))
	for _, r := range ranked.Ranked {
		head.Ideas = append(head.Ideas, r.Fill(byNumber[r.Number]))
	}
	for _, u := range ranked.TooFew {
		head.Ideas = append(head.Ideas, u.Fill(byNumber[u.Number]))
	}
	return head
}

// Fill returns i with the figures of an idea that has enough votes.
func (r Ranked) Fill(i models.ResultIdea) models.ResultIdea {
	i.Rank, i.RankLo, i.RankHi, i.Band = r.Rank, r.RankLo, r.RankHi, r.Band
	i.Support, i.Lo, i.Hi = &r.Support, &r.Lo, &r.Hi
	i.CouldBeHigher, i.Split, i.Reach = r.CouldBeHigher, r.Split, r.Reach
	return i
}

// Fill returns i with the figures of an idea without enough votes: no rank, and
// no support unless somebody took a side.
func (u Unranked) Fill(i models.ResultIdea) models.ResultIdea {
	i.Rank, i.RankLo, i.RankHi, i.Band = 0, 0, 0, 0
	i.Support, i.Lo, i.Hi, i.CouldBeHigher, i.Split = nil, nil, nil, false, false
	if u.HasSupport {
		i.Support, i.Lo, i.Hi = &u.Support, &u.Lo, &u.Hi
	}
	i.Reach = u.Reach
	return i
}
