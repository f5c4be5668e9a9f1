package service

import (
	"errors"
	"path/filepath"
	"testing"

	"folkmoot/models"
	"folkmoot/models/sqlite"
	"folkmoot/models/storetest"
)

// TestUnknownZoneStopsTheStart opens stores with a consultation in a zone that cannot be
// used, as a newer program or a forged backup may have left it.
func TestUnknownZoneStopsTheStart(t *testing.T) {
	for zone, want := range map[string]bool{"Europe/London": true, "Mars/Base": false, "Local": false, "": false} {
		clock := &clock{now: start}
		store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), sqlite.Options{Clock: clock})
		ok(t, err)
		for _, slug := range []string{"first", "second"} {
			c := models.Consultation{ID: slug, Slug: slug, State: models.StateDraft, Language: "en", TimeZone: "UTC", Settings: models.DefaultSettings()}
			if slug == "second" {
				c.TimeZone = zone
			}
			ok(t, store.AddConsultation(t.Context(), c, nil, storetest.Entry(models.AuditConsultationAdded)))
		}
		_, err = New(t.Context(), store, clock, store.Limiter(clock), Config{})
		e, _ := errors.AsType[*models.Error](err)
		if want != (err == nil) || !want && (e == nil || e.Key != "error.store.zone" || e.Args["slug"] != "second" || e.Args["zone"] != zone) {
			t.Errorf("%q: %v", zone, err)
		}
		ok(t, store.Close())
	}
}
