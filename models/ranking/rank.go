// Package ranking orders the ideas of a consultation by the votes on them and
// says how sure that order is. It is pure: the same ideas and settings give
// the same bytes on any machine, in whatever order the ideas are passed.
//
// Support is the share of those who took a side that agree, with its Wilson
// interval; ideas are ordered by the lower end of it. Which ideas are above which
// by more than chance is told by Fisher's exact test of each pair, corrected for how
// many pairs there are. It allows for chance alone, not for who chose to take part.
package ranking

import (
	"cmp"
	"slices"
)

// DefaultMinVotes is the least number of people who took a side for an idea to
// be ranked, where the settings name none.
const DefaultMinVotes = 5

// Idea is one idea with its tallies. Numbers are unique within a consultation;
// tallies below 0 are read as 0.
type Idea struct {
	Number   int   `json:"number"`
	Agree    int64 `json:"agree"`
	Disagree int64 `json:"disagree"`
	Pass     int64 `json:"pass"`
}

// Settings are those of the consultation.
type Settings struct {
	// MinVotes is the least Agree + Disagree for an idea to be ranked; below 1
	// it means DefaultMinVotes.
	MinVotes int `json:"min_votes"`
	// Voters counts the people who voted on anything in the consultation.
	Voters int64 `json:"voters"`
}

// Ranked is an idea with enough votes. Support, Lo, Hi and Reach are shares
// between 0 and 1; ranks and bands count from 1.
type Ranked struct {
	Number   int     `json:"number"`
	Agree    int64   `json:"agree"`
	Disagree int64   `json:"disagree"`
	Pass     int64   `json:"pass"`
	Rank     int     `json:"rank"`
	Support  float64 `json:"support"`
	// Lo and Hi are the 95 % Wilson interval of Support.
	Lo float64 `json:"lo"`
	Hi float64 `json:"hi"`
	// RankLo and RankHi bound the rank: 1 + how many ideas are clearly above this
	// one, and how many are ranked − how many it is clearly above, widened to hold Rank.
	RankLo int `json:"rank_lo"`
	RankHi int `json:"rank_hi"`
	// Band counts the tie bands from the top.
	Band int `json:"band"`
	// CouldBeHigher marks an idea that is not clearly below the leader of a
	// band above its own: it has few votes.
	CouldBeHigher bool `json:"could_be_higher"`
	// Split says that the whole interval of Support lies near the middle.
	Split bool `json:"split"`
	// Reach is the share of Settings.Voters who voted on this idea, passes
	// included; 0 when Voters is not above 0.
	Reach float64 `json:"reach"`
}

// Unranked is an idea without enough votes. Support, Lo and Hi mean something
// only if HasSupport, that is, if anybody took a side.
type Unranked struct {
	Number     int     `json:"number"`
	Agree      int64   `json:"agree"`
	Disagree   int64   `json:"disagree"`
	Pass       int64   `json:"pass"`
	HasSupport bool    `json:"has_support"`
	Support    float64 `json:"support"`
	Lo         float64 `json:"lo"`
	Hi         float64 `json:"hi"`
	Reach      float64 `json:"reach"`
}

// Result is the ranking. Neither list is nil.
type Result struct {
	// Ranked is in board order: by Lo, then Agree, both the highest first,
	// then by number.
	Ranked []Ranked `json:"ranked"`
	// TooFew is in the order of the numbers.
	TooFew []Unranked `json:"too_few"`
	// AllOneBand says that two or more ideas are ranked and one band holds
	// them all: there are too few votes to rank.
	AllOneBand bool `json:"all_one_band"`
}

// Rank ranks the ideas; see the package comment.
func Rank(ideas []Idea, s Settings) Result {
	enough, few := divide(inNumberOrder(ideas), s)
	result := Result{Ranked: rankEnough(enough, s), TooFew: make([]Unranked, len(few))}
	for i, idea := range few {
		result.TooFew[i] = s.TooFew(idea)
	}
	last := len(result.Ranked) - 1
	result.AllOneBand = last > 0 && result.Ranked[last].Band == 1
	return result
}

