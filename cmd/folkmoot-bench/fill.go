package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"sync"
	"time"

	"github.com/google/uuid"

	"folkmoot/models"
	"folkmoot/models/markup"
	"folkmoot/models/service"
	"folkmoot/models/sqlite"
)

// filled is what a store's filling leaves for the rows to use.
type filled struct {
	sessions   []string            // tokens of participants
	ids        []string            // of the participants, in the same order
	moderator  string              // a token
	takenDown  string              // the item that decisions take down and put back
	answered   []string            // ids of replies that can be answered
	slices     map[string][]string // addresses of slices of a thread, by slug
	readRows   map[string]int      // rows that the store reads for one of them
	lastOnPage string              // id of the last reply on the page
	pageOf     map[string]int      // replies of a consultation, by slug
}

// filler fills a store: through its own methods, and what would take too long
// that way afterwards by SQL.
type filler struct {
	filled
	sizes sizes
	ctx   context.Context
	store *sqlite.Store
	svc   *service.Service
	now   time.Time
	after []func(file string) error // on the closed store
	html  map[int]string            // of the texts, made once
}

// fill makes a store at file and lets fn fill it.
func (b *bench) fill(file string, fn func(*filler) error) (filled, error) {
	began := time.Now()
	f := &filler{ctx: b.ctx, sizes: b.sizes, now: models.Millis(began), html: map[int]string{}}
	f.slices, f.readRows, f.pageOf = map[string][]string{}, map[string]int{}, map[string]int{}
	var err error
	if f.store, err = sqlite.Open(b.ctx, file, sqlite.Options{}); err != nil {
		return filled{}, err
	}
	clock := models.SystemClock{}
	f.svc, err = service.New(b.ctx, f.store, clock, models.NewMemoryLimiter(clock), service.Config{CanMail: true, NoLimits: true})
	if err == nil {
		err = fn(f)
	}
	err = errors.Join(err, f.store.Close())
	for _, then := range f.after {
		if err == nil {
			err = then(file)
		}
	}
	if err != nil {
		return filled{}, fmt.Errorf("fill the store: %w", err)
	}
	if info, err := os.Stat(file); err == nil {
		b.logf("  filled in %.1f s, %d MB", time.Since(began).Seconds(), info.Size()>>20)
	}
	return f.filled, nil
}

// signIn makes an account with a role and returns the token of a session.
func (f *filler) signIn(email, name string, role models.Role) (session, id string, err error) {
	_, p, err := f.svc.MakeSignInLink(f.ctx, email, name, role)
	if err != nil {
		return "", "", err
	}
	session = service.NewToken()
	return session, p.ID, f.store.AddSession(f.ctx, models.Session{TokenHash: models.HashToken(session), ParticipantID: p.ID}, nil)
}

// participants makes them, with sessions, and a moderator.
func (f *filler) participants() (err error) {
	if f.moderator, _, err = f.signIn("moderator@example.org", "Robin Vale", models.RoleModerator); err != nil {
		return err
	}
	n := f.sizes.people
	f.sessions, f.ids = make([]string, n), make([]string, n)
	return parallel(n, func(i int) (err error) {
		f.sessions[i], f.ids[i], err = f.signIn(fmt.Sprintf("p%d@example.org", i), fmt.Sprintf("%s %d", nameOf(i), i), models.RoleParticipant)
		return err
	})
}

// parallel does fn for 0 … n-1, many at once so that the store commits them in
// groups, and returns the errors.
func parallel(n int, fn func(int) error) error {
	var group sync.WaitGroup
	errs := make([]error, min(n, 64))
	for lane := range errs {
		group.Go(func() {
			for i := lane; i < n && errs[lane] == nil; i += len(errs) {
				errs[lane] = fn(i)
			}
		})
	}
	group.Wait()
	return errors.Join(errs...)
}

