package storetest

import (
	"errors"
	"fmt"
	"time"

	"folkmoot/models"
)

var replyCases = []testCase{
	{"every field comes back", replyRoundTrip},
	{"it leaves the jobs that it causes", replyJobs},
	{"what the consultation does not take is refused and leaves nothing", replyClosed},
	{"a parent or idea that is not published or belongs elsewhere is refused", replyParent},
	{"one whose id is there already is refused and leaves nothing", replyTwice},
	{"one that is not there is not found", replyNotFound},
	{"an answer to the deepest level stays there and names whom it answers", replyDepth},
	{"authors find their own that wait, the newest first", replyOwn},
	{"what an account took over is the account's alone", replyOwnTaken},
	{"an edit replaces the words and keeps the old ones in order", replyEdit},
	{"an edit of what changed since is refused", replyEditFence},
	{"only what waits can be edited", replyEditWaiting},
	{"an item of each kind is found by its name", replyText},
	{"a private link finds its item", replyToken},
	{"a stream stops at its reader's error", replyStreamStops},
}

func replyRoundTrip(e *env) {
	c := e.open("Markets")
	idea := e.ideas(c)[0]
	parent := e.newReply(c)
	parent.IdeaID, parent.AuthorName = idea.ID, "Ελένη"
	parent = e.published(parent)
	in := e.answerTo(parent)
	in.Contribution = fullContribution(e, c)
	in.Body, in.BodyHTML = long, "<p>"+long+"</p>"
	out := must(e.store.AddReply(e.ctx, in, nil))(e)
	in.CreatedAt, in.IdeaNumber = e.now(), 1
	in.Place(&parent, out.Seq)
	e.equal("as given back", out, in)
	e.equal("as read", e.reply(in.ID), out)
	e.equal("whom it answers", out.ParentName, "Ελένη")
	if out.Seq <= parent.Seq {
		e.Errorf("the answer's seq %d is not after its parent's, %d", out.Seq, parent.Seq)
	}
}

func replyJobs(e *env) {
	c := e.open()
	jobs := []models.Job{e.newMessage("Ada"), e.newMessage("Bo")}
	must(e.store.AddReply(e.ctx, e.newReply(c), jobs))(e)
	e.once("jobs", e.waiting(), ids(jobs, jobID))
}

func replyTwice(e *env) {
	c := e.open()
	first := e.pending(e.newReply(c))
	second := e.newReply(c)
	second.ID = first.ID
	_, err := e.store.AddReply(e.ctx, second, []models.Job{e.newMessage("Ada")})
	e.refused("the second", err, models.CodeConflict, "")
	e.equal("the first", e.reply(first.ID), first)
	e.equal("jobs", len(e.waiting()), 0)
	e.equal("the queue", ids(e.queue(models.QueueFilter{}), entryID), []string{first.ID})
	e.whole("after it", c)
}

func replyClosed(e *env) {
	for what, refuse := range refusals {
		e.clock.Set(start)
		c := e.draft("Markets")
		refuse(e, c)
		r, inIdea := e.newReply(c), e.newReply(c)
		inIdea.IdeaID = e.ideas(c)[0].ID
		_, err := e.store.AddReply(e.ctx, r, []models.Job{e.newMessage("Ada")})
		e.refused(what, err, models.CodeClosed, "")
		_, err = e.store.AddReply(e.ctx, inIdea, nil)
		e.refused(what+", on an idea", err, models.CodeClosed, "")
		_, err = e.store.Reply(e.ctx, r.ID)
		e.refused(what+": the reply", err, models.CodeNotFound, "")
	}
	e.equal("jobs", e.waiting(), []string(nil))
}

