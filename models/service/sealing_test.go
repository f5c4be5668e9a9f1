package service

import (
	"context"
	"testing"

	"folkmoot/models"
)

// busyStore is the real store, into which something is written while the votes
// are read: once for each entry of during.
type busyStore struct {
	models.Store
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

// FuzzVerifyFile wants a verdict on whatever is offered as a sealed file.
func FuzzVerifyFile(f *testing.F) {
	file := models.SealedFile{
		Format: models.SealedFormat, Kind: fullKind, Version: 1,
		Ideas:     []models.SealedIdea{{Number: 1, Status: models.StatusPublished}, {Number: 2, MergedInto: 1, Status: models.StatusPublished}},
		Ballots:   []models.SealedBallot{{Voice: "a", Idea: 2, Choice: models.ChoiceAgree}},
		Decisions: []models.SealedDecision{{Seq: 1, Items: [][6]any{{"reply", "x", 1, "pending", "published", "d"}}}},
		Order:     []int{1},
	}
	b, _, err := encodeFile(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(`{"format":"folkmoot-sealed-1","result":{"min_votes":-1,"ideas":[{"number":0,"agree":-5},{"number":0}]},"ideas":[{"number":1,"merged_into":1}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		_, sum, diffs, err := VerifyFile(b)
		if len(sum) != 64 || (err != nil && models.CodeOf(err) != models.CodeInvalid) {
			t.Errorf("%q: %s, %v, %v", b, sum, diffs, err)
		}
	})
}
