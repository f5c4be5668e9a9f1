package sealed

import (
	"fmt"
	"strings"
	"time"

	"folkmoot/models"
)

// checkChanges follows the changes of dates and rules from one to the next and to what
// the file says of the consultation at the end.
func checkChanges(file File) (diffs []Difference) {
	last, at := map[string]string{}, ""
	for i, change := range file.Consultation.Changes {
		where := fmt.Sprintf("change %d", i+1)
		if when := timestamp(change.At); when < at || when > file.SealedAt {
			diffs = append(diffs, Difference{where + ": at", "no earlier than the one before it, and not after sealing", shorten(when)})
		}
		at = timestamp(change.At)
		if !models.HasVisible(change.Reason) {
			diffs = append(diffs, Difference{where + ": reason", "a public reason", "none"})
		}
		for _, s := range change.Changes {
			before, known := last[s.Name]
			if !known {
				before = s.Before
			}
			diffs = Compare(diffs, where+": "+s.Name+" before it", before, s.Before)
			if s.Name == "closes_at" && s.After < s.Before {
				diffs = append(diffs, Difference{where + ": closes_at", "no earlier than " + shorten(s.Before), shorten(s.After)})
			}
			last[s.Name] = s.After
		}
	}
	now := currentRules(file.Consultation)
	for _, name := range sortedKeys(last) {
		value, known := now[name]
		if !known {
			value = "no such date or rule"
		}
		diffs = Compare(diffs, "changes: "+name+" after the last", value, last[name])
	}
	return diffs
}

// CompareChanges compares the changes of dates and rules that a result prints with those
// that a store keeps.
func CompareChanges(kept, printed []models.RuleChange) (diffs []Difference) {
	text := func(list []models.RuleChange, i int) string {
		if i >= len(list) {
			return "none"
		}
		return fmt.Sprint(timestamp(list[i].At), " ", list[i].Reason, " ", list[i].Changes)
	}
	for i := range max(len(kept), len(printed)) {
		diffs = Compare(diffs, fmt.Sprintf("change %d", i+1), text(kept, i), text(printed, i))
	}
	return diffs
}

// currentRules returns the dates and rules as models.SettingChanges prints them.
func currentRules(c Consultation) map[string]string {
	var unset models.Consultation
	set := models.Consultation{
		Settings: c.Settings, TimeZone: c.TimeZone, OpensAt: parseTimestamp(c.OpensAt),
		SuggestionsCloseAt: parseTimestamp(c.SuggestionsCloseAt), ClosesAt: parseTimestamp(c.ClosesAt), AnswerBy: parseTimestamp(c.AnswerBy),
	}
	rules := map[string]string{}
	for _, s := range unset.SettingChanges(set) {
		rules[s.Name] = s.After
	}
	for _, s := range set.SettingChanges(unset) { // those that are empty, or 0
		if _, differs := rules[s.Name]; !differs {
			rules[s.Name] = s.Before
		}
	}
	return rules
}

// parseTimestamp reads what timestamp prints; the zero time for anything else.
func parseTimestamp(s string) time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return time.Time{}
	}
	return t
}

// checkUndecided compares what is listed as undecided with the decisions: a text that
// waited has none that published or refused it, a reported one was public.
func checkUndecided(file File) (diffs []Difference) {
	last := map[string]models.Status{}
	for _, d := range file.Decisions {
		for _, item := range d.Items {
			last[fmt.Sprintf("%v-%v", item[0], item[1])] = models.Status(fmt.Sprint(item[4]))
		}
	}
	listed := map[string]bool{}
	for _, u := range file.Result.Undecided {
		where := "undecided " + shorten(u.Item)
		if listed[u.Item] {
			diffs = append(diffs, Difference{where, "one entry", "two"})
		}
		listed[u.Item] = true
		status, decided := last[u.Item]
		switch {
		case u.Reports == 0 && decided && status != models.StatusPending:
			diffs = append(diffs, Difference{where, "no decision", shorten(string(status))})
		case u.Reports > 0 && decided && status != models.StatusPublished,
			u.Reports > 0 && !decided && strings.HasPrefix(u.Item, string(models.KindReply)+"-"):
			diffs = append(diffs, Difference{where, "a published text", shorten(string(status))})
		}
	}
	return diffs
}