// wrongPlaces makes replies that hang where no reply can.
func wrongPlaces(e *env) map[string]models.Reply {
	c, other := e.open("Markets"), e.open("Other")
	root, removed := e.published(e.newReply(c)), e.published(e.newReply(c))
	e.decide(models.ActionRemove, removed.Item())
	at := func(parent, idea string) models.Reply {
		r := e.newReply(c)
		r.ParentID, r.IdeaID = parent, idea
		return r
	}
	return map[string]models.Reply{
		"a parent that waits":                    at(e.pending(e.newReply(c)).ID, ""),
		"a parent that was removed":              at(removed.ID, ""),
		"a parent that is not there":             at("none", ""),
		"a parent in another consultation":       at(e.published(e.newReply(other)).ID, ""),
		"a parent in another thread":             at(root.ID, e.ideas(c)[0].ID),
		"an idea that waits":                     at("", e.pendingIdea(c, "Waits").ID),
		"an idea that is not there":              at("", "none"),
		"an idea of another consultation":        at("", e.ideas(other)[0].ID),
		"a parent that is not there, on an idea": at("none", e.ideas(c)[0].ID),
	}
}

func replyParent(e *env) {
	for what, r := range wrongPlaces(e) {
		_, err := e.store.AddReply(e.ctx, r, []models.Job{e.newMessage("Ada")})
		e.refused(what, err, models.CodeInvalid, "error.reply.parent")
		_, err = e.store.Reply(e.ctx, r.ID)
		e.refused(what+": the reply", err, models.CodeNotFound, "")
	}
	e.equal("jobs", e.waiting(), []string(nil))
}

func replyNotFound(e *env) {
	_, err := e.store.Reply(e.ctx, "none")
	e.refused("Reply", err, models.CodeNotFound, "")
	_, err = e.store.ContributionByToken(e.ctx, "none")
	e.refused("ContributionByToken", err, models.CodeNotFound, "")
	_, err = e.store.ContributionByToken(e.ctx, "")
	e.refused("ContributionByToken without a token", err, models.CodeNotFound, "")
}

func replyDepth(e *env) {
	c := e.open()
	r := e.published(e.newReply(c))
	for depth := 1; depth <= models.MaxDepth; depth++ {
		e.equal("depth", r.Depth, depth)
		next := e.answerTo(r)
		next.AuthorName = "Bo"
		if r = e.published(next); depth == models.MaxDepth {
			e.equal("below the deepest", r.Depth, models.MaxDepth)
			e.equal("whom it answers", r.ParentID, next.ParentID)
		}
	}
	after := e.published(e.answerTo(r))
	e.equal("an answer to that", after.Depth, models.MaxDepth)
	e.equal("whom it answers", after.ParentName, "Bo")
	if after.Path <= r.Path || after.PathNew <= r.PathNew {
		e.Errorf("the later answer on the deepest level should stand after the earlier one")
	}
}

func replyOwn(e *env) {
	c, p := e.open("Markets"), e.person("Ada")
	first, second := e.published(e.newReply(c)), e.published(e.newReply(c))
	add := func(parent models.Reply, participant, guest string) models.Reply {
		r := e.answerTo(parent)
		r.ParticipantID, r.Guest = participant, guest
		e.clock.Add(time.Minute)
		return e.pending(r)
	}
	one, guests, two := add(second, p.ID, ""), add(first, "", "cookie"), add(first, p.ID, "")
	add(first, e.person("Bo").ID, "cookie")
	add(first, "", "")
	e.decide(models.ActionPublish, add(first, p.ID, "").Item())
	e.decide(models.ActionReject, add(first, p.ID, "").Item())
	inIdea := e.newReply(c)
	inIdea.IdeaID, inIdea.ParticipantID = e.ideas(c)[0].ID, p.ID
	inIdea = e.pending(inIdea)
	own := func(what, idea string, a models.Author, want ...models.Reply) {
		e.Helper()
		e.ownPages(what, models.OwnQuery{ConsultationID: c.ID, IdeaID: idea, Author: a}, want)
	}
	own("the participant's", "", models.Author{ParticipantID: p.ID}, two, one)
	own("the guest's", "", models.Author{Guest: "cookie"}, guests)
	both := models.Author{ParticipantID: p.ID, Guest: "cookie"}
	own("of both", "", both, two, guests, one)
	own("in the idea's thread", inIdea.IdeaID, both, inIdea)
	own("nobody's", "", models.Author{})
	e.decide(models.ActionRemove, second.Item())
	one.ParentName = ""
	own("whom one of them answers is gone", "", models.Author{ParticipantID: p.ID}, two, one)
}

