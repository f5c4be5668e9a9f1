package storetest

import (
	"slices"
	"time"

	"folkmoot/models"
)

var queueCases = []testCase{
	{"what waits comes oldest first, page by page", queueOrder},
	{"nothing is missed while the queue is worked through", queueStable},
	{"a filter by consultations, none of them means nothing", queueScope},
	{"a filter leaves consultations out", queueExcept},
	{"an entry shows its item in its context", queueContext},
	{"what is undecided in one consultation is listed without words", queueUndecided},
	{"an entry is read whatever its status", queueAnyStatus},
	{"an entry that is not there is not found", queueNotFound},
	{"a reported item enters once, with its reports, from the first one on", queueReports},
	{"a decision closes the reports on its item", queueReportsClosed},
	{"one whose id is there already is refused and leaves nothing", queueReportTwice},
	{"only what is published can be reported", queueReportNotFound},
	{"an author's record counts what became of earlier items", queueRecord},
	{"an edited text keeps its place", queueEdited},
}

func queueOrder(e *env) {
	c := e.open()
	var want []string
	for n := range 9 {
		e.clock.Add(time.Second)
		if n%3 == 0 {
			want = append(want, e.pendingIdea(c, "Idea").ID)
		} else {
			want = append(want, e.pending(e.newReply(c)).ID)
		}
	}
	for limit := 1; limit <= 10; limit++ {
		got := walk(e, limit, func(after string) ([]models.QueueEntry, string, error) {
			return e.store.Queue(e.ctx, models.QueueFilter{After: after, Limit: limit})
		}, nil)
		e.equal("the queue", ids(got, entryID), want)
	}
	e.equal("its length", must(e.store.QueueLength(e.ctx, models.QueueFilter{}))(e), int64(9))
	for range 4 { // of one millisecond
		want = append(want, e.pending(e.newReply(c)).ID)
	}
	got := walk(e, 1, func(after string) ([]models.QueueEntry, string, error) {
		return e.store.Queue(e.ctx, models.QueueFilter{After: after, Limit: 1})
	}, nil)
	e.once("with some of one millisecond", ids(got, entryID), want)
}

func queueStable(e *env) {
	c := e.open()
	var want []string
	for range 8 {
		e.clock.Add(time.Second)
		want = append(want, e.pending(e.newReply(c)).ID)
	}
	done := 0
	got := walk(e, 2, func(after string) ([]models.QueueEntry, string, error) {
		return e.store.Queue(e.ctx, models.QueueFilter{After: after, Limit: 2})
	}, func() {
		for _, id := range want[done : done+2] {
			e.decide(models.ActionPublish, models.Item{Kind: models.KindReply, ID: id})
		}
		done += 2
		e.clock.Add(time.Second)
		e.published(e.newReply(c))
	})
	e.once("the queue", ids(got, entryID), want)
	e.equal("its length", must(e.store.QueueLength(e.ctx, models.QueueFilter{}))(e), int64(len(want)-done))
}

func queueScope(e *env) {
	first, second, third := e.open(), e.open(), e.open()
	a, b := e.pending(e.newReply(first)).ID, e.pending(e.newReply(first)).ID
	d := e.pendingIdea(third, "Markets").ID
	e.pending(e.newReply(second))
	for what, f := range map[string]struct {
		scope []string
		want  []string
	}{
		"one":                   {[]string{first.ID}, []string{a, b}},
		"two":                   {[]string{first.ID, third.ID}, []string{a, b, d}},
		"one that is not there": {[]string{"none"}, nil},
		"none":                  {[]string{}, nil},
	} {
		filter := models.QueueFilter{ConsultationIDs: f.scope, Limit: 2}
		got := ids(e.queue(filter), entryID)
		e.once(what, got, f.want)
		e.equal(what, len(got), len(f.want))
		e.equal(what+": length", must(e.store.QueueLength(e.ctx, filter))(e), int64(len(f.want)))
		e.equal(what+": anything", must(e.store.Queued(e.ctx, filter))(e), len(f.want) > 0)
	}
	e.equal("all", len(e.queue(models.QueueFilter{})), 4)
	e.equal("anything at all", must(e.store.Queued(e.ctx, models.QueueFilter{}))(e), true)
}

func queueExcept(e *env) {
	one, two, three := e.open(), e.open(), e.open()
	first := e.pending(e.newReply(one))
	e.clock.Add(time.Second)
	e.pendingIdea(two, "Alms")
	e.clock.Add(time.Second)
	last := e.pendingIdea(three, "Markets")
	for what, c := range map[string]struct {
		filter models.QueueFilter
		want   []string
	}{
		"of all":      {models.QueueFilter{Except: []string{two.ID}}, []string{first.ID, last.ID}},
		"of some":     {models.QueueFilter{ConsultationIDs: []string{one.ID, two.ID}, Except: []string{two.ID, three.ID}}, []string{first.ID}},
		"all of them": {models.QueueFilter{ConsultationIDs: []string{two.ID}, Except: []string{two.ID}}, nil},
		"of nothing":  {models.QueueFilter{Except: []string{"none", one.ID, two.ID, three.ID}}, nil},
	} {
		e.equal(what, ids(e.queue(c.filter), entryID), c.want)
		e.equal(what+": length", must(e.store.QueueLength(e.ctx, c.filter))(e), int64(len(c.want)))
		e.equal(what+": anything", must(e.store.Queued(e.ctx, c.filter))(e), len(c.want) > 0)
	}
}

