package service

import (
	"testing"
	"time"

	"folkmoot/models"
)

func TestAllow(t *testing.T) {
	t.Parallel()
	s, c := newServiceWith(t, Config{Limits: Limits{Texts: 2}})
	for range 2 {
		ok(t, s.allow(t.Context(), "texts", "net", s.cfg.Limits.Texts))
	}
	c.add(8*time.Minute + 30*time.Second)
	e := refused(t, s.allow(t.Context(), "texts", "net", s.cfg.Limits.Texts), models.CodeLimited, "error.limit.texts")
	if e.Args["count"] != 2 || e.Args["wait"] != 90*time.Second {
		t.Errorf("it says to wait %v minutes, %v", e.Args["count"], e.Args["wait"])
	}
	ok(t, s.allow(t.Context(), "links", "net", 1))
	ok(t, s.allow(t.Context(), "texts", "", 0))
	s.cfg.Limits.Off = true
	ok(t, s.allow(t.Context(), "texts", "net", 0))
}
