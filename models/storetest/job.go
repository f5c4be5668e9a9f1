package storetest

import (
	"fmt"
	"time"

	"folkmoot/models"
)

var jobCases = []testCase{
	{"every field comes back", jobRoundTrip},
	{"a job that is there already is ignored, done or not", jobOnce},
	{"a claimed job is leased, and free again when the lease ends", jobLease},
	{"no more are claimed than asked for", jobClaimSome},
	{"none is claimed before it is due", jobNotBefore},
	{"a finished job is gone", jobFinish},
	{"a job given back is due after a while, with its error", jobRetry},
	{"those not done are listed oldest first, page by page", jobPages},
	{"released jobs are due now", jobRelease},
	{"an unconfirmed mailbox gets at most three messages a day", jobUnconfirmed},
	{"a message takes the place of one that waits on the same topic, and its link's", jobReplaces},
	{"a message that is being sent is not replaced", jobReplacesNot},
	{"sign-in links are claimed before all else", jobSignInFirst},
	{"the jobs passed say whether they were deferred", jobSaysDeferred},
	{"a message that was sent counts towards that", jobUnconfirmedSent},
	{"an account makes no difference to that", jobConfirmed},
	{"at most three deferred messages wait for one mailbox, and nobody is refused", jobDeferredMost},
	{"a reminder waits while three messages are deferred", jobDeferredReminder},
}

// enqueue leaves jobs by a reply that causes them.
func (e *env) enqueue(c models.Consultation, jobs ...models.Job) {
	e.Helper()
	must(e.store.AddReply(e.ctx, e.newReply(c), jobs))(e)
}

// waitingJobs lists the jobs that are not done.
func (e *env) waitingJobs() []models.Job {
	e.Helper()
	return walk(e, 100, func(after string) ([]models.Job, string, error) {
		return e.store.WaitingJobs(e.ctx, after, 100)
	}, nil)
}

func jobRoundTrip(e *env) {
	in := models.Job{
		ID: e.id(), Kind: models.JobDecided, Language: "cy", Recipient: "Ada@Example.org",
		Args:      map[string]string{"token": "t", "reason": long, "title": "日本語", "": "empty"},
		NotBefore: start.Add(time.Hour), LinkID: e.id(), Mailbox: "mailbox", Topic: "topic",
	}
	e.enqueue(e.open(), in)
	in.CreatedAt = e.now()
	e.equal("in the list", e.waitingJobs(), []models.Job{in})
	plain := models.Job{ID: e.id(), Kind: models.JobQueue, Language: "en", Recipient: "mo@example.org"}
	e.enqueue(e.open(), plain)
	plain.CreatedAt, plain.Attempts, plain.LeasedTo = e.now(), 1, start.Add(time.Minute)
	claimed := must(e.store.ClaimJobs(e.ctx, 5, time.Minute))(e)
	e.equal("as claimed", claimed, []models.Job{plain}, ignore[models.Job]("NotBefore", "Attempts", "Mailbox"))
}

func jobOnce(e *env) {
	c, job := e.open(), e.newMessage("Ada")
	e.enqueue(c, job)
	again := job
	again.Recipient = "bo@example.org"
	e.enqueue(c, again, e.newMessage("Cy"))
	e.equal("jobs", len(e.waiting()), 2)
	got := must(e.store.ClaimJobs(e.ctx, 5, time.Minute))(e)
	e.once("claimed", ids(got, jobID), []string{job.ID})
	for _, j := range got {
		e.equal("the first one stands", j.Recipient == again.Recipient, false)
		e.ok(e.store.FinishJob(e.ctx, j.ID))
	}
	e.enqueue(c, job)
	e.equal("after it was done", e.drain(), []string(nil))
	e.equal("replies", len(e.queue(models.QueueFilter{})), 3)
}

