package service

import (
	"strings"
	"testing"
	"time"

	"folkmoot/models"
)

func TestDecidePublishesAndTellsTheAuthor(t *testing.T) {
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", nil)
	sent := must(r.PostReply(ctx, guest("g"), ReplyInput{Slug: c.Slug, Name: "Ada", Email: "ada@example.org", Body: "Hello."}))(t)
	in := DecideInput{Items: []ItemRev{{sent.Item, 1}, {sent.Item, 1}}, Action: models.ActionPublish}
	made := must(r.Decide(ctx, r.mod, in))(t)
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
		"too many":        {DecideInput{Action: models.ActionPublish, Items: manyItems(maxBulk + 1)}, "error.decision.many"},
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
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", nil)
	inBrowser := r.mod
	inBrowser.Guest = "cookie"
	for name, author := range map[string]models.Actor{
		"with the account":    r.mod,
		"in the same browser": {Guest: "cookie", Network: "n"},
		"with their address":  guest("elsewhere"),
	} {
		in := ReplyInput{Slug: c.Slug, Name: "Ada", Body: "Mine."}
		if name == "with their address" {
			in.Email = "MO@Example.org"
		}
		item := must(r.PostReply(ctx, author, in))(t).Item
		err := r.act(t, inBrowser, item, models.ActionPublish, "")
		refused(t, err, models.CodeForbidden, "error.decision.own")
		ok(t, r.act(t, r.mod2, item, models.ActionPublish, ""))
	}
}

func TestDecideOnChangedText(t *testing.T) {
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

func opText(runs []DiffRun, op string) string {
	var b strings.Builder
	for _, run := range runs {
		if run.Op == op {
			b.WriteString(run.Text + "|")
		}
	}
	return b.String()
}

func TestBulkAcrossConsultations(t *testing.T) {
	r := newStaffRoom(t)
	a, b := r.opened(t, "First", nil), r.opened(t, "Second", nil)
	var items []ItemRev
	for n, slug := range []string{a.Slug, b.Slug, a.Slug} {
		items = append(items, ItemRev{reply(t, r.Service, slug, "g"+string(rune('0'+n)), "Text.", "").Item, 1})
	}
	made := must(r.Decide(t.Context(), r.mod, DecideInput{Items: items, Action: models.ActionReject, Reason: "No."}))(t)
	if len(made) != 2 || made[0].ConsultationID != a.ID || len(made[0].Items) != 2 || len(made[1].Items) != 1 || made[1].Seq != 1 {
		t.Errorf("decisions %+v", made)
	}
}

func TestKeepAReportedText(t *testing.T) {
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", nil)
	item := reply(t, r.Service, c.Slug, "g", "Hello.", "").Item
	ok(t, r.act(t, r.mod, item, models.ActionPublish, ""))
	must(r.Report(ctx, guest("h"), item, "I dislike it."))(t)
	rows, _, total, err := r.Queue(ctx, r.mod, "")
	ok(t, err)
	if total != 1 || len(rows) != 1 || len(rows[0].Reports) != 1 {
		t.Fatalf("queue %+v", rows)
	}
	ok(t, r.act(t, r.mod, item, models.ActionPublish, ""))
	if _, _, total, _ = r.Queue(ctx, r.mod, ""); total != 0 {
		t.Errorf("%d rows after keeping it", total)
	}
	if n := len(jobsOf(t, r.Service, models.JobDecided)); n != 0 {
		t.Errorf("%d messages about a guest without an address", n)
	}
	conflict(t, r.act(t, r.mod, item, models.ActionPublish, ""), "error.decision.status")
	_, err = r.Undo(ctx, r.mod, c.Slug, 2)
	conflict(t, err, "error.decision.nothing_moved")
}

func TestSpamTellsNoStranger(t *testing.T) {
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

	views := must(r.Decisions(ctx, r.mod, c.Slug, 0))(t)
	var got []string
	for _, v := range views {
		got = append(got, v.Actor+" "+string(v.Decision.Action))
		if v.CanUndo {
			t.Errorf("decision %d can be undone", v.Decision.Seq)
		}
	}
	if s := strings.Join(got, ", "); s != "Moderator 1 publish, Moderator 2 remove, Moderator 1 undo" {
		t.Errorf("decisions: %s", s)
	}
	other := reply(t, r.Service, c.Slug, "h", "Again.", "").Item
	ok(t, r.act(t, r.mod, other, models.ActionPublish, ""))
	if views = must(r.Decisions(ctx, r.mod, c.Slug, 3))(t); len(views) != 1 || !views[0].CanUndo {
		t.Errorf("after 3: %+v", views)
	}
	must(r.Undo(ctx, r.mod2, c.Slug, 4))(t)
	if n := must(r.store.QueueLength(ctx, models.QueueFilter{}))(t); n != 1 {
		t.Errorf("%d wait after the undo", n)
	}
}

func TestQueuePages(t *testing.T) {
	r := newStaffRoom(t)
	c := r.opened(t, "Shops", nil)
	for n := range staffPage + 3 {
		r.clock.add(time.Minute)
		reply(t, r.Service, c.Slug, "g"+string(rune('a'+n%26))+string(rune('a'+n/26)), "Text.", "")
	}
	rows, next, total, err := r.Queue(t.Context(), r.mod, "")
	ok(t, err)
	if len(rows) != staffPage || total != staffPage+3 || next == "" {
		t.Fatalf("first page: %d of %d", len(rows), total)
	}
	more, next, _, err := r.Queue(t.Context(), r.mod, next)
	ok(t, err)
	if len(more) != 3 || next != "" || !more[0].Since.After(rows[staffPage-1].Since) {
		t.Errorf("second page: %d rows", len(more))
	}
}

func TestDecideAfterSealing(t *testing.T) {
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
	taken := models.Contribution{ParticipantID: "ada", Guest: "cookie"}
	mo := models.Participant{ID: "mo", AddressKey: "mo@example.org"}
	for guest, want := range map[string]bool{"cookie": true, "another": false, "": false} {
		if got := OwnText(models.Actor{Participant: &mo, Guest: guest}, taken); got != want {
			t.Errorf("with the cookie %q: %t", guest, got)
		}
	}
	if OwnText(models.Actor{Participant: &mo}, models.Contribution{ParticipantID: "ada"}) {
		t.Error("without a cookie on either side")
	}
}

func TestDecisionsOfADraft(t *testing.T) {
	r := newStaffRoom(t)
	c := newConsultation(r.Service, "draft")
	ok(t, r.store.AddConsultation(t.Context(), c, nil))
	refused(t, errOf(r.Decisions(t.Context(), r.mod, "draft", 0)), models.CodeNotFound, "error.consultation.unknown")
	both := *r.organiser.Participant
	both.Grants = []models.Grant{{Role: models.RoleModerator}}
	both = must(r.store.EnsureParticipant(t.Context(), both))(t)
	must(r.Decisions(t.Context(), models.Actor{Participant: &both}, "draft", 0))(t)
}
