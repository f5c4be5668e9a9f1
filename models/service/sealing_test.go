package service

import (
	"context"
	"testing"

	"folkmoot/models"
)

// busyStore is the real store, into which something is written while the votes
// are read: once for each entry of during.
type busyStore struct {
	Store
	during []func()
}

func (b *busyStore) EachVote(ctx context.Context, id string, fn func(models.Vote) error) error {
	if len(b.during) > 0 {
		write := b.during[0]
		b.during = b.during[1:]
		write()
	}
	return b.Store.EachVote(ctx, id, fn)
}

// TestSealBeginsAgain edits the question and takes an idea down while the result
// is being counted: what is sealed is what stands in the end.
func TestSealBeginsAgain(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", nil, "One", "Two")
	r.votes(t, c.Slug, 1, 5, 2, 0)
	r.votes(t, c.Slug, 2, 6, 1, 0)
	r.clock.set(c.ClosesAt.Add(models.LateLinks))
	two := must(r.store.Idea(ctx, c.ID, 2))(t)
	busy := &busyStore{Store: r.store, during: []func(){
		func() {
			in := editForm(reload(t, r.Service, c.ID))
			in.Text.Question = "What then?"
			must(r.EditConsultation(ctx, r.organiser, c.Slug, in))(t)
		},
		func() { ok(t, r.act(t, r.mod, two.Item(), models.ActionRemove, "It must go.")) },
	}}
	r.store = busy
	sealed := must(r.Seal(ctx, r.organiser, c.Slug))(t)
	if len(busy.during) != 0 || sealed.Result.Question != "What then?" || len(sealed.Result.Ideas) != 1 || sealed.Result.Voters != 14 {
		t.Errorf("sealed %+v", sealed.Result)
	}
	if got := r.verified(t); got != "" {
		t.Errorf("verify: %s", got)
	}
}

// TestVerifyStoreBesideAServer writes votes and decisions while the store is compared.
func TestVerifyStoreBesideAServer(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	c := r.opened(t, "Shops", nil, "One", "Two")
	r.votes(t, c.Slug, 1, 2, 0, 0)
	item := reply(t, r.Service, c.Slug, "g", "Hello.", "").Item
	busy := &busyStore{Store: r.store, during: []func(){
		func() { r.votes(t, c.Slug, 2, 3, 1, 0) },
		func() { ok(t, r.act(t, r.mod, item, models.ActionPublish, "")) },
	}}
	r.store = busy
	if got := r.verified(t); got != "" {
		t.Errorf("verify: %s", got)
	}
}