// ownPages reads an author's waiting replies in pages of every length.
func (e *env) ownPages(what string, q models.OwnQuery, want []models.Reply) {
	e.Helper()
	for q.Limit = 1; q.Limit <= 4; q.Limit++ {
		var got []models.Reply
		for q.Before = (models.OwnPlace{}); ; q.Before = got[len(got)-1].OwnPlace() {
			page, total, err := e.store.OwnReplies(e.ctx, q)
			e.ok(err)
			if e.equal(what+": counted", total, int64(len(want))); len(page) > q.Limit {
				e.Errorf("%s: %d replies on a page of %d", what, len(page), q.Limit)
			}
			if got = append(got, page...); len(page) < q.Limit {
				break
			}
		}
		e.equal(fmt.Sprint(what, " by ", q.Limit), got, want)
	}
}

func replyOwnTaken(e *env) {
	c := e.open()
	r := e.newReply(c)
	r.Guest, r.Address, r.AddressKey = "cookie", "ada@example.org", "ada@example.org"
	r = e.pending(r)
	l := e.newLink("Ada")
	e.ok(e.store.AddLink(e.ctx, l, nil))
	p := e.use(l.TokenHash).Participant
	own := func(a models.Author) []string {
		list, _, err := e.store.OwnReplies(e.ctx, models.OwnQuery{ConsultationID: c.ID, Author: a, Limit: 10})
		e.ok(err)
		return ids(list, replyID)
	}
	e.equal("the guest's", own(models.Author{Guest: "cookie"}), []string(nil))
	e.equal("the account's", own(models.Author{ParticipantID: p.ID}), []string{r.ID})
}

func replyEdit(e *env) {
	c := e.open()
	r := e.pending(e.newReply(c))
	var want []models.TextRevision
	for _, body := range []string{"Second", long} {
		e.clock.Add(time.Minute)
		want = append(want, models.TextRevision{Item: r.Item(), Rev: r.Rev, Body: r.Body, At: e.now()})
		next := r
		next.Body, next.BodyHTML = body, "<p>"+body+"</p>"
		next.AuthorName, next.Path, next.Status = "Forged", "forged", models.StatusSpam
		got := must(e.store.EditReply(e.ctx, next))(e)
		if got.Rev <= r.Rev {
			e.Errorf("the revision went from %d to %d", r.Rev, got.Rev)
		}
		r.Body, r.BodyHTML, r.EditedAt = next.Body, next.BodyHTML, e.now()
		e.equal("as given back", got, r, ignore[models.Contribution]("Rev"))
		e.equal("as read", e.reply(r.ID), got)
		r = got
	}
	e.equal("revisions", must(e.store.TextRevisions(e.ctx, r.Item()))(e), want)
	other := models.Item{Kind: models.KindIdea, ID: r.ID}
	e.equal("revisions of another kind", must(e.store.TextRevisions(e.ctx, other))(e), []models.TextRevision(nil))
}

func replyEditFence(e *env) {
	c := e.open()
	stale := e.pending(e.newReply(c))
	next := stale
	next.Body = "First"
	first := must(e.store.EditReply(e.ctx, next))(e)
	stale.Body = "Second"
	_, err := e.store.EditReply(e.ctx, stale)
	e.refused("the second", err, models.CodeConflict, "")
	e.equal("the reply", e.reply(stale.ID), first)
	e.equal("revisions", len(must(e.store.TextRevisions(e.ctx, stale.Item()))(e)), 1)
}