func jobLease(e *env) {
	job := e.newMessage("Ada")
	e.enqueue(e.open(), job)
	first := must(e.store.ClaimJobs(e.ctx, 5, time.Minute))(e)
	e.equal("claimed", ids(first, jobID), []string{job.ID})
	e.equal("LeasedTo", first[0].LeasedTo, start.Add(time.Minute))
	e.clock.Add(time.Minute - time.Millisecond)
	e.equal("while leased", e.claimed(5), []string(nil))
	e.equal("not done", e.waiting(), []string{job.ID})
	e.clock.Add(2 * time.Millisecond)
	again := must(e.store.ClaimJobs(e.ctx, 5, time.Minute))(e)
	e.equal("claimed again", ids(again, jobID), []string{job.ID})
	if again[0].Attempts <= first[0].Attempts {
		e.Errorf("attempts went from %d to %d", first[0].Attempts, again[0].Attempts)
	}
}

func jobClaimSome(e *env) {
	c := e.open()
	var want, got []string
	for n := range 5 {
		job := e.newMessage(fmt.Sprint("person", n))
		want = append(want, job.ID)
		e.enqueue(c, job)
	}
	for _, size := range []int{2, 2, 1, 0} {
		some := e.claimed(2)
		e.equal("claimed", len(some), size)
		got = append(got, some...)
	}
	e.once("claimed", got, want)
}

func jobNotBefore(e *env) {
	job := e.newMessage("Ada")
	job.NotBefore = start.Add(time.Hour)
	e.enqueue(e.open(), job)
	e.clock.Set(job.NotBefore.Add(-time.Millisecond))
	e.equal("too early", e.claimed(5), []string(nil))
	e.clock.Set(job.NotBefore)
	e.equal("due", e.claimed(5), []string{job.ID})
}

func jobFinish(e *env) {
	job, other := e.newMessage("Ada"), e.newMessage("Bo")
	e.enqueue(e.open(), job, other)
	e.once("claimed", e.claimed(5), []string{job.ID, other.ID})
	e.ok(e.store.FinishJob(e.ctx, job.ID))
	e.equal("not done", e.waiting(), []string{other.ID})
	e.clock.Add(day)
	e.equal("claimed later", e.claimed(5), []string{other.ID})
}

func jobRetry(e *env) {
	job := e.newMessage("Ada")
	e.enqueue(e.open(), job)
	first := must(e.store.ClaimJobs(e.ctx, 5, time.Hour))(e)
	e.ok(e.store.RetryJob(e.ctx, job.ID, 10*time.Minute, "550 no such box — żółć"))
	got := e.waitingJobs()
	e.equal("LastError", got[0].LastError, "550 no such box — żółć")
	e.equal("NotBefore", got[0].NotBefore, start.Add(10*time.Minute))
	e.equal("too early", e.claimed(5), []string(nil))
	e.clock.Add(10 * time.Minute)
	again := must(e.store.ClaimJobs(e.ctx, 5, time.Hour))(e)
	e.equal("due", ids(again, jobID), []string{job.ID})
	e.equal("its arguments", again[0].Args, job.Args)
	if again[0].Attempts <= first[0].Attempts {
		e.Errorf("attempts went from %d to %d", first[0].Attempts, again[0].Attempts)
	}
}

func jobPages(e *env) {
	c := e.open()
	var want []string
	for n := range 7 {
		e.clock.Add(time.Millisecond)
		job := e.newMessage(fmt.Sprint("person", n))
		job.NotBefore = start.Add(time.Duration(7-n) * time.Hour)
		want = append(want, job.ID)
		e.enqueue(c, job)
	}
	page := func(limit int, between func()) []string {
		return ids(walk(e, limit, func(after string) ([]models.Job, string, error) {
			return e.store.WaitingJobs(e.ctx, after, limit)
		}, between), jobID)
	}
	for limit := 1; limit <= 8; limit++ {
		e.equal("pages", page(limit, nil), want)
	}
	n := 0
	e.once("while others come", page(2, func() {
		if n++; n < 3 {
			e.clock.Add(time.Millisecond)
			e.enqueue(c, e.newMessage(fmt.Sprint("late", n)))
		}
	}), want)
}

