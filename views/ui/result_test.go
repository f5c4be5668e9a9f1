package ui

import (
	"testing"

	"folkmoot/models"
	"folkmoot/views/i18n"
)

// TestResultSentence says results in the words of the design.
func TestResultSentence(t *testing.T) {
	l := i18n.For("en")
	share := func(x float64) *float64 { return &x }
	idea := models.ResultIdea{
		Number: 2, Tally: models.Tally{Agree: 41, Disagree: 19}, Rank: 1, RankLo: 1, RankHi: 4,
		Support: share(.683), Lo: share(.558), Hi: share(.787), Band: 1,
	}
	placed, few, one := idea, idea, idea
	placed.RankLo, placed.RankHi = 2, 2
	few.Rank = 0
	one.Agree, one.Disagree = 1, 0
	for _, c := range []struct {
		idea models.ResultIdea
		want string
	}{
		{idea, "41 of 60 who took a side agree (56–79\u202f%); placed between 1st and 4th."},
		{placed, "41 of 60 who took a side agree (56–79\u202f%); placed 2nd."},
		{few, "41 of 60 who took a side agree (56–79\u202f%); too few votes to place it."},
		{one, "1 of 1 who took a side agrees (56–79\u202f%); placed between 1st and 4th."},
		{models.ResultIdea{Tally: models.Tally{Pass: 2}}, "Nobody took a side; 2 people passed."},
		{models.ResultIdea{}, "Nobody took a side."},
	} {
		if got := ResultSentence(l, c.idea); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
