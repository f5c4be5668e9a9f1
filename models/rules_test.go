package models

import (
	"errors"
	"maps"
	"strings"
	"testing"
	"time"
)

const ms = time.Millisecond

// opened, suggestionsEnd and closed are the dates of testConsultation.
var (
	opened         = time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)
	suggestionsEnd = time.Date(2027, 3, 15, 9, 0, 0, 0, time.UTC)
	closed         = time.Date(2027, 3, 22, 9, 0, 0, 0, time.UTC)
	answered       = time.Date(2027, 4, 30, 22, 59, 59, 999e6, time.UTC)
)

// testConsultation is open, and complete: CheckOpening finds nothing.
func testConsultation() Consultation {
	return Consultation{
		ID: "c1", Slug: "local-supply", State: StateOpen, Language: "en", TimeZone: "Europe/London",
		Texts: map[string]ConsultationText{"en": {
			Title: "Local supply", Question: "What should be done?", Body: "Tell us.", WhoDecides: "The board",
			CanChange: "Everything", Contact: "01234 567890", OtherFormats: "Large print",
		}},
		Settings: DefaultSettings(),
		OpensAt:  opened, SuggestionsCloseAt: suggestionsEnd, ClosesAt: closed, AnswerBy: answered,
	}
}

// refused fails unless err is an Error of the code and key; an empty code wants none.
func refused(t *testing.T, what string, err error, code Code, key string) {
	t.Helper()
	if code == "" {
		if err != nil {
			t.Errorf("%s: %v, want no refusal", what, err)
		}
		return
	}
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Code != code || e.Key != key {
		t.Errorf("%s: %v, want %s %s", what, err, code, key)
	}
}

// faults returns the keys of an Error's fields by field; nil for no error.
func faults(t *testing.T, err error) map[string]string {
	t.Helper()
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*Error](err)
	if !ok || e.Code != CodeInvalid || len(e.Fields) == 0 {
		t.Fatalf("%v is no refusal of fields", err)
	}
	found := map[string]string{}
	for _, f := range e.Fields {
		if _, twice := found[f.Field]; twice {
			t.Errorf("%s is named twice", f.Field)
		}
		found[f.Field] = f.Key
	}
	return found
}

// wantFaults fails unless err names exactly these fields; want is "field key, field key".
func wantFaults(t *testing.T, what string, err error, want string) {
	t.Helper()
	expected := map[string]string{}
	for pair := range strings.SplitSeq(want, ", ") {
		if field, key, ok := strings.Cut(pair, " "); ok {
			expected[field] = key
		}
	}
	if got := faults(t, err); !maps.Equal(got, expected) {
		t.Errorf("%s: %v, want %v", what, got, expected)
	}
}

// TestNumbers writes out the numbers of the design, so that changing one is a decision.
func TestNumbers(t *testing.T) {
	for _, c := range []struct {
		name      string
		got, want int64
	}{
		{"a text", MaxText, 10000},
		{"a name", MaxName, 80},
		{"a title", MaxTitle, 160},
		{"the depth of a thread", MaxDepth, 8},
		{"an address", MaxAddress, 254},
		{"sign-in links while they work", SignInMost, 3},
		{"messages a day to an unconfirmed mailbox", UnconfirmedMost, 3},
		{"the life of a sign-in link", int64(SignInLife), int64(15 * time.Minute)},
		{"late links", int64(LateLinks), int64(72 * time.Hour)},
		{"the lead of suggestions", int64(SuggestionsLead), int64(7 * 24 * time.Hour)},
		{"messages to an unconfirmed address", int64(UnconfirmedEvery), int64(24 * time.Hour)},
		{"a session, in seconds", SessionLife, 30 * 86400},
		{"the least votes", DefaultSettings().MinVotes, 5},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d, want %d", c.name, c.got, c.want)
		}
	}
	if s := DefaultSettings(); s.AnswerTop != 0 || len(s.Capacities)+len(s.Bands)+len(s.Tiers) != 0 {
		t.Errorf("the default settings are %+v", s)
	}
}

