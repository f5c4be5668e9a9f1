package service

import (
	"testing"
	"time"

	"folkmoot/models"
)

func TestAllow(t *testing.T) {
	t.Parallel()
	s, c := newLimited(t, models.LimitTexts, 2)
	for range 2 {
		ok(t, s.allow(t.Context(), models.LimitTexts, "net"))
	}
	c.add(8*time.Minute + 30*time.Second)
	e := refused(t, s.allow(t.Context(), models.LimitTexts, "net"), models.CodeLimited, "error.limit.texts")
	if e.Args["count"] != 2 || e.Args["wait"] != 90*time.Second {
		t.Errorf("it says to wait %v minutes, %v", e.Args["count"], e.Args["wait"])
	}
	ok(t, s.allow(t.Context(), models.LimitLinks, "net"))
	ok(t, s.allow(t.Context(), models.LimitTexts, ""))
	s.cfg.NoLimits = true
	ok(t, s.allow(t.Context(), models.LimitTexts, "net"))
}
