package service

import (
	"strings"
	"testing"

	"folkmoot/models"
)

func TestRespond(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	open := r.opened(t, "Open", nil, "One")
	_, err := r.Board(ctx, r.board, open.Slug)
	refused(t, err, models.CodeClosed, "error.board.unsealed")
	refused(t, r.Respond(ctx, r.board, ResponseInput{Slug: open.Slug, Number: 1}), models.CodeClosed, "error.board.unsealed")
	c, _ := r.sealed(t)

	answer := ResponseInput{Slug: c.Slug, Number: 5, Decision: models.ResponseDecline, Owner: "The clerk", By: "by June"}
	field(t, r.Respond(ctx, r.board, answer), "reason", "error.response.reason")
	bad := answer
	bad.Decision, bad.Owner = "perhaps", "a\nb"
	err = r.Respond(ctx, r.board, bad)
	field(t, err, "decision", "error.response.decision")
	field(t, err, "owner", "error.field.line_control")
	bad = answer
	bad.Number, bad.Reason = 6, "It is gone."
	refused(t, r.Respond(ctx, r.board, bad), models.CodeNotFound, "error.response.idea")

	answer.Reason = "It costs **too** much."
	ok(t, r.Respond(ctx, r.organiser, answer))
	if result, _, err := r.Result(ctx, reload(t, r.Service, c.ID)); err != nil || ofNumber(result, 5).Response != nil {
		t.Errorf("a draft is in the result: %v", err)
	}
	board := must(r.Board(ctx, r.organiser, c.Slug))(t)
	if board.CanPublish || !must(r.Board(ctx, r.board, c.Slug))(t).CanPublish {
		t.Error("the organiser may publish, or the board may not")
	}
	for _, row := range board.Rows {
		if row.Must != (row.Ranked.Number != 4) || (row.Response != nil) != (row.Ranked.Number == 5) {
			t.Errorf("row %+v", row)
		}
	}
	answer.Publish = true
	ok(t, r.Respond(ctx, r.board, answer))
	got := must(r.store.Responses(ctx, c.ID))(t)
	for _, resp := range got {
		if resp.DraftedBy != r.organiser.ID() || resp.PublishedBy != r.board.ID() || !strings.Contains(resp.ReasonHTML, "<strong>too") {
			t.Errorf("response %+v", resp)
		}
	}
	result, _, err := r.Result(ctx, reload(t, r.Service, c.ID))
	ok(t, err)
	want := models.Answer{Decision: "decline", Reason: answer.Reason, Owner: "The clerk", By: "by June", PublishedAt: "2027-03-26"}
	if a := ofNumber(result, 5).Response; a == nil || *a != want {
		t.Errorf("answer %+v", a)
	}
	answer.Publish = false
	conflict(t, r.Respond(ctx, r.organiser, answer), "error.response.published")
}

func ofNumber(r models.Result, number int) models.ResultIdea {
	for _, i := range r.Ideas {
		if i.Number == number {
			return i
		}
	}
	return models.ResultIdea{}
}

func TestAnswered(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", func(in *ConsultationInput) { in.Settings.AnswerTop = 2 }, "One", "Two", "Three")
	rita := person(t, r.Service, "rita", models.RoleParticipant)
	item := must(r.SuggestIdea(ctx, rita, IdeaInput{Slug: c.Slug, Title: "Four", Body: "Why."}))(t).Item
	ok(t, r.act(t, r.mod, item, models.ActionPublish, ""))
	r.votes(t, c.Slug, 4, 9, 0, 0)
	r.votes(t, c.Slug, 3, 7, 1, 0)
	r.votes(t, c.Slug, 1, 5, 4, 0)
	r.clock.set(c.ClosesAt.Add(models.LateLinks))
	must(r.Seal(ctx, r.organiser, c.Slug))(t)

	entry := func() BoardEntry {
		entries := must(r.BoardList(ctx, r.board))(t)
		if len(entries) != 1 {
			t.Fatalf("%d entries", len(entries))
		}
		return entries[0]
	}
	if e := entry(); e.MustAnswer != 2 || e.Answered != 0 {
		t.Errorf("entry %+v", e)
	}
	say := func(number int, d models.ResponseDecision) {
		ok(t, r.Respond(ctx, r.board, ResponseInput{Slug: c.Slug, Number: number, Decision: d, Publish: true}))
	}
	say(4, models.ResponseConsidering)
	say(3, models.ResponseAdopt)
	if e := entry(); e.Answered != 1 || e.Consultation.State != models.StateSealed {
		t.Errorf("entry %+v", e)
	}
	say(4, models.ResponseAdoptInPart)
	if e := entry(); e.Answered != 2 || e.Consultation.State != models.StateAnswered {
		t.Errorf("entry %+v", e)
	}
	jobs := jobsOf(t, r.Service, models.JobResponse)
	if len(jobs) != 2 || jobs[0].Recipient != "rita@example.org" || jobs[0].Args["number"] != "4" || jobs[0].Args["slug"] != c.Slug {
		t.Errorf("messages %+v", jobs)
	}
	if got := r.verified(t); got != "" {
		t.Errorf("verify: %s", got)
	}
}
