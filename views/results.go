package views

import (
	"slices"
	"strconv"
	"time"

	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// ResultsPage is "/consultations/{slug}/results".
type ResultsPage struct {
	ui.LayoutData
	ui.Subject
	Result     models.Result
	Sealed     *ui.Seal     // nil: not sealed yet
	MustAnswer map[int]bool // idea numbers the board promised to answer
	CanFull    bool         // the reader may download the full file
}

// resultBand is the ideas that share one tie band, in board order.
type resultBand struct {
	Ideas []models.ResultIdea
}

// Tied reports whether the order within the band is too close to call.
func (b resultBand) Tied() bool { return len(b.Ideas) > 1 }

// resultBands groups the ranked ideas by their tie band.
func resultBands(r models.Result) (bands []resultBand) {
	last := 0
	for _, idea := range r.Ideas {
		if !idea.Ranked() {
			continue
		}
		if idea.Band != last {
			bands = append(bands, resultBand{})
			last = idea.Band
		}
		b := &bands[len(bands)-1]
		b.Ideas = append(b.Ideas, idea)
	}
	return bands
}

// unranked lists the ideas that have not enough votes to be placed.
func unranked(r models.Result) (ideas []models.ResultIdea) {
	for _, idea := range r.Ideas {
		if !idea.Ranked() {
			ideas = append(ideas, idea)
		}
	}
	return ideas
}

// tiesNamed is how many ideas a sentence names before it only counts them.
const tiesNamed = 8

// tieSentence returns the sentence on the ideas with which this one is too close to call, or "".
func tieSentence(l *i18n.Localizer, band resultBand, r models.ResultIdea) string {
	var others []int
	for _, other := range band.Ideas {
		if other.Number != r.Number {
			others = append(others, other.Number)
		}
	}
	switch n := len(others); {
	case n == 0:
		return ""
	case n > tiesNamed:
		return l.T("results.tie_many", "count", n)
	default:
		return l.T("results.tie", "count", n, "ideas", numbers(l, others))
	}
}

// placeOf returns the place of a ranked idea: "2nd" where the votes settle it, "1–4" where
// they do not.
func placeOf(l *i18n.Localizer, r models.ResultIdea) string {
	if r.RankLo == r.RankHi {
		return l.Ordinal(r.Rank)
	}
	return l.Range(r.RankLo, r.RankHi)
}

// mergedFrom returns the sentence on whose votes are counted with this idea's, or "".
func mergedFrom(l *i18n.Localizer, r models.ResultIdea) string {
	if len(r.MergedFrom) == 0 {
		return ""
	}
	return l.T("results.merged", "count", len(r.MergedFrom), "ideas", numbers(l, r.MergedFrom))
}

// notes returns the short notes in an idea's row of the table.
func notes(l *i18n.Localizer, r models.ResultIdea) string {
	var notes []string
	if r.Split {
		notes = append(notes, l.T("results.mark.split"))
	}
	if r.CouldBeHigher {
		notes = append(notes, l.T("results.mark.higher"))
	}
	if !r.Ranked() {
		notes = append(notes, l.T("results.mark.few"))
	}
	return l.List(notes)
}

// published returns the date of a board's answer, kept as 2006-01-02.
func published(l *i18n.Localizer, date string) string {
	at, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return date
	}
	return l.Date(at, "UTC")
}

// numbers returns idea numbers in their order: "2 and 5".
func numbers(l *i18n.Localizer, of []int) string {
	var parts []string
	for _, n := range slices.Sorted(slices.Values(of)) {
		parts = append(parts, strconv.Itoa(n))
	}
	return l.List(parts)
}

func rankingSummary(p ResultsPage) string {
	if p.Result.AllOneBand {
		return p.L.T("results.one_band")
	}
	return p.L.T("results.summary")
}

// numeric are the columns of figures.
var numeric = map[string]bool{
	"place": true, "agree": true, "disagree": true, "pass": true,
	"support": true, "interval": true, "reach": true,
}
