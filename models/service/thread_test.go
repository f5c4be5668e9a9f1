package service

import (
	"strings"
	"testing"
	"time"

	"folkmoot/models"
)

// bodies lists what a slice shows.
func bodies(slice ThreadSlice) string { return textsOf(slice.Items) }

func textsOf(items []ReplyView) string {
	var out []string
	for _, v := range items {
		out = append(out, strings.TrimSuffix(strings.TrimPrefix(v.Reply.BodyHTML, `<p dir="auto">`), "</p>"))
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
		sort  string
		limit int
		want  []string // slice by slice
	}{
		{"", 0, []string{"a a1 b c"}},
		{SortOldest, 2, []string{"a a1", "b c"}},
		{SortNewest, 3, []string{"c b a", "a1"}},
		{SortOldest, 3, []string{"a a1 b", "c"}},
	} {
		after := ""
		for n, want := range c2.want {
			slice := must(s.Thread(t.Context(), ThreadRequest{Consultation: c, Sort: c2.sort, After: after, Limit: c2.limit}))(t)
			if got := bodies(slice); got != want {
				t.Errorf("%s by %d, slice %d: got %q, want %q", c2.sort, c2.limit, n, got, want)
			}
			if last := n == len(c2.want)-1; (slice.Next == "") != last {
				t.Errorf("%s by %d, slice %d: next is %q", c2.sort, c2.limit, n, slice.Next)
			}
			after = slice.Next
		}
	}
}

// TestThreadAfter reads any stretch of a thread again by its places.
func TestThreadAfter(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c := addConsultation(t, s, "shops", nil)
	for _, body := range []string{"a", "b", "c", "d"} {
		published(t, s, "shops", "x", body, "")
	}
	for _, sort := range []string{SortOldest, SortNewest} {
		r := ThreadRequest{Consultation: c, Sort: sort}
		all := must(s.Thread(t.Context(), r))(t)
		place := func(v ReplyView) string {
			if sort == SortNewest {
				return v.Reply.PathNew
			}
			return v.Reply.Path
		}
		for n := range 3 {
			got := must(s.ThreadAfter(t.Context(), r, place(all.Items[n]), 2))(t)
			if want := textsOf(all.Items[n+1 : min(n+3, 4)]); textsOf(got) != want {
				t.Errorf("%s after %d: got %q, want %q", sort, n, textsOf(got), want)
			}
		}
		if got := textsOf(must(s.ThreadAfter(t.Context(), r, all.From, 2))(t)); got != textsOf(all.Items[:2]) {
			t.Errorf("%s from the start: %q", sort, got)
		}
	}
}

