package service

import (
	"strings"
	"testing"

	"folkmoot/models"
)

func TestName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want, key string }{
		{"  Ada  ", "Ada", ""},
		{"أحمد", "أحمد", ""},
		{"Zoë 👩🏽‍🔧", "Zoë 👩🏽‍🔧", ""},
		{strings.Repeat("ż", 80), strings.Repeat("ż", 80), ""},
		{"<script>alert(1)</script>", "<script>alert(1)</script>", ""},
		{strings.Repeat("ż", 81), "", "error.field.name_long"},
		{"", "", "error.field.name_empty"},
		{" \t\n ", "", "error.field.name_empty"},
		{"\u200b\u2060", "\u200b\u2060", "error.field.name_empty"},
		{"Ada\nLovelace", "", "error.field.name_control"},
		{"Ada\x00", "", "error.field.name_control"},
		{"\u202eadA", "\u202eadA", "error.field.name_direction"},
		{"\u2066Ada", "\u2066Ada", "error.field.name_direction"},
		{"Ada\xff", "", "error.field.encoding"},
	} {
		var f form
		if got := f.name("name", c.in); got != c.want {
			t.Errorf("%q became %q, want %q", c.in, got, c.want)
		}
		if c.key == "" {
			ok(t, f.err())
			continue
		}
		field(t, f.err(), "name", c.key)
		if len(f.fields) != 1 {
			t.Errorf("%q: refused for %v", c.in, f.fields)
		}
	}
}

func TestReservedNames(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	ann := person(t, s, "Ann Moss-Hill", models.RoleModerator)
	person(t, s, "Bo", models.RoleParticipant)
	person(t, s, "🦊", models.RoleBoard)
	for name, want := range map[string]bool{
		"Moderator": true, "MODERATOR": true, "M o d e r a t o r": true, "Moderator 1": true, "moderator-12": true,
		"The Moderator": true, "M0derator": true, "Mоdеrаtоr": true, "Ｍoderator": true, "Mod\u200berator": true,
		"Organiser": true, "Organizers": true, "Adm1n": true, "*admin*": true, "Board": true, "The Board.": true,
		"Folkmoot": true, "Folkmoot team": true,
		"Ann Moss-Hill": true, "ann mosshill": true, "Ann\u00a0Moss\u2010Hill": true, "Аnn Moss–Hill": true, "Änn Móss Hill": true,
		"Ann": false, "Ann Moss": false, "Bo": false, "Moderata": false, "Boardman": false, "Adminah": false,
		"🐻": false, "李": false, "1 2 3": false, "Ann Moss-Hill 2": false,
	} {
		if got := must(s.reservedName(t.Context(), name, ""))(t); got != want {
			t.Errorf("%q: reserved %v, want %v", name, got, want)
		}
	}
	if must(s.reservedName(t.Context(), "Ann Moss-Hill", ann.ID()))(t) {
		t.Error("a member of staff may not bear their own name")
	}
}
