package ranking

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// plainBands says what section "tie bands" says, comparing every pair.
func plainBands(shares table[float64], board []int) []banding {
	above := func(leader, idea int) bool {
		count := 0
		for b := range shares.draws {
			if shares.of(leader)[b] > shares.of(idea)[b] {
				count++
			}
		}
		return float64(count) >= 0.975*float64(shares.draws)
	}
	var leads []int
	out := make([]banding, len(board))
	for place, i := range board {
		if place == 0 || above(leads[len(leads)-1], i) {
			leads = append(leads, i)
		}
		earlier := leads[:len(leads)-1]
		out[place] = banding{len(leads), slices.ContainsFunc(earlier, func(l int) bool { return !above(l, i) })}
	}
	return out
}

// TestBandsExact holds the short cuts against the plain reading.
func TestBandsExact(t *testing.T) {
	marked, deep := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.SampledFrom([]int64{10, 300, 20_000, 1_000_000}).Draw(t, "size")
		tally := rapid.OneOf(rapid.Int64Range(3, size), rapid.Int64Range(3, 6))
		ideas := make([]Idea, rapid.IntRange(1, 40).Draw(t, "ideas"))
		rows := make([]Ranked, len(ideas))
		for i := range ideas {
			ideas[i] = Idea{Number: i, Agree: tally.Draw(t, "agree"), Disagree: tally.Draw(t, "disagree")}
			rows[i] = scored(ideas[i], Settings{})
		}
		draws := rapid.SampledFrom([]int{200, 333, 400}).Draw(t, "draws")
		shares := drawShares(ideas, seedOf(ideas), draws)
		board := boardOrder(rows)
		got, want := bands(shares, board), plainBands(shares, board)
		if !slices.Equal(got, want) {
			t.Fatalf("bands %v; want %v", got, want)
		}
		for _, b := range got {
			deep = max(deep, b.band)
			if b.couldBeHigher {
				marked++
			}
		}
	})
	if marked == 0 || deep < 4 {
		t.Errorf("the cases show %d marked ideas and at most %d bands", marked, deep)
	}
}

// TestClearlyBelow sits on the very edge of 97.5 %; a tie is not above.
func TestClearlyBelow(t *testing.T) {
	idea, leader := make([]float64, 200), make([]float64, 200)
	for b := range 195 {
		leader[b] = 1
	}
	if !clearlyBelow(idea, leader) {
		t.Error("195 of 200 draws are 97.5 %, which is clear")
	}
	leader[194] = 0
	if clearlyBelow(idea, leader) {
		t.Error("194 of 200 draws are not clear")
	}
}
