package main

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"folkmoot/handlers"
	"folkmoot/models"
	"folkmoot/models/mongo"
	"folkmoot/models/mongo/mongotest"
	"folkmoot/models/service"
	"folkmoot/models/sqlite"
	"folkmoot/models/storetest"
	"folkmoot/models/transfer"
)

// TestCopyAcross copies the demonstration, with something of each kind that it has not,
// from a file to MongoDB and back. The three hold the same, verify is content with each,
// and their pages are the same, those of staff too. The log alone grows: each copy adds an
// entry to its source before it begins.
func TestCopyAcross(t *testing.T) {
	s := newSite(t)
	s.stages()
	s.addsMore()
	pages := s.sessions()
	there, err := mongo.Open(t.Context(), mongotest.Database(t), mongo.Options{Clock: s.clock})
	check(t, err)
	back, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "back.db"), sqlite.Options{Clock: s.clock})
	check(t, err)
	t.Cleanup(func() { check(t, there.Close()); check(t, back.Close()) })
	first, second := s.copies(s.store, there), s.copies(there, back)
	for n, k := range first.Kinds {
		grows := int64(0)
		switch k.Kind {
		case models.CopySite: // which has the head of the log
			continue
		case models.CopyAudit:
			grows = 1
		}
		if to := second.Kinds[n].To; to.Count != k.From.Count+grows || k.From != to && grows == 0 || k.From.Count == 0 {
			t.Errorf("%s: %+v there, %+v and back", k.Kind, k.From, second.Kinds[n].To)
		}
	}
	want := s.pagesOf(s.store, pages)
	for what, store := range map[string]models.Store{"on MongoDB": there, "and back": back} {
		for path, got := range s.pagesOf(store, pages) {
			if page := want[path]; got != page || len(page) < 1000 {
				t.Errorf("%s, %s: %d bytes, want %d: %s", what, path, len(got), len(page), whereFrom(got, page))
			}
		}
	}
}

// addsMore adds of each kind of record what the demonstration has not.
func (s *site) addsMore() {
	s.t.Helper()
	ctx := s.t.Context()
	open, err := s.store.ConsultationBySlug(ctx, demoOpen)
	check(s.t, err)
	shops, err := s.store.ConsultationBySlug(ctx, demoSealed)
	check(s.t, err)
	check(s.t, s.store.AddAuditEntry(ctx, storetest.Entry(models.AuditFullFileDownloaded).With("version", "1").Because(shops.Slug)))
	thread, err := s.store.Thread(ctx, models.ThreadQuery{ConsultationID: open.ID, Limit: 1})
	check(s.t, err)
	check(s.t, s.store.AddReport(ctx, models.Report{ID: "report", Item: thread.Replies[0].Item(), Reason: "It names me."}, nil))
	waits, err := s.store.AddReply(ctx, models.Reply{
		Contribution: models.Contribution{ID: "waits", ConsultationID: open.ID, AuthorName: "Zoë", Guest: "guest", Rev: 1, Salt: "salt", TokenHash: "waits"},
		Body:         "Frist", BodyHTML: "<p>Frist</p>",
	}, []models.Job{{ID: "job", Kind: models.JobReceived, Recipient: "zoe@example.org", Unconfirmed: true, Args: map[string]string{
		"token": "t", "reference": "K7QF-2M9P", "slug": open.Slug, "title": "Text",
	}}})
	check(s.t, err)
	waits.Body, waits.BodyHTML = "First", "<p>First</p>"
	_, err = s.store.EditReply(ctx, waits)
	check(s.t, err)
	open.AnswerBy = open.AnswerBy.AddDate(0, 0, 1)
	_, err = s.store.EditConsultation(ctx, open, []models.ConsultationRevision{{
		ID: "revision", ConsultationID: open.ID, Language: "en", Reason: "More time",
		Changes: []models.SettingChange{{Name: "answer_by", Before: "3 March", After: "4 March"}},
	}}, storetest.Entry(models.AuditConsultationEdited))
	check(s.t, err)
}

