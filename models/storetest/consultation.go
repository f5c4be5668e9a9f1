package storetest

import (
	"strings"
	"time"

	"folkmoot/models"
)

var consultationCases = []testCase{
	{"every field comes back, long and in any script", consultationRoundTrip},
	{"the organiser's ideas are numbered in their order and published", consultationIdeas},
	{"a taken slug is refused and nothing of it is kept", consultationSlugTaken},
	{"what is not there is not found", consultationNotFound},
	{"the newest come first, page by page", consultationPages},
	{"pages stay stable while others are added", consultationPagesStable},
	{"a filter by states", consultationStates},
	{"an edit replaces words, settings and dates, and nothing else", consultationEdit},
	{"an edit of what changed since is refused", consultationEditFence},
	{"an edit cannot take another's slug, and frees its own", consultationEditSlug},
	{"an edit after opening keeps its revisions and its date", consultationRevisions},
	{"a move sets the state and its reason", consultationMove},
	{"a move of what changed since is refused", consultationMoveFence},
	{"what the public does moves the version, not the revision", consultationVersion},
	{"it counts what is published", consultationCounts},
}

// long is a text at the limit: models.MaxText characters of many scripts, four bytes among them.
var long = string([]rune(strings.Repeat("żółć, Ελλάδα, עברית, 日本語, 👩🏽‍🔧 e\u0301 \"quoted\" <b>&amp;\n\t", 300))[:models.MaxText])

// fullConsultation sets everything that an organiser can set.
func fullConsultation(e *env) models.Consultation {
	c := e.newConsultation()
	c.Language = "cy"
	c.Texts = map[string]models.ConsultationText{
		"cy": {
			Title: "Siopau gwag — 空き店舗", Question: "Beth nesaf? 🏚️", Body: long, BodyHTML: "<p>" + long + "</p>",
			WhoDecides: "Y bwrdd", CanChange: "Popeth", Contact: "d@example.org", OtherFormats: "Print bras",
		},
		"en": {Title: "Empty shops", Question: "What next?", Body: "b", BodyHTML: "h"},
		"ar": {Title: "متاجر فارغة"},
	}
	c.Settings = models.ConsultationSettings{
		MinVotes: 7, AnswerTop: 3,
		Capacities: []models.Capacity{models.CapacityBusiness, models.CapacityResident},
		Bands:      []models.Band{models.BandSole, models.BandMicro},
		Tiers:      []models.Tier{models.TierOrganiser},
	}
	c.TimeZone, c.Demo = "Asia/Kolkata", true
	return c
}

// storeFilled are the fields of a consultation that the store keeps itself.
var storeFilled = ignore[models.Consultation]("CreatedAt", "Rev", "Version")

func consultationRoundTrip(e *env) {
	c := fullConsultation(e)
	e.ok(e.store.AddConsultation(e.ctx, c, nil, Entry(models.AuditConsultationAdded)))
	got := e.reload(c)
	e.equal("the consultation", got, c, storeFilled)
	e.equal("its page version", must(e.store.PageVersion(e.ctx, c.Slug))(e), got.PageVersion())
	e.equal("CreatedAt", got.CreatedAt, e.now())
	e.equal("by slug", must(e.store.ConsultationBySlug(e.ctx, c.Slug))(e), got)
	list, _, err := e.store.Consultations(e.ctx, models.ConsultationFilter{Limit: 5})
	e.ok(err)
	e.equal("in the list", list, []models.Consultation{got})
}

func consultationIdeas(e *env) {
	c := e.draft("Zebra crossings", "Alms", "Markets")
	for n, i := range e.ideas(c) {
		e.equal("title", i.Title, []string{"Zebra crossings", "Alms", "Markets"}[n])
		e.equal("number", i.Number, n+1)
		e.equal("status", i.Status, models.StatusPublished)
		e.equal("the organiser's", i.Organiser, true)
		e.equal("PublishedAt", i.PublishedAt, e.now())
		e.equal("alone", must(e.store.Idea(e.ctx, c.ID, n+1))(e), i)
	}
	e.equal("IdeaCount", c.IdeaCount, int64(3))
	e.equal("decisions", c.ChainLength, int64(0))
}

func consultationSlugTaken(e *env) {
	first := e.draft()
	second := e.newConsultation()
	second.Slug = first.Slug
	idea := e.newOrganiserIdea(second, "Markets")
	e.refused("the second", e.store.AddConsultation(e.ctx, second, []models.Idea{idea}, Entry(models.AuditConsultationAdded)), models.CodeConflict, "")
	_, err := e.store.Consultation(e.ctx, second.ID)
	e.refused("Consultation", err, models.CodeNotFound, "")
	_, err = e.store.IdeaByID(e.ctx, idea.ID)
	e.refused("IdeaByID", err, models.CodeNotFound, "")
	e.equal("the first", e.reload(first), first)
}

