package service

import (
	"slices"
	"testing"

	"folkmoot/models"
)

// TestSettings: only an admin sees and changes the settings, each change leaves an entry with
// what changed and why, and nodes go by them soon.
func TestSettings(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	elsewhere := must(New(ctx, r.store, r.clock, models.NewMemoryLimiter(r.clock), Config{}))(t)
	for _, who := range []models.Actor{guest("g"), r.mod, r.organiser, r.board} {
		want := models.CodeForbidden
		if who.Participant == nil {
			want = models.CodeUnauthenticated
		}
		_, err := r.Settings(ctx, who)
		refused(t, err, want, "")
		_, err = r.EditSettings(ctx, who, models.DefaultSiteSettings(), "")
		refused(t, err, want, "")
	}
	v := must(r.Settings(ctx, r.admin))(t)
	if v != models.DefaultSiteSettings() {
		t.Errorf("at first %+v", v)
	}
	ok(t, elsewhere.allow(ctx, models.LimitTexts, "net")) // it has read the settings
	_, at := r.logged(t, 0)
	for _, n := range []int{0, -1, models.MaxLimit + 1} {
		wrong := v
		wrong.Limits.Reports = n
		field(t, errOf(r.EditSettings(ctx, r.admin, wrong, "")), "reports", "error.settings.limit")
	}
	must(r.EditSettings(ctx, r.admin, v, "Nothing."))(t)
	if lines, _ := r.logged(t, at); len(lines) > 0 {
		t.Errorf("what changed nothing is logged: %v", lines)
	}
	next := v
	next.Limits.Texts, next.Limits.Votes = 1, 700
	next = must(r.EditSettings(ctx, r.admin, next, "A burst of spam."))(t)
	if next.Version != v.Version+1 || next.Limits.Texts != 1 {
		t.Errorf("changed to %+v", next)
	}
	want := []string{`settings_changed by admin on site texts="60 → 1" votes="600 → 700" reason="A burst of spam."`}
	if lines, _ := r.logged(t, at); !slices.Equal(lines, want) {
		t.Errorf("logged %v, want %v", lines, want)
	}
	conflict(t, errOf(r.EditSettings(ctx, r.admin, v, "")), "error.settings.changed")
	ok(t, r.allow(ctx, models.LimitTexts, "net"))
	refused(t, r.allow(ctx, models.LimitTexts, "net"), models.CodeLimited, "error.limit.texts")
	r.clock.add(settingsAge)
	refused(t, elsewhere.allow(ctx, models.LimitTexts, "net"), models.CodeLimited, "error.limit.texts")
}
