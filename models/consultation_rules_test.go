package models

import (
	"reflect"
	"testing"
	"time"
)

var allStates = []State{StateDraft, StateOpen, StatePaused, StateCounting, StateSealed, StateAnswered, StateWithdrawn}

// TestStateAt closes an open or paused consultation at its time and no other.
func TestStateAt(t *testing.T) {
	for _, s := range allStates {
		c := testConsultation()
		c.State = s
		if got := c.StateAt(closed.Add(-ms)); got != s {
			t.Errorf("%s just before closing: %s", s, got)
		}
		want := s
		if s == StateOpen || s == StatePaused {
			want = StateCounting
		}
		for _, now := range []time.Time{closed, closed.Add(ms), closed.AddDate(1, 0, 0)} {
			if got := c.StateAt(now); got != want {
				t.Errorf("%s at %s: %s, want %s", s, now, got, want)
			}
		}
		c.ClosesAt = time.Time{}
		if got := c.StateAt(closed); got != s {
			t.Errorf("%s without a closing time: %s", s, got)
		}
	}
}

func TestComing(t *testing.T) {
	for _, s := range allStates {
		c := testConsultation()
		c.State = s
		if got := c.Coming(opened.Add(-ms)); got != (s == StateOpen) {
			t.Errorf("%s just before opening: %v", s, got)
		}
		if c.Coming(opened) {
			t.Errorf("%s is coming at its opening", s)
		}
		if got := c.Public(); got != (s != StateDraft) {
			t.Errorf("%s public: %v", s, got)
		}
	}
}

// TestAccepts goes over every boundary of what the public may do, a millisecond
// before it and at it.
func TestAccepts(t *testing.T) {
	for _, c := range []struct {
		name                 string
		state                State
		now                  time.Time
		reply, suggest, vote string
	}{
		{"before opening", StateOpen, opened.Add(-ms), "coming", "coming", "coming"},
		{"at opening", StateOpen, opened, "", "", ""},
		{"before suggestions close", StateOpen, suggestionsEnd.Add(-ms), "", "", ""},
		{"when suggestions close", StateOpen, suggestionsEnd, "", "suggestions_closed", ""},
		{"before closing", StateOpen, closed.Add(-ms), "", "suggestions_closed", ""},
		{"at closing", StateOpen, closed, "closed", "closed", "closed"},
		{"a draft", StateDraft, opened, "not_open", "not_open", "not_open"},
		{"paused", StatePaused, closed.Add(-ms), "paused", "paused", "paused"},
		{"paused, at closing", StatePaused, closed, "closed", "closed", "closed"},
		{"counting", StateCounting, closed, "closed", "closed", "closed"},
		{"sealed", StateSealed, closed, "sealed", "sealed", "sealed"},
		{"answered", StateAnswered, closed, "sealed", "sealed", "sealed"},
		{"withdrawn", StateWithdrawn, opened, "withdrawn", "withdrawn", "withdrawn"},
	} {
		con := testConsultation()
		con.State, con.StateReason = c.state, "A flood"
		for act, why := range map[Act]string{ActReply: c.reply, ActSuggest: c.suggest, ActVote: c.vote} {
			code := CodeClosed
			if why == "" {
				code = ""
			}
			refused(t, c.name+": "+string(act), con.Accepts(act, c.now), code, "error.consultation."+why)
		}
	}
	con := testConsultation()
	con.SuggestionsCloseAt = time.Time{}
	refused(t, "no earlier end of suggestions", con.Accepts(ActSuggest, closed.Add(-ms)), "", "")
}