func jobRelease(e *env) {
	c := e.open()
	later, failed, done := e.newMessage("Ada"), e.newMessage("Bo"), e.newMessage("Cy")
	e.enqueue(c, failed, done)
	e.once("claimed", e.claimed(5), []string{failed.ID, done.ID})
	e.ok(e.store.RetryJob(e.ctx, failed.ID, day, "mail is held"))
	e.ok(e.store.FinishJob(e.ctx, done.ID))
	later.NotBefore = start.Add(day)
	e.enqueue(c, later)
	e.equal("before", e.claimed(5), []string(nil))
	e.ok(e.store.ReleaseJobs(e.ctx))
	got := e.claimed(5)
	e.once("after", got, []string{later.ID, failed.ID})
	e.equal("how many", len(got), 2)
}

func (e *env) unconfirmed(name string) models.Job {
	j := e.newMessage(name)
	j.Unconfirmed = true
	return j
}

// drain claims and finishes what is due and returns the ids.
func (e *env) drain() []string {
	e.Helper()
	done := e.claimed(100)
	for _, id := range done {
		e.ok(e.store.FinishJob(e.ctx, id))
	}
	return done
}

func jobUnconfirmed(e *env) {
	c := e.open()
	spellings := []string{"ada@example.org", "ADA@Example.ORG", "a.da@example.org", "ada+1@example.org", "ada+2@example.org"}
	var sent []string
	for n, spelling := range spellings {
		job := e.unconfirmed("Ada")
		job.Recipient = spelling
		if n > 1 {
			job.Mailbox = "ada@example.org"
		}
		sent = append(sent, job.ID)
		e.enqueue(c, job)
		e.clock.Add(time.Minute)
	}
	most := models.UnconfirmedMost
	for n, job := range e.waitingJobs() {
		e.equal("deferred", job.Deferred, n >= most)
		if n >= most {
			e.equal("due", job.NotBefore, start.Add(time.Duration(n-most)*time.Minute+models.UnconfirmedEvery))
		}
	}
	other := e.newMessage("Ada") // one that is not of this kind waits for nothing
	e.enqueue(c, other)
	e.once("at once", e.drain(), append([]string{other.ID}, sent[:most]...))
	for n := most; n < len(sent); n++ {
		due := start.Add(time.Duration(n-most)*time.Minute + models.UnconfirmedEvery)
		e.clock.Set(due.Add(-time.Millisecond))
		e.equal("within the day", e.drain(), []string(nil))
		e.clock.Set(due)
		e.equal("a day on", e.drain(), []string{sent[n]})
	}
}

func jobUnconfirmedSent(e *env) {
	c := e.open()
	var first []string
	for range models.UnconfirmedMost {
		job := e.unconfirmed("Ada")
		e.enqueue(c, job)
		first = append(first, job.ID)
	}
	e.once("the first", e.drain(), first)
	e.clock.Add(23 * time.Hour)
	second, bos := e.unconfirmed("Ada"), e.unconfirmed("Bo")
	e.enqueue(c, second, bos)
	e.equal("within a day", e.drain(), []string{bos.ID})
	e.clock.Add(time.Hour)
	e.equal("a day on", e.drain(), []string{second.ID})
	e.clock.Add(2 * day)
	third := e.unconfirmed("Ada")
	e.enqueue(c, third)
	e.equal("after some quiet days", e.drain(), []string{third.ID})
	few := []models.Job{e.unconfirmed("Cy"), e.unconfirmed("Cy")}
	few[0].PerDay, few[1].PerDay = 1, 1
	e.enqueue(c, few...)
	e.equal("one a day", []bool{few[0].Deferred, few[1].Deferred}, []bool{false, true})
}

// full enqueues as many messages to a name as go out in a day.
func (e *env) full(c models.Consultation, name string) {
	e.Helper()
	for range models.UnconfirmedMost {
		e.enqueue(c, e.unconfirmed(name))
	}
}

