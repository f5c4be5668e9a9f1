package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"folkmoot/models"
)

// Fault is what becomes of one step of a write: of a statement, a commit or a command
// to the database.
type Fault int

const (
	// Die lets the program end before the step, as kill -9 does.
	Die Fault = iota
	// Lose lets the step be done and its answer be lost. A store that can ask again
	// does; for another one the program ends there.
	Lose
)

// Node is one program's store, whose steps a test can disturb.
type Node struct {
	models.Store
	// Disturb injects the fault at the nth step (from 0) of what is written from now on.
	// The function that it returns reports afterwards whether there was such a step.
	Disturb func(n int, f Fault) (reached func() bool)
}

// OpenNode opens a node on one place, again and again.
type OpenNode func(t *testing.T, clock models.Clock) Node

// attempt is one write that is going to be disturbed.
type attempt struct {
	c    models.Consultation        // what it happens in
	call func(s models.Store) error // the write; it may be sent again
	// done reports whether the write has happened, and fails the test if only half of
	// it has.
	done func() bool
}

// interruptedWrite is a write of models.Store that takes several steps.
type interruptedWrite struct {
	name    string
	prepare func(e *env) attempt
}

var faults = []struct {
	name string
	f    Fault
}{
	{"the program dies at any step", Die},
	{"the answer to any step is lost", Lose},
}

// RunInterrupted holds a store to what is left of a write that is interrupted at each
// of its steps in turn: afterwards it has happened as a whole or not at all, an
// acknowledged one has, all that is counted is right, and to send it again does no harm.
func RunInterrupted(t *testing.T, place func(t *testing.T) OpenNode) {
	for _, w := range interruptedWrites {
		for _, f := range faults {
			t.Run(w.name+": "+f.name, func(t *testing.T) {
				t.Parallel()
				open := place(t)
				var node Node
				e := newEnv(t, func(t *testing.T, clock models.Clock) models.Store {
					node = open(t, clock)
					return node.Store
				})
				for n := 0; e.interrupt(w, f.f, n, &node); n++ {
				}
			})
		}
	}
}

// interrupt disturbs the nth step of a write. It is false if there is no such step.
func (e *env) interrupt(w interruptedWrite, f Fault, n int, node *Node) bool {
	e.Helper()
	a := w.prepare(e)
	reached := node.Disturb(n, f)
	err := a.call(e.store)
	if !reached() {
		e.ok(err)
		e.equal("undisturbed, it happens", a.done(), true)
		e.refusedAtMost("undisturbed, sent again", a.call(e.store))
		e.equal("undisturbed, sent again", a.done(), true)
		e.whole("undisturbed", a.c)
		return false
	}
	what := fmt.Sprint("step ", n)
	e.goOn()
	done := a.done()
	if err == nil && !done {
		e.Errorf("%s: acknowledged, and it is not there", what)
	}
	e.whole(what, a.c)
	if again := a.call(e.store); !done {
		e.ok(again)
	} else {
		e.refusedAtMost(what, again)
	}
	e.equal(what+": sent again, it is there", a.done(), true)
	if !done { // else it had nothing to do
		e.whole(what+", sent again", a.c)
	}
	return n < 200
}

// refusedAtMost expects no error or a refusal, because there is nothing left to do.
func (e *env) refusedAtMost(what string, err error) {
	e.Helper()
	if code := models.CodeOf(err); err != nil && (code == "" || code == models.CodeUnavailable) {
		e.Errorf("%s: %v", what, err)
	}
}

// goOn lets another program go on from what the first one has left, a while later.
func (e *env) goOn() {
	e.Helper()
	_ = e.store.Close() // its program has died: errors do not matter
	e.clock.Add(3 * time.Minute)
	e.store = e.again()
}

// whole recounts all that a store counts in a consultation from what it holds.
func (e *env) whole(what string, c models.Consultation) {
	e.Helper()
	if _, err := e.store.Consultation(e.ctx, c.ID); models.IsNotFound(err) {
		return
	}
	c = e.reload(c)
	e.counted(c)
	e.voters(c)
	e.agreed(what, c, e.chained(c, int(c.ChainLength)))
	e.queued(what, c)
	e.threaded(what, c)
	e.numbered(what, c)
}