// TestAcceptsLateLink counts what was chosen in time, for 72 hours and not longer.
func TestAcceptsLateLink(t *testing.T) {
	last := closed.Add(72 * time.Hour)
	for _, c := range []struct {
		name        string
		state       State
		chosen, now time.Time
		ok          bool
	}{
		{"while open", StateOpen, opened, closed.Add(-ms), true},
		{"at closing, chosen just before", StateOpen, closed.Add(-ms), closed, true},
		{"just before the end of late links", StateOpen, closed.Add(-ms), last.Add(-ms), true},
		{"at the end of late links", StateOpen, closed.Add(-ms), last, false},
		{"chosen at closing", StateOpen, closed, closed.Add(ms), false},
		{"chosen after closing", StateOpen, closed.Add(ms), closed.Add(2 * ms), false},
		{"set to counting", StateCounting, closed.Add(-ms), last.Add(-ms), true},
		{"paused meanwhile", StatePaused, opened, closed.Add(-ms), true},
		{"paused, then closed", StatePaused, opened, last.Add(-ms), true},
		{"paused, too late", StatePaused, opened, last, false},
		{"sealed", StateSealed, opened, closed.Add(ms), false},
		{"answered", StateAnswered, opened, closed.Add(ms), false},
		{"withdrawn", StateWithdrawn, opened, closed.Add(-ms), false},
		{"a draft", StateDraft, opened, opened, false},
		{"before opening", StateOpen, opened.Add(-2 * ms), opened.Add(-ms), false},
	} {
		con := testConsultation()
		con.State = c.state
		code := CodeClosed
		if c.ok {
			code = ""
		}
		refused(t, c.name, con.AcceptsLateLink(c.chosen, c.now), code, "error.consultation.closed")
	}
}

// TestTalliesShown hides tallies from everyone until the result is sealed (design: bandwagons).
func TestTalliesShown(t *testing.T) {
	for _, state := range allStates {
		con := testConsultation()
		con.State = state
		if got, want := con.TalliesShown(), state == StateSealed || state == StateAnswered; got != want {
			t.Errorf("%s: %v, want %v", state, got, want)
		}
	}
}

// TestCheckMove asks for every pair of states, before and after closing.
func TestCheckMove(t *testing.T) {
	may := map[[2]State]bool{
		{StateDraft, StateOpen}:          true,
		{StateOpen, StatePaused}:         true,
		{StateOpen, StateWithdrawn}:      true,
		{StatePaused, StateOpen}:         true,
		{StatePaused, StateWithdrawn}:    true,
		{StateCounting, StateSealed}:     true,
		{StateCounting, StateWithdrawn}:  true,
		{StateSealed, StateAnswered}:     true,
		{StateDraft, StateWithdrawn}:     false,
		{StateSealed, StateWithdrawn}:    false,
		{StateAnswered, StateWithdrawn}:  false,
		{StateCounting, StateOpen}:       false,
		{StateWithdrawn, StateOpen}:      false,
		{StateWithdrawn, StateWithdrawn}: false,
	}
	for _, from := range allStates {
		for _, to := range append(allStates, "", "deleted") {
			for _, now := range []time.Time{closed.Add(-ms), closed} {
				con := testConsultation()
				con.State = from
				at := from
				if now.Equal(closed) && (from == StateOpen || from == StatePaused) {
					at = StateCounting
				}
				code := CodeConflict
				if may[[2]State{at, to}] {
					code = ""
				}
				refused(t, string(from)+" (now "+string(at)+") to "+string(to), con.CheckMove(to, "A flood", now), code, "error.consultation.move")
			}
		}
	}
}

// TestCheckMoveReason wants a public reason for a pause and a withdrawal alone.
func TestCheckMoveReason(t *testing.T) {
	for _, c := range []struct {
		from, to State
		reason   string
		want     string
	}{
		{StateOpen, StatePaused, "", "reason error.field.reason"},
		{StateOpen, StatePaused, " \n\u200b", "reason error.field.reason"},
		{StateOpen, StatePaused, "x", ""},
		{StateOpen, StateWithdrawn, "", "reason error.field.reason"},
		{StatePaused, StateWithdrawn, "", "reason error.field.reason"},
		{StateCounting, StateWithdrawn, "", "reason error.field.reason"},
		{StateDraft, StateOpen, "", ""},
		{StatePaused, StateOpen, "", ""},
		{StateCounting, StateSealed, "", ""},
		{StateSealed, StateAnswered, "", ""},
	} {
		con := testConsultation()
		con.State = c.from
		wantFaults(t, string(c.from)+" to "+string(c.to), con.CheckMove(c.to, c.reason, opened), c.want)
	}
}

