package service

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/sqlite"
	"folkmoot/models/sqlite/sqlitetest"
	"folkmoot/models/storetest"
)

// clock is a models.Clock that stands still until a test moves it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func (c *clock) set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

// start is when the clock of each test stands: some minutes into an hour.
var start = time.Date(2027, 3, 1, 9, 10, 0, 0, time.UTC)

const testDay = 24 * time.Hour

// newService makes a service that can mail on an SQLite store of its own.
func newService(t testing.TB) (*Service, *clock) {
	t.Helper()
	return newServiceWith(t, Config{BaseURL: "https://moot.example", CanMail: true})
}

func newServiceWith(t testing.TB, cfg Config) (*Service, *clock) {
	t.Helper()
	c := &clock{now: start}
	store := sqlitetest.Open(t, filepath.Join(t.TempDir(), "test.db"), sqlite.Options{Clock: c})
	s, err := New(t.Context(), store, c, models.NewMemoryLimiter(c), cfg)
	if err != nil {
		t.Fatalf("make the service: %v", err)
	}
	return s, c
}

// newLimited returns a service with one low limit.
func newLimited(t testing.TB, kind models.LimitKind, n int) (*Service, *clock) {
	t.Helper()
	s, c := newService(t)
	v := models.DefaultSiteSettings()
	*v.Limits.Of(kind) = n
	must(s.store.PutSiteSettings(t.Context(), v, storetest.Entry(models.AuditSettingsChanged)))(t)
	return s, c
}

// must hands on the value of a call that has to succeed: must(f())(t).
func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatalf("unexpected error: %v", err)
		}
		return v
	}
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

// refused expects a models.Error of the code and the key ("": any).
func refused(t testing.TB, err error, code models.Code, key string) *models.Error {
	t.Helper()
	e, is := errors.AsType[*models.Error](err)
	if !is {
		t.Fatalf("got error %v, want %s %s", err, code, key)
	}
	if e.Code != code || key != "" && e.Key != key {
		t.Fatalf("got %v, want %s %s", err, code, key)
	}
	return e
}

// field expects CodeInvalid with the key on that field.
func field(t testing.TB, err error, name, key string) {
	t.Helper()
	for _, f := range refused(t, err, models.CodeInvalid, "error.fields").Fields {
		if f.Field == name && f.Key == key {
			return
		}
	}
	t.Fatalf("got %v, want %s on field %s", err, key, name)
}

// newConsultation makes one that opens now, takes ideas for 14 days and votes for 21.
func newConsultation(s *Service, slug string) models.Consultation {
	now := s.Now()
	return models.Consultation{
		ID: newID(), Slug: slug, State: models.StateDraft, Language: "en",
		Texts: map[string]models.ConsultationText{"en": {
			Title: "About " + slug, Question: "What next?", Body: "Tell *us*.", BodyHTML: "<p>Tell <em>us</em>.</p>",
			WhoDecides: "The board", CanChange: "Everything", Contact: "desk@example.org", OtherFormats: "On request",
		}},
		Settings: models.DefaultSettings(), TimeZone: "Europe/London", OpensAt: now,
		SuggestionsCloseAt: now.Add(14 * testDay), ClosesAt: now.Add(21 * testDay), AnswerBy: now.Add(60 * testDay),
	}
}

// addConsultation adds c, as changed, with the organiser's ideas, and opens it.
func addConsultation(t testing.TB, s *Service, slug string, change func(*models.Consultation), titles ...string) models.Consultation {
	t.Helper()
	c := newConsultation(s, slug)
	if change != nil {
		change(&c)
	}
	var ideas []models.Idea
	for _, title := range titles {
		ideas = append(ideas, models.Idea{
			Contribution: models.Contribution{
				ID: newID(), ConsultationID: c.ID, AuthorName: "The organiser", Channel: models.ChannelOnline,
				Language: "en", Rev: 1, Salt: NewToken(), Reference: NewReference(),
			},
			Title: title, Body: "Why", BodyHTML: "<p>Why</p>", Organiser: true,
		})
	}
	ok(t, s.store.AddConsultation(t.Context(), c, ideas, storetest.Entry(models.AuditConsultationAdded)))
	return moveTo(t, s, c.ID, models.StateOpen)
}

