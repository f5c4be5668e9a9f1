package storetest

import (
	"fmt"
	"slices"
	"time"

	"folkmoot/models"
)

var moderationCases = []testCase{
	{"every field of a decision comes back", decisionRoundTrip},
	{"decisions are chained by hash, in each consultation for itself", decisionChain},
	{"each action moves its item and leaves its reason", decisionActions},
	{"an item that changed since is refused and named", decisionFence},
	{"of a bulk act all happens or nothing", decisionBulk},
	{"an item of nowhere or elsewhere is refused", decisionElsewhere},
	{"ideas are numbered when first published, in the order of the act", decisionNumbers},
	{"a restored idea keeps its number, and no number comes twice", decisionNumbersKept},
	{"an undo takes the items back where they were", decisionUndo},
	{"what its author withdrew is marked so", decisionWithdraw},
	{"it leaves the jobs that it causes", decisionJobs},
	{"one that is not there is not found", decisionNotFound},
	{"lists go on after a sequence, oldest first", decisionList},
	{"it returns how long the last decided items had waited", decisionWaits},
}

// decisions reads the whole chain of c.
func (e *env) decisions(c models.Consultation) (all []models.Decision) {
	e.Helper()
	for after := int64(0); ; after = all[len(all)-1].Seq {
		some := must(e.store.Decisions(e.ctx, c.ID, after, 25))(e)
		if len(some) == 0 {
			return all
		}
		all = append(all, some...)
	}
}

// chained recomputes the chain of c and compares its end with what c says.
func (e *env) chained(c models.Consultation, length int) []models.Decision {
	e.Helper()
	all, prev := e.decisions(c), ""
	for n, d := range all {
		if d.Seq != int64(n+1) || d.PrevHash != prev || d.Hash != d.ChainHash() {
			e.Errorf("decision %d breaks the chain: %+v", n+1, d)
		}
		prev = d.Hash
	}
	c = e.reload(c)
	e.equal("decisions", len(all), length)
	e.equal("ChainLength", c.ChainLength, int64(length))
	e.equal("ChainHead", c.ChainHead, prev)
	return all
}

func decisionRoundTrip(e *env) {
	c := e.open()
	in := e.decision(models.ActionReject, e.pending(e.newReply(c)).Item(), e.pendingIdea(c, "Alms").Item())
	in.Reason, in.ActorID = "Żółć 👎🏽 "+string([]rune(long)[:500]), e.person("Mo").ID
	out := must(e.store.Decide(e.ctx, in, nil))(e)
	in.Seq, in.At, in.Hash = 1, e.now(), out.Hash
	e.equal("as given back", out, in)
	e.equal("as read", must(e.store.Decision(e.ctx, c.ID, 1))(e), out)
	e.equal("in the list", e.decisions(c), []models.Decision{out})
}

func decisionChain(e *env) {
	c, other := e.open(), e.open()
	for n := range 5 {
		e.clock.Add(time.Duration(n) * time.Second)
		e.published(e.newReply(c))
		e.decide(models.ActionReject, e.pendingIdea(other, "Alms").Item(), e.pending(e.newReply(other)).Item())
	}
	all := e.chained(c, 5)
	e.chained(other, 5)
	e.equal("the last", e.reload(c).ChainHead, all[4].Hash)
	for _, d := range all { // what verify compares
		for _, it := range d.Items {
			_, digest := e.subject(it.Item)
			e.equal("digest", it.Digest, digest)
		}
	}
}

func decisionActions(e *env) {
	c := e.open("Markets")
	at := func(a ...models.Action) models.Item {
		r := e.pending(e.newReply(c))
		for _, a := range a {
			e.decide(a, r.Item())
		}
		return r.Item()
	}
	for what, step := range map[string]struct {
		item   models.Item
		action models.Action
		want   models.Status
	}{
		"publish":          {at(), models.ActionPublish, models.StatusPublished},
		"keep":             {at(models.ActionPublish), models.ActionPublish, models.StatusPublished},
		"reject":           {at(), models.ActionReject, models.StatusRejected},
		"spam":             {at(), models.ActionSpam, models.StatusSpam},
		"late spam":        {at(models.ActionPublish), models.ActionSpam, models.StatusSpam},
		"remove":           {at(models.ActionPublish), models.ActionRemove, models.StatusRemoved},
		"restore rejected": {at(models.ActionReject), models.ActionRestore, models.StatusPublished},
		"restore spam":     {at(models.ActionSpam), models.ActionRestore, models.StatusPublished},
		"restore removed":  {at(models.ActionPublish, models.ActionRemove), models.ActionRestore, models.StatusPublished},
	} {
		e.clock.Add(time.Minute)
		before := e.reply(step.item.ID)
		d := e.decide(step.action, step.item)
		got := e.reply(step.item.ID)
		e.equal(what+": status", got.Status, step.want)
		e.equal(what+": reason", got.Reason, d.Reason)
		e.equal(what+": revision", got.Rev, before.Rev)
		e.equal(what+": was published", got.PublishedAt.IsZero(), !slices.Contains([]string{
			"publish", "keep", "late spam", "remove", "restore rejected", "restore spam", "restore removed",
		}, what))
	}
}

