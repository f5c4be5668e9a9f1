package service

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/storetest"
)

func TestDecidePublishesAndTellsTheAuthor(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", nil)
	sent := must(r.PostReply(ctx, guest("g"), ReplyInput{Slug: c.Slug, Name: "Ada", Email: "ada@example.org", Body: "Hello."}))(t)
	in := DecideInput{Items: []ItemRev{{sent.Item, 1}, {sent.Item, 1}}, Action: models.ActionPublish}
	made := decisionsOf(must(r.Decide(ctx, r.mod, in))(t))
	if len(made) != 1 || len(made[0].Items) != 1 || made[0].Seq != 1 || made[0].ActorID != r.mod.ID() {
		t.Fatalf("decisions: %+v", made)
	}
	if got := must(r.store.Reply(ctx, sent.Item.ID))(t); got.Status != models.StatusPublished {
		t.Errorf("status %s", got.Status)
	}
	jobs := jobsOf(t, r.Service, models.JobDecided)
	if len(jobs) != 1 {
		t.Fatalf("%d messages", len(jobs))
	}
	j := jobs[0]
	if j.Recipient != "ada@example.org" || !j.Unconfirmed || j.Args["action"] != "publish" || j.Args["slug"] != c.Slug ||
		j.Args["title"] != "Shops" || j.Args["reference"] != sent.Reference || j.Args["link"] != "/replies/"+sent.Item.ID {
		t.Errorf("message %+v", j)
	}
	if view, err := r.Contribution(ctx, j.Args["token"]); err != nil || view.Item != sent.Item {
		t.Errorf("the private link in the message: %v", err)
	}
	_, err := r.Decide(ctx, r.mod, in)
	conflict(t, err, "error.decision.status")
}