func TestValidSlug(t *testing.T) {
	for slug, want := range map[string]bool{
		"a": true, "local-supply": true, "2027": true, "a-1-b-2": true,
		strings.Repeat("a", 80): true, strings.Repeat("a", 81): false,
		"": false, "-a": false, "a-": false, "a--b": false, "A": false, "a b": false, "a_b": false, "a/b": false,
		"a.b": false, "é": false, "a\n": false, "..": false, "a%2f": false,
	} {
		if got := ValidSlug(slug); got != want {
			t.Errorf("%q: %v, want %v", slug, got, want)
		}
	}
}

func TestCheckAddress(t *testing.T) {
	for _, c := range []struct{ typed, want string }{
		{"ana@example.org", "ana@example.org"},
		{"  ana@example.org\t", "ana@example.org"},
		{"Ana+moot@Example.ORG", "Ana+moot@Example.ORG"},
		{"o'hara@sub.example.org", "o'hara@sub.example.org"},
		{"zoë@exämple.org", "zoë@exämple.org"},
		{strings.Repeat("a", 64) + "@" + strings.Repeat("b", 185) + ".org", strings.Repeat("a", 64) + "@" + strings.Repeat("b", 185) + ".org"},
		{strings.Repeat("a", 64) + "@" + strings.Repeat("b", 186) + ".org", ""},
		{"", ""},
		{"ana", ""},
		{"@example.org", ""},
		{"ana@", ""},
		{"ana@localhost", ""},
		{"Ana <ana@example.org>", ""},
		{"<ana@example.org>", ""},
		{"ana@example.org, ben@example.org", ""},
		{"ana@example.org\r\nBcc: ben@example.org", ""},
		{"ana\x00@example.org", ""},
		{"ana@example.org (a comment)", ""},
		{"ana@example\xff.org", ""},
		{"ana\u202e@example.org", ""},
		{"joe@127.0.0.1", ""},
		{"joe@[127.0.0.1]", ""},
		{"joe@[IPv6:::1]", ""},
		{"joe@127.1", ""},
		{"joe@0x7f.0x1", ""},
		{"joe@example.0x7f", ""},
		{"joe@10.0.0.1.", ""},
		{"joe@localhost.", ""},
		{"joe@.org", ""},
		{"joe@example..org", ""},
		{"joe@example.org.", ""},
		{`"joe@example.org"@localhost`, ""},
		{"joe@127。0。0。1", ""},
		{"joe@example.c0m", ""},
		{"joe@1.2.3.example", "joe@1.2.3.example"},
		{"joe@127.0.0.1.example.org", "joe@127.0.0.1.example.org"},
		{"joe@xn--80ak6aa92e.xn--p1ai", "joe@xn--80ak6aa92e.xn--p1ai"},
		{"joe@пример.рф", "joe@пример.рф"},
		{"joe@उदाहरण.भारत", "joe@उदाहरण.भारत"},
	} {
		got, fault := CheckAddress("email", c.typed)
		if got != c.want || (fault == nil) != (c.want != "") {
			t.Errorf("%q: %q and %v, want %q", c.typed, got, fault, c.want)
		}
		if fault != nil && (fault.Field != "email" || fault.Key != "error.field.address") {
			t.Errorf("%q: %+v", c.typed, fault)
		}
	}
}