func decisionFence(e *env) {
	c := e.open()
	r := e.pending(e.newReply(c))
	stale := e.decision(models.ActionPublish, r.Item())
	next := r
	next.Body = "Something else"
	must(e.store.EditReply(e.ctx, next))(e)
	_, err := e.store.Decide(e.ctx, stale, []models.Job{e.newMessage("Ada")})
	refusal := e.refused("an edited text", err, models.CodeConflict, "")
	e.equal("which item", fmt.Sprint(refusal.Args["item"]), r.Item().String())
	e.equal("status", e.reply(r.ID).Status, models.StatusPending)
	stale = e.decision(models.ActionPublish, r.Item())
	e.decide(models.ActionReject, r.Item())
	_, err = e.store.Decide(e.ctx, stale, nil)
	refusal = e.refused("a decided item", err, models.CodeConflict, "")
	e.equal("which item", fmt.Sprint(refusal.Args["item"]), r.Item().String())
	e.equal("status", e.reply(r.ID).Status, models.StatusRejected)
	e.equal("jobs", e.waiting(), []string(nil))
	e.chained(c, 1)
}

func decisionBulk(e *env) {
	c := e.open()
	var items []models.Item
	for range 5 {
		items = append(items, e.pending(e.newReply(c)).Item(), e.pendingIdea(c, "Alms").Item())
	}
	bulk := e.decision(models.ActionPublish, items...)
	e.decide(models.ActionSpam, items[7])
	before := e.reload(c)
	_, err := e.store.Decide(e.ctx, bulk, []models.Job{e.newMessage("Ada")})
	refusal := e.refused("with one that changed", err, models.CodeConflict, "")
	e.equal("which item", fmt.Sprint(refusal.Args["item"]), items[7].String())
	e.equal("the consultation", e.reload(c), before)
	e.equal("the queue", len(e.queue(models.QueueFilter{})), 9)
	e.equal("jobs", e.waiting(), []string(nil))
	rest := slices.Delete(items, 7, 8)
	got := e.decide(models.ActionPublish, rest...)
	e.equal("items", ids(got.Items, func(it models.DecisionItem) models.Item { return it.Item }), rest)
	e.equal("the queue", len(e.queue(models.QueueFilter{})), 0)
	after := e.reload(c)
	e.equal("ideas and replies", []int64{after.IdeaCount, after.ReplyCount}, []int64{4, 5})
	e.chained(c, 2)
}

func decisionElsewhere(e *env) {
	c, other := e.open(), e.open()
	mine, strange := e.pending(e.newReply(c)), e.pending(e.newReply(other))
	d := e.decision(models.ActionPublish, mine.Item(), strange.Item())
	d.ConsultationID = c.ID
	if _, err := e.store.Decide(e.ctx, d, nil); err == nil {
		e.Errorf("a decision took an item of another consultation")
	}
	d = e.decision(models.ActionPublish, mine.Item())
	d.Items[0].Item.ID = "none"
	if _, err := e.store.Decide(e.ctx, d, nil); err == nil {
		e.Errorf("a decision took an item that is not there")
	}
	e.equal("the queue", len(e.queue(models.QueueFilter{})), 2)
	e.chained(c, 0)
	e.chained(other, 0)
}

func decisionJobs(e *env) {
	c := e.open()
	jobs := []models.Job{e.newMessage("Ada"), e.newMessage("Bo")}
	must(e.store.Decide(e.ctx, e.decision(models.ActionPublish, e.pending(e.newReply(c)).Item()), jobs))(e)
	e.once("jobs", e.waiting(), ids(jobs, jobID))
}

func decisionNotFound(e *env) {
	c, other := e.open(), e.open()
	e.published(e.newReply(c))
	for _, seq := range []int64{0, -1, 2} {
		_, err := e.store.Decision(e.ctx, c.ID, seq)
		e.refused("Decision", err, models.CodeNotFound, "")
	}
	_, err := e.store.Decision(e.ctx, other.ID, 1)
	e.refused("Decision of another consultation", err, models.CodeNotFound, "")
}

func decisionList(e *env) {
	c := e.open()
	for range 7 {
		e.published(e.newReply(c))
	}
	seq := func(d models.Decision) int64 { return d.Seq }
	list := func(after int64, limit int) []int64 {
		return ids(must(e.store.Decisions(e.ctx, c.ID, after, limit))(e), seq)
	}
	e.equal("the first", list(0, 3), []int64{1, 2, 3})
	e.equal("the next", list(3, 3), []int64{4, 5, 6})
	e.equal("the last", list(6, 3), []int64{7})
	e.equal("none", list(7, 3), []int64(nil))
}

func decisionWaits(e *env) {
	c, other := e.open(), e.open()
	wait := func(in models.Consultation, a models.Action, d time.Duration) {
		r := e.pending(e.newReply(in))
		e.clock.Add(d)
		e.decide(a, r.Item())
	}
	wait(c, models.ActionPublish, time.Hour)
	wait(c, models.ActionReject, 2*time.Hour)
	wait(other, models.ActionPublish, 9*time.Hour)
	wait(c, models.ActionSpam, 3*time.Hour+time.Millisecond)
	waits := func(n int) []time.Duration {
		return slices.Sorted(slices.Values(must(e.store.Waits(e.ctx, c.ID, n))(e)))
	}
	e.equal("of many", waits(10), []time.Duration{time.Hour, 2 * time.Hour, 3*time.Hour + time.Millisecond})
	e.equal("of the last two", waits(2), []time.Duration{2 * time.Hour, 3*time.Hour + time.Millisecond})
}
