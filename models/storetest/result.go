package storetest

import (
	"time"

	"folkmoot/models"
)

var resultCases = []testCase{
	{"the files and the result come back, and the consultation is sealed", sealRoundTrip},
	{"nothing is sealed over what moved since it was read", sealFence},
	{"what waits or is reported does not hold sealing up", sealUndecided},
	{"a correction is a new version beside the old one", sealVersions},
	{"a sealed version is never overwritten", sealKept},
	{"what is not sealed is not found", sealNotFound},
}

// closed adds a consultation that is counting, with ideas, votes and a decision behind it.
func (e *env) closed() models.Consultation {
	e.Helper()
	c := e.open("First", "Second")
	e.vote(e.ideas(c)[0], e.person("Ada"), models.ChoiceAgree)
	e.published(e.newReply(c))
	e.clock.Set(c.ClosesAt.Add(models.LateLinks))
	return e.reload(c)
}

func (e *env) newSealed(c models.Consultation, version int) models.Sealed {
	half := 0.5
	return models.Sealed{
		ConsultationID: c.ID, Version: version,
		Full:       []byte(`{"full":"żółć","n":` + string(rune('0'+version)) + "}\xff\x00"),
		Public:     []byte(`{"public":"日本語"}`),
		FullSHA256: models.HashToken("full " + c.ID), PublicSHA256: models.HashToken("public " + c.ID),
		Result: models.Result{
			Slug: c.Slug, Title: "Siopau 🏚️", Sealed: version, MinVotes: 5, Voters: 12, Votes: 34,
			Ideas: []models.ResultIdea{
				{Number: 2, Title: "First", Tally: models.Tally{Agree: 3, Pass: 1}, Rank: 1, Support: &half, Lo: &half, Hi: &half, Band: 1, MergedFrom: []int{4, 7}},
				{Number: 1, Title: "None", Response: &models.Answer{Decision: models.ResponseDecline, Reason: "No"}},
			},
		},
		SealedBy: "organiser",
	}
}

func (e *env) seal(c models.Consultation, version int) models.Sealed {
	e.Helper()
	s := e.newSealed(c, version)
	e.ok(e.store.Seal(e.ctx, s, e.reload(c).Fence(), Entry(models.AuditSealed)))
	return s
}

// without leaves files out of a version.
func without(s models.Sealed, full, public bool) models.Sealed {
	if full {
		s.Full = nil
	}
	if public {
		s.Public = nil
	}
	return s
}

func sealRoundTrip(e *env) {
	c := e.closed()
	want := e.seal(c, 1)
	want.At = e.now()
	e.equal("the version", must(e.store.Sealed(e.ctx, c.ID))(e), without(want, true, true))
	e.equal("with the full file", must(e.store.SealedFile(e.ctx, c.ID, true))(e), without(want, false, true))
	e.equal("with the public file", must(e.store.SealedFile(e.ctx, c.ID, false))(e), without(want, true, false))
	e.equal("in the list", must(e.store.SealedVersions(e.ctx, c.ID))(e), []models.Sealed{want})
	after := e.reload(c)
	e.equal("state", after.State, models.StateSealed)
	e.equal("SealedAt", after.SealedAt, e.now())
	if after.Version <= c.Version {
		e.Errorf("sealing left the version at %d", after.Version)
	}
}

func sealFence(e *env) {
	for what, move := range map[string]func(c models.Consultation, ballot models.Link){
		"an edit": func(c models.Consultation, _ models.Link) {
			must(e.store.EditConsultation(e.ctx, c, nil, Entry(models.AuditConsultationEdited)))(e)
		},
		"a late vote": func(_ models.Consultation, ballot models.Link) {
			e.use(ballot.TokenHash)
		},
		"a decision": func(c models.Consultation, _ models.Link) {
			e.decide(models.ActionRemove, e.ideas(c)[1].Item())
		},
	} {
		e.clock.Set(start)
		c := e.open("First", "Second")
		ballot := e.ballot(c, "Ada", e.chosen(c, models.ChoiceAgree)...)
		e.clock.Set(c.ClosesAt)
		fence := e.reload(c).Fence()
		move(e.reload(c), ballot)
		e.clock.Set(c.ClosesAt.Add(models.LateLinks))
		err := e.store.Seal(e.ctx, e.newSealed(c, 1), fence, Entry(models.AuditSealed))
		e.refused(what, err, models.CodeConflict, "error.seal.moved")
		_, err = e.store.Sealed(e.ctx, c.ID)
		e.refused(what+": Sealed", err, models.CodeNotFound, "")
		e.equal(what+": state", e.reload(c).State, models.StateOpen)
		e.seal(c, 1)
	}
}

func sealUndecided(e *env) {
	c := e.open("First")
	shown := e.published(e.newReply(c))
	r := e.pending(e.newReply(c))
	e.clock.Set(c.ClosesAt.Add(models.LateLinks))
	fence := e.reload(c).Fence()
	e.report(shown.Item())
	e.ok(e.store.Seal(e.ctx, e.newSealed(c, 1), fence, Entry(models.AuditSealed)))
	e.equal("state", e.reload(c).State, models.StateSealed)
	e.report(shown.Item())
	e.equal("still undecided", ids(must(e.store.Undecided(e.ctx, c.ID))(e), func(u models.Undecided) string { return u.Item }),
		[]string{r.Item().String(), shown.Item().String()})
	e.decide(models.ActionPublish, r.Item())
	e.equal("decided after sealing", e.reply(r.ID).Status, models.StatusPublished)
}

func sealVersions(e *env) {
	c := e.closed()
	first := e.seal(c, 1)
	first.At = e.now()
	e.clock.Add(time.Hour)
	second := e.newSealed(c, 2)
	second.FullSHA256 = models.HashToken("another")
	e.ok(e.store.Seal(e.ctx, second, e.reload(c).Fence(), Entry(models.AuditSealed)))
	second.At = e.now()
	e.equal("the last", must(e.store.Sealed(e.ctx, c.ID))(e), without(second, true, true))
	e.equal("its file", must(e.store.SealedFile(e.ctx, c.ID, true))(e), without(second, false, true))
	e.equal("all", must(e.store.SealedVersions(e.ctx, c.ID))(e), []models.Sealed{first, second})
}

func sealKept(e *env) {
	c := e.closed()
	first := e.seal(c, 1)
	first.At = e.now()
	again := e.newSealed(c, 1)
	again.Full = []byte("forged")
	if err := e.store.Seal(e.ctx, again, e.reload(c).Fence(), Entry(models.AuditSealed)); err == nil {
		e.Errorf("version 1 was sealed twice")
	}
	e.equal("the version", must(e.store.SealedVersions(e.ctx, c.ID))(e), []models.Sealed{first})
}

func sealNotFound(e *env) {
	_, err := e.store.Sealed(e.ctx, e.closed().ID)
	e.refused("Sealed", err, models.CodeNotFound, "")
	_, err = e.store.Sealed(e.ctx, "none")
	e.refused("Sealed of nothing", err, models.CodeNotFound, "")
	_, err = e.store.SealedFile(e.ctx, "none", true)
	e.refused("SealedFile of nothing", err, models.CodeNotFound, "")
}
