package models

import (
	"maps"
	"slices"
	"testing"
	"time"
)

func TestParseChoice(t *testing.T) {
	for typed, want := range map[string]Choice{"agree": ChoiceAgree, "disagree": ChoiceDisagree, "pass": ChoicePass, "retract": ChoiceNone} {
		if got, err := ParseChoice(typed); err != nil || got != want {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
	}
	for _, typed := range []string{"", "none", "Agree", "agree ", "yes", "1", "agree\x00"} {
		got, err := ParseChoice(typed)
		refused(t, typed, err, CodeInvalid, "error.vote.choice")
		if got != "" {
			t.Errorf("%q: %q", typed, got)
		}
	}
}

// TestLater orders entries by time, then by participant (design: votes are the truth).
func TestLater(t *testing.T) {
	for _, c := range []struct {
		name string
		v, w Vote
		want bool
	}{
		{"a millisecond later", Vote{At: opened.Add(ms), ParticipantID: "a"}, Vote{At: opened, ParticipantID: "b"}, true},
		{"a millisecond earlier", Vote{At: opened, ParticipantID: "b"}, Vote{At: opened.Add(ms), ParticipantID: "a"}, false},
		{"the same time, greater id", Vote{At: opened, ParticipantID: "b"}, Vote{At: opened, ParticipantID: "a"}, true},
		{"the same time, smaller id", Vote{At: opened, ParticipantID: "a"}, Vote{At: opened, ParticipantID: "b"}, false},
		{"the same time in another zone", Vote{At: opened.In(time.FixedZone("", 3600)), ParticipantID: "a"}, Vote{At: opened, ParticipantID: "b"}, false},
		{"the same entry", Vote{At: opened, ParticipantID: "a"}, Vote{At: opened, ParticipantID: "a"}, false},
	} {
		if got := c.v.Later(c.w); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// entry makes a vote of a voice's member at a second after opening.
func entry(second int, idea, voice, participant string, c Choice) Vote {
	return Vote{IdeaID: idea, Voice: voice, ParticipantID: participant, Choice: c, At: opened.Add(time.Duration(second) * time.Second)}
}

// TestCount counts from nothing, in whatever order the entries come.
func TestCount(t *testing.T) {
	merged := map[string]string{"i2": "i1", "i3": "i1"}
	root := func(id string) string {
		if to, ok := merged[id]; ok {
			return to
		}
		return id
	}
	for _, c := range []struct {
		name  string
		votes []Vote
		want  map[string]Tally
	}{
		{"nothing", nil, map[string]Tally{}},
		{"one of each", []Vote{
			entry(1, "i9", "a", "a", ChoiceAgree), entry(1, "i9", "b", "b", ChoiceDisagree), entry(1, "i9", "c", "c", ChoicePass),
		}, map[string]Tally{"i9": {1, 1, 1}}},
		{"two ideas", []Vote{
			entry(1, "i9", "a", "a", ChoiceAgree), entry(2, "i8", "a", "a", ChoiceDisagree),
		}, map[string]Tally{"i9": {Agree: 1}, "i8": {Disagree: 1}}},
		{"the latest counts", []Vote{
			entry(1, "i9", "a", "a", ChoiceAgree), entry(2, "i9", "a", "a", ChoiceDisagree),
		}, map[string]Tally{"i9": {Disagree: 1}}},
		{"taken back counts nothing and revives nothing", []Vote{
			entry(1, "i9", "a", "a", ChoiceAgree), entry(2, "i9", "a", "a", ChoiceNone),
		}, map[string]Tally{"i9": {}}},
		{"taken back revives no other member's", []Vote{
			entry(1, "i9", "firm", "a", ChoiceAgree), entry(2, "i9", "firm", "b", ChoiceNone),
		}, map[string]Tally{"i9": {}}},
		{"a shared voice is one", []Vote{
			entry(1, "i9", "firm", "b", ChoiceAgree), entry(2, "i9", "firm", "a", ChoicePass), entry(1, "i9", "c", "c", ChoiceAgree),
		}, map[string]Tally{"i9": {Agree: 1, Pass: 1}}},
		{"a shared voice in one instant: the greater id", []Vote{
			entry(1, "i9", "firm", "a", ChoiceAgree), entry(1, "i9", "firm", "b", ChoiceDisagree),
		}, map[string]Tally{"i9": {Disagree: 1}}},
		{"merged ideas are one", []Vote{
			entry(1, "i1", "a", "a", ChoiceAgree), entry(2, "i2", "a", "a", ChoiceDisagree), entry(1, "i3", "b", "b", ChoiceAgree),
		}, map[string]Tally{"i1": {Agree: 1, Disagree: 1}}},
		{"taken back on a merged idea", []Vote{
			entry(1, "i1", "a", "a", ChoiceAgree), entry(2, "i3", "a", "a", ChoiceNone),
		}, map[string]Tally{"i1": {}}},
		{"a choice that is none of ours counts nothing", []Vote{entry(1, "i9", "a", "a", "maybe")}, map[string]Tally{"i9": {}}},
	} {
		for range 2 {
			if got := Count(c.votes, root); !maps.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", c.name, got, c.want)
			}
			slices.Reverse(c.votes)
		}
	}
}

// TestCountUnmerged returns exactly what the votes would have given without the merge (design: merging).
func TestCountUnmerged(t *testing.T) {
	votes := []Vote{entry(1, "i1", "a", "a", ChoiceAgree), entry(2, "i2", "a", "a", ChoiceDisagree)}
	got := Count(votes, func(id string) string { return id })
	if want := map[string]Tally{"i1": {Agree: 1}, "i2": {Disagree: 1}}; !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestTally(t *testing.T) {
	var tally Tally
	tally.Add(ChoiceAgree, 12)
	tally.Add(ChoiceDisagree, 5)
	tally.Add(ChoicePass, 4)
	tally.Add(ChoiceNone, 100)
	tally.Add(ChoiceAgree, -1)
	if want := (Tally{11, 5, 4}); tally != want || tally.Total() != 20 {
		t.Errorf("%v, want %v", tally, want)
	}
}
