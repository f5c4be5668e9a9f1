package storetest

import (
	"time"

	"folkmoot/models"
)

var importingCases = []testCase{
	{"a consultation comes in as a draft with ideas and a thread", importAll},
	{"one decision publishes what was public there", importDecision},
	{"the same post again adds nothing", importAgain},
	{"the same id of another source is another post", importOtherSource},
	{"a taken slug is refused and nothing of it is kept", importSlugTaken},
	{"it goes on like any other consultation", importGoesOn},
}

// imported is what an importer hands to the store.
type imported struct {
	c        models.Consultation
	ideas    []models.Idea
	replies  []models.Reply // a root, its answer, the answer's answer, one that waits, an orphan
	decision models.Decision
}

var longAgo = time.Date(2010, 10, 26, 15, 4, 5, 0, time.UTC)

// newImport makes a post with two ideas and five replies of 2010.
func (e *env) newImport() imported {
	in := imported{c: e.newConsultation()}
	in.c.Source, in.c.SourceID = "wordpress", "blog 42"
	in.c.OpensAt, in.c.SuggestionsCloseAt, in.c.ClosesAt, in.c.AnswerBy = time.Time{}, time.Time{}, time.Time{}, time.Time{}
	for _, title := range []string{"Supply chains", "Procurement"} {
		i := e.newOrganiserIdea(in.c, title)
		i.Source = "wordpress"
		in.ideas = append(in.ideas, i)
	}
	parents := []int{-1, 0, 1, 0, -1}
	for n, parent := range parents {
		r := e.newReply(in.c)
		r.Source, r.SourceID, r.Body = "wordpress", string(rune('1'+n)), "Ελλάδα “quoted”"
		r.CreatedAt, r.Orphan = longAgo.Add(time.Duration(n)*time.Hour), n == 4
		if parent >= 0 {
			r.ParentID = in.replies[parent].ID
		}
		in.replies = append(in.replies, r)
	}
	in.decision = models.Decision{ConsultationID: in.c.ID, Action: models.ActionImport, ActorID: "importer"}
	in.replies[0].Status, in.replies[0].PublishedAt = models.StatusPublished, longAgo // it is the decision that counts
	for n, r := range in.replies {
		if n != 3 {
			in.decision.Items = append(in.decision.Items, models.DecisionItem{
				Item: r.Item(), Rev: r.Rev, From: models.StatusPending, To: models.StatusPublished,
				Digest: models.TextDigest(r.Salt, "", r.Body),
			})
		}
	}
	return in
}

func (e *env) bringIn(in imported) bool {
	e.Helper()
	return must(e.store.AddImport(e.ctx, in.c, in.ideas, in.replies, in.decision))(e)
}

func importAll(e *env) {
	in := e.newImport()
	e.equal("added", e.bringIn(in), true)
	c := e.reload(in.c)
	in.c.IdeaCount, in.c.ReplyCount, in.c.ChainLength = 2, 4, 1
	e.equal("the consultation", c, in.c, storeFilled, ignore[models.Consultation]("ChainHead"))
	for n, i := range e.ideas(c) {
		e.equal("idea", i.Title, in.ideas[n].Title)
		e.equal("number", i.Number, n+1)
		e.equal("status", i.Status, models.StatusPublished)
	}
	want := []string{in.replies[0].ID, in.replies[1].ID, in.replies[2].ID, in.replies[4].ID}
	for limit := 1; limit < 6; limit++ {
		e.equal("the thread", ids(e.thread(models.ThreadQuery{ConsultationID: c.ID, Limit: limit}), replyID), want)
	}
	for n, sent := range in.replies {
		got := e.reply(sent.ID)
		e.equal("date", got.CreatedAt, sent.CreatedAt)
		e.equal("depth", got.Depth, []int{1, 2, 3, 2, 1}[n])
		e.equal("body", got.Body, sent.Body)
		e.equal("orphan", got.Orphan, n == 4)
		e.equal("source", got.Source+got.SourceID, sent.Source+sent.SourceID)
	}
	e.equal("no mail", e.waiting(), []string(nil))
	people, _, err := e.store.Participants(e.ctx, false, "", 5)
	e.ok(err)
	e.equal("no account", people, []models.Participant(nil))
}

func importDecision(e *env) {
	in := e.newImport()
	e.bringIn(in)
	d := e.chained(in.c, 1)[0]
	in.decision.Seq, in.decision.At, in.decision.Hash = 1, e.now(), d.Hash
	e.equal("the decision", d, in.decision)
	e.equal("the queue", ids(e.queue(models.QueueFilter{}), entryID), []string{in.replies[3].ID})
	e.equal("published", e.reply(in.replies[0].ID).PublishedAt.IsZero(), false)
	e.equal("not published", e.reply(in.replies[3].ID).PublishedAt, time.Time{})
}

func importAgain(e *env) {
	in := e.newImport()
	e.bringIn(in)
	before := e.reload(in.c)
	e.equal("the very same", e.bringIn(in), false)
	again := e.newImport()
	again.c.Slug = in.c.Slug
	e.equal("with new ids", e.bringIn(again), false)
	again = e.newImport()
	e.equal("with another slug", e.bringIn(again), false)
	_, err := e.store.Consultation(e.ctx, again.c.ID)
	e.refused("Consultation", err, models.CodeNotFound, "")
	_, err = e.store.Reply(e.ctx, again.replies[0].ID)
	e.refused("Reply", err, models.CodeNotFound, "")
	e.equal("the consultation", e.reload(in.c), before)
	e.equal("the queue", len(e.queue(models.QueueFilter{})), 1)
}

func importOtherSource(e *env) {
	e.bringIn(e.newImport())
	in := e.newImport()
	in.c.Source = "disqus"
	e.equal("another source", e.bringIn(in), true)
	in = e.newImport()
	in.c.SourceID = "blog 43"
	e.equal("another id", e.bringIn(in), true)
}

func importSlugTaken(e *env) {
	c := e.draft()
	in := e.newImport()
	in.c.Slug = c.Slug
	_, err := e.store.AddImport(e.ctx, in.c, in.ideas, in.replies, in.decision)
	e.refused("AddImport", err, models.CodeConflict, "")
	_, err = e.store.Reply(e.ctx, in.replies[0].ID)
	e.refused("Reply", err, models.CodeNotFound, "")
	in.c.Slug = "another"
	e.equal("with another slug", e.bringIn(in), true)
}

func importGoesOn(e *env) {
	in := e.newImport()
	e.bringIn(in)
	c := e.reload(in.c)
	c.OpensAt, c.SuggestionsCloseAt = e.now(), e.now().Add(14*day)
	c.ClosesAt, c.AnswerBy = e.now().Add(21*day), e.now().Add(60*day)
	c = must(e.store.EditConsultation(e.ctx, c, nil, Entry(models.AuditConsultationEdited)))(e)
	c = e.move(c, models.StateOpen)
	late := e.published(e.answerTo(e.reply(in.replies[2].ID)))
	e.equal("depth", late.Depth, 4)
	e.equal("the next number", e.idea(c, "Training").Number, 3)
	e.vote(e.ideas(c)[0], e.person("Ada"), models.ChoiceAgree)
	e.decide(models.ActionReject, in.replies[3].Item())
	e.chained(c, 4)
	e.clock.Set(c.ClosesAt.Add(models.LateLinks))
	e.seal(c, 1)
	e.equal("state", e.reload(c).State, models.StateSealed)
}