// moveTo puts a consultation into a state, whatever the rules say of it.
func moveTo(t testing.TB, s *Service, id string, state models.State) models.Consultation {
	t.Helper()
	c := reload(t, s, id)
	c.State, c.StateReason = state, "The hall is flooded."
	return must(s.store.MoveConsultation(t.Context(), c, storetest.Entry(models.AuditConsultationOpened)))(t)
}

func reload(t testing.TB, s *Service, id string) models.Consultation {
	t.Helper()
	return must(s.store.Consultation(t.Context(), id))(t)
}

// person returns an actor who is signed in, with a role everywhere.
func person(t testing.TB, s *Service, name string, role models.Role) models.Actor {
	t.Helper()
	p := models.Participant{
		ID: newID(), Name: name, Address: name + "@example.org", AddressKey: AddressKey(name + "@example.org"),
		CreatedAt: s.Now(),
	}
	if role != models.RoleParticipant {
		p.Grants = []models.Grant{{Role: role}}
	}
	p = must(s.store.EnsureParticipant(t.Context(), p, storetest.Entry(models.AuditRoleGranted)))(t)
	return models.Actor{Participant: &p, Network: "network of " + name, Language: "en"}
}

// guest returns an actor who is not signed in, with a cookie.
func guest(cookie string) models.Actor {
	return models.Actor{Guest: cookie, Network: "network of " + cookie, Language: "en"}
}

// decide writes a moderator's decision on one item to the store.
func decide(t testing.TB, s *Service, item models.Item, action models.Action) {
	t.Helper()
	x := must(s.load(t.Context(), item))(t)
	to := must(action.Next(x.Contribution))(t)
	title, body, _ := x.Words()
	must(s.store.Decide(t.Context(), models.Decision{
		ConsultationID: x.ConsultationID, Action: action, Reason: "It names a neighbour.", ReasonSalt: NewToken(), ActorID: "moderator",
		Items: []models.DecisionItem{{
			Item: item, Rev: x.Rev, From: x.Status, To: to, Digest: models.TextDigest(x.Salt, title, body),
		}},
	}, nil))(t)
}

func publish(t testing.TB, s *Service, item models.Item) {
	t.Helper()
	decide(t, s, item, models.ActionPublish)
}

// reply posts a reply of a guest.
func reply(t testing.TB, s *Service, slug, cookie, body, parent string) Sent {
	t.Helper()
	return must(s.PostReply(t.Context(), guest(cookie), ReplyInput{
		Slug: slug, Name: "Ada", Body: body, ParentID: parent,
	}))(t)
}

// published posts a reply of a guest and publishes it.
func published(t testing.TB, s *Service, slug, cookie, body, parent string) models.Item {
	t.Helper()
	item := reply(t, s, slug, cookie, body, parent).Item
	publish(t, s, item)
	return item
}

// waitingJobs lists the jobs that are not done, oldest first.
func waitingJobs(t testing.TB, s *Service) (all []models.Job) {
	t.Helper()
	for after := ""; ; {
		page, next, err := s.store.WaitingJobs(context.WithoutCancel(t.Context()), after, 100)
		ok(t, err)
		all = append(all, page...)
		if next == "" {
			return all
		}
		after = next
	}
}

// jobsOf lists the waiting jobs of a kind.
func jobsOf(t testing.TB, s *Service, kind models.JobKind) (list []models.Job) {
	t.Helper()
	for _, j := range waitingJobs(t, s) {
		if j.Kind == kind {
			list = append(list, j)
		}
	}
	return list
}
