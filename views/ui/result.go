package ui

import (
	"folkmoot/models"
	"folkmoot/views/i18n"
)

// ResultSentence returns an idea's result in words: "41 of 60 who took a side agree (55–79 %);
// placed between 1st and 4th."
func ResultSentence(l *i18n.Localizer, r models.ResultIdea) string {
	if r.Support == nil || r.Lo == nil || r.Hi == nil {
		return noSides(l, r.Pass)
	}
	agree := l.T("results.agree", "count", r.Agree, "agree", l.Number(r.Agree), "sides", l.Number(r.Sides()), "range", l.PercentRange(*r.Lo, *r.Hi))
	switch {
	case !r.Ranked():
		return l.T("results.sentence.few", "agree", agree)
	case r.RankLo == r.RankHi:
		return l.T("results.sentence.placed", "agree", agree, "rank", l.Ordinal(r.RankLo))
	}
	return l.T("results.sentence.between", "agree", agree, "first", l.Ordinal(r.RankLo), "last", l.Ordinal(r.RankHi))
}

// noSides returns the sentence for an idea on which nobody took a side.
func noSides(l *i18n.Localizer, passed int64) string {
	if passed == 0 {
		return l.T("results.nobody")
	}
	return l.T("results.no_sides", "count", passed)
}