// TestWaitingTexts are listed for their author alone, page by page, the newest first.
func TestWaitingTexts(t *testing.T) {
	s, clk := newService(t)
	c := addConsultation(t, s, "shops", nil, "Markets")
	published(t, s, "shops", "mine", "published", "")
	for _, body := range []string{"a", "b", "c"} {
		clk.add(time.Minute)
		reply(t, s, "shops", "mine", body, "")
		reply(t, s, "shops", "other", "hidden", "")
		must(s.SuggestIdea(t.Context(), guest("mine"), IdeaInput{Slug: "shops", Name: "Ada", Title: body, Body: "x"}))(t)
	}
	var replies, ideas []string
	r := WaitingRequest{Consultation: c, Limit: 2}
	for n := 0; n == 0 || r.After != ""; n++ {
		page := must(s.WaitingReplies(t.Context(), guest("mine"), r))(t)
		replies = append(replies, textsOf(page.Items))
		if r.After = page.Next; page.Total != 3 || !page.Items[0].Waiting || !page.Items[0].Own.CanEdit || page.Items[0].Reply.Guest != "" {
			t.Errorf("page %d: %+v", n, page)
		}
	}
	for n := 0; n == 0 || r.After != ""; n++ {
		page := must(s.WaitingIdeas(t.Context(), guest("mine"), r))(t)
		for _, v := range page.Items {
			ideas = append(ideas, v.Idea.Title)
		}
		r.After = page.Next
	}
	if got := strings.Join(replies, "|") + " " + strings.Join(ideas, " "); got != "c b|a c b a" {
		t.Errorf("got %q", got)
	}
	if own := must(s.WaitingReplies(t.Context(), models.Actor{}, r))(t); own.Total != 0 || len(own.Items) != 0 {
		t.Errorf("nobody's: %+v", own)
	}
	r.After = "forged"
	refused(t, errOf(s.WaitingReplies(t.Context(), guest("mine"), r)), models.CodeInvalid, "error.cursor")
	idea := must(s.store.Idea(t.Context(), c.ID, 1))(t)
	if own := must(s.WaitingReplies(t.Context(), guest("mine"), WaitingRequest{Consultation: c, IdeaID: idea.ID, Limit: 2}))(t); own.Total != 0 {
		t.Errorf("in the idea's thread: %+v", own)
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
	next := must(s.Thread(t.Context(), ThreadRequest{Consultation: c, Limit: 1}))(t).Next
	for name, r := range map[string]ThreadRequest{
		"another consultation": {Consultation: other, After: next},
		"an idea":              {Consultation: c, IdeaID: idea.ID, After: next},
		"another order":        {Consultation: c, Sort: SortNewest, After: next},
		"a path":               {Consultation: c, After: models.Segment(1)},
		"a signed something":   {Consultation: c, After: s.Sign("past cursor", cursorOf(models.ThreadQuery{ConsultationID: c.ID}))},
		"cut":                  {Consultation: c, After: next[:len(next)-2]},
	} {
		if _, err := s.Thread(t.Context(), r); models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if got := bodies(must(s.Thread(t.Context(), ThreadRequest{Consultation: c, After: next, Limit: 1000}))(t)); got != "b" {
		t.Errorf("the rest is %q", got)
	}
	for _, r := range []ThreadRequest{{Limit: -1}, {Limit: 1001}} {
		r.Consultation = c
		refused(t, errOf(s.Thread(t.Context(), r)), models.CodeInvalid, "error.slice.limit")
	}
	refused(t, errOf(s.Thread(t.Context(), ThreadRequest{Consultation: c, Sort: "best"})), models.CodeInvalid, "error.sort.unknown")
}

func TestThreadTellsNothingElse(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	c := addConsultation(t, s, "shops", nil)
	item := reply(t, s, "shops", "mine", "PLANTED", "").Item
	own := func() ReplyView {
		t.Helper()
		return must(s.WaitingReplies(t.Context(), guest("mine"), WaitingRequest{Consultation: c, Limit: 1}))(t).Items[0]
	}
	show := func() ReplyView {
		t.Helper()
		return must(s.Thread(t.Context(), ThreadRequest{Consultation: c}))(t).Items[0]
	}
	v := own()
	if r := v.Reply; !v.Own.CanEdit || r.Guest+r.Network+r.Address+r.TokenHash+r.Salt != "" {
		t.Errorf("the author sees %+v", v)
	}
	clk.add(models.EditWindow)
	if own().Own.CanEdit {
		t.Error("the window is over and the author may edit")
	}
	clk.add(-models.EditWindow)
	publish(t, s, item)
	if show().Own != (Own{}) {
		t.Error("a published text may be edited")
	}
	decide(t, s, item, models.ActionRemove)
	if v := show(); v.Reply.Body != "" || v.Reply.BodyHTML != "" || v.Reply.AuthorName != "" || v.Reply.Status != models.StatusRemoved {
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
			slice := must(s.Thread(t.Context(), ThreadRequest{Consultation: c, After: after, Limit: 1}))(t)
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
	items := must(s.Thread(t.Context(), ThreadRequest{Consultation: c}))(t).Items
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
	slice := must(s.Thread(t.Context(), ThreadRequest{Consultation: c, After: p.After}))(t)
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