func queueContext(e *env) {
	c := e.open("Markets")
	idea := e.ideas(c)[0]
	parent := e.newReply(c)
	parent.IdeaID = idea.ID
	parent = e.published(parent)
	e.clock.Add(time.Minute)
	answer, suggested := e.pending(e.answerTo(parent)), e.pendingIdea(c, "Alms")
	byID := map[string]models.QueueEntry{}
	for _, q := range e.queue(models.QueueFilter{}) {
		byID[q.Item.ID] = q
		e.equal("alone", must(e.store.QueueEntry(e.ctx, q.Item))(e), q)
		e.equal("slug", q.Slug, c.Slug)
		e.equal("title", q.Title, c.Texts["en"].Title)
		e.equal("consultation", q.ConsultationID, c.ID)
		e.equal("since", q.Since, e.now())
	}
	q := byID[answer.ID]
	if q.Parent == nil {
		e.Fatalf("the reply's entry is incomplete: %+v", q)
	}
	e.equal("the reply", q.Text, models.Text(answer))
	e.equal("what it answers", *q.Parent, parent)
	e.equal("the idea's title", q.IdeaTitle, "Markets")
	q = byID[suggested.ID]
	e.equal("the idea", q.Text, models.Text(suggested))
}

func queueAnyStatus(e *env) {
	c := e.open()
	for _, a := range []models.Action{models.ActionPublish, models.ActionReject, models.ActionSpam} {
		r := e.pending(e.newReply(c))
		e.decide(a, r.Item())
		q := must(e.store.QueueEntry(e.ctx, r.Item()))(e)
		e.equal(string(a), q.Text, models.Text(e.reply(r.ID)))
		e.equal(string(a)+": title", q.Title, "Shops")
	}
	e.equal("the queue", e.queue(models.QueueFilter{}), []models.QueueEntry(nil))
}

func queueUndecided(e *env) {
	c, other := e.open("First", "Second"), e.open()
	e.equal("nothing", must(e.store.Undecided(e.ctx, c.ID))(e), []models.Undecided{})
	ideas := e.ideas(c)
	shown := e.published(e.newReply(c))
	e.pending(e.newReply(other))
	var want []models.Undecided
	add := func(item models.Item, idea, reports int) {
		want = append(want, models.Undecided{Item: item.String(), Idea: idea, Since: e.now(), Reports: reports})
		e.clock.Add(time.Minute)
	}
	add(e.pending(e.newReply(c)).Item(), 0, 0)
	under := e.newReply(c)
	under.IdeaID = ideas[1].ID
	add(e.pending(under).Item(), 2, 0)
	add(e.pendingIdea(c, "Alms").Item(), 0, 0)
	e.report(shown.Item())
	add(shown.Item(), 0, 2)
	e.report(ideas[0].Item())
	add(ideas[0].Item(), 1, 1)
	e.report(shown.Item())
	e.equal("undecided", must(e.store.Undecided(e.ctx, c.ID))(e), want)
	e.decide(models.ActionPublish, shown.Item())
	e.report(shown.Item())
	got := must(e.store.Undecided(e.ctx, c.ID))(e)
	e.equal("reported again once that was decided", got[len(got)-1],
		models.Undecided{Item: shown.Item().String(), Since: e.now(), Reports: 1})
}

// report adds a report on an item.
func (e *env) report(item models.Item) {
	e.Helper()
	e.ok(e.store.AddReport(e.ctx, e.newReport(item, models.Consultation{}), nil))
}

func queueNotFound(e *env) {
	r := e.pending(e.newReply(e.open()))
	for _, item := range []models.Item{
		{Kind: models.KindReply, ID: "none"},
		{Kind: models.KindIdea, ID: r.ID},
		{},
	} {
		_, err := e.store.QueueEntry(e.ctx, item)
		e.refused("QueueEntry", err, models.CodeNotFound, "")
	}
}

func (e *env) newReport(item models.Item, c models.Consultation) models.Report {
	id := e.id()
	return models.Report{
		ID: id, Item: item, ConsultationID: c.ID, Reason: "It is a lie — żółć 👎🏽", Reference: "X-" + id, Network: "network-hash",
	}
}

