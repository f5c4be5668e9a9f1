package service

import (
	"strings"
	"testing"

	"folkmoot/models"
)

// bodies lists what a slice shows, waiting ones in brackets.
func bodies(slice ThreadSlice) string {
	var out []string
	for _, v := range slice.Items {
		words := strings.TrimSuffix(strings.TrimPrefix(v.Reply.BodyHTML, "<p>"), "</p>")
		if v.Waiting {
			out = append(out, "("+words+")")
			continue
		}
		out = append(out, words)
	}
	return strings.Join(out, " ")
}

func TestThread(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c := addConsultation(t, s, "shops", nil)
	a := published(t, s, "shops", "other", "a", "")
	b := published(t, s, "shops", "other", "b", "")
	published(t, s, "shops", "other", "a1", a.ID)
	reply(t, s, "shops", "mine", "a2", a.ID)
	reply(t, s, "shops", "other", "hidden", a.ID)
	published(t, s, "shops", "other", "c", "")
	reply(t, s, "shops", "mine", "d", "")
	reply(t, s, "shops", "mine", "b1", b.ID)
	for _, c2 := range []struct {
		actor models.Actor
		sort  string
		limit int
		want  []string // slice by slice
	}{
		{guest("stranger"), "", 0, []string{"a a1 b c"}},
		{guest("stranger"), SortOldest, 2, []string{"a a1", "b c"}},
		{guest("stranger"), SortNewest, 3, []string{"c b a", "a1"}},
		{models.Actor{}, SortOldest, 3, []string{"a a1 b", "c"}},
		{guest("mine"), SortOldest, 0, []string{"a a1 (a2) b (b1) c (d)"}},
		{guest("mine"), SortOldest, 1, []string{"a", "a1", "(a2) b", "(b1) c (d)"}},
		{guest("mine"), SortNewest, 2, []string{"(d) c b", "(b1) a a1 (a2)"}},
	} {
		after := ""
		for n, want := range c2.want {
			slice := must(s.Thread(t.Context(), c2.actor, ThreadRequest{Consultation: c, Sort: c2.sort, After: after, Limit: c2.limit}))(t)
			if got := bodies(slice); got != want {
				t.Errorf("%s %s by %d, slice %d: got %q, want %q", c2.actor.Guest, c2.sort, c2.limit, n, got, want)
			}
			if last := n == len(c2.want)-1; (slice.Next == "") != last {
				t.Errorf("%s by %d, slice %d: next is %q", c2.sort, c2.limit, n, slice.Next)
			}
			after = slice.Next
		}
	}
}

func TestThreadOfOwnOnly(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c := addConsultation(t, s, "shops", nil, "Markets")
	reply(t, s, "shops", "mine", "a", "")
	if got := bodies(must(s.Thread(t.Context(), guest("mine"), ThreadRequest{Consultation: c}))(t)); got != "(a)" {
		t.Errorf("got %q", got)
	}
	idea := must(s.store.Idea(t.Context(), c.ID, 1))(t)
	if got := bodies(must(s.Thread(t.Context(), guest("mine"), ThreadRequest{Consultation: c, IdeaID: idea.ID}))(t)); got != "" {
		t.Errorf("in the idea's thread: %q", got)
	}
}