// agreed compares the items with the chain and with what is counted of them.
func (e *env) agreed(what string, c models.Consultation, chain []models.Decision) {
	e.Helper()
	last := map[models.Item]models.Status{}
	for _, d := range chain {
		for _, it := range d.Items {
			last[it.Item] = it.To
		}
	}
	var ideas, replies int64
	for _, a := range e.items(c) {
		if to, decided := last[a.Item]; decided && to != a.Status {
			e.Errorf("%s: %s is %s, and was last decided to be %s", what, a.Item, a.Status, to)
		}
		if published := a.Status == models.StatusPublished; published && a.Item.Kind == models.KindIdea {
			ideas++
		} else if published {
			replies++
		}
		e.equal(what+": earlier wordings", len(a.Revisions), int(a.Rev)-1)
		e.findable(what, a)
	}
	e.equal(what+": ideas and replies", []int64{c.IdeaCount, c.ReplyCount}, []int64{ideas, replies})
}

// findable expects the item's own word to find it if it is published in what is open.
func (e *env) findable(what string, a models.VerifyItem) {
	e.Helper()
	hits := must(e.store.Search(e.ctx, ownWord(a.ID), 5))(e)
	public := e.reload(models.Consultation{ID: a.ConsultationID}).Public() && a.Status == models.StatusPublished
	if got := len(hits); a.Body == ownWord(a.ID) && got != map[bool]int{true: 1}[public] {
		e.Errorf("%s: %s (%s) is found %d times", what, a.Item, a.Status, got)
	}
}

// ownWord is a word that only one item has.
func ownWord(id string) string { return "w" + id[:8] }

// queued expects the queue to be what waits and what is reported.
func (e *env) queued(what string, c models.Consultation) {
	e.Helper()
	filter := models.QueueFilter{ConsultationIDs: []string{c.ID}, Limit: 50}
	queue := e.queue(filter)
	var waits []string
	for _, q := range queue {
		if status := q.Contribution().Status; status != models.StatusPending && len(q.Reports) == 0 {
			e.Errorf("%s: %s is in the queue, is %s and has no report", what, q.Item, status)
		}
	}
	for _, a := range e.items(c) {
		if a.Status == models.StatusPending {
			waits = append(waits, a.Item.ID)
		}
	}
	e.once(what+": the queue", ids(queue, entryID), waits)
	e.equal(what+": its length", must(e.store.QueueLength(e.ctx, filter))(e), int64(len(queue)))
}

// threaded expects each thread to hold what is shown of it, each in a place of its own.
func (e *env) threaded(what string, c models.Consultation) {
	e.Helper()
	shown, seqs := map[string]int64{}, map[int64]bool{}
	e.ok(e.store.EachReply(e.ctx, c.ID, func(r models.Reply) error {
		if seqs[r.Seq] {
			e.Errorf("%s: two replies have the sequence %d", what, r.Seq)
		}
		seqs[r.Seq] = true
		if r.Status == models.StatusPublished {
			shown[r.IdeaID]++
		}
		return nil
	}))
	for _, i := range e.ideas(c) {
		e.equal(what+": replies to an idea", i.ReplyCount, shown[i.ID])
	}
}

// numbered expects each idea that was published to have a number of its own.
func (e *env) numbered(what string, c models.Consultation) {
	e.Helper()
	var numbers []int
	for _, i := range must(e.store.Ideas(e.ctx, models.IdeaFilter{ConsultationID: c.ID, All: true}))(e) {
		if i.Shown() != (i.Number > 0) {
			e.Errorf("%s: an idea that is %s has the number %d", what, i.Status, i.Number)
		}
		if i.Number > 0 {
			numbers = append(numbers, i.Number)
		}
	}
	for n, number := range slices.Sorted(slices.Values(numbers)) {
		e.equal(what+": number", number, n+1)
	}
}