func queueReports(e *env) {
	c := e.open()
	r := e.published(e.newReply(c))
	e.clock.Add(time.Hour)
	first := e.now()
	var want []models.Report
	jobs := []models.Job{e.newMessage("Mo")}
	for range 2 {
		report := e.newReport(r.Item(), c)
		e.ok(e.store.AddReport(e.ctx, report, jobs))
		report.CreatedAt = e.now()
		want, jobs = append(want, report), nil
		e.clock.Add(time.Minute)
	}
	waits := e.pending(e.newReply(c))
	got := e.queue(models.QueueFilter{})
	e.equal("the queue", ids(got, entryID), []string{r.ID, waits.ID})
	e.equal("reports", got[0].Reports, want)
	e.equal("since", got[0].Since, first)
	e.equal("length", must(e.store.QueueLength(e.ctx, models.QueueFilter{}))(e), int64(2))
	e.equal("jobs", len(e.waiting()), 1)
	e.equal("it stays published", e.reply(r.ID).Status, models.StatusPublished)
}

func queueReportsClosed(e *env) {
	c := e.open()
	kept, removed, other := e.published(e.newReply(c)), e.published(e.newReply(c)), e.published(e.newReply(c))
	for _, r := range []models.Reply{kept, removed, other} {
		e.ok(e.store.AddReport(e.ctx, e.newReport(r.Item(), c), nil))
	}
	e.decide(models.ActionPublish, kept.Item())
	e.decide(models.ActionRemove, removed.Item())
	e.equal("the queue", ids(e.queue(models.QueueFilter{}), entryID), []string{other.ID})
	e.clock.Add(time.Hour)
	again := e.newReport(kept.Item(), c)
	e.ok(e.store.AddReport(e.ctx, again, nil))
	got := e.queue(models.QueueFilter{})
	e.equal("reported again", ids(got, entryID), []string{other.ID, kept.ID})
	e.equal("since", got[1].Since, e.now())
	open := slices.DeleteFunc(got[1].Reports, func(r models.Report) bool { return r.ClosedBy != 0 })
	e.equal("open reports", ids(open, func(r models.Report) string { return r.ID }), []string{again.ID})
}

func queueReportTwice(e *env) {
	c := e.open()
	r := e.published(e.newReply(c))
	first := e.newReport(r.Item(), c)
	e.ok(e.store.AddReport(e.ctx, first, nil))
	first.CreatedAt = e.now()
	e.clock.Add(time.Minute)
	second := first
	second.Reference = "another"
	e.refused("the second", e.store.AddReport(e.ctx, second, []models.Job{e.newMessage("Mo")}), models.CodeConflict, "")
	e.equal("reports", e.queue(models.QueueFilter{})[0].Reports, []models.Report{first})
	e.equal("jobs", len(e.waiting()), 0)
}

func queueReportNotFound(e *env) {
	c := e.open()
	waits, removed := e.pending(e.newReply(c)), e.published(e.newReply(c))
	e.decide(models.ActionRemove, removed.Item())
	for what, item := range map[string]models.Item{
		"one that waits":          waits.Item(),
		"one that was removed":    removed.Item(),
		"one that is not there":   {Kind: models.KindReply, ID: "none"},
		"an idea that waits":      e.pendingIdea(c, "Alms").Item(),
		"an item of another kind": {Kind: models.KindIdea, ID: waits.ID},
	} {
		err := e.store.AddReport(e.ctx, e.newReport(item, c), []models.Job{e.newMessage("Mo")})
		e.refused(what, err, models.CodeNotFound, "")
	}
	e.equal("jobs", e.waiting(), []string(nil))
	e.equal("the queue", len(e.queue(models.QueueFilter{})), 2)
}

func queueRecord(e *env) {
	c, p := e.open(), e.person("Ada")
	send := func(participant string) models.Reply {
		r := e.newReply(c)
		r.ParticipantID, r.Guest, r.Address, r.AddressKey = participant, "cookie", "x@example.org", "x@example.org"
		return e.pending(r)
	}
	e.decide(models.ActionPublish, send(p.ID).Item(), send(p.ID).Item())
	idea := e.newIdea(c, "Alms")
	idea.ParticipantID = p.ID
	must(e.store.AddIdea(e.ctx, idea, nil))(e)
	e.decide(models.ActionPublish, idea.Item())
	e.decide(models.ActionReject, send(p.ID).Item())
	e.decide(models.ActionSpam, send(p.ID).Item())
	e.decide(models.ActionPublish, send("").Item())
	mine, guests := send(p.ID), send("")
	record := must(e.store.QueueEntry(e.ctx, mine.Item()))(e).Record
	e.equal("the participant's", record, models.AuthorRecord{Published: 3, Refused: 2})
	record = must(e.store.QueueEntry(e.ctx, guests.Item()))(e).Record
	e.equal("a guest's", record, models.AuthorRecord{})
}

func queueEdited(e *env) {
	c := e.open()
	first := e.pending(e.newReply(c))
	e.clock.Add(time.Minute)
	second := e.pending(e.newReply(c))
	e.clock.Add(time.Minute)
	next := first
	next.Body = "Better said"
	must(e.store.EditReply(e.ctx, next))(e)
	got := e.queue(models.QueueFilter{})
	e.equal("the queue", ids(got, entryID), []string{first.ID, second.ID})
	_, body, _ := got[0].Text.Words()
	e.equal("its words", body, "Better said")
}
