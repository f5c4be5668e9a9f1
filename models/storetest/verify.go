package storetest

import (
	"slices"
	"strings"
	"time"

	"folkmoot/models"
)

var verifyCases = []testCase{
	{"every item comes with its text, salt and earlier wordings", verifyItems},
	{"items of every status come, by kind and id, of that consultation alone", verifyOrder},
	{"each digest in the chain is that of a wording that is kept", verifyDigests},
}

// items reads everything that verify reads.
func (e *env) items(c models.Consultation) (all []models.VerifyItem) {
	e.Helper()
	e.ok(e.store.EachItem(e.ctx, c.ID, func(a models.VerifyItem) error {
		all = append(all, a)
		return nil
	}))
	return all
}

func verifyItems(e *env) {
	c := e.open("Markets")
	i := e.pendingIdea(c, "Alms")
	r := e.newReply(c)
	r.Contribution, r.Body = fullContribution(e, c), long
	r = e.pending(r)
	next, nextIdea := r, i
	next.Body, nextIdea.Title = "Better said", "Fewer alms"
	e.clock.Add(time.Minute)
	r, i = must(e.store.EditReply(e.ctx, next))(e), must(e.store.EditIdea(e.ctx, nextIdea))(e)
	e.decide(models.ActionPublish, r.Item(), i.Item())
	r, i = e.reply(r.ID), must(e.store.IdeaByID(e.ctx, i.ID))(e)
	want := map[string]models.VerifyItem{
		r.ID: {Contribution: r.Contribution, Item: r.Item(), Body: r.Body},
		i.ID: {Contribution: i.Contribution, Item: i.Item(), Title: i.Title, Body: i.Body, Number: 2},
	}
	organisers := e.ideas(c)[0]
	want[organisers.ID] = models.VerifyItem{
		Contribution: organisers.Contribution, Item: organisers.Item(), Title: "Markets", Body: organisers.Body,
		Organiser: true, Number: 1,
	}
	got := e.items(c)
	e.equal("items", len(got), 3)
	for _, a := range got {
		w := want[a.Item.ID]
		w.Revisions = must(e.store.TextRevisions(e.ctx, a.Item))(e)
		e.equal(string(a.Item.Kind), a, w)
		e.equal("earlier wordings", len(a.Revisions), map[bool]int{true: 0, false: 1}[a.Organiser])
	}
}

func verifyOrder(e *env) {
	c, other := e.open("Markets"), e.open("Other")
	e.pending(e.newReply(other))
	want := []string{e.ideas(c)[0].Item().String()}
	for _, a := range []models.Action{models.ActionPublish, models.ActionReject, models.ActionSpam, models.ActionWithdraw} {
		r, i := e.pending(e.newReply(c)), e.pendingIdea(c, "Alms")
		e.decide(a, r.Item(), i.Item())
		want = append(want, r.Item().String(), i.Item().String())
	}
	want = append(want, e.pending(e.newReply(c)).Item().String())
	slices.SortFunc(want, strings.Compare)
	e.equal("items", ids(e.items(c), func(a models.VerifyItem) string { return a.Item.String() }), want)
}

func verifyDigests(e *env) {
	c := e.open()
	r := e.pending(e.newReply(c))
	for _, body := range []string{"Second", "Third"} {
		e.decide(models.ActionReject, r.Item())
		e.decide(models.ActionRestore, r.Item())
		back := undo(e.decide(models.ActionPublish, r.Item()))
		back.Items[0].To = models.StatusPending
		must(e.store.Decide(e.ctx, back, nil))(e)
		next := e.reply(r.ID)
		next.Body = body
		r = must(e.store.EditReply(e.ctx, next))(e)
	}
	digests := map[int64]string{}
	a := e.items(c)[0]
	digests[a.Rev] = models.TextDigest(a.Salt, a.Title, a.Body)
	for _, earlier := range a.Revisions {
		digests[earlier.Rev] = models.TextDigest(a.Salt, earlier.Title, earlier.Body)
	}
	for _, d := range e.chained(c, 8) {
		e.equal("digest", d.Items[0].Digest, digests[d.Items[0].Rev])
	}
}