// edits are the changes of one setting or date each, by the name under which they are printed.
var edits = []struct {
	name          string
	edit          func(*Consultation)
	before, after string
}{
	{"opens_at", func(c *Consultation) { c.OpensAt = opened.Add(time.Hour) }, "2027-03-01T09:00:00Z", "2027-03-01T10:00:00Z"},
	{"suggestions_close_at", func(c *Consultation) { c.SuggestionsCloseAt = time.Time{} }, "2027-03-15T09:00:00Z", ""},
	{"closes_at", func(c *Consultation) { c.ClosesAt = closed.Add(time.Second) }, "2027-03-22T09:00:00Z", "2027-03-22T09:00:01Z"},
	{"answer_by", func(c *Consultation) { c.AnswerBy = answered.AddDate(0, 0, 1) }, "2027-04-30T22:59:59Z", "2027-05-01T22:59:59Z"},
	{"time_zone", func(c *Consultation) { c.TimeZone = "Europe/Dublin" }, "Europe/London", "Europe/Dublin"},
	{"min_votes", func(c *Consultation) { c.Settings.MinVotes = 6 }, "5", "6"},
	{"capacities", func(c *Consultation) { c.Settings.Capacities = []Capacity{CapacityResident, CapacityBusiness} }, "", "resident,business_owner"},
	{"bands", func(c *Consultation) { c.Settings.Bands = []Band{BandSole, BandMicro} }, "", "sole_trader,micro"},
	{"tiers", func(c *Consultation) { c.Settings.Tiers = []Tier{TierEmail} }, "", "email"},
	{"answer_top", func(c *Consultation) { c.Settings.AnswerTop = 3 }, "0", "3"},
}

// TestSettingChanges makes each change alone, none, and all at once.
func TestSettingChanges(t *testing.T) {
	con := testConsultation()
	all, order := testConsultation(), []SettingChange(nil)
	for _, e := range edits {
		next := testConsultation()
		e.edit(&next)
		e.edit(&all)
		want := SettingChange{e.name, e.before, e.after}
		order = append(order, want)
		if got := con.SettingChanges(next); !reflect.DeepEqual(got, []SettingChange{want}) {
			t.Errorf("%s: %v, want %v", e.name, got, want)
		}
	}
	if got := con.SettingChanges(all); !reflect.DeepEqual(got, order) {
		t.Errorf("all at once: %v, want %v", got, order)
	}
	same := testConsultation()
	same.Slug, same.Texts, same.State, same.Rev = "other", nil, StatePaused, 9
	same.ClosesAt = closed.In(time.FixedZone("", 3600))
	same.Settings.Capacities = []Capacity{}
	if got := con.SettingChanges(same); len(got) != 0 {
		t.Errorf("a change of words is none of settings: %v", got)
	}
}

// TestCheckEditSettings moves each date and setting in each state, with a reason and without.
func TestCheckEditSettings(t *testing.T) {
	for _, s := range allStates {
		for _, e := range edits {
			con := testConsultation()
			con.State = s
			next := con
			e.edit(&next)
			with, without := "", "reason error.edit.reason"
			if s != StateOpen && s != StatePaused {
				with = e.name + " error.edit.closed"
				without += ", " + with
			}
			if s == StateDraft {
				with, without = "", ""
			}
			what := e.name + " while " + string(s)
			wantFaults(t, what, con.CheckEdit(next, "People asked for it", closed.Add(-ms)), with)
			wantFaults(t, what+", no reason", con.CheckEdit(next, " \u200b", closed.Add(-ms)), without)
		}
	}
}

