package engine

import (
	"slices"
	"testing"

	"folkmoot/models"
)

// TestLateAnswersAreNotCached: an answer that was read across a commit is not cached.
func TestLateAnswersAreNotCached(t *testing.T) {
	d := openTest(t, Options{})
	ask := func(answer int, meanwhile func()) int {
		got, err := Cached(d.cache, "key", FixedTopic[int]("topic"), func() (int, error) { meanwhile(); return answer, nil })
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := ask(1, func() {
		if err := d.Write(t.Context(), models.SystemClock{}, add(1)); err != nil {
			t.Error(err)
		}
	}); got != 1 {
		t.Errorf("the first answer is %d", got)
	}
	if got := ask(2, func() {}); got != 2 {
		t.Errorf("after the commit the answer is still %d", got)
	}
	if got := ask(3, func() {}); got != 2 {
		t.Errorf("without a commit the answer became %d", got)
	}
}

// TestAnotherCommitRightAfterOurs: an invalidation by topics is applied only if no other
// process has committed between the transaction and its end.
func TestAnotherCommitRightAfterOurs(t *testing.T) {
	d := openTest(t, Options{})
	other, err := Open(t.Context(), d.Path(), testSchema(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for commits, left := range map[int]int{1: 1, 2: 0} {
		if _, err := Cached(d.cache, "key", FixedTopic[int]("topic"), func() (int, error) { return 1, nil }); err != nil {
			t.Fatal(err)
		}
		d.cache.begin()
		before, _ := d.cache.index.header()
		for n := range commits {
			if err := other.Write(t.Context(), models.SystemClock{}, add(10*commits+n)); err != nil {
				t.Fatal(err)
			}
		}
		d.cache.end(invalidation{committed: true, before: before, topics: []string{"something else"}})
		if got := len(d.cache.entries); got != left {
			t.Errorf("after %d commits the cache holds %d entries, want %d", commits, got, left)
		}
	}
}

// TestLookupDuringCommit: between a commit of this process and its end readers use the
// entries of other topics, unless another process has committed as well.
func TestLookupDuringCommit(t *testing.T) {
	d := openTest(t, Options{})
	other, err := Open(t.Context(), d.Path(), testSchema(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	ask := func(topic string, answer int) int {
		got, err := Cached(d.cache, topic+" key", FixedTopic[int](topic), func() (int, error) { return answer, nil })
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for commits, want := range map[int][]int{1: {1, 2}, 2: {2, 2}} {
		ask("valid", 1)
		ask("invalidated", 1)
		d.cache.begin()
		before, _ := d.cache.index.header()
		c := invalidation{before: before, topics: []string{"invalidated"}}
		d.cache.announce(&c)
		if got := ask("invalidated", 3); got != 1 {
			t.Errorf("before the commit the answer is %d", got)
		}
		for n := range commits { // as if this store had written the first
			if err := other.Write(t.Context(), models.SystemClock{}, add(10*commits+n)); err != nil {
				t.Fatal(err)
			}
		}
		if got := []int{ask("valid", 2), ask("invalidated", 2)}; !slices.Equal(got, want) {
			t.Errorf("after %d commits the answers are %d, want %d", commits, got, want)
		}
		c.committed = true
		d.cache.end(c)
		if got := []int{ask("valid", 2), ask("invalidated", 4)}; got[0] != want[0] || got[1] == 1 {
			t.Errorf("after the end of %d commits the answers are %d", commits, got)
		}
		d.cache.dropAll()
	}
}
