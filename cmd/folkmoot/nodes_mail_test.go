//go:build unix

package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/mail"
	"folkmoot/models/mongo/mongotest"
	"folkmoot/models/service"
)

// TestMailOfTwoNodes lets both send through one mail server: each message once, under a
// Message-ID that does not tell which node sent it.
func TestMailOfTwoNodes(t *testing.T) {
	post, cfg := startMailServer(t), quiet(t, mongotest.Database(t))
	cfg.BaseURL = "https://moot.example.org"
	other := cfg
	for _, c := range []*config{&cfg, &other} {
		var err error
		c.Sender, err = mail.NewSMTP(post.url(), cfg.BaseURL)
		check(t, err)
	}
	up := nodes(t, cfg, other)
	addConsultation(t, up[0], "bins", time.Hour)
	const letters = 12
	for n := range letters {
		_, err := up[n%2].Service.PostReply(t.Context(), models.Actor{Guest: fmt.Sprint("guest ", n), Language: "en"}, service.ReplyInput{
			Slug: "bins", Name: "Rosa", Email: fmt.Sprintf("rosa%d@example.org", n), Body: "Twice a week, please.",
		})
		check(t, err)
	}
	for waiting := 1; waiting > 0; {
		list, _, err := up[1].Store.WaitingJobs(t.Context(), "", 100)
		check(t, err)
		waiting = len(list)
	}
	ids := map[string]int{}
	for _, l := range post.messages() {
		if ids[l.id]++; ids[l.id] > 1 || !strings.HasSuffix(l.id, "@moot.example.org>") {
			t.Errorf("%s came %d times", l.id, ids[l.id])
		}
	}
	if len(ids) != letters {
		t.Errorf("%d letters came, want %d", len(ids), letters)
	}
}
