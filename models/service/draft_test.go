package service

import (
	"testing"
	"time"

	"folkmoot/models"
)

// TestDraftsAreNotFound lets nobody but its organisers know of a draft, by whatever way.
func TestDraftsAreNotFound(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	p := post()
	p.Ideas = []string{"One"}
	c, _, err := r.ImportPost(ctx, p) // with a comment that waits
	ok(t, err)
	idea := ideaAt(t, r.Service, c, 1).Item()
	both := person(t, r.Service, "bo", models.RoleModerator)
	both.Participant.Grants = append(both.Participant.Grants, models.Grant{Role: models.RoleOrganiser})
	waiting := must(r.Queue(ctx, both, ""))(t)
	if len(waiting.Items) == 0 || must(r.QueueLength(ctx, both))(t) != waiting.Total {
		t.Fatal("who organises the draft and moderates does not see what waits in it")
	}
	reply := waiting.Items[0].Entry.Item
	must(r.ModeratedItem(ctx, both, idea))(t)
	for name, actor := range map[string]models.Actor{"moderator": r.mod, "board": r.board, "admin": r.admin, "stranger": guest("x")} {
		for what, err := range map[string]error{
			"page":          errOf(r.Consultation(ctx, actor, c.Slug)),
			"idea":          errOf(r.ModeratedItem(ctx, actor, idea)),
			"waiting reply": errOf(r.ModeratedItem(ctx, actor, reply)),
			"decision":      errOf(r.Decide(ctx, actor, DecideInput{Items: []ItemRev{{Item: reply}}, Action: models.ActionPublish})),
			"idea decided":  errOf(r.Decide(ctx, actor, DecideInput{Items: []ItemRev{{Item: idea}}, Action: models.ActionRemove, Reason: "x"})),
			"decisions":     errOf(r.Decisions(ctx, actor, c.Slug, 0)),
			"undo":          errOf(r.Undo(ctx, actor, c.Slug, 1)),
			"board":         errOf(r.Board(ctx, actor, c.Slug)),
			"respond":       r.Respond(ctx, actor, ResponseInput{Slug: c.Slug, Number: 1, Decision: models.ResponseAdopt}),
			"report":        errOf(r.ForReport(ctx, idea)),
			"edit":          errOf(r.ForEdit(ctx, actor, idea)),
			"manage":        errOf(r.Manage(ctx, actor, c.Slug)),
			"full file":     errOf(r.FullFile(ctx, actor, c.Slug)),
		} {
			switch models.CodeOf(err) {
			case models.CodeNotFound:
			case models.CodeForbidden, models.CodeUnauthenticated: // whoever may do it nowhere learns nothing
			default:
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
	}
	refused(t, errOf(r.ModeratedItem(ctx, r.mod, idea)), models.CodeNotFound, "error.item.unknown")
	refused(t, errOf(r.ModeratedItem(ctx, r.mod, reply)), models.CodeNotFound, "error.item.unknown")
	refused(t, errOf(r.Undo(ctx, r.mod, c.Slug, 1)), models.CodeNotFound, "error.consultation.unknown")
	refused(t, errOf(r.Board(ctx, r.board, c.Slug)), models.CodeNotFound, "error.consultation.unknown")
	if q := must(r.Queue(ctx, r.mod, ""))(t); len(q.Items) != 0 || q.Total != 0 || must(r.QueueLength(ctx, r.mod))(t) != 0 {
		t.Errorf("a moderator's queue has %d texts of a draft", len(q.Items))
	}
	open := r.opened(t, "Elsewhere", nil, "Another")
	open = reload(t, r.Service, open.ID)
	told := 0
	for _, j := range must(r.queueJobs(ctx, open, ""))(t) {
		if j.Recipient == r.mod.Participant.Address {
			told++
		}
	}
	if told != 1 {
		t.Errorf("what waits in a draft keeps its moderators from %d messages about what waits elsewhere, want 1", 1-told)
	}
	for _, words := range []string{c.Text("en").Title, "One", "Approved"} {
		if hits := must(r.Search(ctx, words))(t); len(hits) != 0 {
			t.Errorf("searching for %q finds the draft: %+v", words, hits)
		}
	}
	in := editForm(c)
	in.Text.WhoDecides, in.Text.CanChange, in.Text.Contact, in.Text.OtherFormats = "We", "All", "desk@example.org", "Ask"
	in.ClosesAt, in.AnswerBy, in.OpensAt = r.Now().Add(21*testDay), r.Now().Add(60*testDay), time.Time{}
	c = must(r.EditConsultation(ctx, r.organiser, c.Slug, in))(t)
	must(r.Open(ctx, r.organiser, c.Slug, time.Time{}, c.Rev))(t)
	if q := must(r.Queue(ctx, r.mod, ""))(t); q.Total != waiting.Total {
		t.Errorf("once it is open %d texts wait, want %d", q.Total, waiting.Total)
	}
}

// TestDraftIdeaIsNotWithdrawn withdraws an idea of a draft by the ways of the public: its
// organiser takes it out on the draft's page alone, without a decision.
func TestDraftIdeaIsNotWithdrawn(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := must(r.NewConsultation(ctx, r.organiser, r.input("Draft")))(t)
	idea := must(r.AddOrganiserIdea(ctx, r.organiser, c.Slug, "One", ""))(t)
	refused(t, errOf(r.ForWithdrawal(ctx, r.organiser, idea.Item())), models.CodeClosed, "error.consultation.not_open")
	refused(t, errOf(r.WithdrawOwn(ctx, r.organiser, idea.Item())), models.CodeClosed, "error.consultation.not_open")
	if got := must(r.store.IdeaByID(ctx, idea.ID))(t); got.Withdrawn || got.Status != models.StatusPublished {
		t.Errorf("after it the idea is %s, withdrawn: %t", got.Status, got.Withdrawn)
	}
	if list := must(r.store.Decisions(ctx, c.ID, 0, 10))(t); len(list) != 0 {
		t.Errorf("%d decisions in a draft", len(list))
	}
}
