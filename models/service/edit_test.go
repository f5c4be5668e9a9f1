package service

import (
	"strings"
	"testing"
	"time"

	"folkmoot/models"
)

func TestEdit(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	addConsultation(t, s, "shops", nil)
	item := reply(t, s, "shops", "mine", "frist", "").Item
	clk.add(models.EditWindow - time.Minute)
	v := must(s.ForEdit(t.Context(), guest("mine"), item))(t)
	if v.Body != "frist" || v.Left != time.Minute || v.Contribution.Rev != 1 || len(v.Earlier) != 0 || v.Consultation.Slug != "shops" {
		t.Errorf("for editing: %+v", v)
	}
	edit := EditInput{Item: item, Rev: 1, Body: "*first*\r\n"}
	ok(t, s.Edit(t.Context(), guest("mine"), edit))
	r := must(s.store.Reply(t.Context(), item.ID))(t)
	if r.Body != "*first*" || !strings.Contains(r.BodyHTML, "<em>first</em>") || r.Rev != 2 || r.Status != models.StatusPending {
		t.Errorf("kept as %+v", r)
	}
	refused(t, s.Edit(t.Context(), guest("mine"), EditInput{Item: item, Rev: 1, Body: "again"}), models.CodeConflict, "error.reply.changed")
	ok(t, s.Edit(t.Context(), guest("mine"), EditInput{Item: item, Rev: 2, Body: "*first*"}))
	if must(s.store.Reply(t.Context(), item.ID))(t).Rev != 2 {
		t.Error("an edit that changes nothing made a revision")
	}
	field(t, s.Edit(t.Context(), guest("mine"), EditInput{Item: item, Rev: 2, Body: " "}), "body", "error.field.body_empty")
	v = must(s.ForEdit(t.Context(), guest("mine"), item))(t)
	if len(v.Earlier) != 1 || v.Earlier[0].Body != "frist" {
		t.Errorf("after the edit: %+v", v)
	}
	publish(t, s, item)
	refused(t, errOf(s.ForEdit(t.Context(), guest("mine"), item)), models.CodeClosed, "error.edit.published")
	refused(t, s.Edit(t.Context(), guest("mine"), EditInput{Item: item, Rev: 2, Body: "unread"}), models.CodeClosed, "error.edit.published")
	if r := must(s.store.Reply(t.Context(), item.ID))(t); r.Body != "*first*" {
		t.Errorf("the text is %q", r.Body)
	}
}

func TestEditRefuses(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	c := addConsultation(t, s, "shops", nil)
	bo := person(t, s, "bo", models.RoleParticipant)
	item := reply(t, s, "shops", "mine", "x", "").Item
	bos := must(s.PostReply(t.Context(), bo, ReplyInput{Slug: "shops", Body: "bo's"}))(t).Item
	expect := func(actor models.Actor, item models.Item, code models.Code, key string) {
		t.Helper()
		refused(t, errOf(s.ForEdit(t.Context(), actor, item)), code, key)
		refused(t, s.Edit(t.Context(), actor, EditInput{Item: item, Rev: 1, Body: "changed"}), code, key)
	}
	for _, actor := range []models.Actor{guest("other"), {}, bo, person(t, s, "mo", models.RoleModerator)} {
		expect(actor, item, models.CodeNotFound, "error.item.unknown") // it is not public
	}
	expect(guest("mine"), bos, models.CodeNotFound, "error.item.unknown")
	expect(guest("mine"), models.Item{Kind: models.KindReply, ID: "nobody"}, models.CodeNotFound, "error.item.unknown")
	publish(t, s, item)
	for _, actor := range []models.Actor{guest("other"), {}, bo} {
		expect(actor, item, models.CodeForbidden, "error.edit.owner")
	}
	expect(guest("mine"), item, models.CodeClosed, "error.edit.published")
	must(s.ForEdit(t.Context(), bo, bos))(t)
	moveTo(t, s, c.ID, models.StatePaused)
	expect(bo, bos, models.CodeClosed, "error.consultation.paused")
	moveTo(t, s, c.ID, models.StateOpen)
	clk.add(models.EditWindow)
	expect(bo, bos, models.CodeClosed, "error.edit.window")
	late := reply(t, s, "shops", "mine", "x", "").Item
	decide(t, s, late, models.ActionReject)
	expect(guest("mine"), late, models.CodeClosed, "error.edit.decided")
}

func TestEditIdea(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	addConsultation(t, s, "shops", nil)
	item := must(s.SuggestIdea(t.Context(), guest("mine"), IdeaInput{Slug: "shops", Name: "Ada", Title: "Fiars", Body: "x"}))(t).Item
	field(t, s.Edit(t.Context(), guest("mine"), EditInput{Item: item, Rev: 1, Body: "x"}), "title", "error.field.title_empty")
	ok(t, s.Edit(t.Context(), guest("mine"), EditInput{Item: item, Rev: 1, Title: "Fairs", Body: "x"}))
	if v := must(s.ForEdit(t.Context(), guest("mine"), item))(t); v.Title != "Fairs" || v.IdeaNumber != 0 {
		t.Errorf("for editing: %+v", v)
	}
	publish(t, s, item)
	refused(t, errOf(s.ForEdit(t.Context(), guest("mine"), item)), models.CodeClosed, "error.edit.published")
	refused(t, s.Edit(t.Context(), guest("mine"), EditInput{Item: item, Rev: 2, Title: "Fares", Body: "x"}), models.CodeClosed, "error.edit.published")
}
