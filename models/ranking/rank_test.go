package ranking

import (
	"bytes"
	"encoding/json"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden files anew")

// scenario is one golden file.
type scenario struct {
	name     string
	settings Settings
	ideas    []Idea
}

var scenarios = []scenario{
	{"clear_tie_split_few", Settings{5, 140}, []Idea{
		{1, 112, 6, 4},
		{2, 60, 35, 10},
		{3, 58, 36, 2},
		{4, 63, 34, 0},
		{5, 51, 49, 20},
		{6, 3, 1, 1},
		{7, 4, 1, 0},
		{8, 12, 88, 5},
		{9, 0, 0, 2},
		{10, 0, 7, 0},
	}},
	{"all_one_band", Settings{5, 30}, []Idea{{1, 9, 4, 0}, {2, 8, 4, 1}, {3, 10, 5, 0}, {4, 6, 3, 3}}},
	{"none", Settings{5, 0}, nil},
	{"none_ranked", Settings{10, 12}, []Idea{{2, 4, 5, 1}, {1, 0, 0, 0}}},
	{"one", Settings{0, 200}, []Idea{{7, 150, 20, 10}}},
	{"identical", Settings{1, 50}, []Idea{{1, 20, 10, 0}, {2, 20, 10, 0}, {3, 20, 10, 0}, {4, 20, 10, 0}}},
	{"ends", Settings{1, 40}, []Idea{{1, 40, 0, 0}, {2, 0, 40, 0}, {3, 1, 0, 0}, {4, 0, 1, 0}}},
	{"huge", Settings{5, math.MaxInt64}, []Idea{
		{1, 2_000_000_000_000_000_000, 1_000_000_000_000_000_000, 5},
		{2, 9_007_199_254_740_993, 9_007_199_254_740_991, 0},
		{3, math.MaxInt64, 1, 0},
		{4, 5, 0, math.MaxInt64},
	}},
}

func TestGoldens(t *testing.T) {
	for _, s := range scenarios {
		t.Run(s.name, func(t *testing.T) {
			got, err := json.MarshalIndent(Rank(s.ideas, s.settings), "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			path := filepath.Join("testdata", s.name+".golden.json")
			if *update {
				if err := os.WriteFile(path, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s differs (see go test -update):\n%s", path, got)
			}
		})
	}
}

// TestScenario says in words what the first golden file must show.
func TestScenario(t *testing.T) {
	r := Rank(scenarios[0].ideas, scenarios[0].settings)
	row := func(number int) Ranked {
		i := slices.IndexFunc(r.Ranked, func(x Ranked) bool { return x.Number == number })
		return r.Ranked[i]
	}
	if w := row(1); w.Rank != 1 || w.RankLo != 1 || w.RankHi != 2 || w.Band != 1 || row(4).Band != 2 {
		t.Errorf("idea 1 is no winner but for idea 7, which has few votes: %+v", w)
	}
	if row(2).Band != 2 || row(3).Band != 2 || row(3).CouldBeHigher {
		t.Errorf("ideas 2, 3 and 4 do not tie: %+v, %+v, %+v", row(2), row(3), row(4))
	}
	if !row(5).Split || row(1).Split || row(8).Split {
		t.Error("idea 5 alone should be split among 1, 5, 8")
	}
	if few := row(7); few.Band == 1 || !few.CouldBeHigher || few.RankLo >= few.Rank {
		t.Errorf("idea 7 has few votes and could be higher: %+v", few)
	}
	if len(r.TooFew) != 2 || r.TooFew[0].Number != 6 || !r.TooFew[0].HasSupport || r.TooFew[1].HasSupport {
		t.Errorf("ideas 6 and 9 have too few votes: %+v", r.TooFew)
	}
	if r.AllOneBand || row(1).Reach != 122.0/140 {
		t.Errorf("all one band %v, reach %v", r.AllOneBand, row(1).Reach)
	}
}

func TestAllOneBand(t *testing.T) {
	for name, want := range map[string]bool{"all_one_band": true, "identical": true, "none": false, "one": false, "ends": false} {
		i := slices.IndexFunc(scenarios, func(s scenario) bool { return s.name == name })
		if got := Rank(scenarios[i].ideas, scenarios[i].settings).AllOneBand; got != want {
			t.Errorf("%s: all one band = %v", name, got)
		}
	}
}

func TestTalliesBelowZero(t *testing.T) {
	got := Rank([]Idea{{1, -3, 6, -1}}, Settings{MinVotes: 6, Voters: -2})
	if len(got.Ranked) != 1 || got.Ranked[0].Agree != 0 || got.Ranked[0].Reach != 0 {
		t.Errorf("%+v", got)
	}
}

// anyIdeas draws a consultation with unique numbers in any order.
func anyIdeas(t *rapid.T) []Idea {
	tally := rapid.OneOf(rapid.Int64Range(0, 8), rapid.Int64Range(0, 400))
	numbers := rapid.SliceOfNDistinct(rapid.IntRange(1, 500), 0, 25, rapid.ID[int]).Draw(t, "numbers")
	ideas := make([]Idea, len(numbers))
	for i, n := range numbers {
		ideas[i] = Idea{n, tally.Draw(t, "agree"), tally.Draw(t, "disagree"), tally.Draw(t, "pass")}
	}
	return ideas
}

func asJSON(t *rapid.T, r Result) []byte {
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestOrderOfInsertion(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ideas := anyIdeas(t)
		given := slices.Clone(ideas)
		first := asJSON(t, Rank(ideas, Settings{5, 1000}))
		if !slices.Equal(given, ideas) {
			t.Fatal("Rank changed what it was given")
		}
		if again := asJSON(t, Rank(ideas, Settings{5, 1000})); !bytes.Equal(first, again) {
			t.Fatalf("two calls differ:\n%s\n%s", first, again)
		}
		shuffled := rapid.Permutation(ideas).Draw(t, "shuffled")
		if other := asJSON(t, Rank(shuffled, Settings{5, 1000})); !bytes.Equal(first, other) {
			t.Fatalf("the order of insertion matters:\n%s\n%s", first, other)
		}
	})
}

func TestRanksHang(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ideas := anyIdeas(t)
		least := rapid.IntRange(1, 20).Draw(t, "least")
		r := Rank(ideas, Settings{least, 1000})
		if len(r.Ranked)+len(r.TooFew) != len(ideas) {
			t.Fatalf("%d ideas became %d and %d", len(ideas), len(r.Ranked), len(r.TooFew))
		}
		for i, row := range r.Ranked {
			if row.Rank != i+1 || row.Agree+row.Disagree < int64(least) {
				t.Fatalf("place %d holds %+v", i+1, row)
			}
			if row.RankLo < 1 || row.RankLo > row.Rank || row.RankHi < row.Rank || row.RankHi > len(r.Ranked) {
				t.Fatalf("rank is outside its interval: %+v", row)
			}
			checkNeighbours(t, r.Ranked, i)
		}
		for i, row := range r.TooFew {
			if row.Agree+row.Disagree >= int64(least) || (i > 0 && r.TooFew[i-1].Number >= row.Number) {
				t.Fatalf("too few: %+v", r.TooFew)
			}
		}
	})
}