func TestThreadCursorIsBound(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c, other := addConsultation(t, s, "shops", nil, "Markets"), addConsultation(t, s, "other", nil)
	idea := must(s.store.Idea(t.Context(), c.ID, 1))(t)
	for _, body := range []string{"a", "b"} {
		published(t, s, "shops", "x", body, "")
	}
	next := must(s.Thread(t.Context(), guest("x"), ThreadRequest{Consultation: c, Limit: 1}))(t).Next
	for name, r := range map[string]ThreadRequest{
		"another consultation": {Consultation: other, After: next},
		"an idea":              {Consultation: c, IdeaID: idea.ID, After: next},
		"another order":        {Consultation: c, Sort: SortNewest, After: next},
		"a path":               {Consultation: c, After: models.Segment(1)},
		"a signed something":   {Consultation: c, After: s.Sign("past cursor", cursorOf(models.ThreadQuery{ConsultationID: c.ID}))},
		"cut":                  {Consultation: c, After: next[:len(next)-2]},
	} {
		if _, err := s.Thread(t.Context(), guest("x"), r); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if got := bodies(must(s.Thread(t.Context(), guest("x"), ThreadRequest{Consultation: c, After: next, Limit: 1000}))(t)); got != "b" {
		t.Errorf("the rest is %q", got)
	}
	for _, r := range []ThreadRequest{{Limit: -1}, {Limit: 1001}} {
		r.Consultation = c
		refused(t, errOf(s.Thread(t.Context(), guest("x"), r)), models.CodeInvalid, "error.slice.limit")
	}
	refused(t, errOf(s.Thread(t.Context(), guest("x"), ThreadRequest{Consultation: c, Sort: "best"})), models.CodeInvalid, "error.sort.unknown")
}

func TestThreadTellsNothingElse(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	c := addConsultation(t, s, "shops", nil)
	item := reply(t, s, "shops", "mine", "PLANTED", "").Item
	show := func(actor models.Actor) ReplyView {
		t.Helper()
		return must(s.Thread(t.Context(), actor, ThreadRequest{Consultation: c}))(t).Items[0]
	}
	v := show(guest("mine"))
	if r := v.Reply; !v.CanEdit || r.Guest+r.Network+r.Address+r.TokenHash+r.Salt != "" {
		t.Errorf("the author sees %+v", v)
	}
	if only := must(s.OnlyPublic(t.Context(), guest("mine"), c.ID))(t); only || !must(s.OnlyPublic(t.Context(), guest("other"), c.ID))(t) {
		t.Error("who has a text that waits sees no more than a stranger, or a stranger does")
	}
	clk.add(EditWindow)
	if show(guest("mine")).CanEdit {
		t.Error("the window is over and the author may edit")
	}
	clk.add(-EditWindow)
	publish(t, s, item)
	if show(guest("mine")).CanEdit || show(guest("other")).CanEdit || show(models.Actor{}).CanEdit {
		t.Error("a published text may be edited")
	}
	if !must(s.OnlyPublic(t.Context(), guest("mine"), c.ID))(t) {
		t.Error("the author of a published text sees more than a stranger")
	}
	decide(t, s, item, models.ActionRemove)
	if v := show(guest("mine")); v.Reply.Body != "" || v.Reply.BodyHTML != "" || v.Reply.AuthorName != "" || v.Reply.Status != models.StatusRemoved {
		t.Errorf("of a removed reply stays %+v", v)
	}
}

func TestThreadForgetsTheNamesOfRemovedReplies(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c := addConsultation(t, s, "shops", nil)
	root := published(t, s, "shops", "x", "root", "")
	below := published(t, s, "shops", "x", "below", root.ID)
	published(t, s, "shops", "x", "deep", below.ID)
	names := func() (names []string) {
		t.Helper()
		for after := ""; ; {
			slice := must(s.Thread(t.Context(), guest("y"), ThreadRequest{Consultation: c, After: after, Limit: 1}))(t)
			names = append(names, slice.Items[0].Reply.ParentName)
			if after = slice.Next; after == "" {
				return names
			}
		}
	}
	if got := strings.Join(names(), ","); got != ",Ada,Ada" {
		t.Errorf("before: %q", got)
	}
	decide(t, s, root, models.ActionRemove)
	if got := strings.Join(names(), ","); got != ",,Ada" {
		t.Errorf("slice by slice: %q", got)
	}
	items := must(s.Thread(t.Context(), guest("y"), ThreadRequest{Consultation: c}))(t).Items
	if items[1].Reply.ParentName != "" || items[2].Reply.ParentName != "Ada" {
		t.Errorf("in one slice: %+v", items)
	}
}

func TestPermalink(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c := addConsultation(t, s, "shops", nil, "Markets")
	first := published(t, s, "shops", "x", "a", "")
	b := published(t, s, "shops", "x", "b", "")
	if p := must(s.Permalink(t.Context(), first.ID))(t); p != (Place{Slug: "shops"}) {
		t.Errorf("the first: %+v", p)
	}
	p := must(s.Permalink(t.Context(), b.ID))(t)
	slice := must(s.Thread(t.Context(), guest("y"), ThreadRequest{Consultation: c, After: p.After}))(t)
	if p.Slug != "shops" || p.IdeaNumber != 0 || bodies(slice) != "b" {
		t.Errorf("%+v leads to %q", p, bodies(slice))
	}
	sent := must(s.PostReply(t.Context(), guest("x"), ReplyInput{Slug: "shops", Name: "Ada", Body: "i", IdeaNumber: 1}))(t)
	unknown := func(id string) {
		t.Helper()
		refused(t, errOf(s.Permalink(t.Context(), id)), models.CodeNotFound, "error.reply.unknown")
	}
	unknown(sent.Item.ID)
	unknown("nobody")
	publish(t, s, sent.Item)
	if p := must(s.Permalink(t.Context(), sent.Item.ID))(t); p.IdeaNumber != 1 {
		t.Errorf("in an idea's thread: %+v", p)
	}
	moveTo(t, s, c.ID, models.StateDraft)
	unknown(first.ID)
}
