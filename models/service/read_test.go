package service

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"folkmoot/models"
)

func slugs(list []models.Consultation) string {
	var out []string
	for _, c := range list {
		out = append(out, c.Slug)
	}
	return strings.Join(out, " ")
}

func TestHome(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	for n := range pastPage + 2 {
		c := addConsultation(t, s, fmt.Sprintf("past-%02d", n), nil)
		moveTo(t, s, c.ID, []models.State{models.StateSealed, models.StateAnswered, models.StateWithdrawn}[n%3])
		clk.add(time.Minute)
	}
	addConsultation(t, s, "counted", func(c *models.Consultation) { c.ClosesAt = clk.Now().Add(time.Hour) })
	clk.add(2 * time.Hour)
	addConsultation(t, s, "open", nil)
	moveTo(t, s, addConsultation(t, s, "paused", nil).ID, models.StatePaused)
	moveTo(t, s, addConsultation(t, s, "draft", nil).ID, models.StateDraft)
	addConsultation(t, s, "coming", func(c *models.Consultation) { c.OpensAt = clk.Now().Add(time.Hour) })
	first := must(s.Home(t.Context(), ""))(t)
	open := strings.Fields(slugs(first.Open))
	slices.Sort(open)
	if !slices.Equal(open, []string{"open", "paused"}) || slugs(first.Coming) != "coming" {
		t.Errorf("open %v, coming %q", open, slugs(first.Coming))
	}
	if len(first.Past) != pastPage+1 || first.Past[0].Slug != "counted" || first.Past[1].Slug != "past-21" || first.NextPast == "" {
		t.Errorf("past: %s", slugs(first.Past))
	}
	second := must(s.Home(t.Context(), first.NextPast))(t)
	if slugs(second.Past) != "past-01 past-00" || second.NextPast != "" {
		t.Errorf("the second page: %s", slugs(second.Past))
	}
	for _, cursor := range []string{"x", first.NextPast + "x", s.Sign("thread cursor", "1")} {
		refused(t, errOf(s.Home(t.Context(), cursor)), models.CodeInvalid, "error.cursor")
	}
}

func TestConsultationForWhom(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c, other := addConsultation(t, s, "shops", nil), addConsultation(t, s, "other", nil)
	moveTo(t, s, c.ID, models.StateDraft)
	org := person(t, s, "org", models.RoleOrganiser)
	elsewhere := person(t, s, "elsewhere", models.RoleParticipant)
	elsewhere.Participant.Grants = []models.Grant{{Role: models.RoleOrganiser, ConsultationID: other.ID}}
	must(s.Consultation(t.Context(), org, "shops"))(t)
	must(s.Consultation(t.Context(), guest("c"), "other"))(t)
	for _, actor := range []models.Actor{{}, guest("c"), elsewhere, person(t, s, "mo", models.RoleModerator), person(t, s, "ad", models.RoleAdmin)} {
		refused(t, errOf(s.Consultation(t.Context(), actor, "shops")), models.CodeNotFound, "error.consultation.unknown")
	}
	for _, slug := range []string{"", "nowhere", "../shops", "SHOPS", "shops\x00", strings.Repeat("a", 81)} {
		refused(t, errOf(s.Consultation(t.Context(), org, slug)), models.CodeNotFound, "error.consultation.unknown")
	}
}

func TestUsualWait(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	c := addConsultation(t, s, "shops", nil)
	wait := func(d time.Duration) {
		item := reply(t, s, "shops", "c", "x", "").Item
		clk.add(d)
		publish(t, s, item)
	}
	for _, hours := range []time.Duration{1, 9, 3, 2} {
		wait(hours * time.Hour)
	}
	if w := must(s.UsualWait(t.Context(), c.ID))(t); w.Known {
		t.Errorf("known from four: %v", w)
	}
	wait(4 * time.Hour)
	if w := must(s.UsualWait(t.Context(), c.ID))(t); w != (Wait{3 * time.Hour, true}) {
		t.Errorf("the median of five is %v", w)
	}
	wait(8 * time.Hour)
	if w := must(s.UsualWait(t.Context(), c.ID))(t); w != (Wait{3*time.Hour + 30*time.Minute, true}) {
		t.Errorf("the median of six is %v", w)
	}
}

