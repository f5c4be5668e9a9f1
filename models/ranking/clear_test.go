package ranking

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// plainClear is what findClear finds, as the method is written down: p of every pair, then
// Holm's procedure from the smallest.
func plainClear(ideas []Idea) [][]bool {
	type tested struct {
		p            float64
		above, below int
	}
	var pairs []tested
	for i := range ideas {
		for j := range ideas[:i] {
			up := upperTail(ideas[i].Agree, ideas[i].Disagree, ideas[j].Agree, ideas[j].Disagree)
			down := upperTail(ideas[j].Agree, ideas[j].Disagree, ideas[i].Agree, ideas[i].Disagree)
			if up <= down {
				pairs = append(pairs, tested{2 * up, i, j})
			} else {
				pairs = append(pairs, tested{2 * down, j, i})
			}
		}
	}
	slices.SortStableFunc(pairs, func(x, y tested) int { return cmp.Compare(x.p, y.p) })
	clear := make([][]bool, len(ideas))
	for i := range clear {
		clear[i] = make([]bool, len(ideas))
	}
	for k, x := range pairs {
		if x.p > familyLevel/float64(len(pairs)-k) || x.p > pairLevel {
			break
		}
		clear[x.above][x.below] = true
	}
	return clear
}

func TestFindClear(t *testing.T) {
	found := 0
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int64{10, 60, 300}).Draw(t, "size")
		side := rapid.OneOf(rapid.Int64Range(1, size), rapid.Int64Range(1, 6))
		ideas := make([]Idea, rapid.IntRange(1, 25).Draw(t, "ideas"))
		rows := make([]Ranked, len(ideas))
		for i := range ideas {
			ideas[i] = Idea{Number: i, Agree: side.Draw(t, "agree"), Disagree: side.Draw(t, "disagree")}
			rows[i] = scored(ideas[i], Settings{})
		}
		got, want := findClear(ideas), plainClear(ideas)
		for i := range ideas {
			above, below := 0, 0
			for j := range ideas {
				if want[i][j] != (i != j && got.clearlyAbove(i, j)) {
					t.Fatalf("%v clearly above %v: want %v", ideas[i], ideas[j], want[i][j])
				}
				if want[i][j] {
					below++
					found++
				}
				if want[j][i] {
					above++
				}
			}
			if got.above[i] != above || got.below[i] != below {
				t.Fatalf("idea %d: %d above and %d below; want %d and %d", i, got.above[i], got.below[i], above, below)
			}
		}
		if got, want := got.bands(boardOrder(rows)), plainBands(want, boardOrder(rows)); !slices.Equal(got, want) {
			t.Fatalf("bands %v; want %v", got, want)
		}
	})
	if found == 0 {
		t.Error("no case had a clear pair")
	}
}

// plainBands reads the bands off the clear pairs.
func plainBands(clear [][]bool, board []int) []banding {
	var leaders []int
	out := make([]banding, len(board))
	for place, i := range board {
		if place == 0 || clear[leaders[len(leaders)-1]][i] {
			leaders = append(leaders, i)
		}
		earlier := leaders[:len(leaders)-1]
		out[place] = banding{len(leaders), slices.ContainsFunc(earlier, func(l int) bool { return !clear[l][i] })}
	}
	return out
}

// TestClearExample is worked out in the design document: 14 of 28 pairs are clear.
func TestClearExample(t *testing.T) {
	var ideas []Idea
	for n, v := range [][2]int64{{46, 49}, {33, 45}, {31, 42}, {32, 45}, {25, 49}, {17, 48}, {15, 44}, {7, 45}} {
		ideas = append(ideas, Idea{Number: n + 1, Agree: v[0], Disagree: v[1] - v[0]})
	}
	clear := 0
	for _, row := range plainClear(ideas) {
		for _, yes := range row {
			if yes {
				clear++
			}
		}
	}
	if clear != 14 {
		t.Errorf("%d of 28 pairs are clear; want 14", clear)
	}
	var sets, bands []string
	size := map[int]int{}
	for _, row := range Rank(ideas, Settings{}).Ranked {
		sets = append(sets, fmt.Sprintf("%d–%d", row.RankLo, row.RankHi))
		size[row.Band]++
	}
	for band := range len(size) {
		bands = append(bands, fmt.Sprint(size[band+1]))
	}
	if want := []string{"1–4", "1–5", "1–5", "1–5", "2–7", "5–8", "5–8", "6–8"}; !slices.Equal(sets, want) {
		t.Errorf("sets %v; want %v", sets, want)
	}
	if want := []string{"4", "3", "1"}; !slices.Equal(bands, want) {
		t.Errorf("bands of %v ideas; want %v", bands, want)
	}
}

// TestNothingClearWhereNothingIs simulates votes in which every idea has the same support.
// At most 5 of 100 may print any idea as clearly above another, up to two standard errors.
func TestNothingClearWhereNothingIs(t *testing.T) {
	const votes = 400
	random := rand.New(rand.NewPCG(1, 2026))
	crowds := map[string]func(people, ideas int) []Idea{
		"independent, half agree":        func(p, i int) []Idea { return independent(random, p, i, 0.5) },
		"independent, nine in ten agree": func(p, i int) []Idea { return independent(random, p, i, 0.9) },
	}
	for _, crossing := range []float64{0, 0.05, 0.1, 0.2} {
		crowds[fmt.Sprintf("two camps, %v cross", crossing)] = func(p, i int) []Idea { return twoCamps(random, p, i, crossing) }
	}
	names := make([]string, 0, len(crowds))
	for name := range crowds {
		names = append(names, name)
	}
	slices.Sort(names) // the order in which random is used
	for _, name := range names {
		for _, ideas := range []int{2, 3, 4, 5, 8, 20} {
			for _, people := range []int{20, 60, 300} {
				wrong := 0
				for range votes {
					c := findClear(crowds[name](people, ideas))
					if slices.ContainsFunc(c.below, func(n int) bool { return n > 0 }) {
						wrong++
					}
				}
				share := float64(wrong) / votes
				if limit := 0.05 + 2*math.Sqrt(0.05*0.95/votes); share > limit {
					t.Errorf("%s, %d ideas, %d people: %.3f of the votes print a clear pair; at most %.3f", name, ideas, people, share, limit)
				}
			}
		}
	}
}

// independent returns ideas with which each person agrees with the same chance.
func independent(random *rand.Rand, people, ideas int, agree float64) []Idea {
	list := make([]Idea, ideas)
	for i := range list {
		list[i].Number = i + 1
		for range people {
			list[i].side(random.Float64() < agree)
		}
	}
	return list
}

// twoCamps returns ideas of which each is supported by one of two camps, drawn by lot. Every
// person belongs to a camp by lot too and votes with it, but for the share that cross.
func twoCamps(random *rand.Rand, people, ideas int, crossing float64) []Idea {
	list := make([]Idea, ideas)
	camp := make([]bool, ideas)
	for i := range list {
		list[i].Number = i + 1
		camp[i] = random.IntN(2) == 0
	}
	for range people {
		own := random.IntN(2) == 0
		for i := range list {
			list[i].side((camp[i] == own) != (random.Float64() < crossing))
		}
	}
	return list
}

// side adds a vote.
func (i *Idea) side(agree bool) {
	if agree {
		i.Agree++
	} else {
		i.Disagree++
	}
}