func consultationNotFound(e *env) {
	c := e.draft()
	_, err := e.store.Consultation(e.ctx, c.Slug)
	e.refused("a slug as an id", err, models.CodeNotFound, "")
	_, err = e.store.ConsultationBySlug(e.ctx, c.ID)
	e.refused("an id as a slug", err, models.CodeNotFound, "")
	_, err = e.store.ConsultationBySlug(e.ctx, "")
	e.refused("no slug", err, models.CodeNotFound, "")
	_, err = e.store.PageVersion(e.ctx, "none")
	e.refused("PageVersion", err, models.CodeNotFound, "")
	c.ID = "none"
	_, err = e.store.EditConsultation(e.ctx, c, nil, Entry(models.AuditConsultationEdited))
	e.refused("EditConsultation", err, models.CodeNotFound, "")
	_, err = e.store.MoveConsultation(e.ctx, c, Entry(models.AuditConsultationOpened))
	e.refused("MoveConsultation", err, models.CodeNotFound, "")
}

// consultationPage reads the list in pages of limit.
func (e *env) consultationPage(f models.ConsultationFilter, limit int, between func()) []models.Consultation {
	e.Helper()
	f.Limit = limit
	return walk(e, limit, func(after string) ([]models.Consultation, string, error) {
		f.After = after
		return e.store.Consultations(e.ctx, f)
	}, between)
}

// someConsultations adds n drafts, three at a time, and returns their ids.
func (e *env) someConsultations(n int) (added []string) {
	for i := range n {
		if i%3 == 0 {
			e.clock.Add(time.Millisecond)
		}
		added = append(added, e.draft().ID)
	}
	return added
}

func consultationPages(e *env) {
	added := e.someConsultations(8)
	whole := e.consultationPage(models.ConsultationFilter{}, 100, nil)
	for n := 1; n < len(whole); n++ {
		if whole[n].CreatedAt.After(whole[n-1].CreatedAt) {
			e.Errorf("%d is newer than the one before it", n)
		}
	}
	e.once("the list", ids(whole, consultationID), added)
	for limit := 1; limit <= 9; limit++ {
		e.equal("pages", e.consultationPage(models.ConsultationFilter{}, limit, nil), whole)
	}
	unlimited, next, err := e.store.Consultations(e.ctx, models.ConsultationFilter{})
	e.ok(err)
	e.equal("without a limit", unlimited, whole)
	e.equal("cursor without a limit", next, "")
}

func consultationPagesStable(e *env) {
	added := e.someConsultations(7)
	got := e.consultationPage(models.ConsultationFilter{}, 2, func() {
		e.clock.Add(time.Millisecond)
		e.draft()
	})
	e.once("the list", ids(got, consultationID), added)
}

func consultationStates(e *env) {
	draft, open, paused := e.draft(), e.open(), e.open()
	e.move(paused, models.StatePaused)
	for what, c := range map[string]struct {
		states []models.State
		want   []string
	}{
		"drafts":          {[]models.State{models.StateDraft}, []string{draft.ID}},
		"open and paused": {[]models.State{models.StateOpen, models.StatePaused}, []string{open.ID, paused.ID}},
		"sealed":          {[]models.State{models.StateSealed}, nil},
	} {
		got := e.consultationPage(models.ConsultationFilter{States: c.states}, 1, nil)
		e.once(what, ids(got, consultationID), c.want)
		e.equal(what, len(got), len(c.want))
	}
}

func consultationCounts(e *env) {
	c := e.open("Markets")
	i := e.idea(c, "Rent by the day")
	e.pendingIdea(c, "Pending")
	r := e.published(e.newReply(c))
	inIdea := e.newReply(c)
	inIdea.IdeaID = i.ID
	e.published(inIdea)
	e.pending(e.answerTo(r))
	got := e.reload(c)
	e.equal("ideas", got.IdeaCount, int64(2))
	e.equal("replies", got.ReplyCount, int64(2))
	e.equal("replies of the idea", e.ideas(c)[1].ReplyCount, int64(1))
	e.decide(models.ActionRemove, r.Item(), i.Item())
	got = e.reload(c)
	e.equal("ideas without the removed one", got.IdeaCount, int64(1))
	e.equal("replies without the removed one", got.ReplyCount, int64(1))
	e.decide(models.ActionRestore, r.Item(), i.Item())
	got = e.reload(c)
	e.equal("ideas restored", got.IdeaCount, int64(2))
	e.equal("replies restored", got.ReplyCount, int64(2))
}
