package service

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/models"
	"folkmoot/models/storetest"
)

// streamed puts a stream together as the result that it is.
func streamed(t testing.TB, s *Service, c models.Consultation) (models.Result, error) {
	t.Helper()
	stream, err := s.StreamResult(t.Context(), c)
	if err != nil {
		return models.Result{}, err
	}
	r := stream.Head
	r.Ideas = []models.ResultIdea{}
	return r, stream.Each(t.Context(), func(i models.ResultIdea) error { r.Ideas = append(r.Ideas, i); return nil })
}

// TestStreamedResult: a download gives what the page shows: with ideas that are
// ranked, that have too few votes or none, that are merged or taken down.
func TestStreamedResult(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	titles := make([]string, 8)
	for n := range titles {
		titles[n] = fmt.Sprintf("Idea %d", n+1)
	}
	c := addConsultation(t, s, "shops", func(c *models.Consultation) { c.Settings.Tallies = models.TalliesAlways }, titles...)
	for n := range 24 {
		p := person(t, s, fmt.Sprintf("p%d", n), models.RoleParticipant)
		for idea := 1; idea <= 4; idea++ {
			if idea == 4 && n >= 5 || idea == 2 && n%4 == 0 {
				continue
			}
			choice := []string{"agree", "disagree", "pass"}[(n*idea)%7%3]
			must(s.CastVote(t.Context(), p, c.Slug, idea, choice))(t)
		}
	}
	decide(t, s, ideaAt(t, s, c, 6).Item(), models.ActionRemove)
	c = reload(t, s, c.ID)
	want, _, err := s.Result(t.Context(), c)
	ok(t, err)
	got, err := streamed(t, s, c)
	ok(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the download differs from the page (-page +download):\n%s", diff)
	}
	if len(got.Ideas) != 7 || !got.Ideas[0].Ranked() || got.Ideas[6].Ranked() {
		t.Errorf("the case is not what it should be: %+v", got.Ideas)
	}
	stop := errors.New("enough")
	stream := must(s.StreamResult(t.Context(), c))(t)
	for _, after := range []int{1, 7} { // among the ranked, and at the end of the others
		calls := 0
		err := stream.Each(context.Background(), func(models.ResultIdea) error {
			if calls++; calls == after {
				return stop
			}
			return nil
		})
		if !errors.Is(err, stop) || calls != after {
			t.Errorf("stopped after %d of %d: %v", calls, after, err)
		}
	}
}

// TestStreamedMerges: what was merged is counted where it went, in the download too.
func TestStreamedMerges(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c := newConsultation(s, "shops")
	c.State, c.Settings.Tallies = models.StateOpen, models.TalliesAlways
	ideas := make([]models.Idea, 4)
	for n := range ideas {
		ideas[n] = models.Idea{Contribution: models.Contribution{ID: newID(), Rev: 1, Salt: NewToken()}, Title: fmt.Sprint("Idea ", n+1)}
	}
	ideas[3].MergedInto, ideas[1].MergedInto = ideas[1].ID, ideas[0].ID
	ok(t, s.store.AddConsultation(t.Context(), c, ideas, storetest.Entry(models.AuditConsultationAdded)))
	c = reload(t, s, c.ID)
	want, _, err := s.Result(t.Context(), c)
	ok(t, err)
	got, err := streamed(t, s, c)
	ok(t, err)
	if diff := cmp.Diff(want, got); diff != "" || len(got.Ideas) != 2 || len(got.Ideas[0].MergedFrom) != 2 {
		t.Errorf("%+v; (-page +download):\n%s", got.Ideas, diff)
	}
}

func ideaAt(t testing.TB, s *Service, c models.Consultation, number int) models.Idea {
	t.Helper()
	return must(s.store.Idea(t.Context(), c.ID, number))(t)
}

// TestStreamedResultIsHiddenToo: what the page refuses no download gives, and it says
// so before it begins.
func TestStreamedResultIsHiddenToo(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c := addConsultation(t, s, "shops", nil, "One")
	_, err := s.StreamResult(t.Context(), c)
	refused(t, err, models.CodeForbidden, "error.results.hidden")
}