// copies copies one store into another, which must come out the same and consistent.
func (s *site) copies(from, to models.Store) transfer.CopyReport {
	s.t.Helper()
	report, err := transfer.Copy(s.t.Context(), from, to, s.clock.Now(), func(transfer.CopyProgress) {})
	check(s.t, err)
	for _, k := range report.Kinds {
		if k.Differs != "" {
			s.t.Errorf("%s differ at %s: %+v, %+v", k.Kind, k.Differs, k.From, k.To)
		}
	}
	svc, err := service.New(s.t.Context(), to, s.clock, models.NewMemoryLimiter(s.clock), service.Config{})
	check(s.t, err)
	_, diffs, err := svc.VerifyStore(s.t.Context())
	check(s.t, err)
	if len(diffs) > 0 {
		s.t.Errorf("verify: %+v", diffs)
	}
	return report
}

// sessions returns pages to ask for (but for searches: no store promises in which order equal
// hits come), each with the session of who may read it.
func (s *site) sessions() map[string]string {
	s.t.Helper()
	tokens := map[models.Role]string{}
	for _, who := range demoStaff {
		_, p, err := s.svc.MakeSignInLink(s.t.Context(), who.address, who.name, who.role)
		check(s.t, err)
		tokens[who.role], err = storetest.OpenSession(s.t.Context(), s.store, p.ID)
		check(s.t, err)
	}
	pages := map[string]string{}
	for path, role := range map[string]models.Role{
		"/": "", "/consultations/" + demoOpen + "?ideas=number": "",
		"/consultations/" + demoOpen + "?sort=newest": "", "/consultations/" + demoOpen + "/ideas/1": "",
		"/consultations/" + demoOpen + "/changes": "", "/consultations/" + demoOpen + "/replies.csv": "",
		"/consultations/" + demoSealed: "", "/consultations/" + demoSealed + "/results": "",
		"/consultations/" + demoSealed + "/results.json": "", "/consultations/" + demoSealed + "/sealed.json": "",
		"/moderation": models.RoleModerator, "/moderation/decisions/" + demoSealed: models.RoleModerator,
		"/organise/" + demoOpen: models.RoleOrganiser, "/organise/" + demoSealed + "/full.json": models.RoleOrganiser,
		"/board/" + demoSealed: models.RoleBoard, "/admin": models.RoleAdmin, "/admin/mail": models.RoleAdmin,
	} {
		pages[path] = tokens[role]
	}
	return pages
}

// pagesOf serves a store and returns its pages, without the address of the server.
func (s *site) pagesOf(store models.Store, pages map[string]string) map[string]string {
	s.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(s.t, err)
	base := "http://" + listener.Addr().String()
	svc, err := service.New(s.t.Context(), store, s.clock, models.NewMemoryLimiter(s.clock), service.Config{BaseURL: base, CanMail: true, NoLimits: true})
	check(s.t, err)
	srv, err := handlers.New(handlers.Options{Service: svc, Log: slog.New(slog.NewTextHandler(testLog{s.t}, nil)), BaseURL: base, Site: "Folkmoot", CanMail: true, Mail: s.post})
	check(s.t, err)
	served := make(chan error, 1)
	go func() { served <- srv.Serve(listener) }()
	got := map[string]string{}
	for path, session := range pages {
		got[path] = strings.ReplaceAll(asks(s.t, base+path, session), base, "")
	}
	check(s.t, srv.Shutdown(s.t.Context()))
	check(s.t, <-served)
	return got
}

// asks gets a page with a session, if there is one.
func asks(t *testing.T, url, session string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	check(t, err)
	if session != "" {
		req.AddCookie(&http.Cookie{Name: "folkmoot_session", Value: session})
	}
	resp, err := http.DefaultClient.Do(req)
	check(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	check(t, err)
	if resp.StatusCode != http.StatusOK {
		t.Errorf("%s: %s", url, resp.Status)
	}
	return string(body)
}

// whereFrom shows where two texts part.
func whereFrom(got, want string) string {
	n := 0
	for n < min(len(got), len(want)) && got[n] == want[n] {
		n++
	}
	from := max(0, n-60)
	return fmt.Sprintf("%q, want %q", got[from:min(len(got), n+100)], want[from:min(len(want), n+100)])
}
