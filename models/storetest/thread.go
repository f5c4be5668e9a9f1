package storetest

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"folkmoot/models"
)

var threadCases = []testCase{
	{"oldest first: every thread in the order of the talk", threadOldest},
	{"newest first: the newest thread leads, its answers in the order of the talk", threadNewest},
	{"each idea has a thread of its own", threadIdeas},
	{"a page's slice is the slice with what a page shows", threadForPage},
	{"only what is shown is in it, and a removed reply keeps its place", threadShown},
	{"slices stay stable while others answer", threadStable},
	{"a slice reads as many rows deep inside as at the start", threadReadsConstant},
	{"a permalink begins a slice with its reply", threadBefore},
	{"a stream of all replies goes thread by thread in reading order", threadEach},
	{"a stream of more than a batch is whole and in order", threadEachMany},
	{"a stream of many short threads and two long ones is whole and in order", threadEachShort},
	{"a stream holds nothing while its caller is at work", threadEachNested},
}

// node is a reply as the tests expect it in a thread.
type node struct {
	reply    models.Reply
	children []*node
}

// grow publishes n replies in one thread, each under a random earlier one or at
// the root, level by level, and returns the roots of the tree that should appear:
// answers to the deepest level hang under its parent on the level above.
func (e *env) grow(c models.Consultation, ideaID string, n int) (roots []*node) {
	e.Helper()
	random := rand.New(rand.NewPCG(7, uint64(n)))
	var nodes []*node
	parents := map[string]*node{}
	for level := range models.MaxDepth + 2 {
		size := (n - len(nodes)) / (models.MaxDepth + 2 - level)
		batch := make([]models.Reply, size)
		for k := range batch {
			batch[k] = e.newReply(c)
			batch[k].IdeaID = ideaID
			if len(nodes) > 0 && random.IntN(8) > 0 {
				// Mostly under a late one, so that the tree gets deep.
				batch[k].ParentID = nodes[len(nodes)-1-random.IntN(min(len(nodes), size+1))].reply.ID
			}
		}
		for _, r := range e.publishAll(batch) {
			added := &node{reply: r}
			nodes, parents[r.ID] = append(nodes, added), added
		}
	}
	return hang(nodes, parents)
}

// hang links the nodes into a tree, in the order of arrival.
func hang(nodes []*node, byID map[string]*node) (roots []*node) {
	slices.SortFunc(nodes, func(a, b *node) int { return cmp.Compare(a.reply.Seq, b.reply.Seq) })
	above := map[string]*node{} // where a reply hangs
	for _, n := range nodes {
		parent := byID[n.reply.ParentID]
		if parent != nil && parent.reply.Depth == models.MaxDepth {
			parent = above[parent.reply.ID]
		}
		if parent == nil {
			roots = append(roots, n)
			continue
		}
		above[n.reply.ID] = parent
		parent.children = append(parent.children, n)
	}
	return roots
}

// publishAll adds replies from several writers at once and publishes them in bulk.
func (e *env) publishAll(batch []models.Reply) []models.Reply {
	e.Helper()
	const writers, bulk = 16, 100
	e.all(together(writers, func(w int) error {
		for k := w; k < len(batch); k += writers {
			r, err := e.store.AddReply(e.ctx, batch[k], nil)
			if err != nil {
				return err
			}
			batch[k] = r
		}
		return nil
	}))
	for some := range slices.Chunk(batch, bulk) {
		e.decide(models.ActionPublish, ids(some, models.Reply.Item)...)
	}
	return batch
}

// reading returns the ids of a tree in the order of the talk.
func reading(roots []*node) (list []string) {
	for _, n := range roots {
		list = append(list, n.reply.ID)
		list = append(list, reading(n.children)...)
	}
	return list
}

func newestFirst(roots []*node) []*node {
	back := slices.Clone(roots)
	slices.Reverse(back)
	return back
}

func threadOldest(e *env) {
	c := e.open()
	want := reading(e.grow(c, "", 120))
	for _, limit := range []int{1, 7, 40, 119, 120, 1000} {
		got := e.thread(models.ThreadQuery{ConsultationID: c.ID, Limit: limit})
		e.equal("the thread", ids(got, replyID), want)
	}
}

func threadNewest(e *env) {
	c := e.open()
	want := reading(newestFirst(e.grow(c, "", 120)))
	for _, limit := range []int{1, 7, 40, 119, 120, 1000} {
		got := e.thread(models.ThreadQuery{ConsultationID: c.ID, Newest: true, Limit: limit})
		e.equal("the thread", ids(got, replyID), want)
	}
}