func TestDecideForm(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	c := r.opened(t, "Shops", nil)
	item := reply(t, r.Service, c.Slug, "g", "Hello.", "").Item
	for name, try := range map[string]struct {
		in  DecideInput
		key string
	}{
		"no item":         {DecideInput{Action: models.ActionPublish}, "error.decision.none"},
		"unknown action":  {DecideInput{Action: "ban", Items: []ItemRev{{item, 1}}}, "error.decision.unknown"},
		"author's action": {DecideInput{Action: models.ActionWithdraw, Items: []ItemRev{{item, 1}}}, "error.decision.unknown"},
		"undo":            {DecideInput{Action: models.ActionUndo, Items: []ItemRev{{item, 1}}}, "error.decision.unknown"},
		"too many":        {DecideInput{Action: models.ActionPublish, Items: manyItems(MaxBulk + 1)}, "error.decision.many"},
	} {
		_, err := r.Decide(t.Context(), r.mod, try.in)
		if models.CodeOf(err) != models.CodeInvalid || !strings.Contains(err.Error(), try.key) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, a := range []models.Action{models.ActionReject, models.ActionRemove} {
		field(t, r.act(t, r.mod, item, a, " \u200b"), "reason", "error.field.reason")
	}
	field(t, r.act(t, r.mod, item, models.ActionReject, strings.Repeat("x", models.MaxReason+1)), "reason", "error.field.body_long")
	refused(t, r.decideUnknown(t), models.CodeNotFound, "")
	if got := must(r.store.Decisions(t.Context(), c.ID, 0, 10))(t); len(got) != 0 {
		t.Errorf("%d decisions were made", len(got))
	}
}

func (r *staffRoom) decideUnknown(t testing.TB) error {
	_, err := r.Decide(t.Context(), r.mod, DecideInput{
		Action: models.ActionPublish, Items: []ItemRev{{models.Item{Kind: models.KindReply, ID: "none"}, 1}},
	})
	return err
}

func manyItems(n int) (list []ItemRev) {
	for range n {
		list = append(list, ItemRev{models.Item{Kind: models.KindReply, ID: newID()}, 1})
	}
	return list
}

func TestNobodyModeratesTheirOwn(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", nil)
	inBrowser := r.mod
	inBrowser.Guest = "cookie"
	for _, author := range []models.Actor{r.mod, {Guest: "cookie", Network: "n"}} {
		item := must(r.PostReply(ctx, author, ReplyInput{Slug: c.Slug, Name: "Ada", Body: "Mine."}))(t).Item
		err := r.act(t, inBrowser, item, models.ActionPublish, "")
		refused(t, err, models.CodeForbidden, "error.decision.own")
		ok(t, r.act(t, r.mod2, item, models.ActionPublish, ""))
	}
}

// TestTypedAddressTakesNothing sends texts with a moderator's address. The moderator decides
// on them, alone and in a bulk act, also after signing in by a link to that address.
func TestTypedAddressTakesNothing(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", nil)
	send := func(cookie string) models.Item {
		in := ReplyInput{Slug: c.Slug, Name: "Ada", Email: "MO@Example.org", Body: "Not theirs."}
		return must(r.PostReply(ctx, guest(cookie), in))(t).Item
	}
	first, second, other := send("a"), send("b"), reply(t, r.Service, c.Slug, "g2", "Another's.", "").Item
	ok(t, r.act(t, r.mod, first, models.ActionPublish, ""))
	mine := send("cookie")
	asked := must(r.AskSignIn(ctx, guest("cookie"), SignInInput{Email: "mo@example.org"}))(t)
	must(r.UseLinkFor(ctx, models.Actor{Guest: "cookie"}, asked.Token, time.Hour))(t)
	must(r.Decide(ctx, r.mod, DecideInput{Items: []ItemRev{{second, 1}, {other, 1}}, Action: models.ActionPublish}))(t)
	queue := must(r.Queue(ctx, r.mod, ""))(t)
	if len(queue.Items) != 1 || queue.Items[0].Entry.Item != mine || !queue.Items[0].Own {
		t.Errorf("what the moderator's own browser sent is not theirs: %+v", queue.Items)
	}
	refused(t, r.act(t, r.mod, mine, models.ActionPublish, ""), models.CodeForbidden, "error.decision.own")
}

func TestDecideOnChangedText(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", nil)
	author := guest("g")
	item := must(r.SuggestIdea(ctx, author, IdeaInput{Slug: c.Slug, Name: "Ada", Title: "More benches", Body: "Old people sit."}))(t).Item
	other := reply(t, r.Service, c.Slug, "g2", "Unchanged.", "").Item
	ok(t, r.Edit(ctx, author, EditInput{Item: item, Rev: 1, Title: "More green benches", Body: "Old people rest."}))

	_, err := r.Decide(ctx, r.mod, DecideInput{Items: []ItemRev{{other, 1}, {item, 1}}, Action: models.ActionPublish})
	e := changedError(t, err)
	if len(e.Entries) != 1 || e.Entries[0].Entry.Item != item {
		t.Fatalf("entries %+v", e.Entries)
	}
	if got := opText(e.Entries[0].Title, "added"); !strings.Contains(got, "green") {
		t.Errorf("added to the title: %q", got)
	}
	if got := opText(e.Entries[0].Body, "removed"); !strings.Contains(got, "sit") {
		t.Errorf("removed from the body: %q", got)
	}
	if n := must(r.store.QueueLength(ctx, models.QueueFilter{}))(t); n != 2 {
		t.Errorf("%d wait after a refused bulk act", n)
	}
	must(r.Decide(ctx, r.mod, DecideInput{Items: []ItemRev{{other, 1}, {item, 2}}, Action: models.ActionPublish}))(t)
}

func opText(parts []DiffPart, op string) string {
	var b strings.Builder
	for _, run := range parts {
		if run.Op == op {
			b.WriteString(run.Text + "|")
		}
	}
	return b.String()
}

func TestBulkAcrossConsultations(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	a, b := r.opened(t, "First", nil), r.opened(t, "Second", nil)
	var items []ItemRev
	for n, slug := range []string{a.Slug, b.Slug, a.Slug} {
		items = append(items, ItemRev{reply(t, r.Service, slug, "g"+string(rune('0'+n)), "Text.", "").Item, 1})
	}
	made := decisionsOf(must(r.Decide(t.Context(), r.mod, DecideInput{Items: items, Action: models.ActionReject, Reason: "No."}))(t))
	if len(made) != 2 || made[0].ConsultationID != a.ID || len(made[0].Items) != 2 || len(made[1].Items) != 1 || made[1].Seq != 1 {
		t.Errorf("decisions %+v", made)
	}
}

func decisionsOf(d Decided) (list []models.Decision) {
	for _, m := range d.Made {
		list = append(list, m.Decision)
	}
	return list
}

// beforeDecide is the real store, in which something happens just before a decision
// is written in one consultation: the function may write itself, or fail instead.
type beforeDecide struct {
	Store
	consultationID string
	do             func() error
}

func (b *beforeDecide) Decide(ctx context.Context, d models.Decision, jobs []models.Job) (models.Decision, error) {
	if d.ConsultationID == b.consultationID {
		if err := b.do(); err != nil {
			return d, err
		}
	}
	return b.Store.Decide(ctx, d, jobs)
}

// TestBulkFailsHalfWay has the second of three consultations fail while the others
// are decided on: by a text that changes at that moment, and by the store.
func TestBulkFailsHalfWay(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, fail := range map[string]func(t *testing.T, r *staffRoom, item models.Item) error{
		"a text changed": func(t *testing.T, r *staffRoom, item models.Item) error {
			return r.Edit(t.Context(), guest("g1"), EditInput{Item: item, Rev: 1, Body: "Another text."})
		},
		"the store failed": func(*testing.T, *staffRoom, models.Item) error { return broken },
	} {
		t.Run(name, func(t *testing.T) {
			r := newStaffRoom(t)
			var items []ItemRev
			var cons []models.Consultation
			for n, title := range []string{"First", "Second", "Third"} {
				cons = append(cons, r.opened(t, title, nil))
				items = append(items, ItemRev{reply(t, r.Service, cons[n].Slug, fmt.Sprintf("g%d", n), "Text.", "").Item, 1})
			}
			r.store = &beforeDecide{r.store, cons[1].ID, func() error { return fail(t, r, items[1].Item) }}
			got := must(r.Decide(t.Context(), r.mod, DecideInput{Items: items, Action: models.ActionPublish}))(t)
			if len(got.Made) != 2 || got.Made[0].Slug != cons[0].Slug || got.Made[1].Slug != cons[2].Slug || len(got.Failed) != 1 {
				t.Fatalf("decided %+v", got)
			}
			failed := got.Failed[0]
			if failed.Slug != cons[1].Slug || len(failed.Items) != 1 || failed.Items[0].Entry.Item != items[1].Item ||
				failed.Items[0].Entry.Contribution().Status != models.StatusPending {
				t.Errorf("failed %+v", failed)
			}
			if name == "the store failed" {
				if !errors.Is(failed.Err, broken) {
					t.Errorf("failed with %v", failed.Err)
				}
			} else if e := changedError(t, failed.Err); opText(e.Entries[0].Body, "added") == "" {
				t.Errorf("changed: %+v", e.Entries)
			}
		})
	}
}

func TestKeepAReportedText(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", nil)
	item := reply(t, r.Service, c.Slug, "g", "Hello.", "").Item
	ok(t, r.act(t, r.mod, item, models.ActionPublish, ""))
	must(r.Report(ctx, guest("h"), item, "I dislike it."))(t)
	queue := must(r.Queue(ctx, r.mod, ""))(t)
	if queue.Total != 1 || len(queue.Items) != 1 || len(queue.Items[0].Entry.Reports) != 1 {
		t.Fatalf("queue %+v", queue)
	}
	ok(t, r.act(t, r.mod, item, models.ActionPublish, ""))
	if queue = must(r.Queue(ctx, r.mod, ""))(t); queue.Total != 0 {
		t.Errorf("%d rows after keeping it", queue.Total)
	}
	if n := len(jobsOf(t, r.Service, models.JobDecided)); n != 0 {
		t.Errorf("%d messages about a guest without an address", n)
	}
	conflict(t, r.act(t, r.mod, item, models.ActionPublish, ""), "error.decision.status")
	_, err := r.Undo(ctx, r.mod, c.Slug, 2)
	conflict(t, err, "error.decision.nothing_moved")
}

func TestSpamTellsNoStranger(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", nil)
	typed := must(r.PostReply(ctx, guest("g"), ReplyInput{Slug: c.Slug, Name: "Ada", Email: "ada@example.org", Body: "Buy."}))(t).Item
	rita := person(t, r.Service, "rita", models.RoleParticipant)
	known := must(r.PostReply(ctx, rita, ReplyInput{Slug: c.Slug, Body: "Buy too."}))(t).Item
	must(r.Decide(ctx, r.mod, DecideInput{Items: []ItemRev{{typed, 1}, {known, 1}}, Action: models.ActionSpam}))(t)
	jobs := jobsOf(t, r.Service, models.JobDecided)
	if len(jobs) != 1 || jobs[0].Recipient != "rita@example.org" || jobs[0].Unconfirmed {
		t.Errorf("messages %+v", jobs)
	}
}

func TestUndo(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", nil)
	item := reply(t, r.Service, c.Slug, "g", "Hello.", "").Item
	ok(t, r.act(t, r.mod, item, models.ActionPublish, ""))
	ok(t, r.act(t, r.mod2, item, models.ActionRemove, "Rude."))

	_, err := r.Undo(ctx, r.mod, c.Slug, 1)
	conflict(t, err, "error.decision.decided_since")
	d := must(r.Undo(ctx, r.mod, c.Slug, 2))(t)
	if d.Action != models.ActionUndo || d.Undoes != 2 || d.Items[0].To != models.StatusPublished {
		t.Errorf("undo %+v", d)
	}
	_, err = r.Undo(ctx, r.mod, c.Slug, 2)
	conflict(t, err, "error.decision.decided_since")
	_, err = r.Undo(ctx, r.mod, c.Slug, 3)
	conflict(t, err, "error.decision.not_undoable")
	_, err = r.Undo(ctx, r.mod, c.Slug, 9)
	refused(t, err, models.CodeNotFound, "")

	log := must(r.Decisions(ctx, r.mod, c.Slug, 0))(t)
	var got []string
	for _, v := range log.Decisions {
		got = append(got, v.Actor+" "+string(v.Decision.Action))
		if v.CanUndo {
			t.Errorf("decision %d can be undone", v.Decision.Seq)
		}
	}
	if s := strings.Join(got, ", "); s != "Moderator 1 undo, Moderator 2 remove, Moderator 1 publish" {
		t.Errorf("decisions: %s", s)
	}
	other := reply(t, r.Service, c.Slug, "h", "Again.", "").Item
	ok(t, r.act(t, r.mod, other, models.ActionPublish, ""))
	log = must(r.Decisions(ctx, r.mod, c.Slug, 0))(t)
	if len(log.Decisions) != 4 || log.Decisions[0].Decision.Seq != 4 || !log.Decisions[0].CanUndo || log.Older != 0 {
		t.Errorf("after another: %+v", log)
	}
	if log = must(r.Decisions(ctx, r.mod, c.Slug, 2))(t); len(log.Decisions) != 1 || log.Decisions[0].Decision.Seq != 1 {
		t.Errorf("before 2: %+v", log.Decisions)
	}
	must(r.Undo(ctx, r.mod2, c.Slug, 4))(t)
	if n := must(r.store.QueueLength(ctx, models.QueueFilter{}))(t); n != 1 {
		t.Errorf("%d wait after the undo", n)
	}
}

func TestQueuePages(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	c := r.opened(t, "Shops", nil)
	for n := range staffPage + 3 {
		r.clock.add(time.Minute)
		reply(t, r.Service, c.Slug, "g"+string(rune('a'+n%26))+string(rune('a'+n/26)), "Text.", "")
	}
	first := must(r.Queue(t.Context(), r.mod, ""))(t)
	if len(first.Items) != staffPage || first.Total != staffPage+3 || first.Next == "" {
		t.Fatalf("first page: %d of %d", len(first.Items), first.Total)
	}
	more := must(r.Queue(t.Context(), r.mod, first.Next))(t)
	if len(more.Items) != 3 || more.Next != "" || !more.Items[0].Entry.Since.After(first.Items[staffPage-1].Entry.Since) {
		t.Errorf("second page: %d rows", len(more.Items))
	}
}

func TestDecideAfterSealing(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", nil, "One")
	never := must(r.SuggestIdea(ctx, guest("g"), IdeaInput{Slug: c.Slug, Name: "Ada", Title: "Late", Body: "Why."}))(t).Item
	ok(t, r.act(t, r.mod, never, models.ActionReject, "No."))
	r.clock.set(c.ClosesAt.Add(models.LateLinks))
	must(r.Seal(ctx, r.organiser, c.Slug))(t)
	conflict(t, r.act(t, r.mod, never, models.ActionRestore, ""), "error.decision.sealed")
	_, err := r.Undo(ctx, r.mod, c.Slug, 1)
	conflict(t, err, "error.decision.sealed")
	one := must(r.store.Idea(ctx, c.ID, 1))(t)
	ok(t, r.act(t, r.mod, one.Item(), models.ActionRemove, "It must go."))
	result, _, err := r.Result(ctx, reload(t, r.Service, c.ID))
	ok(t, err)
	if len(result.Ideas) != 1 || result.Ideas[0].Title != "" || result.Ideas[0].Body != "" {
		t.Errorf("the words of a removed idea are in the result: %+v", result.Ideas)
	}
	must(r.Undo(ctx, r.mod, c.Slug, 2))(t)
	if _, diffs, err := r.VerifyStore(ctx); err != nil || len(diffs) > 0 {
		t.Errorf("verify: %v, %v", diffs, err)
	}
}

func TestOwnTextStaysTheBrowsers(t *testing.T) {
	t.Parallel()
	taken := models.Contribution{ParticipantID: "ada", Guest: "cookie"}
	mo := models.Participant{ID: "mo", AddressKey: "mo@example.org"}
	for guest, want := range map[string]bool{"cookie": true, "another": false, "": false} {
		if got := ownText(models.Actor{Participant: &mo, Guest: guest}, taken); got != want {
			t.Errorf("with the cookie %q: %t", guest, got)
		}
	}
	if ownText(models.Actor{Participant: &mo}, models.Contribution{ParticipantID: "ada"}) {
		t.Error("without a cookie on either side")
	}
}

func TestDecisionsOfADraft(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	c := newConsultation(r.Service, "draft")
	ok(t, r.store.AddConsultation(t.Context(), c, nil, storetest.Entry(models.AuditConsultationAdded)))
	refused(t, errOf(r.Decisions(t.Context(), r.mod, "draft", 0)), models.CodeNotFound, "error.consultation.unknown")
	both := *r.organiser.Participant
	both.Grants = []models.Grant{{Role: models.RoleModerator}}
	both = must(r.store.EnsureParticipant(t.Context(), both, storetest.Entry(models.AuditRoleGranted)))(t)
	must(r.Decisions(t.Context(), models.Actor{Participant: &both}, "draft", 0))(t)
}
