package storetest

import (
	"cmp"
	"errors"
	"time"

	"github.com/google/go-cmp/cmp/cmpopts"

	"folkmoot/models"
)

var copyCases = []testCase{
	{"everything goes out by kind, in the order of its keys", copyOut},
	{"a stream of records stops at its reader's error", copyStops},
	{"a copy holds the same records and shows the same", copySame},
	{"records that come in again change nothing", copyAgain},
	{"a copy goes on where its source stood", copyGoesOn},
	{"a copy keeps what was promised", copyPromises},
	{"merged ideas count as one in a copy", copyMerged},
	{"the mark says how far a copy is, until it is finished", copyMark},
}

// fillAll writes something of every kind and returns the consultations: one with
// everything that an open one has, one that is sealed, and one that is open still.
func fillAll(e *env) []models.Consultation {
	first := fill(e)
	e.clock.Add(models.ReminderAfter)
	e.equal("reminded", len(e.remind()), 1)
	must(e.store.AddIdea(e.ctx, e.newIdea(first, "Waits too"), nil))(e)
	reported := e.published(e.newReply(first))
	for range 2 { // one is decided on, one is not
		e.ok(e.store.AddReport(e.ctx, e.newReport(reported.Item(), first), nil))
		e.decide(models.ActionPublish, reported.Item())
	}
	e.ok(e.store.AddReport(e.ctx, e.newReport(reported.Item(), first), nil))
	e.decide(models.ActionRemove, e.published(e.newReply(first)).Item())
	e.bringIn(e.newImport())
	sealed, ideas := e.sealed()
	for range 2 {
		e.ok(e.store.AddAuditEntry(e.ctx, Entry(models.AuditFullFileDownloaded).With("version", "1")))
	}
	e.answer(ideas[0], models.ResponseAdopt, nil)
	e.ok(e.store.PutResponse(e.ctx, e.newResponse(ideas[1], models.ResponseDecline), nil, nil, Entry(models.AuditResponsePublished)))
	open := e.open("Benches", "Trees")
	e.vote(e.ideas(open)[0], e.person("Ada"), models.ChoiceNone)
	e.vote(e.ideas(open)[1], e.person("Bo"), models.ChoicePass)
	e.vote(e.ideas(open)[1], e.person("Bo"), models.ChoiceNone)
	return []models.Consultation{e.reload(first), e.reload(sealed), e.reload(open)}
}

// records returns what goes out of a store after a key.
func (e *env) records(s models.Store, kind models.CopyKind, after string) (list []models.CopyRecord) {
	e.Helper()
	e.ok(s.CopyOut(e.ctx, kind, after, func(r models.CopyRecord) error {
		list = append(list, r)
		return nil
	}))
	return list
}

// copyTo copies the store into another one, a few records at a time.
func (e *env) copyTo(to models.Store, change func(models.CopyRecord) models.CopyRecord) {
	e.Helper()
	e.ok(to.BeginCopy(e.ctx, models.CopyMark{Source: "other", BegunAt: e.now()}))
	for _, kind := range models.CopyKinds() {
		list := e.records(e.store, kind, "")
		for len(list) > 0 {
			n := min(len(list), 3)
			for k := range n {
				list[k] = change(list[k])
			}
			e.ok(to.CopyIn(e.ctx, list[:n]))
			list = list[n:]
		}
	}
	e.ok(to.FinishCopy(e.ctx))
	e.ok(to.EndCopy(e.ctx))
}

func asItIs(r models.CopyRecord) models.CopyRecord { return r }

// intoCopy goes on with a copy of the store.
func (e *env) intoCopy() {
	e.Helper()
	to := e.again()
	e.copyTo(to, asItIs)
	e.store = to
}

func copyOut(e *env) {
	fillAll(e)
	e.ok(e.store.Settle(e.ctx))
	for _, kind := range models.CopyKinds() {
		list := e.records(e.store, kind, "")
		if len(list) == 0 {
			e.Errorf("there are no %s", kind)
		}
		last := ""
		for n, r := range list {
			if r.CopyKind() != kind || r.CopyKey() <= last {
				e.Errorf("%s: %s %q comes after %q", kind, r.CopyKind(), r.CopyKey(), last)
			}
			last = r.CopyKey()
			e.equal("what comes after "+last, e.records(e.store, kind, last), list[n+1:])
		}
	}
}

func copyStops(e *env) {
	e.open("First", "Second")
	enough := errors.New("enough")
	read := 0
	err := e.store.CopyOut(e.ctx, models.CopyIdeas, "", func(models.CopyRecord) error { read++; return enough })
	if !errors.Is(err, enough) || read != 1 {
		e.Errorf("after %d records: %v", read, err)
	}
}

// sortedHits compares what is found in any order: of texts that are equal in words and in
// time none comes first.
var sortedHits = cmpopts.SortSlices(func(a, b models.Hit) bool {
	return cmp.Or(cmp.Compare(a.ReplyID, b.ReplyID), cmp.Compare(a.IdeaNumber, b.IdeaNumber), cmp.Compare(a.Slug, b.Slug)) < 0
})