func TestSearch(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	addConsultation(t, s, "shops", nil)
	published(t, s, "shops", "c", "Open the old bakery again", "")
	reply(t, s, "shops", "c", "A bakery that waits", "")
	if hits := must(s.Search(t.Context(), " BAKERY "))(t); len(hits) != 1 || hits[0].Slug != "shops" || hits[0].Kind != "reply" {
		t.Errorf("hits: %+v", hits)
	}
	for _, query := range []string{"", "  ", "\u200b", `"`, "*", "NEAR/", "-", "bakery OR (", "a:b"} {
		if _, err := s.Search(t.Context(), query); err != nil {
			t.Errorf("%q: %v", query, err)
		}
	}
	for _, query := range []string{"a\xff", strings.Repeat("ż", 201)} {
		refused(t, errOf(s.Search(t.Context(), query)), models.CodeInvalid, "error.search")
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	s, _ := newLimited(t, models.LimitReports, 2)
	c := addConsultation(t, s, "shops", nil)
	item, waits := published(t, s, "shops", "c", "*rude*", ""), reply(t, s, "shops", "c", "waits", "").Item
	v := must(s.ForReport(t.Context(), item))(t)
	if v.Name != "Ada" || !strings.Contains(v.HTML, "<em>rude</em>") || v.Consultation.ID != c.ID {
		t.Errorf("for reporting: %+v", v)
	}
	reference := must(s.Report(t.Context(), guest("x"), item, " It is rude.\r\n"))(t)
	rows := must(queueOf(s, t))(t)
	i := slices.IndexFunc(rows, func(e models.QueueEntry) bool { return e.Item == item })
	if i < 0 || len(rows[i].Reports) != 1 || rows[i].Reports[0].Reason != "It is rude." || rows[i].Reports[0].Reference != reference {
		t.Errorf("the queue: %+v", rows)
	}
	field(t, errOf(s.Report(t.Context(), guest("x"), item, " ")), "reason", "error.field.body_empty")
	field(t, errOf(s.Report(t.Context(), guest("x"), item, strings.Repeat("x", 1001))), "reason", "error.field.body_long")
	must(s.Report(t.Context(), guest("x"), item, "again"))(t)
	refused(t, errOf(s.Report(t.Context(), guest("x"), item, "again")), models.CodeLimited, "error.limit.reports")
	for _, hidden := range []models.Item{waits, {Kind: models.KindIdea, ID: "none"}, {Kind: "page", ID: item.ID}} {
		refused(t, errOf(s.ForReport(t.Context(), hidden)), models.CodeNotFound, "error.item.unknown")
		refused(t, errOf(s.Report(t.Context(), guest("y"), hidden, "x")), models.CodeNotFound, "error.item.unknown")
	}
}

// TestEveryErrorHasASentence looks for the keys in the sources and in the catalogue.
func TestEveryErrorHasASentence(t *testing.T) {
	t.Parallel()
	sentences := map[string]any{}
	for _, file := range must(filepath.Glob("../../views/i18n/en/*.json"))(t) {
		ok(t, json.Unmarshal(must(os.ReadFile(file))(t), &sentences))
	}
	keys := []string{
		"error.field.name_long", "error.field.name_control", "error.field.title_long", "error.field.title_control",
		"error.limit.texts", "error.limit.links", "error.limit.reports", "error.limit.votes",
	}
	literal := regexp.MustCompile(`"(error\.[a-z_.]*[a-z])"`)
	for _, glob := range []string{"../*.go", "*.go", "../sqlite/*.go"} {
		for _, file := range must(filepath.Glob(glob))(t) {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			for _, m := range literal.FindAllStringSubmatch(string(must(os.ReadFile(file))(t)), -1) {
				keys = append(keys, m[1])
			}
		}
	}
	if len(keys) < 50 {
		t.Fatalf("found %d keys only", len(keys))
	}
	slices.Sort(keys)
	for _, key := range slices.Compact(keys) {
		if sentences[key] == nil {
			t.Errorf("the catalogue has no sentence for %s", key)
		}
	}
}