func jobSaysDeferred(e *env) {
	c := e.open()
	for range models.UnconfirmedMost - 1 {
		e.enqueue(c, e.unconfirmed("Ada"), e.unconfirmed("Bo"))
	}
	jobs := []models.Job{e.unconfirmed("Ada"), e.unconfirmed("Ada"), e.newMessage("Ada"), e.unconfirmed("Bo")}
	e.enqueue(c, jobs...)
	deferred := func(j models.Job) bool { return j.Deferred }
	e.equal("of a reply", ids(jobs, deferred), []bool{false, true, false, false})
	link := []models.Job{e.unconfirmed("Ada")}
	e.ok(e.store.AddLink(e.ctx, e.newLink("Ada"), link))
	e.equal("of a link", link[0].Deferred, true)
	e.person("Bo")
	decided := []models.Job{e.unconfirmed("Bo"), e.unconfirmed("Ada")}
	must(e.store.Decide(e.ctx, e.decision(models.ActionPublish, e.queue(models.QueueFilter{})[0].Item), decided))(e)
	e.equal("of a decision", ids(decided, deferred), []bool{true, true})
}

func jobConfirmed(e *env) {
	c := e.open()
	e.person("Ada")
	e.full(c, "Ada")
	e.drain()
	jobs := []models.Job{e.unconfirmed("Ada"), e.newMessage("Ada")}
	e.enqueue(c, jobs...)
	e.equal("deferred", []bool{jobs[0].Deferred, jobs[1].Deferred}, []bool{true, false})
	e.equal("at once", e.claimed(5), []string{jobs[1].ID})
	e.equal("how many wait", len(e.waiting()), 2)
}

// fillDeferred leaves as many deferred messages to a name as may wait, and a day's before them.
func (e *env) fillDeferred(c models.Consultation, name string) {
	e.Helper()
	e.full(c, name)
	for range models.MaxDeferred {
		e.enqueue(c, e.unconfirmed(name))
	}
}

func jobDeferredMost(e *env) {
	c := e.open("Markets")
	e.fillDeferred(c, "Ada")
	all := models.UnconfirmedMost + models.MaxDeferred
	for _, kind := range []models.JobKind{models.JobReceived, models.JobDecided} {
		more := []models.Job{e.unconfirmed("Ada"), e.unconfirmed("Bo")}
		more[0].Kind, more[0].Recipient = kind, "ADA@example.org"
		must(e.store.AddReply(e.ctx, e.newReply(c), more))(e)
		e.equal("dropped", []bool{more[0].Dropped, more[1].Dropped}, []bool{true, false})
	}
	e.equal("stored", len(e.waiting()), all+2)
	ballot := e.unconfirmed("Ada")
	ballot.Kind = models.JobBallot
	l := e.newBallot(c, "Ada", e.chosen(c, models.ChoiceAgree)...)
	jobs := []models.Job{ballot}
	e.ok(e.store.AddLink(e.ctx, l, jobs))
	e.equal("a ballot's message", jobs[0].Dropped, true)
	e.equal("its link", must(e.store.Link(e.ctx, l.TokenHash))(e).ID, l.ID)
	e.equal("a sign-in link", e.asksSignIn(e.store, "Ada"), true)
	e.enqueue(c, e.newMessage("Ada")) // one that is not of this kind is not limited
	e.equal("stored", len(e.waiting()), all+2+2)
	e.drain()
	e.clock.Add(models.UnconfirmedEvery)
	e.equal("a day on", len(e.drain()), models.MaxDeferred)
}

// waitingTo lists the jobs to a mailbox that are not done.
func (e *env) waitingTo(mailbox string) (list []models.Job) {
	e.Helper()
	for _, j := range e.waitingJobs() {
		if j.Mailbox == mailbox {
			list = append(list, j)
		}
	}
	return list
}

// asksBallot adds a ballot link with its message on a topic, and returns both.
func (e *env) asksBallot(c models.Consultation, name, topic string) (models.Link, models.Job) {
	e.Helper()
	l := e.newBallot(c, name, e.chosen(c, models.ChoiceAgree)...)
	j := e.unconfirmed(name)
	j.Kind, j.LinkID, j.Topic = models.JobBallot, l.ID, topic
	jobs := []models.Job{j}
	e.ok(e.store.AddLink(e.ctx, l, jobs))
	return l, jobs[0]
}