// held is what a store holds, by kind.
func (e *env) held(s models.Store) map[models.CopyKind][]models.CopyRecord {
	e.Helper()
	held := map[models.CopyKind][]models.CopyRecord{}
	for _, kind := range models.CopyKinds() {
		held[kind] = e.records(s, kind, "")
	}
	return held
}

func copySame(e *env) {
	list := fillAll(e)
	for range 3 {
		e.clock.Add(time.Minute)
		e.published(e.saying(list[2], "alike"))
	}
	found := e.found("alike")
	source := e.store
	var before []snapshot
	for _, c := range list {
		before = append(before, e.snapshot(c))
	}
	page, _, err := e.store.Consultations(e.ctx, models.ConsultationFilter{})
	e.ok(err)
	e.intoCopy()
	e.equal("the order of what is found", e.found("alike"), found)
	for n, c := range list {
		e.equal("what is shown", e.snapshot(c), before[n], sortedHits)
		e.counted(c)
		e.voters(c)
	}
	again, _, err := e.store.Consultations(e.ctx, models.ConsultationFilter{})
	e.ok(err)
	e.equal("the list", again, page)
	e.equal("the records", e.held(e.store), e.held(source))
}

func copyAgain(e *env) {
	fillAll(e)
	to := e.again()
	e.ok(to.BeginCopy(e.ctx, models.CopyMark{Source: "other", BegunAt: e.now()}))
	for range 2 {
		for _, kind := range models.CopyKinds() {
			list := e.records(e.store, kind, "")
			e.ok(to.CopyIn(e.ctx, list))
			e.ok(to.CopyIn(e.ctx, list[len(list)/2:]))
		}
		e.ok(to.FinishCopy(e.ctx))
		e.equal("the records", e.held(to), e.held(e.store))
	}
}

func copyGoesOn(e *env) {
	list := fillAll(e)
	first, open := list[0], list[2]
	e.clock.Add(day)
	edited := e.reload(open)
	edited.AnswerBy = edited.AnswerBy.Add(day)
	revise := func(c models.Consultation, reason string) models.Consultation {
		return must(e.store.EditConsultation(e.ctx, c, []models.ConsultationRevision{{ID: e.id(), ConsultationID: c.ID, Language: "en", Reason: reason}}, Entry(models.AuditConsultationEdited)))(e)
	}
	edited = revise(edited, "first")
	before := e.published(e.newReply(open))
	vote := e.vote(e.ideas(open)[0], e.person("Eve"), models.ChoiceAgree)
	e.intoCopy()
	if next := e.vote(e.ideas(open)[1], e.person("Eve"), models.ChoicePass); !next.At.After(vote.At) {
		e.Errorf("the next vote is at %v, the one before at %v", next.At, vote.At)
	}
	if next := e.published(e.answerTo(before)); next.Seq != before.Seq+1 {
		e.Errorf("after the reply %d comes %d", before.Seq, next.Seq)
	}
	e.equal("the next number", e.idea(open, "Hedges").Number, 3)
	e.chained(open, 3)
	e.equal("the next moderator", e.person("Ed", everywhere(models.RoleModerator)).Number, 2)
	e.vote(e.ideas(open)[1], e.person("Bo"), models.ChoiceAgree)
	e.vote(e.ideas(open)[1], e.person("Cy"), models.ChoiceDisagree)
	e.counted(open)
	e.voters(open)
	revise(edited, "second")
	var reasons []string
	for _, r := range must(e.store.ConsultationRevisions(e.ctx, open.ID))(e) {
		reasons = append(reasons, r.Reason)
	}
	e.equal("edits", reasons, []string{"first", "second"})
	for _, q := range e.queue(models.QueueFilter{ConsultationIDs: []string{first.ID}}) {
		e.decide(models.ActionPublish, q.Item)
	}
	e.equal("the queue", len(e.queue(models.QueueFilter{ConsultationIDs: []string{first.ID}})), 0)
	e.equal("found", len(must(e.store.Search(e.ctx, "indeed", 10))(e)), 1)
}

