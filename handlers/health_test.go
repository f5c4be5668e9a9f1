package handlers

import (
	"strings"
	"testing"
)

// TestHealth tells a process that answers from a program that can work.
func TestHealth(t *testing.T) {
	a := newApp(t)
	a.browser().get("/healthz").want(t, "alive", 200, "ok")
	a.browser().get("/readyz").want(t, "ready", 200, "ready")
	must(t, a.store.Close())
	a.browser().get("/healthz").want(t, "alive without a store", 200, "ok")
	r := a.browser().get("/readyz").want(t, "ready without a store", 503)
	if strings.Contains(r.body, "sql") || strings.Contains(r.body, "goroutine") {
		t.Errorf("the answer tells how we are built: %s", excerpt(r.body))
	}
	if !strings.Contains(a.log.String(), "not ready") {
		t.Error("the log does not say why")
	}
}