func jobReplaces(e *env) {
	c := e.open("Markets")
	first, job := e.asksBallot(c, "Ada", "this browser")
	second, again := e.asksBallot(c, "Ada", "this browser")
	_, others := e.asksBallot(c, "Ada", "another browser")
	_, bos := e.asksBallot(c, "Bo", "this browser")
	_, plain := e.asksBallot(c, "Ada", "")
	e.once("waiting", e.waiting(), []string{again.ID, others.ID, bos.ID, plain.ID})
	_, err := e.store.Link(e.ctx, first.TokenHash)
	e.refused("the link of "+job.ID, err, models.CodeNotFound, "")
	e.once("sent", e.drain(), []string{again.ID, others.ID, bos.ID, plain.ID})
	e.clock.Add(time.Minute)
	third, fourth := e.unconfirmed("Ada"), e.unconfirmed("Ada") // the day is full: they wait, one in the other's place
	third.Topic, fourth.Topic = "text", "text"
	e.enqueue(c, third)
	e.clock.Add(time.Minute)
	e.enqueue(c, fourth)
	e.equal("waiting", e.waiting(), []string{fourth.ID})
	e.equal("due as the one before", e.waitingJobs()[0].NotBefore, start.Add(models.UnconfirmedEvery))
	e.equal("the link of one that was sent", e.use(second.TokenHash).Counted, 1)
}

func jobReplacesNot(e *env) {
	c := e.open("Markets")
	first, job := e.asksBallot(c, "Ada", "this browser")
	e.equal("claimed", e.claimed(5), []string{job.ID})
	_, again := e.asksBallot(c, "Ada", "this browser")
	e.equal("claimed meanwhile", e.claimed(5), []string(nil))
	e.ok(e.store.FinishJob(e.ctx, job.ID))
	e.clock.Add(models.ResendAfter - time.Millisecond)
	e.equal("too soon after it", e.claimed(5), []string(nil))
	e.clock.Add(time.Millisecond)
	e.equal("minutes apart", e.drain(), []string{again.ID})
	e.clock.Add(models.ResendAfter)
	_, third := e.asksBallot(c, "Ada", "this browser")
	e.equal("once more", e.drain(), []string{third.ID})
	e.clock.Add(models.ResendAfter)
	e.asksBallot(c, "Ada", "this browser")
	e.equal("but not a fourth time that day", e.drain(), []string(nil))
	e.equal("the first link still works", e.use(first.TokenHash).Counted, 1)
}

func jobSignInFirst(e *env) {
	c := e.open()
	for n := range 4 {
		e.enqueue(c, e.newMessage(fmt.Sprint("person", n)))
		e.clock.Add(time.Millisecond)
	}
	l := e.newLink("Ada")
	job := e.linkMessageOf(l)
	e.ok(e.store.AddLink(e.ctx, l, []models.Job{job}))
	got := e.claimed(2)
	e.equal("first", got[0], job.ID)
	e.equal("how many", len(got), 2)
	e.equal("the rest", len(e.claimed(9)), 3)
}

func jobDeferredReminder(e *env) {
	c := e.open("Markets")
	l := e.ballot(c, "Ada", e.chosen(c, models.ChoiceAgree)...)
	e.clock.Add(models.ReminderAfter + time.Minute)
	e.fillDeferred(c, "Ada")
	remind := func() int {
		return must(e.store.RemindBallots(e.ctx, func(l models.Link) (string, models.Job) {
			j := e.unconfirmed(l.Name)
			j.Kind, j.LinkID = models.JobBallotReminder, l.ID
			return models.HashToken("reminder " + e.id()), j
		}))(e)
	}
	e.equal("while three wait", remind(), 0)
	e.equal("RemindedAt", must(e.store.Link(e.ctx, l.TokenHash))(e).RemindedAt, time.Time{})
	e.drain()
	e.clock.Add(models.UnconfirmedEvery)
	e.equal("sent", len(e.drain()), models.MaxDeferred)
	e.equal("then", remind(), 1)
}
