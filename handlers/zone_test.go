package handlers

import (
	"net/url"
	"testing"
	"time"

	"folkmoot/models"
)

// TestFormZones reads dates in the zone of the form, in the consultation's own where the
// form leaves it out, and in no other one's place.
func TestFormZones(t *testing.T) {
	a := newApp(t)
	org := a.signedIn("organiser@example.org", models.RoleOrganiser)
	form := func(slug, zone string) url.Values {
		return url.Values{
			"title": {"Bins"}, "slug": {slug}, "question": {"Which bins?"}, "language": {"en"}, "time_zone": {zone}, "min_votes": {"5"},
			"opens_at": {"2027-06-01T09:00"}, "closes_at": {"2027-06-30T17:00"}, "answer_by": {"2027-07-31"},
		}
	}
	for slug, c := range map[string]struct{ zone, closes, answer string }{
		"of-the-form": {"Asia/Kolkata", "2027-06-30T11:30:00Z", "2027-07-31T18:29:59Z"},
		"no-zone":     {"", "2027-06-30T16:00:00Z", "2027-07-31T22:59:59Z"},
		"spaces":      {" Europe/London ", "2027-06-30T16:00:00Z", "2027-07-31T22:59:59Z"},
	} {
		org.post("/organise/new", form(slug, c.zone)).want(t, slug, 303)
		con, err := a.store.ConsultationBySlug(t.Context(), slug)
		must(t, err)
		if got := con.ClosesAt.UTC().Format(time.RFC3339); got != c.closes {
			t.Errorf("%s: closes at %s, want %s", slug, got, c.closes)
		}
		if got := con.AnswerBy.UTC().Format(time.RFC3339); got != c.answer {
			t.Errorf("%s: answer by %s, want %s", slug, got, c.answer)
		}
	}
	for _, zone := range []string{"Mars/Base", "Local", "BST", "right/Europe/London"} {
		org.post("/organise/new", form("refused", zone)).want(t, zone, 422, "Please name a time zone such as Europe/London.")
	}
	if _, err := a.store.ConsultationBySlug(t.Context(), "refused"); !models.IsNotFound(err) {
		t.Errorf("a consultation in an unknown zone was made: %v", err)
	}
	con, err := a.store.ConsultationBySlug(t.Context(), "of-the-form")
	must(t, err)
	edit := form("of-the-form", "")
	edit.Set("rev", "1")
	edit.Set("closes_at", "2027-06-30T18:00")
	org.post("/organise/of-the-form/edit", edit).want(t, "edit", 303)
	con, err = a.store.ConsultationBySlug(t.Context(), "of-the-form")
	must(t, err)
	if got := con.ClosesAt.UTC().Format(time.RFC3339); got != "2027-06-30T12:30:00Z" || con.TimeZone != "Asia/Kolkata" {
		t.Errorf("after an edit without a zone it closes at %s, in %s", got, con.TimeZone)
	}
}