func replyEditWaiting(e *env) {
	c := e.open()
	for _, a := range []models.Action{models.ActionPublish, models.ActionReject, models.ActionSpam, models.ActionWithdraw} {
		r := e.pending(e.newReply(c))
		e.decide(a, r.Item())
		next := r
		next.Body = "Something that nobody read"
		_, err := e.store.EditReply(e.ctx, next)
		e.refused("after "+string(a), err, models.CodeClosed, "error.edit.published")
		e.equal("the words after "+string(a), e.reply(r.ID).Body, r.Body)
		e.equal("revisions", must(e.store.TextRevisions(e.ctx, r.Item()))(e), []models.TextRevision(nil))
	}
}

func replyToken(e *env) {
	c := e.open()
	r, i := e.pending(e.newReply(c)), e.pendingIdea(c, "Markets")
	e.equal("the reply", must(e.store.ContributionByToken(e.ctx, r.TokenHash))(e), r.Item())
	e.equal("the idea", must(e.store.ContributionByToken(e.ctx, i.TokenHash))(e), i.Item())
	e.decide(models.ActionSpam, r.Item())
	e.equal("the refused reply", must(e.store.ContributionByToken(e.ctx, r.TokenHash))(e), r.Item())
}

func replyStreamStops(e *env) {
	c := e.open("Markets", "Alms")
	for range 3 {
		e.published(e.newReply(c))
	}
	for _, i := range e.ideas(c) {
		e.vote(i, e.person("Ada"), models.ChoiceAgree)
	}
	stop := errors.New("enough")
	for what, stream := range map[string]func(fn func() error) error{
		"EachReply": func(fn func() error) error {
			return e.store.EachReply(e.ctx, c.ID, func(models.Reply) error { return fn() })
		},
		"EachVote": func(fn func() error) error {
			return e.store.EachVote(e.ctx, c.ID, func(models.Vote) error { return fn() })
		},
		"EachItem": func(fn func() error) error {
			return e.store.EachItem(e.ctx, c.ID, func(models.VerifyItem) error { return fn() })
		},
	} {
		calls := 0
		err := stream(func() error { calls++; return stop })
		if !errors.Is(err, stop) || calls != 1 {
			e.Errorf("%s: error %v after %d calls", what, err, calls)
		}
	}
}

func replyText(e *env) {
	c := e.open("Markets")
	idea := e.ideas(c)[0]
	in := e.newReply(c)
	in.IdeaID = idea.ID
	r := e.pending(in)
	want := map[models.Kind]models.Text{models.KindReply: e.reply(r.ID), models.KindIdea: must(e.store.IdeaByID(e.ctx, idea.ID))(e)}
	for _, kind := range models.Kinds() {
		text, there := want[kind]
		if !there {
			e.Fatalf("this case has no %s", kind)
		}
		got := must(e.store.Text(e.ctx, text.Item()))(e)
		e.equal(string(kind), got, text)
		e.equal(string(kind)+": its item", got.Item(), text.Item())
		e.equal(string(kind)+": where it stands", got.AtIdea(), 1)
		e.equal(string(kind)+": what all have in common", got.Common().ConsultationID, c.ID)
		_, err := e.store.Text(e.ctx, models.Item{Kind: kind, ID: "none"})
		e.refused("no "+string(kind), err, models.CodeNotFound, "")
		_, err = e.store.QueueEntry(e.ctx, models.Item{Kind: kind, ID: "none"})
		e.refused("no "+string(kind)+" in the queue", err, models.CodeNotFound, "")
	}
	for _, read := range []func(models.Item) error{
		func(i models.Item) error { _, err := e.store.Text(e.ctx, i); return err },
		func(i models.Item) error { _, err := e.store.QueueEntry(e.ctx, i); return err },
		func(i models.Item) error { return e.store.AddReport(e.ctx, e.newReport(i, c), nil) },
	} {
		e.refused("a kind that is not known", read(models.Item{Kind: "poem", ID: r.ID}), models.CodeNotFound, "error.item.unknown")
	}
}