func threadIdeas(e *env) {
	c, other := e.open("First", "Second"), e.open()
	own := reading(e.grow(c, "", 12))
	e.grow(other, "", 12)
	for _, i := range e.ideas(c) {
		want := reading(e.grow(c, i.ID, 12))
		got := e.thread(models.ThreadQuery{ConsultationID: c.ID, IdeaID: i.ID, Limit: 5})
		e.equal("the idea's thread", ids(got, replyID), want)
		e.equal("the idea's number", got[0].IdeaNumber, i.Number)
		e.equal("in the slice as alone", got[3], e.reply(got[3].ID))
	}
	got := e.thread(models.ThreadQuery{ConsultationID: c.ID, Limit: 5})
	e.equal("the consultation's own thread", ids(got, replyID), own)
}

func threadForPage(e *env) {
	c := e.open("First")
	e.grow(c, e.ideas(c)[0].ID, 12)
	full := e.newReply(c)
	full.Contribution = fullContribution(e, c)
	full = e.published(full)
	removed := e.published(e.answerTo(full))
	e.decide(models.ActionRemove, removed.Item())
	for _, ideaID := range []string{"", e.ideas(c)[0].ID} {
		q := models.ThreadQuery{ConsultationID: c.ID, IdeaID: ideaID, Limit: 5}
		want := e.thread(q)
		for n := range want {
			want[n] = want[n].ForPage()
		}
		q.Page = true
		got := e.thread(q)
		e.equal("the slice", got, want)
		e.equal("the address in it", got[0].Address+got[0].Salt+got[0].TokenHash+got[0].ParticipantID, "")
	}
}

func threadShown(e *env) {
	c := e.open()
	root := e.published(e.newReply(c))
	answer := e.published(e.answerTo(root))
	below := e.published(e.answerTo(answer))
	last := e.published(e.newReply(c))
	e.pending(e.answerTo(root))
	withdrawn := e.pending(e.answerTo(root))
	e.decide(models.ActionWithdraw, withdrawn.Item())
	e.decide(models.ActionReject, e.pending(e.answerTo(root)).Item())
	e.decide(models.ActionSpam, e.pending(e.newReply(c)).Item())
	query := models.ThreadQuery{ConsultationID: c.ID, Limit: 2}
	e.equal("shown", ids(e.thread(query), replyID), []string{root.ID, answer.ID, below.ID, last.ID})
	e.decide(models.ActionRemove, answer.Item())
	got := e.thread(query)
	e.equal("with a removed one", ids(got, replyID), []string{root.ID, answer.ID, below.ID, last.ID})
	e.equal("its status", got[1].Status, models.StatusRemoved)
	e.equal("its words", got[1].Body+got[1].BodyHTML, "")
	e.decide(models.ActionSpam, root.Item())
	e.equal("without spam", ids(e.thread(query), replyID), []string{answer.ID, below.ID, last.ID})
	e.decide(models.ActionRestore, root.Item(), answer.Item())
	got = e.thread(query)
	e.equal("restored", ids(got, replyID), []string{root.ID, answer.ID, below.ID, last.ID})
	e.equal("its status", got[1].Status, models.StatusPublished)
}

func threadStable(e *env) {
	c := e.open()
	want := reading(e.grow(c, "", 40))
	for _, newest := range []bool{false, true} {
		query := models.ThreadQuery{ConsultationID: c.ID, Newest: newest, Limit: 4}
		got := walk(e, query.Limit, func(after string) ([]models.Reply, string, error) {
			query.After = after
			slice, err := e.store.Thread(e.ctx, query)
			return slice.Replies, slice.Next, err
		}, func() {
			e.published(e.answerTo(e.reply(want[0])))
			e.published(e.answerTo(e.reply(want[len(want)/2])))
			if newest { // at the root only where it cannot lengthen the walk
				e.published(e.newReply(c))
			}
		})
		e.once("the walk", ids(got, replyID), want)
	}
}

func threadReadsConstant(e *env) {
	n := max(300, scaled(100_000))
	near := func(k int) int { return k - 1 - 7*k%5 }
	c, _ := e.many(n, 30, near) // what is not shown must not be read over
	const limit = 20
	for _, newest := range []bool{false, true} {
		query := models.ThreadQuery{ConsultationID: c.ID, Newest: newest, Limit: limit}
		all := e.thread(models.ThreadQuery{ConsultationID: c.ID, Newest: newest, Limit: 1000})
		first := must(e.store.Thread(e.ctx, query))(e)
		if first.Read > limit+1 || first.Read < limit {
			e.Errorf("the first slice of %d read %d rows", limit, first.Read)
		}
		for _, place := range []int{n / 4, n / 2, n - 2*limit} {
			query.After = all[place].Path
			if newest {
				query.After = all[place].PathNew
			}
			deep := must(e.store.Thread(e.ctx, query))(e)
			e.equal("rows read deep inside", deep.Read, first.Read)
			e.equal("the slice", ids(deep.Replies, replyID), ids(all[place+1:place+1+limit], replyID))
		}
	}
}

