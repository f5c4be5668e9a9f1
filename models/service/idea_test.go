package service

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"folkmoot/models"
)

func TestSuggestIdea(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	c := addConsultation(t, s, "shops", nil, "Markets")
	in := IdeaInput{Slug: "shops", Name: "Ada", Title: " Fairs ", Body: "Because *we* can."}
	sent := must(s.SuggestIdea(t.Context(), guest("c"), in))(t)
	i := must(s.store.IdeaByID(t.Context(), sent.Item.ID))(t)
	if i.Title != "Fairs" || !strings.Contains(i.BodyHTML, "<em>we</em>") || i.Number != 0 || i.Status != models.StatusPending ||
		i.TokenHash != models.HashToken(sent.Token) || i.Guest != "c" || i.Organiser {
		t.Errorf("kept as %+v", i)
	}
	for name, x := range map[string]struct {
		title, body, field, key string
	}{
		"no title":        {" ", "x", "title", "error.field.title_empty"},
		"a long title":    {strings.Repeat("ż", 161), "x", "title", "error.field.title_long"},
		"two lines":       {"a\nb", "x", "title", "error.field.title_control"},
		"malformed":       {"a\xff", "x", "title", "error.field.encoding"},
		"nothing to see":  {"\u200b", "x", "title", "error.field.title_empty"},
		"no why":          {"a", "", "body", "error.field.body_empty"},
		"a why too long":  {"a", strings.Repeat("x", 10_001), "body", "error.field.body_long"},
		"a hidden letter": {"a", "\u2800", "body", "error.field.body_empty"},
	} {
		in.Title, in.Body = x.title, x.body
		if _, err := s.SuggestIdea(t.Context(), guest("c"), in); err == nil {
			t.Errorf("%s: accepted", name)
		} else {
			field(t, err, x.field, x.key)
		}
	}
	clk.set(c.SuggestionsCloseAt)
	in.Title, in.Body = "Late", "x"
	refused(t, errOf(s.SuggestIdea(t.Context(), guest("c"), in)), models.CodeClosed, "error.consultation.suggestions_closed")
}

// numbers lists the numbers of ideas as shown.
func numbers(views []IdeaView) (list []int) {
	for _, v := range views {
		list = append(list, v.Idea.Number)
	}
	return list
}

// ideasOf returns the first page of the ideas.
func ideasOf(t *testing.T, s *Service, c models.Consultation, order string) []IdeaView {
	t.Helper()
	return must(s.Ideas(t.Context(), IdeasRequest{Consultation: c, Order: order}))(t).Items
}

func TestShuffledByTheHour(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	var titles []string
	for n := range 12 {
		titles = append(titles, fmt.Sprint("Idea ", n+1))
	}
	c, other := addConsultation(t, s, "shops", nil, titles...), addConsultation(t, s, "other", nil, titles...)
	order := func(c models.Consultation) []int {
		t.Helper()
		return numbers(ideasOf(t, s, c, ""))
	}
	first := order(c)
	sorted := slices.Sorted(slices.Values(first))
	if len(first) != 12 || slices.Equal(first, sorted) || sorted[0] != 1 || sorted[11] != 12 {
		t.Fatalf("shuffled: %v", first)
	}
	if clk.add(49*time.Minute + 59*time.Second); !slices.Equal(order(c), first) {
		t.Error("not the same for everyone within the hour")
	}
	if slices.Equal(order(other), first) {
		t.Error("two consultations have one order")
	}
	if clk.add(time.Second); slices.Equal(order(c), first) {
		t.Error("the next hour has the same order")
	}
}

func TestIdeasInOrder(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	c := addConsultation(t, s, "shops", nil, "Markets", "Fairs")
	suggest := func(cookie, title string) models.Item {
		clk.add(time.Minute)
		return must(s.SuggestIdea(t.Context(), guest(cookie), IdeaInput{Slug: "shops", Name: "Ada", Title: title, Body: "x"}))(t).Item
	}
	third := suggest("mine", "Third")
	publish(t, s, third)
	suggest("mine", "Waits")
	decide(t, s, suggest("mine", "Refused"), models.ActionReject)
	suggest("other", "Hidden")
	for order, want := range map[string][]int{OrderNumber: {1, 2, 3}, OrderNewest: {3, 2, 1}} {
		if got := numbers(ideasOf(t, s, c, order)); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", order, got, want)
		}
	}
	refused(t, errOf(s.Ideas(t.Context(), IdeasRequest{Consultation: c, Order: "best"})), models.CodeInvalid, "error.order.unknown")
	decide(t, s, third, models.ActionRemove)
	gone := ideasOf(t, s, c, OrderNumber)[2]
	if gone.Idea.Number != 3 || gone.Idea.Title+gone.Idea.Body+gone.Idea.BodyHTML+gone.Idea.AuthorName != "" || gone.Own != (Own{}) {
		t.Errorf("of a removed idea stays %+v", gone)
	}
	refused(t, errOf(s.Idea(t.Context(), c, 3)), models.CodeGone, "error.idea.removed")
	for _, n := range []int{-1, 0, 4} {
		refused(t, errOf(s.Idea(t.Context(), c, n)), models.CodeNotFound, "error.idea.unknown")
	}
}

// TestTalliesHidden shows no tally to anybody before the result is sealed.
func TestTalliesHidden(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	c := addConsultation(t, s, "shops", nil, "Markets")
	castVotes(t, s, 7)
	shown := func(step string, want *models.Tally) {
		t.Helper()
		c = reload(t, s, c.ID)
		for _, v := range append(ideasOf(t, s, c, ""), must(s.Idea(t.Context(), c, 1))(t)) {
			checkTally(t, step, v, want)
		}
	}
	shown("open", nil)
	moveTo(t, s, c.ID, models.StatePaused)
	shown("paused", nil)
	moveTo(t, s, c.ID, models.StateOpen)
	clk.set(c.ClosesAt)
	shown("counting", nil)
	moveTo(t, s, c.ID, models.StateSealed)
	shown("sealed", &models.Tally{Agree: 7})
	moveTo(t, s, c.ID, models.StateWithdrawn)
	shown("withdrawn", nil)
}

func ideaAt(t testing.TB, s *Service, c models.Consultation, number int) models.Idea {
	t.Helper()
	return must(s.store.Idea(t.Context(), c.ID, number))(t)
}

// castVotes lets n people agree with the first idea and returns the last of them.
func castVotes(t *testing.T, s *Service, n int) (actor models.Actor) {
	t.Helper()
	for i := range n {
		actor = person(t, s, fmt.Sprint("voter", i), models.RoleParticipant)
		done := must(s.CastVote(t.Context(), actor, "shops", 1, "agree"))(t)
		if done.Voters != int64(i)+1 {
			t.Errorf("vote %d: %d people took part", i+1, done.Voters)
		}
	}
	return actor
}

func checkTally(t *testing.T, step string, v IdeaView, want *models.Tally) {
	t.Helper()
	switch {
	case want == nil && (v.Tally != nil || v.Idea.Tally != models.Tally{} || !v.Idea.FirstVote.IsZero()):
		t.Errorf("%s: a hidden tally is told: %+v", step, v)
	case want != nil && (v.Tally == nil || *v.Tally != *want || v.Idea.Tally != *want):
		t.Errorf("%s: got %v and %v, want %v", step, v.Tally, v.Idea.Tally, want)
	}
}