// TestCheckEdit has the boundaries of what an edit may move.
func TestCheckEdit(t *testing.T) {
	later := func(c *Consultation) { c.ClosesAt = closed.AddDate(0, 0, 7) }
	for _, c := range []struct {
		name   string
		state  State
		now    time.Time
		edit   func(*Consultation)
		reason string
		want   string
	}{
		{"nothing", StateOpen, opened, func(*Consultation) {}, "", ""},
		{"closing put off, just before it", StateOpen, closed.Add(-ms), later, "Asked for", ""},
		{"closing put off, at it", StateOpen, closed, later, "Asked for", "closes_at error.edit.closed"},
		{"closing put off while paused", StatePaused, closed.Add(-ms), later, "Asked for", ""},
		{"closing put off, paused, at it", StatePaused, closed, later, "Asked for", "closes_at error.edit.closed"},
		{"closing put off without a reason", StateOpen, opened, later, "", "reason error.edit.reason"},
		{"closing brought forward", StateOpen, opened, func(c *Consultation) { c.ClosesAt = closed.Add(-time.Second) }, "Why not", "closes_at error.edit.earlier"},
		{"closing taken away", StateOpen, opened, func(c *Consultation) { c.ClosesAt = time.Time{} }, "Why not", "closes_at error.edit.earlier"},
		{"closing brought forward in a draft", StateDraft, opened, func(c *Consultation) { c.ClosesAt = closed.Add(-time.Hour) }, "", ""},
		{"another slug", StateOpen, opened, func(c *Consultation) { c.Slug = "other" }, "", "slug error.edit.slug"},
		{"another slug before it opens", StateOpen, opened.Add(-ms), func(c *Consultation) { c.Slug = "other" }, "", "slug error.edit.slug"},
		{"another slug when sealed", StateSealed, closed, func(c *Consultation) { c.Slug = "other" }, "", "slug error.edit.slug"},
		{"another slug in a draft", StateDraft, opened, func(c *Consultation) { c.Slug = "other" }, "", ""},
		{"other words at closing", StateOpen, closed, func(c *Consultation) { c.Texts = nil }, "", ""},
		{"other words when sealed", StateSealed, closed, func(c *Consultation) { c.Texts = nil }, "", ""},
		{"everything at once, without a reason", StateOpen, opened, func(c *Consultation) {
			c.Slug, c.ClosesAt, c.Settings.MinVotes = "other", closed.Add(-time.Hour), 1
		}, "", "slug error.edit.slug, closes_at error.edit.earlier, reason error.edit.reason"},
	} {
		con := testConsultation()
		con.State = c.state
		next := con
		c.edit(&next)
		wantFaults(t, c.name, con.CheckEdit(next, c.reason, c.now), c.want)
	}
}

// TestCheckOpening takes away one thing at a time, and everything.
func TestCheckOpening(t *testing.T) {
	now := opened.Add(-time.Hour)
	for _, c := range []struct {
		name string
		edit func(*Consultation)
		want string
	}{
		{"complete", func(*Consultation) {}, ""},
		{"opened late", func(c *Consultation) { c.OpensAt = time.Time{} }, ""},
		{"closing just after now", func(c *Consultation) { c.OpensAt, c.SuggestionsCloseAt, c.ClosesAt = now, now.Add(ms), now.Add(ms) }, ""},
		{"closing now", func(c *Consultation) { c.OpensAt, c.SuggestionsCloseAt, c.ClosesAt = now.Add(-ms), time.Time{}, now }, "closes_at error.opening.closes_at"},
		{"closing at opening", func(c *Consultation) { c.OpensAt, c.SuggestionsCloseAt = closed, time.Time{} }, "closes_at error.opening.closes_at"},
		{"closing just after opening", func(c *Consultation) { c.OpensAt, c.SuggestionsCloseAt = closed.Add(-ms), closed }, ""},
		{"suggestions that end as it opens", func(c *Consultation) { c.SuggestionsCloseAt = c.OpensAt }, "suggestions_close_at error.opening.suggestions_early"},
		{"no closing", func(c *Consultation) { c.ClosesAt, c.SuggestionsCloseAt = time.Time{}, time.Time{} }, "closes_at error.opening.closes_at"},
		{"suggestions until closing", func(c *Consultation) { c.SuggestionsCloseAt = closed }, ""},
		{"suggestions beyond closing", func(c *Consultation) { c.SuggestionsCloseAt = closed.Add(ms) }, "suggestions_close_at error.opening.suggestions_close_at"},
		{"no end of suggestions", func(c *Consultation) { c.SuggestionsCloseAt = time.Time{} }, ""},
		{"an answer at closing", func(c *Consultation) { c.AnswerBy = closed }, ""},
		{"an answer before closing", func(c *Consultation) { c.AnswerBy = closed.Add(-ms) }, "answer_by error.opening.answer_by"},
		{"no date for the answer", func(c *Consultation) { c.AnswerBy = time.Time{} }, "answer_by error.opening.answer_by"},
		{"no zone", func(c *Consultation) { c.TimeZone = "" }, "time_zone error.field.time_zone"},
		{"an unknown zone", func(c *Consultation) { c.TimeZone = "Mars/Base" }, "time_zone error.field.time_zone"},
		{"one vote is enough", func(c *Consultation) { c.Settings.MinVotes = 1 }, ""},
		{"no vote is not", func(c *Consultation) { c.Settings.MinVotes = 0 }, "min_votes error.field.min_votes"},
	} {
		con := testConsultation()
		con.State = StateDraft
		c.edit(&con)
		wantFaults(t, c.name, con.CheckOpening(now, true), c.want)
	}
	wantFaults(t, "no mail", testConsultation().CheckOpening(now, false), "state error.opening.no_mail")
	wantFaults(t, "nothing at all", Consultation{}.CheckOpening(now, false), "title error.opening.title, question error.opening.question, "+
		"body error.opening.body, who_decides error.opening.who_decides, can_change error.opening.can_change, contact error.opening.contact, "+
		"other_formats error.opening.other_formats, closes_at error.opening.closes_at, answer_by error.opening.answer_by, "+
		"time_zone error.field.time_zone, min_votes error.field.min_votes, state error.opening.no_mail")
}