func threadBefore(e *env) {
	c := e.open()
	e.grow(c, "", 30)
	waits := e.pending(e.newReply(c))
	for _, newest := range []bool{false, true} {
		query := models.ThreadQuery{ConsultationID: c.ID, Newest: newest, Limit: 3}
		for _, r := range e.thread(query) {
			after, ok, err := e.store.ThreadBefore(e.ctx, r, newest)
			e.ok(err)
			e.equal("shown", ok, true)
			query.After = after
			slice := must(e.store.Thread(e.ctx, query))(e)
			if len(slice.Replies) == 0 || slice.Replies[0].ID != r.ID {
				e.Errorf("the slice after %q does not begin with %s", after, r.ID)
			}
		}
		_, ok, err := e.store.ThreadBefore(e.ctx, waits, newest)
		e.ok(err)
		e.equal("shown while it waits", ok, false)
	}
}

func threadEach(e *env) {
	c := e.open("First", "Second")
	e.idea(c, "Third")
	want := reading(e.grow(c, "", 25))
	for _, i := range e.ideas(c) {
		want = append(want, reading(e.grow(c, i.ID, 15))...)
	}
	want = append(want, e.published(e.newReply(c)).ID)
	want = slices.Insert(want[:len(want)-1], 25, want[len(want)-1])
	e.pending(e.newReply(c))
	e.grow(e.open(), "", 5)
	removed := e.reply(want[3])
	e.decide(models.ActionRemove, removed.Item())
	var got []models.Reply
	e.ok(e.store.EachReply(e.ctx, c.ID, func(r models.Reply) error {
		got = append(got, r)
		return nil
	}))
	e.equal("the stream", ids(got, replyID), want)
	own := e.thread(models.ThreadQuery{ConsultationID: c.ID, Limit: 10})
	e.equal("as in the thread", got[:len(own)], own)
}

// many adds a consultation with n replies, each below the one that parent gives the number
// of, or at the root for -1, and some that wait, and returns the ids of the former.
func (e *env) many(n, waiting int, parent func(k int) int) (models.Consultation, []string) {
	e.Helper()
	in := e.newImport()
	in.replies, in.decision.Items = nil, nil
	for k := range n + waiting {
		r := e.newReply(in.c)
		r.CreatedAt = longAgo
		if p := parent(k); p >= 0 && k < n {
			r.ParentID = in.replies[p].ID
		}
		in.replies = append(in.replies, r)
		if k < n {
			in.decision.Items = append(in.decision.Items, models.DecisionItem{
				Item: r.Item(), Rev: r.Rev, From: models.StatusPending, To: models.StatusPublished,
				Digest: models.TextDigest(r.Salt, "", r.Body),
			})
		}
	}
	e.bringIn(in)
	return in.c, ids(in.replies[:n], replyID)
}

func threadEachMany(e *env) {
	c, want := e.many(1203, 0, func(int) int { return -1 })
	var got []string
	e.ok(e.store.EachReply(e.ctx, c.ID, func(r models.Reply) error {
		got = append(got, r.ID)
		return nil
	}))
	e.equal("the stream", got, want)
	items := ids(e.items(c), func(a models.VerifyItem) string { return a.Item.ID })
	e.equal("items", len(items), 2+len(want))
	e.once("items", items, want)
	if !slices.IsSorted(items[2:]) {
		e.Errorf("the items are not in the order of their ids")
	}
}

// threadEachShort reads many short threads and two long ones, in batches that end within
// and between threads.
func threadEachShort(e *env) {
	var titles []string
	for n := range 12 {
		titles = append(titles, fmt.Sprint("Idea ", n))
	}
	c := e.open(titles...)
	want := reading(e.grow(c, "", 3))
	for n, i := range e.ideas(c) {
		replies := n % 4
		if n == 4 || n == 8 {
			replies = 510
		}
		want = append(want, reading(e.grow(c, i.ID, replies))...)
	}
	var got []string
	numbers := true
	number := map[string]int{}
	for _, i := range e.ideas(c) {
		number[i.ID] = i.Number
	}
	e.ok(e.store.EachReply(e.ctx, c.ID, func(r models.Reply) error {
		got = append(got, r.ID)
		numbers = numbers && r.IdeaNumber == number[r.IdeaID]
		return nil
	}))
	e.equal("the stream", got, want)
	e.equal("each has the number of its idea", numbers, true)
}

// threadEachNested opens a stream within a stream, many deep, and writes in the last:
// whoever held a connection for each would wait for itself.
func threadEachNested(e *env) {
	c := e.open()
	e.published(e.newReply(c))
	e.published(e.newReply(c))
	ctx, cancel := context.WithTimeout(e.ctx, time.Minute)
	defer cancel()
	calls := 0
	var deeper func(level int) error
	deeper = func(level int) error {
		if level == 0 {
			_, err := e.store.AddReply(ctx, e.newReply(c), nil)
			return err
		}
		first := true
		return e.store.EachReply(ctx, c.ID, func(models.Reply) error {
			calls++
			if !first {
				return nil
			}
			first = false
			return deeper(level - 1)
		})
	}
	e.ok(deeper(40))
	e.equal("replies met", calls, 80)
	e.equal("what waits", len(e.queue(models.QueueFilter{})), 1)
}
