package storetest

import (
	"time"

	"folkmoot/models"
)

func consultationEdit(e *env) {
	c := e.open("Markets")
	e.published(e.newReply(c))
	c = e.reload(c)
	next, full := c, fullConsultation(e)
	next.Slug, next.Language, next.Texts, next.Settings = full.Slug, full.Language, full.Texts, full.Settings
	next.TimeZone, next.OpensAt = full.TimeZone, c.OpensAt.Add(-time.Hour)
	next.SuggestionsCloseAt, next.ClosesAt = c.SuggestionsCloseAt.Add(day), c.ClosesAt.Add(day)
	next.AnswerBy = c.AnswerBy.Add(day)
	sent := next
	sent.State, sent.IdeaCount, sent.ReplyCount, sent.ChainHead = models.StateSealed, 99, 99, "forged"
	got := must(e.store.EditConsultation(e.ctx, sent, nil, Entry(models.AuditConsultationEdited)))(e)
	e.equal("as given back", got, next, ignore[models.Consultation]("Rev", "Version", "EditedAt"))
	e.equal("as read", e.reload(c), got)
	if got.Rev <= c.Rev || got.Version <= c.Version {
		e.Errorf("revision %d to %d, version %d to %d: both should rise", c.Rev, got.Rev, c.Version, got.Version)
	}
}

func consultationEditFence(e *env) {
	c := e.draft()
	first := c
	first.Texts = map[string]models.ConsultationText{"en": {Title: "First"}}
	first = must(e.store.EditConsultation(e.ctx, first, nil, Entry(models.AuditConsultationEdited)))(e)
	c.Texts = map[string]models.ConsultationText{"en": {Title: "Second"}}
	_, err := e.store.EditConsultation(e.ctx, c, []models.ConsultationRevision{{ID: e.id(), ConsultationID: c.ID}}, Entry(models.AuditConsultationEdited))
	e.refused("the second", err, models.CodeConflict, "")
	e.equal("the consultation", e.reload(c), first)
	e.equal("revisions", must(e.store.ConsultationRevisions(e.ctx, c.ID))(e), []models.ConsultationRevision(nil))
}

func consultationEditSlug(e *env) {
	first, second := e.draft(), e.draft()
	moved := second
	moved.Slug = first.Slug
	_, err := e.store.EditConsultation(e.ctx, moved, nil, Entry(models.AuditConsultationEdited))
	e.refused("a taken slug", err, models.CodeConflict, "")
	e.equal("the second", e.reload(second), second)
	moved.Slug = "somewhere-else"
	must(e.store.EditConsultation(e.ctx, moved, nil, Entry(models.AuditConsultationEdited)))(e)
	_, err = e.store.ConsultationBySlug(e.ctx, second.Slug)
	e.refused("the old slug", err, models.CodeNotFound, "")
	e.equal("the new slug", must(e.store.ConsultationBySlug(e.ctx, "somewhere-else"))(e).ID, second.ID)
	third := e.newConsultation()
	third.Slug = second.Slug
	e.ok(e.store.AddConsultation(e.ctx, third, nil, Entry(models.AuditConsultationAdded)))
}

func consultationRevisions(e *env) {
	c := e.open()
	e.equal("EditedAt before", c.EditedAt, time.Time{})
	var want []models.ConsultationRevision
	for n, title := range []string{"First", "Second 🏚️"} {
		e.clock.Add(time.Hour)
		next := c
		next.Texts = map[string]models.ConsultationText{"en": {Title: title, Body: long}}
		next.ClosesAt = c.ClosesAt.Add(day)
		revision := models.ConsultationRevision{
			ID: e.id(), ConsultationID: c.ID, Language: "en", Before: c.Texts["en"], After: next.Texts["en"],
			Reason: "More time", Changes: c.SettingChanges(next),
		}
		c = must(e.store.EditConsultation(e.ctx, next, []models.ConsultationRevision{revision}, Entry(models.AuditConsultationEdited)))(e)
		e.equal("EditedAt", c.EditedAt, e.now())
		revision.At = e.now()
		want = append(want, revision)
		e.equal("revisions", must(e.store.ConsultationRevisions(e.ctx, c.ID))(e), want)
		e.equal("changes", len(want[n].Changes), 1)
	}
}

func consultationMove(e *env) {
	c := e.draft("Markets")
	opens := e.now().Add(time.Hour)
	sent := c
	sent.State, sent.StateReason, sent.OpensAt, sent.Slug = models.StateOpen, "Ready", opens, "not-moved-by-this"
	got := must(e.store.MoveConsultation(e.ctx, sent, Entry(models.AuditConsultationOpened)))(e)
	c.State, c.StateReason, c.OpensAt = models.StateOpen, "Ready", opens
	e.equal("as given back", got, c, ignore[models.Consultation]("Rev", "Version"))
	e.equal("as read", e.reload(c), got)
	if got.Rev <= c.Rev || got.Version <= c.Version {
		e.Errorf("revision %d to %d, version %d to %d: both should rise", c.Rev, got.Rev, c.Version, got.Version)
	}
	sent = got
	sent.State, sent.StateReason, sent.PausedAt = models.StatePaused, "A flood 🌊", e.now()
	e.equal("PausedAt", must(e.store.MoveConsultation(e.ctx, sent, Entry(models.AuditConsultationOpened)))(e).PausedAt, e.now())
}

func consultationMoveFence(e *env) {
	c := e.open()
	paused := e.move(c, models.StatePaused)
	c.State = models.StateWithdrawn
	_, err := e.store.MoveConsultation(e.ctx, c, Entry(models.AuditConsultationOpened))
	e.refused("the second", err, models.CodeConflict, "")
	e.equal("the consultation", e.reload(c), paused)
}

func consultationVersion(e *env) {
	c := e.open("Markets")
	r := e.pending(e.newReply(c))
	e.equal("version with a reply that waits", e.reload(c).Version, c.Version)
	e.decide(models.ActionPublish, r.Item())
	published := e.reload(c)
	if published.Version <= c.Version {
		e.Errorf("publishing left the version at %d", published.Version)
	}
	e.decide(models.ActionRemove, r.Item())
	if e.reload(c).Version <= published.Version {
		e.Errorf("removing left the version at %d", published.Version)
	}
	e.vote(e.ideas(c)[0], e.person("Ada"), models.ChoiceAgree)
	e.equal("revision", e.reload(c).Rev, c.Rev)
	must(e.store.EditConsultation(e.ctx, c, nil, Entry(models.AuditConsultationEdited)))(e)
}
