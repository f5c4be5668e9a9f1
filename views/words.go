package views

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"folkmoot/models"
	"folkmoot/views/i18n"
)

// size names how long a question is, so that a long one is set smaller.
func size(question string) string {
	switch n := models.Chars(question); {
	case n <= 70:
		return "size-short"
	case n <= 160:
		return "size-middle"
	}
	return "size-long"
}

// counts says how many ideas, replies and people a consultation has.
func counts(l *i18n.Localizer, c models.Consultation) string {
	return strings.Join([]string{
		l.T("count.ideas", "count", c.IdeaCount, "n", l.Number(c.IdeaCount)),
		l.T("count.replies", "count", c.ReplyCount, "n", l.Number(c.ReplyCount)),
		l.T("count.voters", "count", c.VoterCount, "n", l.Number(c.VoterCount)),
	}, " · ")
}

// imported says where a text came from and in which year it was written there.
func imported(l *i18n.Localizer, source string, at time.Time) string {
	name := source
	if l.Has("source." + source) {
		name = l.T("source." + source)
	}
	return l.T("thread.imported", "source", name, "year", strconv.Itoa(at.Year()))
}

// quoted turns somebody's words into the lines of a quotation.
func quoted(body string) string {
	return "> " + strings.ReplaceAll(strings.TrimSpace(body), "\n", "\n> ") + "\n\n"
}

// list joins names or numbers: "2", "2 and 5", "2, 5 and 7".
func list(l *i18n.Localizer, parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	last := len(parts) - 1
	return l.T("list.and", "first", strings.Join(parts[:last], ", "), "last", parts[last])
}

// numbers lists idea numbers in their order: "2 and 5".
func numbers(l *i18n.Localizer, of []int) string {
	var parts []string
	for _, n := range slices.Sorted(slices.Values(of)) {
		parts = append(parts, strconv.Itoa(n))
	}
	return list(l, parts)
}

// path gives an address of this site without its query.
func path(address string) string {
	before, _, _ := strings.Cut(address, "?")
	return before
}

// who lists in which capacities people may vote.
func who(l *i18n.Localizer, s models.ConsultationSettings) string {
	if len(s.Capacities) == 0 {
		return l.T("consultation.who.all")
	}
	var names []string
	for _, c := range s.Capacities {
		names = append(names, l.T("capacities."+string(c)))
	}
	return l.T("consultation.who.some", "list", list(l, names))
}

// excerptLength is how many characters of a found text are shown.
const excerptLength = 280

// excerpt cuts a found text to the part around the first of the words searched for.
func excerpt(text, query string) string {
	runes := []rune(text)
	if len(runes) <= excerptLength {
		return text
	}
	start := 0
	lower := strings.ToLower(text)
	for _, word := range strings.Fields(strings.ToLower(query)) {
		if at := strings.Index(lower, word); at >= 0 {
			start = max(0, models.Chars(lower[:at])-excerptLength/3)
			break
		}
	}
	start = min(start, len(runes)-excerptLength)
	cut := strings.TrimSpace(string(runes[start : start+excerptLength]))
	if start > 0 {
		cut = "… " + cut
	}
	if start+excerptLength < len(runes) {
		cut += " …"
	}
	return cut
}
