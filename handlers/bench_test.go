package handlers

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/valyala/fasthttp"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/models/storetest"
)

const bigPage = "/consultations/big?limit=1000"

// big adds a consultation with 1,000 replies and thirty ideas, and gives one of the
// replies.
func (a *app) big() models.Reply {
	a.t.Helper()
	c := a.con
	c.ID, c.Slug, c.Source, c.SourceID = uuid.NewString(), "big", "bench", "1"
	d := models.Decision{Action: models.ActionImport, ActorID: "importer"}
	var replies []models.Reply
	for n := range 1000 {
		r := models.Reply{Contribution: models.Contribution{ID: uuid.NewString(), Rev: 1, AuthorName: fmt.Sprint("Ada ", n%16), Language: "en", CreatedAt: start}}
		r.Body = fmt.Sprint(n, strings.Repeat(" a market hall that opens on Sundays", 3+n%11))
		r.BodyHTML = "<p>" + r.Body + "</p>"
		if n%10 != 0 {
			r.ParentID = replies[n-1].ID
		}
		replies = append(replies, r)
		d.Items = append(d.Items, models.DecisionItem{Item: r.Item(), Rev: 1, From: models.StatusPending, To: models.StatusPublished})
	}
	ideas := make([]models.Idea, 30)
	for n := range ideas {
		ideas[n].ID, ideas[n].Title, ideas[n].CreatedAt = uuid.NewString(), fmt.Sprint("An idea of some length, number ", n), start
	}
	_, err := a.store.AddImport(context.Background(), c, ideas, replies, d)
	must(a.t, err)
	c, err = a.store.ConsultationBySlug(context.Background(), "big")
	must(a.t, err)
	c.State = models.StateOpen
	_, err = a.store.MoveConsultation(context.Background(), c, storetest.Entry(models.AuditConsultationOpened))
	must(a.t, err)
	return replies[500]
}

// ask returns what asks the server for the big page, with no network between.
func (a *app) ask(b testing.TB, cookie, etag string) func() *fasthttp.RequestCtx {
	h := a.srv.app.Server().Handler
	var c fasthttp.RequestCtx
	return func() *fasthttp.RequestCtx {
		c.Init(&fasthttp.Request{}, nil, nil) // for its time
		c.Response.Reset()
		c.Request.Header.SetMethod("GET")
		c.Request.SetRequestURI(bigPage)
		c.Request.Header.Set("Accept-Encoding", "gzip, br")
		if cookie != "" {
			c.Request.Header.SetCookie(a.srv.wireName(sessionCookie), cookie)
		}
		if etag != "" {
			c.Request.Header.Set("If-None-Match", etag)
		}
		h(&c)
		if s := c.Response.StatusCode(); s != 200 && s != 304 {
			b.Fatalf("status %d", s)
		}
		return &c
	}
}

func BenchmarkPage(b *testing.B) {
	a := newApp(b)
	a.srv.AccessLog = false
	shown := a.big()
	etag := a.browser().get(bigPage).header.Get("ETag")
	member := a.signedIn("member@example.org", models.RoleParticipant)
	for name, ask := range map[string]func() *fasthttp.RequestCtx{
		"stranger": a.ask(b, "", ""), "304": a.ask(b, "", etag), "signed in": a.ask(b, member.cookies[sessionCookie], ""),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ask()
			}
		})
	}
	mod, ask := a.staff(models.RoleModerator), a.ask(b, "", "")
	action := map[bool]models.Action{false: models.ActionRemove, true: models.ActionRestore}
	b.Run("after a write", func(b *testing.B) {
		b.ReportAllocs()
		for n := 0; b.Loop(); n++ {
			b.StopTimer()
			_, err := a.svc.Decide(context.Background(), mod, service.DecideInput{
				Items: []service.ItemRev{{Item: shown.Item(), Rev: 1}}, Action: action[n%2 == 1], Reason: "off the subject",
			})
			must(b, err)
			b.StartTimer()
			ask()
		}
	})
}