// TestDays counts midnights where days have 23 and 25 hours: in London summer time
// begins on 28 March 2027 and ends on 31 October.
func TestDays(t *testing.T) {
	at := func(s string) time.Time {
		parsed, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return parsed
	}
	for _, c := range []struct {
		name, a, b, zone string
		want             int
	}{
		{"the same instant", "2027-03-28T00:00:00Z", "2027-03-28T00:00:00Z", "Europe/London", 0},
		{"the last instant of the short day", "2027-03-28T00:00:00Z", "2027-03-28T22:59:59.999Z", "Europe/London", 0},
		{"the end of the short day", "2027-03-28T00:00:00Z", "2027-03-28T23:00:00Z", "Europe/London", 1},
		{"over the short day", "2027-03-27T12:00:00Z", "2027-03-29T11:00:00Z", "Europe/London", 2},
		{"the last instant of the long day", "2027-10-30T23:00:00Z", "2027-10-31T23:59:59.999Z", "Europe/London", 0},
		{"the end of the long day", "2027-10-30T23:00:00Z", "2027-11-01T00:00:00Z", "Europe/London", 1},
		{"backwards", "2027-03-28T23:00:00Z", "2027-03-28T22:59:59.999Z", "Europe/London", -1},
		{"another zone, another date", "2027-03-28T22:59:00Z", "2027-03-28T23:00:00Z", "UTC", 0},
		{"far in the east", "2027-03-01T09:59:59Z", "2027-03-01T10:00:00Z", "Pacific/Kiritimati", 1},
		{"no zone is UTC", "2027-03-01T23:59:59Z", "2027-03-02T00:00:00Z", "", 1},
		{"a year", "2027-03-01T00:00:00Z", "2028-03-01T00:00:00Z", "Europe/London", 366},
	} {
		if got := DaysBetween(at(c.a), at(c.b), c.zone); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
		if got := DaysBetween(at(c.b), at(c.a), c.zone); got != -c.want {
			t.Errorf("%s, the other way: %d, want %d", c.name, got, -c.want)
		}
	}
	for _, c := range []struct{ at, want string }{
		{"2027-03-27T23:59:59.999Z", "2027-03-27T00:00:00Z"},
		{"2027-03-28T22:59:59.999Z", "2027-03-28T00:00:00Z"},
		{"2027-03-28T23:00:00Z", "2027-03-28T23:00:00Z"},
		{"2027-10-31T23:59:59Z", "2027-10-30T23:00:00Z"},
	} {
		if got := Day(at(c.at), "Europe/London"); !got.Equal(at(c.want)) {
			t.Errorf("the day of %s begins at %s, want %s", c.at, got.UTC(), c.want)
		}
	}
}

// TestZone refuses what is no time zone, and what would be another one elsewhere.
func TestZone(t *testing.T) {
	for _, name := range []string{"Europe/London", "Pacific/Auckland", "UTC", "US/Pacific", "GB", "Etc/GMT+12", "America/Argentina/Buenos_Aires"} {
		if loc, err := Zone(name); err != nil || loc.String() != name || !KnownZone(name) {
			t.Errorf("%s: %v, %v", name, loc, err)
		}
	}
	if loc, err := Zone(""); err != nil || loc != time.UTC || KnownZone("") {
		t.Errorf("no name: %v, %v, known: %v", loc, err, KnownZone(""))
	}
	for _, name := range []string{
		"Mars/Base", "Local", "localtime", "posixrules", "Factory", "right/Europe/London", "posix/Europe/London", "../etc/passwd", "/etc/localtime",
		"Europe/London ", "BST", "GMT+1", "+01:00", "tzdata.zi", "Europe", "\x00",
	} {
		e, ok := err2(Zone(name))
		if !ok || e.Code != CodeInvalid || e.Key != "error.zone" || e.Args["zone"] != name || KnownZone(name) {
			t.Errorf("%q: %v, known: %v", name, e, KnownZone(name))
		}
		for what, fn := range map[string]func(){
			"In":          func() { In(time.Now(), name) },
			"Day":         func() { Day(time.Now(), name) },
			"DaysBetween": func() { DaysBetween(time.Now(), time.Now(), name) },
		} {
			if !panics(fn) {
				t.Errorf("%s in %q returned", what, name)
			}
		}
	}
}

func err2(_ *time.Location, err error) (*Error, bool) { return errors.AsType[*Error](err) }

func panics(fn func()) (panicked bool) {
	defer func() { panicked = recover() != nil }()
	fn()
	return false
}

func TestMillis(t *testing.T) {
	zone := time.FixedZone("", 3600)
	got := Millis(time.Date(2027, 3, 1, 1, 0, 0, 1_999_999, zone))
	if want := time.Date(2027, 3, 1, 0, 0, 0, 1_000_000, time.UTC); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestDaysWithoutMidnight counts days over a date whose midnight the clocks skip.
func TestDaysWithoutMidnight(t *testing.T) {
	noon := time.Date(2027, 3, 27, 12, 0, 0, 0, time.UTC)
	for i := range 4 {
		if got := DaysBetween(noon, noon.AddDate(0, 0, i), "Atlantic/Azores"); got != i {
			t.Errorf("%d days on, DaysBetween gives %d", i, got)
		}
	}
}
