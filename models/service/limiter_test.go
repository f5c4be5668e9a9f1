package service

import (
	"fmt"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/storetest"
)

func TestLimiter(t *testing.T) {
	storetest.RunLimiter(t, func(_ *testing.T, clock models.Clock) []models.Limiter {
		return []models.Limiter{NewLimiter(clock)}
	})
}

func TestLimiterIsBounded(t *testing.T) {
	c := &clock{now: start}
	l := NewLimiter(c)
	l.limit = 100
	fill := func(prefix string) {
		for n := range 250 {
			if ok, _, _ := l.Allow(t.Context(), fmt.Sprint(prefix, n), 1, time.Minute); !ok {
				t.Fatalf("key %d was refused", n)
			}
			if len(l.keys) > 100 {
				t.Fatalf("it holds %d keys", len(l.keys))
			}
		}
	}
	fill("first ")
	c.add(time.Minute)
	fill("second ")
}

func TestAllow(t *testing.T) {
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
