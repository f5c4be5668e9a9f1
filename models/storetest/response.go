package storetest

import (
	"time"

	"folkmoot/models"
)

var responseCases = []testCase{
	{"every field of a draft and of a published response comes back", responseRoundTrip},
	{"the public sees published responses alone", responsePublic},
	{"a response replaces the one before it", responseReplaces},
	{"only a sealed consultation takes one", responseUnsealed},
	{"the last promised answer makes it answered", responseAnswered},
	{"it leaves the jobs that it causes", responseJobs},
}

func (e *env) newResponse(i models.Idea, d models.ResponseDecision) models.Response {
	return models.Response{
		IdeaID: i.ID, Decision: d, Reason: "Żółć 👍🏽", ReasonHTML: "<p>Żółć 👍🏽</p>", Owner: "The clerk",
		By: "by June 2027", DraftedBy: "drafter",
	}
}

// answer publishes a response; mustAnswer are the ideas that need one.
func (e *env) answer(i models.Idea, d models.ResponseDecision, mustAnswer []string) {
	e.Helper()
	r := e.newResponse(i, d)
	r.PublishedBy, r.PublishedAt = "board", e.now()
	e.ok(e.store.PutResponse(e.ctx, r, mustAnswer, nil, Entry(models.AuditResponsePublished)))
}

// sealed adds a sealed consultation and returns its ideas.
func (e *env) sealed() (models.Consultation, []models.Idea) {
	e.Helper()
	c := e.closed()
	e.seal(c, 1)
	return e.reload(c), e.ideas(c)
}

func responseRoundTrip(e *env) {
	c, ideas := e.sealed()
	draft, published := e.newResponse(ideas[0], models.ResponseConsidering), e.newResponse(ideas[1], models.ResponseAdoptInPart)
	published.PublishedBy, published.PublishedAt = "board", e.now()
	promised := []string{ideas[0].ID, ideas[1].ID}
	e.ok(e.store.PutResponse(e.ctx, draft, promised, nil, Entry(models.AuditResponsePublished)))
	e.ok(e.store.PutResponse(e.ctx, published, promised, nil, Entry(models.AuditResponsePublished)))
	draft.UpdatedAt, published.UpdatedAt = e.now(), e.now()
	got := must(e.store.Responses(e.ctx, c.ID))(e)
	e.equal("responses", got, map[string]models.Response{ideas[0].ID: draft, ideas[1].ID: published})
}

func responsePublic(e *env) {
	c, ideas := e.sealed()
	e.ok(e.store.PutResponse(e.ctx, e.newResponse(ideas[0], models.ResponseDecline), []string{ideas[0].ID}, nil, Entry(models.AuditResponsePublished)))
	e.answer(ideas[1], models.ResponseAdopt, []string{ideas[0].ID})
	listed := e.ideas(c)
	if listed[0].Response != nil {
		e.Errorf("a draft is shown: %+v", listed[0].Response)
	}
	if listed[1].Response == nil || listed[1].Response.Decision != models.ResponseAdopt {
		e.Errorf("the published response is not shown: %+v", listed[1].Response)
	}
	e.equal("alone", must(e.store.Idea(e.ctx, c.ID, 2))(e), listed[1])
}

func responseReplaces(e *env) {
	c, ideas := e.sealed()
	e.ok(e.store.PutResponse(e.ctx, e.newResponse(ideas[0], models.ResponseConsidering), []string{ideas[1].ID}, nil, Entry(models.AuditResponsePublished)))
	e.clock.Add(time.Hour)
	e.answer(ideas[0], models.ResponseConsidering, []string{ideas[1].ID})
	e.clock.Add(time.Hour)
	e.answer(ideas[0], models.ResponseDecline, []string{ideas[1].ID})
	got := must(e.store.Responses(e.ctx, c.ID))(e)
	e.equal("responses", len(got), 1)
	e.equal("decision", got[ideas[0].ID].Decision, models.ResponseDecline)
	e.equal("UpdatedAt", got[ideas[0].ID].UpdatedAt, e.now())
	e.equal("PublishedAt", got[ideas[0].ID].PublishedAt, e.now())
}

func responseUnsealed(e *env) {
	open, closed := e.open("First"), e.closed()
	for what, c := range map[string]models.Consultation{"open": open, "counting": closed} {
		i := e.ideas(c)[0]
		err := e.store.PutResponse(e.ctx, e.newResponse(i, models.ResponseAdopt), nil, []models.Job{e.newMessage("Ada")}, Entry(models.AuditResponsePublished))
		e.refused(what, err, models.CodeConflict, "")
		e.equal(what, must(e.store.Responses(e.ctx, c.ID))(e), map[string]models.Response(nil))
	}
	e.equal("jobs", e.waiting(), []string(nil))
}

func responseAnswered(e *env) {
	c, ideas := e.sealed()
	mustAnswer := []string{ideas[0].ID, ideas[1].ID}
	stays := func(what string) {
		e.Helper()
		e.equal(what, e.reload(c).State, models.StateSealed)
	}
	e.answer(ideas[0], models.ResponseAdopt, mustAnswer)
	stays("one of two")
	e.answer(ideas[1], models.ResponseConsidering, mustAnswer)
	stays("still considering")
	e.ok(e.store.PutResponse(e.ctx, e.newResponse(ideas[1], models.ResponseDecline), mustAnswer, nil, Entry(models.AuditResponsePublished)))
	e.answer(ideas[0], models.ResponseAdopt, mustAnswer)
	stays("a draft")
	e.clock.Add(time.Hour)
	e.answer(ideas[1], models.ResponseDecline, mustAnswer)
	got := e.reload(c)
	e.equal("state", got.State, models.StateAnswered)
	e.equal("AnsweredAt", got.AnsweredAt, e.now())
	if got.Version <= c.Version {
		e.Errorf("answering left the version at %d", got.Version)
	}
}

func responseJobs(e *env) {
	_, ideas := e.sealed()
	jobs := []models.Job{e.newMessage("Ada"), e.newMessage("Bo")}
	e.ok(e.store.PutResponse(e.ctx, e.newResponse(ideas[0], models.ResponseAdopt), []string{ideas[1].ID}, jobs, Entry(models.AuditResponsePublished)))
	e.once("jobs", e.waiting(), ids(jobs, jobID))
}