// TestCheckOpeningTexts wants every sentence that the public is owed.
func TestCheckOpeningTexts(t *testing.T) {
	for name, text := range map[string]func(*ConsultationText) *string{
		"title":         func(c *ConsultationText) *string { return &c.Title },
		"question":      func(c *ConsultationText) *string { return &c.Question },
		"body":          func(c *ConsultationText) *string { return &c.Body },
		"who_decides":   func(c *ConsultationText) *string { return &c.WhoDecides },
		"can_change":    func(c *ConsultationText) *string { return &c.CanChange },
		"contact":       func(c *ConsultationText) *string { return &c.Contact },
		"other_formats": func(c *ConsultationText) *string { return &c.OtherFormats },
	} {
		for _, blank := range []string{"", " \n\t"} {
			con := testConsultation()
			words := con.Texts["en"]
			*text(&words) = blank
			con.Texts["en"] = words
			wantFaults(t, name, con.CheckOpening(opened, true), name+" error.opening."+name)
		}
	}
}

// TestText falls back on the consultation's own language.
func TestText(t *testing.T) {
	con := testConsultation()
	con.Texts["cy"] = ConsultationText{Title: "Cyflenwi lleol"}
	for lang, want := range map[string]string{"cy": "Cyflenwi lleol", "en": "Local supply", "pl": "Local supply", "": "Local supply"} {
		if got := con.Text(lang).Title; got != want {
			t.Errorf("%q: %q, want %q", lang, got, want)
		}
	}
}

// TestMustAnswer has the first AnswerTop of the ranking, or all of it.
func TestMustAnswer(t *testing.T) {
	ranked := []int{4, 1, 7}
	for _, c := range []struct {
		top  int64
		want []int
	}{
		{0, []int{4, 1, 7}},
		{1, []int{4}},
		{2, []int{4, 1}},
		{3, []int{4, 1, 7}},
		{4, []int{4, 1, 7}},
	} {
		if got := (ConsultationSettings{AnswerTop: c.top}).MustAnswer(ranked); !reflect.DeepEqual(got, c.want) {
			t.Errorf("the first %d: %v, want %v", c.top, got, c.want)
		}
	}
	if got := (ConsultationSettings{AnswerTop: 2}).MustAnswer(nil); len(got) != 0 {
		t.Errorf("of none: %v", got)
	}
}
