package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"time"

	"folkmoot/models"
)

var siteCases = []testCase{
	{"a fresh store is empty, ready and no demonstration", siteFresh},
	{"a participant or a consultation ends its emptiness", siteNotEmpty},
	{"only an empty store becomes the demonstration's", siteDemo},
	{"the secret stays and is its own", siteSecret},
	{"its time is the clock's in UTC and whole milliseconds", siteTime},
	{"lists of nothing are empty without an error", siteEmptyLists},
	{"maps and streams of nothing are empty without an error", siteEmptyStreams},
	{"a context that has ended writes nothing", siteCancelled},
	{"settings are the defaults until they are changed, from the version that stands", siteSettings},
	{"a closed store is not ready and takes no write", siteClosed},
}

func siteFresh(e *env) {
	e.ok(e.store.Ready(e.ctx))
	e.equal("Empty", must(e.store.Empty(e.ctx))(e), true)
	e.equal("Demo", must(e.store.Demo(e.ctx))(e), false)
}

func siteNotEmpty(e *env) {
	e.person("Ada")
	e.equal("Empty with a participant", must(e.store.Empty(e.ctx))(e), false)
	e.store = e.again()
	e.draft()
	e.equal("Empty with a consultation", must(e.store.Empty(e.ctx))(e), false)
}

func siteDemo(e *env) {
	e.ok(e.store.MarkDemo(e.ctx))
	e.equal("Demo", must(e.store.Demo(e.ctx))(e), true)
	e.equal("Empty", must(e.store.Empty(e.ctx))(e), true)
	e.store = e.again()
	e.draft()
	e.refused("MarkDemo", e.store.MarkDemo(e.ctx), models.CodeConflict, "")
	e.equal("Demo", must(e.store.Demo(e.ctx))(e), false)
}

func siteSecret(e *env) {
	first := must(e.store.Secret(e.ctx))(e)
	e.equal("length", len(first), 32)
	e.equal("the second reading", must(e.store.Secret(e.ctx))(e), first)
	if bytes.Equal(first, must(e.again().Secret(e.ctx))(e)) {
		e.Errorf("two stores share one secret")
	}
}

func siteTime(e *env) {
	e.clock.Set(start.Add(123_456 * time.Nanosecond).In(time.FixedZone("east", 5*3600)))
	e.equal("Now", must(e.store.Now(e.ctx))(e), start)
	e.clock.Add(time.Hour)
	e.equal("Now an hour on", must(e.store.Now(e.ctx))(e), start.Add(time.Hour))
	c := e.open("Rent by the day")
	e.equal("CreatedAt", c.CreatedAt, e.now())
	r := e.pending(e.newReply(c))
	e.equal("CreatedAt of a reply", r.CreatedAt, e.now())
	e.equal("a reply as given and as read", e.reply(r.ID), r)
	d := e.decide(models.ActionPublish, r.Item())
	e.equal("At of a decision", d.At, e.now())
	e.equal("PublishedAt", e.reply(r.ID).PublishedAt, e.now())
	v := e.vote(e.ideas(c)[0], e.person("Ada"), models.ChoiceAgree)
	e.equal("At of a vote", v.At, e.now())
}

func siteEmptyLists(e *env) {
	s := e.store
	for what, list := range map[string]func() (int, string, error){
		"Consultations": func() (int, string, error) {
			l, next, err := s.Consultations(e.ctx, models.ConsultationFilter{Limit: 5})
			return len(l), next, err
		},
		"Participants": func() (int, string, error) {
			l, next, err := s.Participants(e.ctx, false, "", 5)
			return len(l), next, err
		},
		"Queue": func() (int, string, error) {
			l, next, err := s.Queue(e.ctx, models.QueueFilter{Limit: 5})
			return len(l), next, err
		},
		"WaitingJobs": func() (int, string, error) {
			l, next, err := s.WaitingJobs(e.ctx, "", 5)
			return len(l), next, err
		},
		"Thread": func() (int, string, error) {
			l, err := s.Thread(e.ctx, models.ThreadQuery{ConsultationID: "none", Limit: 5})
			return len(l.Replies) + l.Read, l.Next, err
		},
	} {
		n, next, err := list()
		if n != 0 || next != "" || err != nil {
			e.Errorf("%s: %d entries, cursor %q, error %v", what, n, next, err)
		}
	}
}