func copyPromises(e *env) {
	list := fillAll(e)
	open := list[2]
	session, p := e.signIn("Di")
	used := e.ballot(open, "Flo", e.chosen(open, models.ChoiceAgree)...)
	e.use(used.TokenHash)
	unused := e.ballot(open, "Gus", e.chosen(open, models.ChoicePass)...)
	for range models.SignInMost {
		e.asksSignIn(e.store, "Cy")
	}
	for range models.UnconfirmedMost {
		e.enqueue(open, e.unconfirmed("Hal"))
	}
	topic := e.unconfirmed("Ida")
	topic.Mailbox, topic.Topic, topic.NotBefore = "ida", "topic", e.now().Add(time.Hour)
	e.enqueue(open, topic)
	e.once("claimed", e.claimed(40), nil)
	post := e.newImport()
	post.c.SourceID = "blog 43"
	e.bringIn(post)
	e.intoCopy()
	got, who, err := e.store.Session(e.ctx, session.TokenHash)
	e.ok(err)
	e.equal("the session", got, session)
	e.equal("its participant", who, p)
	_, err = e.store.UseLink(e.ctx, e.linkUse(used.TokenHash))
	e.refused("a used link", err, models.CodeGone, "error.link.used")
	e.equal("one more link", e.asksSignIn(e.store, "Cy"), false)
	topic.ID = e.id()
	e.enqueue(open, topic)
	e.equal("on one topic", len(e.waitingTo("ida")), 1)
	e.equal("claimed while leased", e.claimed(20), []string(nil))
	late := e.unconfirmed("Hal")
	e.enqueue(open, late)
	e.equal("claimed within a day", e.claimed(20), []string(nil))
	e.equal("imported again", e.bringIn(post), false)
	e.equal("the unused ballot", e.use(unused.TokenHash).Counted, len(e.ideas(open)))
	taken := e.newConsultation()
	taken.Slug = open.Slug
	e.refused("the slug", e.store.AddConsultation(e.ctx, taken, nil, Entry(models.AuditConsultationAdded)), models.CodeConflict, "error.consultation.slug")
	e.clock.Add(25 * time.Hour)
	e.once("a day later", e.claimed(20), []string{late.ID, topic.ID})
}

// copyMerged merges while it copies: nothing else can yet.
func copyMerged(e *env) {
	c := e.open("Root", "Merged")
	root, merged := e.ideas(c)[0], e.ideas(c)[1]
	quiet := e.open("Root", "Merged", "Alone") // nobody votes there
	into := map[string]string{merged.ID: root.ID, e.ideas(quiet)[1].ID: e.ideas(quiet)[0].ID}
	ada, bo, cy := e.person("Ada"), e.person("Bo"), e.person("Cy")
	e.vote(root, ada, models.ChoiceAgree)
	e.vote(root, bo, models.ChoiceAgree)
	e.clock.Add(time.Second)
	e.vote(merged, bo, models.ChoiceNone)
	e.vote(merged, ada, models.ChoicePass)
	e.clock.Add(time.Second)
	e.vote(merged, ada, models.ChoiceNone) // nothing of hers counts once they are one
	to := e.again()
	e.copyTo(to, func(r models.CopyRecord) models.CopyRecord {
		switch r := r.(type) {
		case models.CopiedIdea:
			r.MergedInto = into[r.ID]
			if r.ID == root.ID {
				r.Tally = models.Tally{Agree: 1}
			}
			return r
		case models.CopiedConsultation:
			r.VoterCount = 1
			return r
		}
		return r
	})
	e.store = to
	e.equal("before", e.ideas(c)[0].Tally, models.Tally{Agree: 1})
	second := e.ideas(quiet)[1]
	e.equal("merged without a vote", []any{second.Number, second.MergedInto}, []any{2, e.ideas(quiet)[0].ID})
	delete(into, second.ID)
	e.equal("merged ideas that are not there", len(into), 1)
	e.vote(merged, ada, models.ChoiceDisagree)
	e.equal("with a vote on the merged one", e.ideas(c)[0].Tally, models.Tally{Agree: 1, Disagree: 1})
	e.equal("voters", e.reload(c).VoterCount, int64(2))
	e.vote(merged, cy, models.ChoicePass)
	e.equal("and another", e.ideas(c)[0].Tally, models.Tally{Agree: 1, Disagree: 1, Pass: 1})
	e.equal("voters then", e.reload(c).VoterCount, int64(3))
	e.vote(merged, ada, models.ChoiceNone)
	e.equal("voters after one took hers back", e.reload(c).VoterCount, int64(2))
}

func copyMark(e *env) {
	none := must(e.store.CopyMark(e.ctx))(e)
	e.equal("no mark", none, models.CopyMark{})
	e.ok(none.Unfinished())
	mark := models.CopyMark{Source: "other", BegunAt: e.now()}
	e.ok(e.store.BeginCopy(e.ctx, mark))
	e.refused("a second one", e.store.BeginCopy(e.ctx, mark), models.CodeConflict, "error.copy.filled")
	secret := must(e.again().Secret(e.ctx))(e)
	e.ok(e.store.CopyIn(e.ctx, []models.CopyRecord{models.CopiedSite{Secret: secret}}))
	mark.Kind, mark.After = models.CopySite, "site"
	e.equal("the mark", must(e.store.CopyMark(e.ctx))(e), mark)
	e.equal("the secret", must(e.store.Secret(e.ctx))(e), secret)
	e.refused("to use it", mark.Unfinished(), models.CodeConflict, "error.copy.unfinished")
	e.ok(e.store.EndCopy(e.ctx))
	e.equal("no mark any more", must(e.store.CopyMark(e.ctx))(e), models.CopyMark{})
}
