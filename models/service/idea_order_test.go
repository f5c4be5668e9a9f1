package service

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"folkmoot/models"
)

// manyIdeas opens a consultation with n of the organiser's ideas.
func manyIdeas(t *testing.T, s *Service, slug string, n int) models.Consultation {
	t.Helper()
	var titles []string
	for k := range n {
		titles = append(titles, fmt.Sprint("Idea ", k+1))
	}
	return addConsultation(t, s, slug, nil, titles...)
}

// leaf goes through all pages of the ideas in an order; between runs after each.
func leaf(t *testing.T, s *Service, c models.Consultation, order string, between func()) (pages [][]int) {
	t.Helper()
	r := IdeasRequest{Consultation: c, Order: order}
	for {
		p := must(s.Ideas(t.Context(), r))(t)
		if p.First != (len(pages) == 0) {
			t.Errorf("%s: page %d says that it is the first: %t", order, len(pages)+1, p.First)
		}
		pages = append(pages, numbers(p.Items))
		if p.Next == "" {
			return pages
		}
		r.After = p.Next
		between()
	}
}

func TestIdeasPageByPage(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	c := manyIdeas(t, s, "shops", 75)
	for order, first := range map[string]int{OrderNumber: 1, OrderNewest: 75, OrderShuffled: 0} {
		pages := leaf(t, s, c, order, func() {})
		all := slices.Concat(pages...)
		if len(pages) != 3 || len(pages[0]) != 30 || len(pages[2]) != 15 || (first > 0 && all[0] != first) {
			t.Errorf("%s: pages %v", order, pages)
		}
		eachOnce(t, order, all, 75)
	}
	shuffled := leaf(t, s, c, OrderShuffled, func() {})
	turned := leaf(t, s, c, OrderShuffled, func() { clk.add(time.Hour) })
	if !slices.Equal(slices.Concat(turned...), slices.Concat(shuffled...)) {
		t.Error("an order that was begun does not go on when the hour turns")
	}
}

func eachOnce(t *testing.T, what string, got []int, n int) {
	t.Helper()
	sorted := slices.Compact(slices.Sorted(slices.Values(got)))
	if len(got) != n || len(sorted) != n || sorted[0] != 1 || sorted[n-1] != n {
		t.Errorf("%s: not each of %d ideas once: %v", what, n, got)
	}
}

// TestIdeasMoveWhileRead takes down the very idea that a cursor names and adds others:
// whoever goes on meets each of the rest once.
func TestIdeasMoveWhileRead(t *testing.T) {
	t.Parallel()
	for _, order := range []string{OrderNumber, OrderNewest, OrderShuffled} {
		s, clk := newService(t)
		c := manyIdeas(t, s, "shops", 70)
		r := IdeasRequest{Consultation: c, Order: order}
		first := must(s.Ideas(t.Context(), r))(t)
		last := first.Items[len(first.Items)-1].Idea
		clk.add(time.Minute)
		added := must(s.SuggestIdea(t.Context(), guest("b"), IdeaInput{Slug: "shops", Name: "Ada", Title: "New", Body: "x"}))(t)
		publish(t, s, added.Item)
		decide(t, s, last.Item(), models.ActionSpam)
		got := numbers(first.Items)
		for r.After = first.Next; r.After != ""; {
			p := must(s.Ideas(t.Context(), r))(t)
			got = append(got, numbers(p.Items)...)
			r.After = p.Next
		}
		eachOnce(t, order, slices.DeleteFunc(got, func(n int) bool { return n == 71 }), 70)
	}
}

// TestIdeasCursor is good for its consultation and order, and for a day if shuffled.
func TestIdeasCursor(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	c, other := manyIdeas(t, s, "shops", 40), manyIdeas(t, s, "other", 40)
	next := func(order string) string {
		return must(s.Ideas(t.Context(), IdeasRequest{Consultation: c, Order: order}))(t).Next
	}
	cursor, byNumber := next(""), next(OrderNumber)
	thread := s.threadCursor(models.ThreadQuery{ConsultationID: c.ID}, "x")
	for what, r := range map[string]IdeasRequest{
		"another consultation": {Consultation: other, After: cursor}, "another order": {Consultation: c, Order: OrderNumber, After: cursor},
		"newest": {Consultation: c, Order: OrderNewest, After: byNumber}, "forged": {Consultation: c, After: cursor + "x"},
		"a thread's": {Consultation: c, After: thread}, "none of ours": {Consultation: c, After: "12"},
	} {
		_, err := s.Ideas(t.Context(), r)
		if models.CodeOf(err) != models.CodeInvalid {
			t.Errorf("%s: %v", what, err)
		}
	}
	clk.add(25 * time.Hour)
	late := must(s.Ideas(t.Context(), IdeasRequest{Consultation: c, Order: "", After: cursor}))(t)
	if fresh := ideasOf(t, s, c, ""); !late.First || !slices.Equal(numbers(late.Items), numbers(fresh)) {
		t.Error("a day later the order does not begin anew")
	}
	if p := must(s.Ideas(t.Context(), IdeasRequest{Consultation: c, Order: OrderNumber, After: byNumber}))(t); p.First || p.Items[0].Idea.Number != 31 {
		t.Error("a cursor by number does not last")
	}
}
