package views

import (
	"strings"
	"time"

	"folkmoot/models"
	"folkmoot/views/i18n"
)

// undecidedShown is how many undecided texts the page lists; the files list all.
const undecidedShown = 100

// undecidedText says what an undecided text is and where it stands.
func undecidedText(l *i18n.Localizer, u models.Undecided) string {
	key := "results.undecided.waiting."
	if u.Reports > 0 {
		key = "results.undecided.reported."
	}
	kind, _, _ := strings.Cut(u.Item, "-")
	if kind == string(models.KindReply) && u.Idea > 0 {
		kind = "reply_to_idea"
	}
	return l.T(key+kind, "number", u.Idea)
}

// settingValue returns a stored date or rule in words.
func settingValue(l *i18n.Localizer, name, value, zone string) string {
	switch name {
	case "capacities", "bands", "tiers":
		return listValue(l, name, value)
	case "answer_top":
		if value == "0" {
			return l.T("setting.answer_all")
		}
	}
	if value == "" {
		return l.T("changes.none")
	}
	at, err := time.Parse(time.RFC3339, value)
	switch {
	case err != nil:
		return value
	case name == "answer_by": // the last instant of that day
		return l.Date(at, zone)
	}
	return l.DateTime(at, zone)
}

// listValue returns a list of those who may vote, or of the confirmations that count.
func listValue(l *i18n.Localizer, name, value string) string {
	if value == "" {
		return l.T("setting.all")
	}
	prefix := map[string]string{"capacities": "capacity.", "bands": "band.", "tiers": "tier."}[name]
	var names []string
	for v := range strings.SplitSeq(value, ",") {
		if l.Has(prefix + v) {
			v = l.T(prefix + v)
		}
		names = append(names, v)
	}
	return l.List(names)
}