// rankEnough ranks the ideas that have enough votes, given in number order.
func rankEnough(ideas []Idea, s Settings) []Ranked {
	rows := make([]Ranked, len(ideas))
	for i, idea := range ideas {
		rows[i] = scored(idea, s)
	}
	board, pairs := boardOrder(rows), findClear(ideas)
	ordered := make([]Ranked, len(ideas))
	for place, b := range pairs.bands(board) {
		i := board[place]
		row := rows[i]
		row.Rank = place + 1
		row.RankLo = min(row.Rank, 1+pairs.above[i])
		row.RankHi = max(row.Rank, len(ideas)-pairs.below[i])
		row.Band, row.CouldBeHigher = b.band, b.couldBeHigher
		ordered[place] = row
	}
	return ordered
}

// inNumberOrder returns a sorted copy. Ideas that share a number, which a
// consultation never has, are put in order by their tallies, so that even then
// the order of insertion has no say.
func inNumberOrder(ideas []Idea) []Idea {
	sorted := make([]Idea, len(ideas))
	for i, idea := range ideas {
		idea.Agree = max(idea.Agree, 0)
		idea.Disagree = max(idea.Disagree, 0)
		idea.Pass = max(idea.Pass, 0)
		sorted[i] = idea
	}
	slices.SortFunc(sorted, func(x, y Idea) int {
		return cmp.Or(cmp.Compare(x.Number, y.Number), cmp.Compare(x.Agree, y.Agree),
			cmp.Compare(x.Disagree, y.Disagree), cmp.Compare(x.Pass, y.Pass))
	})
	return sorted
}

// Enough reports whether an idea has enough votes to be ranked.
func (s Settings) Enough(idea Idea) bool {
	least := s.MinVotes
	if least < 1 {
		least = DefaultMinVotes
	}
	return idea.sides() >= float64(least)
}

// divide parts the ideas that have enough votes from the others.
func divide(ideas []Idea, s Settings) (enough, few []Idea) {
	for _, idea := range ideas {
		if s.Enough(idea) {
			enough = append(enough, idea)
		} else {
			few = append(few, idea)
		}
	}
	return enough, few
}

// boardOrder returns the indices of rows, which are in number order, by Lo,
// then Agree, then number.
func boardOrder(rows []Ranked) []int {
	board := make([]int, len(rows))
	for i := range board {
		board[i] = i
	}
	slices.SortFunc(board, func(i, j int) int {
		x, y := rows[i], rows[j]
		return cmp.Or(cmp.Compare(y.Lo, x.Lo), cmp.Compare(y.Agree, x.Agree), cmp.Compare(i, j))
	})
	return board
}

// scored fills in what an idea's own tallies tell.
func scored(idea Idea, s Settings) Ranked {
	lo, hi, _ := Wilson(float64(idea.Agree), idea.sides())
	return Ranked{
		Number: idea.Number, Agree: idea.Agree, Disagree: idea.Disagree, Pass: idea.Pass,
		Support: float64(idea.Agree) / idea.sides(), Lo: lo, Hi: hi,
		Split: isSplit(lo, hi), Reach: idea.reach(s.Voters),
	}
}

// TooFew returns the figures of an idea without enough votes, perhaps without any.
func (s Settings) TooFew(idea Idea) Unranked {
	row := Unranked{
		Number: idea.Number, Agree: idea.Agree, Disagree: idea.Disagree, Pass: idea.Pass,
		Reach: idea.reach(s.Voters),
	}
	row.Lo, row.Hi, row.HasSupport = Wilson(float64(idea.Agree), idea.sides())
	if row.HasSupport {
		row.Support = float64(idea.Agree) / idea.sides()
	}
	return row
}

// sides is n, how many took a side; in float64 it cannot overflow.
func (i Idea) sides() float64 {
	return float64(i.Agree) + float64(i.Disagree)
}

func (i Idea) reach(voters int64) float64 {
	if voters <= 0 {
		return 0
	}
	return (i.sides() + float64(i.Pass)) / float64(voters)
}
