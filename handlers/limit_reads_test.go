package handlers

import (
	"context"
	"strings"
	"testing"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/models/storetest"
)

// limited puts limits on what the app's visitors may do.
func (a *app) limited(change func(l *models.Limits)) {
	a.t.Helper()
	v, err := a.store.SiteSettings(context.Background())
	must(a.t, err)
	change(&v.Limits)
	_, err = a.store.PutSiteSettings(context.Background(), v, storetest.Entry(models.AuditSettingsChanged))
	must(a.t, err)
	svc, err := service.New(context.Background(), a.out, a.clock, models.NewMemoryLimiter(a.clock), service.Config{BaseURL: testBase, CanMail: true})
	must(a.t, err)
	a.svc, a.srv.svc, a.srv.Service = svc, svc, svc
}

// TestExpensiveReadsAreLimited reads all that costs much from one network, and then a page,
// which does not.
func TestExpensiveReadsAreLimited(t *testing.T) {
	a := newApp(t)
	paths := []string{
		"/search?q=firms", "/consultations/local-supply/replies.json", "/consultations/local-supply/replies.csv",
		"/consultations/local-supply/results.json", "/consultations/local-supply/results.csv", "/consultations/local-supply/sealed.json",
	}
	for _, path := range paths {
		a.limited(func(l *models.Limits) { l.Reads = 3 })
		b := a.browser()
		for range 3 {
			if r := b.get(path); r.status == 429 {
				t.Fatalf("%s is refused at once", path)
			}
		}
		r := b.get(path).want(t, path, 429)
		if seconds(r) < 1 || !strings.Contains(r.body, "downloads") {
			t.Errorf("%s: Retry-After %q, %s", path, r.header.Get("Retry-After"), excerpt(r.body))
		}
		for _, page := range []string{"/", "/consultations/local-supply", "/consultations/local-supply/ideas/1"} {
			b.get(page).want(t, page, 200)
		}
		a.clock.Add(models.LimitWindow)
		if r := b.get(path); r.status == 429 {
			t.Errorf("%s is refused for longer than it says", path)
		}
	}
}
