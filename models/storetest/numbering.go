package storetest

import (
	"folkmoot/models"
)

func (e *env) number(i models.Idea) int {
	e.Helper()
	return must(e.store.IdeaByID(e.ctx, i.ID))(e).Number
}

func decisionNumbers(e *env) {
	c := e.open("Markets")
	a, b, d := e.pendingIdea(c, "A"), e.pendingIdea(c, "B"), e.pendingIdea(c, "D")
	e.equal("before", e.number(a), 0)
	e.decide(models.ActionPublish, d.Item(), e.pending(e.newReply(c)).Item(), a.Item())
	e.equal("the first of the act", e.number(d), 2)
	e.equal("the second of the act", e.number(a), 3)
	e.decide(models.ActionReject, b.Item())
	e.equal("rejected", e.number(b), 0)
	e.decide(models.ActionRestore, b.Item())
	e.equal("restored and so first published", e.number(b), 4)
	e.equal("PublishedAt", must(e.store.Idea(e.ctx, c.ID, 4))(e).PublishedAt, e.now())
}

func decisionNumbersKept(e *env) {
	c := e.open()
	a := e.idea(c, "A")
	e.decide(models.ActionRemove, a.Item())
	b := e.idea(c, "B")
	e.equal("after a removed one", b.Number, 2)
	e.decide(models.ActionRestore, a.Item())
	e.equal("restored", e.number(a), 1)
	d := e.pendingIdea(c, "D")
	act := e.decide(models.ActionPublish, d.Item())
	must(e.store.Decide(e.ctx, undo(act), nil))(e)
	e.equal("shown after the undo", len(e.ideas(c)), 2)
	e.equal("the next one", e.idea(c, "E").Number, 4)
	e.decide(models.ActionPublish, d.Item())
	e.equal("published once more", e.number(d), 3)
	e.decide(models.ActionPublish, a.Item())
	e.equal("kept", e.number(a), 1)
}

func decisionUndo(e *env) {
	c := e.open()
	kept := e.published(e.newReply(c))
	a, b := e.pending(e.newReply(c)), e.pendingIdea(c, "Alms")
	act := e.decide(models.ActionPublish, a.Item(), b.Item())
	back := must(e.store.Decide(e.ctx, undo(act), nil))(e)
	e.equal("what it takes back", back.Undoes, act.Seq)
	e.equal("the reply", e.reply(a.ID).Status, models.StatusPending)
	e.equal("the thread", ids(e.thread(models.ThreadQuery{ConsultationID: c.ID, Limit: 5}), replyID), []string{kept.ID})
	e.once("the queue", ids(e.queue(models.QueueFilter{}), entryID), []string{a.ID, b.ID})
	got := e.reload(c)
	e.equal("ideas and replies", []int64{got.IdeaCount, got.ReplyCount}, []int64{0, 1})
	_, err := e.store.Decide(e.ctx, undo(act), nil)
	e.refused("once more", err, models.CodeConflict, "")
	removal := e.decide(models.ActionRemove, kept.Item())
	e.equal("the reason", e.reply(kept.ID).Reason, removal.Reason)
	must(e.store.Decide(e.ctx, undo(removal), nil))(e)
	e.equal("back in place", e.reply(kept.ID).Status, models.StatusPublished)
	e.chained(c, 5)
}

func decisionWithdraw(e *env) {
	c := e.open()
	waits, shown, i := e.pending(e.newReply(c)), e.published(e.newReply(c)), e.pendingIdea(c, "Alms")
	e.decide(models.ActionWithdraw, waits.Item(), shown.Item(), i.Item())
	for _, r := range []models.Reply{waits, shown} {
		got := e.reply(r.ID)
		e.equal("status", got.Status, models.StatusRemoved)
		e.equal("withdrawn", got.Withdrawn, true)
	}
	e.equal("the idea", must(e.store.IdeaByID(e.ctx, i.ID))(e).Withdrawn, true)
	e.equal("the queue", len(e.queue(models.QueueFilter{})), 0)
	e.equal("the thread", ids(e.thread(models.ThreadQuery{ConsultationID: c.ID, Limit: 5}), replyID), []string{shown.ID})
	removed := e.published(e.newReply(c))
	e.decide(models.ActionRemove, removed.Item())
	e.equal("removed by a moderator", e.reply(removed.ID).Withdrawn, false)
}