// checkNeighbours checks board order and bands of a row against the one above.
func checkNeighbours(t *rapid.T, rows []Ranked, i int) {
	row := rows[i]
	if i == 0 {
		if row.Band != 1 || row.CouldBeHigher {
			t.Fatalf("the first leads: %+v", row)
		}
		return
	}
	above := rows[i-1]
	sorted := above.Lo > row.Lo || (above.Lo == row.Lo && (above.Agree > row.Agree ||
		(above.Agree == row.Agree && above.Number < row.Number)))
	if !sorted || row.Band < above.Band || row.Band > above.Band+1 || (row.Band == 1 && row.CouldBeHigher) {
		t.Fatalf("%+v stands above %+v", above, row)
	}
}

// TestOneMoreVote plays the property through Rank as a whole.
func TestOneMoreVote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ideas := anyIdeas(t)
		if len(ideas) == 0 {
			return
		}
		at := rapid.IntRange(0, len(ideas)-1).Draw(t, "at")
		before := bounds(Rank(ideas, Settings{1, 1000}), ideas[at].Number)
		more, less := slices.Clone(ideas), slices.Clone(ideas)
		more[at].Agree++
		less[at].Disagree++
		if after := bounds(Rank(more, Settings{1, 1000}), ideas[at].Number); after < before {
			t.Fatalf("one more agree lowered lo from %v to %v", before, after)
		}
		if after := bounds(Rank(less, Settings{1, 1000}), ideas[at].Number); after > before {
			t.Fatalf("one more disagree raised lo from %v to %v", before, after)
		}
	})
}

// bounds returns the lower bound of one idea; 0 without votes.
func bounds(r Result, number int) float64 {
	for _, row := range r.Ranked {
		if row.Number == number {
			return row.Lo
		}
	}
	return 0
}

func many(n int, top int64) []Idea {
	random := rand.New(rand.NewPCG(9, 9))
	ideas := make([]Idea, n)
	for i := range ideas {
		voters := 5 + random.Int64N(top)
		agree := random.Int64N(voters + 1)
		ideas[i] = Idea{i + 1, agree, voters - agree, 0}
	}
	return ideas
}

func benchmark(b *testing.B, n int, top int64) {
	ideas := many(n, top)
	b.ReportAllocs()
	for b.Loop() {
		Rank(ideas, Settings{5, top})
	}
}

func BenchmarkRank10(b *testing.B)        { benchmark(b, 10, 500) }
func BenchmarkRank1000(b *testing.B)      { benchmark(b, 1000, 500) }
func BenchmarkRank10000(b *testing.B)     { benchmark(b, 10_000, 500) }
func BenchmarkRank10000Huge(b *testing.B) { benchmark(b, 10_000, 1e15) }

// TestBoardOrder breaks ties that tallies can hardly bring about.
func TestBoardOrder(t *testing.T) {
	rows := []Ranked{{Agree: 3, Lo: 0.4}, {Agree: 9, Lo: 0.4}, {Agree: 3, Lo: 0.4}, {Agree: 1, Lo: 0.5}}
	if got := boardOrder(rows); !slices.Equal(got, []int{3, 1, 0, 2}) {
		t.Errorf("board order %v; want by bound, then agrees, then number", got)
	}
}
