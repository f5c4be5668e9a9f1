package service

import (
	"fmt"
	"testing"
	"time"

	"folkmoot/models"
)

func TestLimiter(t *testing.T) {
	c := &clock{now: start}
	l := NewLimiter(c)
	var _ models.Limiter = l
	allow := func(key string) (bool, time.Duration) {
		t.Helper()
		ok, wait, err := l.Allow(t.Context(), key, 2, time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		return ok, wait
	}
	for n := range 2 {
		if ok, _ := allow("a"); !ok {
			t.Fatalf("event %d was refused", n+1)
		}
	}
	c.add(20 * time.Second)
	if ok, wait := allow("a"); ok || wait != 40*time.Second {
		t.Errorf("the third gave %v and a wait of %v", ok, wait)
	}
	if ok, _ := allow("b"); !ok {
		t.Error("another key was refused")
	}
	c.add(40 * time.Second)
	if ok, _ := allow("a"); !ok {
		t.Error("the next window was refused")
	}
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