// consultation adds an open one with so many of the organiser's ideas and of
// published replies, and returns it with the ids of the replies.
func (f *filler) consultation(slug string, ideas, replies int) (models.Consultation, []string, error) {
	began := f.now.AddDate(0, 0, -10)
	c := models.Consultation{
		ID: newID(), Slug: slug, State: models.StateOpen, Language: "en", TimeZone: "Europe/London",
		Texts: map[string]models.ConsultationText{"en": {
			Title: "Local supply: " + slug, Question: "What should the board do for small firms?",
			Body: textOf(1), BodyHTML: markup.Public(textOf(1)), WhoDecides: "The board", CanChange: "Everything",
			Contact: "01234 567890", OtherFormats: "Ask us for large print",
		}},
		Settings: models.ConsultationSettings{MinVotes: 5},
		OpensAt:  began, SuggestionsCloseAt: f.now.AddDate(0, 0, 20), ClosesAt: f.now.AddDate(0, 0, 30),
		AnswerBy: f.now.AddDate(0, 0, 60), CreatedAt: began.AddDate(0, 0, -1), Source: "bench", SourceID: slug,
	}
	list, d := f.replies(c, replies)
	if added, err := f.store.AddImport(f.ctx, c, f.ideas(c, ideas), list, d); err != nil || !added {
		return c, nil, fmt.Errorf("add %s (%t): %w", slug, added, err)
	}
	f.pageOf[slug] = replies
	ids := make([]string, len(list))
	for i, r := range list {
		ids[i] = r.ID
	}
	return c, ids, nil
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// ideas returns n of the organiser's ideas.
func (f *filler) ideas(c models.Consultation, n int) []models.Idea {
	list := make([]models.Idea, n)
	for i := range list {
		x := &list[i]
		x.ID, x.ConsultationID, x.Rev, x.Salt, x.Language = newID(), c.ID, 1, newID(), "en"
		x.StaffRole, x.Channel, x.Source, x.SourceID = models.RoleOrganiser, models.ChannelOnline, c.Source, fmt.Sprintf("%s-%d", c.Slug, i)
		x.Title, x.Body, x.BodyHTML = sentenceOf(10_000+i), textOf(i%500), f.rendered(i%500)
		x.Organiser, x.CreatedAt, x.PublishedAt = true, c.CreatedAt, c.CreatedAt
		x.Texts = map[string]models.IdeaText{"en": {Title: x.Title, Body: x.Body, BodyHTML: x.BodyHTML}}
	}
	return list
}

// rendered returns the HTML of textOf(seed).
func (f *filler) rendered(seed int) string {
	if f.html[seed] == "" {
		f.html[seed] = markup.Public(textOf(seed))
	}
	return f.html[seed]
}

// replies returns n replies, every tenth at the root and the others each answering
// the one before, and the decision that publishes them. The texts repeat after 500.
func (f *filler) replies(c models.Consultation, n int) ([]models.Reply, models.Decision) {
	d := models.Decision{ConsultationID: c.ID, Action: models.ActionImport, ReasonSalt: newID()}
	list := make([]models.Reply, n)
	for i := range list {
		r := &list[i]
		r.ID, r.ConsultationID, r.Rev, r.Salt, r.Language = newID(), c.ID, 1, newID(), "en"
		r.AuthorName, r.Channel, r.Status = nameOf(i%61), models.ChannelOnline, models.StatusPublished
		r.Body, r.BodyHTML = textOf(i%500), f.rendered(i%500)
		r.CreatedAt = c.OpensAt.Add(time.Duration(i) * 8 * time.Second)
		r.PublishedAt = r.CreatedAt
		if i%10 != 0 {
			r.ParentID = list[i-1].ID
		}
		d.Items = append(d.Items, models.DecisionItem{
			Item: r.Item(), Rev: 1, From: models.StatusPending, To: models.StatusPublished,
			Digest: models.TextDigest(r.Salt, "", r.Body),
		})
	}
	return list, d
}

// slicesOf notes the addresses of n different slices of a thread, the first at
// reply from and the others one reply apart, and how many rows the store reads for one.
func (f *filler) slicesOf(c models.Consultation, ids []string, from, n int) error {
	for i := range n {
		place, err := f.svc.Permalink(f.ctx, ids[from+i])
		if err != nil {
			return err
		}
		f.slices[c.Slug] = append(f.slices[c.Slug], "/consultations/"+c.Slug+"?after="+url.QueryEscape(place.After))
	}
	r, err := f.store.Reply(f.ctx, ids[from])
	if err != nil {
		return err
	}
	t, err := f.store.Thread(f.ctx, models.ThreadQuery{ConsultationID: c.ID, After: r.Path, Limit: 100})
	f.readRows[c.Slug] = t.Read
	return err
}

// someVotes lets everybody vote on three of the first thirty ideas.
func (f *filler) someVotes(c models.Consultation) error {
	return parallel(3*len(f.ids), func(i int) error {
		p, err := f.store.Participant(f.ctx, f.ids[i/3])
		if err != nil {
			return err
		}
		_, err = f.svc.CastVote(f.ctx, models.Actor{Participant: &p}, c.Slug, 1+(i*7)%30, choices[i%3])
		return err
	})
}
