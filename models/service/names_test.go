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
	const free, held, refused = "free", "held", "refused"
	for name, want := range map[string]string{
		"Moderator": refused, "MODERATOR": refused, "M o d e r a t o r": refused, "Moderator 1": refused, "moderator-12": refused,
		"The Moderator": refused, "Organiser": refused, "Organizers": refused, "*admin*": refused, "Board": refused, "The Board.": refused,
		"Folkmoot": refused, "Folkmoot team": refused, "Mod\u200berator": refused,
		"Ann Moss-Hill": refused, "ann mosshill": refused, "Ann\u00a0Moss\u2010Hill": refused,

		"M0derator": held, "Mоdеrаtоr": held, "Ｍoderator": held, "Adm1n": held, "Аnn Moss–Hill": held, "Änn Móss Hill": held,
		"𝐌𝐨𝐝𝐞𝐫𝐚𝐭𝐨𝐫": held, "𝔐𝔬𝔡𝔢𝔯𝔞𝔱𝔬𝔯": held, "𝕄𝕠𝕕𝕖𝕣𝕒𝕥𝕠𝕣 1": held, "ᴍᴏᴅᴇʀᴀᴛᴏʀ": held, "Ⓜⓞⓓⓔⓡⓐⓣⓞⓡ": held, "🅼🅾🅳🅴🆁🅰🆃🅾🆁": held,
		"🅜🅞🅓🅔🅡🅐🅣🅞🅡": held, "🇲 🇴 🇩 🇪 🇷 🇦 🇹 🇴 🇷": held, "rnoderator": held, "Rnoderator 2": held, "ⅿoderator": held, "Mo\u0301derator": held,
		"Official moderator": held, "Your Moderator, Jo": held, "ModeratorJo": held, "Site admin": held, "Jo (admin)": held, "Jo, board": held,
		"aclmin": held, "Mod Jo": held, "Jo from the 𝓢𝓽𝓪𝓯𝓯": held, "Offıcial reply": held, "Folkrnoot": held, "Folkmoot Jo": held,
		"Organıser": held, "0rganiser": held, "μoderator": held, "modеrat0r": held, "ModeratoR!": refused, "Mоderation": held,
		"Ann Moss-Hill 2": held, "Ann Moss-Hi11": held, "Dr Ann Moss-Hill": held, "𝖠𝗇𝗇 𝖬𝗈𝗌𝗌-𝖧𝗂𝗅𝗅": held,

		"\u13b7oderator": held, "ADMI\u039d": held, "\u039cODERATO\u13a1": held, "MODERATIO\u039d": held, "STAFF \u039cARY": held, "A\u039d\u039d MOSS-HILL": held, // Cherokee and Greek capitals

		"ΝΙΚΟΣ": free, "ᏣᎳᎩ": free, "МАРИЯ": free,
		"Ann": free, "Ann Moss": free, "Bo": free, "Boardman": free, "Moderata": free, "Adminah": free, "Stafford": free, "Modesty": free,
		"🐻": free, "李": free, "1 2 3": free, "Мария": free, "Ελένη": free, "Bob Adams": free, "Мoдест": free, "Óscar Núñez": free,
	} {
		got := free
		if must(s.reservedName(t.Context(), name, ""))(t) {
			got = refused
		} else if looksLikeStaff(models.Contribution{AuthorName: name}, must(s.staffNames(t.Context()))(t)) {
			got = held
		}
		if got != want {
			t.Errorf("%q is %s, want %s (skeleton %s)", name, got, want, skeleton(name))
		}
	}
	own := models.Contribution{ParticipantID: ann.ID(), AuthorName: "Ann Moss-Hill"}
	if looksLikeStaff(own, must(s.staffNames(t.Context()))(t)) {
		t.Error("a member of staff looks like themselves")
	}
	if must(s.reservedName(t.Context(), "Ann Moss-Hill", ann.ID()))(t) {
		t.Error("a member of staff may not bear their own name")
	}
}