func siteEmptyStreams(e *env) {
	s, c := e.store, e.open()
	one := errors.New("called")
	e.ok(s.EachReply(e.ctx, c.ID, func(models.Reply) error { return one }))
	e.ok(s.EachVote(e.ctx, c.ID, func(models.Vote) error { return one }))
	e.ok(s.EachItem(e.ctx, c.ID, func(models.VerifyItem) error { return one }))
	e.equal("Ideas", e.ideas(c), []models.Idea(nil))
	e.equal("Decisions", must(s.Decisions(e.ctx, c.ID, 0, 5))(e), []models.Decision(nil))
	e.equal("ConsultationRevisions", must(s.ConsultationRevisions(e.ctx, c.ID))(e), []models.ConsultationRevision(nil))
	e.equal("SealedVersions", must(s.SealedVersions(e.ctx, c.ID))(e), []models.Sealed(nil))
	e.equal("Responses", must(s.Responses(e.ctx, c.ID))(e), map[string]models.Response(nil))
	e.equal("CachedTallies", must(s.CachedTallies(e.ctx, c.ID))(e), map[string]models.Tally(nil))
	e.equal("OwnVotes", must(s.OwnVotes(e.ctx, c.ID, "nobody"))(e), map[string]models.Choice(nil))
	e.equal("Waits", must(s.Waits(e.ctx, c.ID, 5))(e), []time.Duration(nil))
	e.equal("Search", must(s.Search(e.ctx, "nothing", 5))(e), []models.Hit(nil))
	e.equal("ClaimJobs", must(s.ClaimJobs(e.ctx, 5, time.Minute))(e), []models.Job(nil))
	e.equal("QueueLength", must(s.QueueLength(e.ctx, models.QueueFilter{}))(e), int64(0))
	e.equal("Queued", must(s.Queued(e.ctx, models.QueueFilter{}))(e), false)
	e.equal("UnconfirmedVotes", must(s.UnconfirmedVotes(e.ctx, c.ID))(e), int64(0))
	e.equal("OpenBallotLinks", must(s.OpenBallotLinks(e.ctx, c.ID))(e), int64(0))
	e.equal("RemindBallots", must(s.RemindBallots(e.ctx, nil))(e), 0)
}

func siteCancelled(e *env) {
	c := e.open("Rent by the day")
	i, p := e.ideas(c)[0], e.person("Ada")
	ctx, cancel := context.WithCancel(e.ctx)
	cancel()
	r := e.newReply(c)
	_, err := e.store.AddReply(ctx, r, []models.Job{e.newMessage("Ada")})
	if !errors.Is(err, context.Canceled) {
		e.Errorf("AddReply: got error %v, want the context's", err)
	}
	if _, _, err = e.store.PutVote(ctx, newVote(i, p, models.ChoiceAgree)); !errors.Is(err, context.Canceled) {
		e.Errorf("PutVote: got error %v, want the context's", err)
	}
	if _, err = e.store.Consultation(ctx, c.ID); !errors.Is(err, context.Canceled) {
		e.Errorf("Consultation: got error %v, want the context's", err)
	}
	_, err = e.store.Reply(e.ctx, r.ID)
	e.refused("Reply", err, models.CodeNotFound, "")
	e.equal("jobs", e.waiting(), []string(nil))
	e.equal("votes", must(e.store.OwnVotes(e.ctx, c.ID, p.ID))(e), map[string]models.Choice(nil))
}

func siteClosed(e *env) {
	c := e.open()
	e.ok(e.store.Close())
	if e.store.Ready(e.ctx) == nil {
		e.Errorf("a closed store says that it is ready")
	}
	if _, err := e.store.AddReply(e.ctx, e.newReply(c), nil); err == nil {
		e.Errorf("a closed store takes a reply")
	}
}

func siteSettings(e *env) {
	want := models.DefaultSiteSettings()
	e.equal("before", must(e.store.SiteSettings(e.ctx))(e), want)
	put := func(v models.SiteSettings) (models.SiteSettings, error) {
		return e.store.PutSiteSettings(e.ctx, v, Entry(models.AuditSettingsChanged))
	}
	for _, kind := range models.LimitKinds() {
		*want.Limits.Of(kind) += 7
	}
	got := must(put(want))(e)
	want.Version = 1
	e.equal("as given back", got, want)
	e.equal("as read", must(e.store.SiteSettings(e.ctx))(e), want)
	_, err := put(models.DefaultSiteSettings())
	e.refused("made from an older version", err, models.CodeConflict, "error.settings.changed")
	e.equal("as it was", must(e.store.SiteSettings(e.ctx))(e), want)
	want.Limits.Votes = 1
	e.equal("the next version", must(put(want))(e).Version, int64(2))
	e.equal("entries", ids(e.auditLog(), actOf), []models.AuditAct{models.AuditSettingsChanged, models.AuditSettingsChanged})
	e.intoCopy()
	want.Version = 2
	e.equal("in a copy", must(e.store.SiteSettings(e.ctx))(e), want)
}

// raceSettings lets many change one version of the settings.
func raceSettings(e *env) {
	errs := together(16, func(w int) error {
		v := models.DefaultSiteSettings()
		v.Limits.Texts += w
		_, err := e.at(w).PutSiteSettings(e.ctx, v, Entry(models.AuditSettingsChanged).With("by", fmt.Sprint(w)))
		return err
	})
	winner := e.oneWins(errs, models.CodeConflict)
	e.equal("the settings", must(e.store.SiteSettings(e.ctx))(e).Limits.Texts, models.DefaultSiteSettings().Limits.Texts+winner)
	e.equal("entries", ids(e.auditLog(), func(a models.AuditEntry) string { return a.Text("by") }), []string{fmt.Sprint(winner)})
}
