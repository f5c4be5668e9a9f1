package service

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestWordDiff(t *testing.T) {
	t.Parallel()
	got := WordDiff("We will buy local bread.", "We shall buy local, fresh bread.")
	want := []DiffPart{
		{DiffSame, "We "},
		{DiffRemoved, "will"},
		{DiffAdded, "shall"},
		{DiffSame, " buy local"},
		{DiffAdded, ", fresh"},
		{DiffSame, " bread."},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("differs (-want +got):\n%s", d)
	}
	if parts := WordDiff("", ""); len(parts) != 0 {
		t.Errorf("nothing became %v", parts)
	}
}

// rebuilt returns the two texts that a difference is of.
func rebuilt(parts []DiffPart) (before, after string) {
	for _, r := range parts {
		if r.Op != DiffAdded {
			before += r.Text
		}
		if r.Op != DiffRemoved {
			after += r.Text
		}
	}
	return before, after
}

func TestWordDiffKeepsBothTexts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "before"), rapid.String().Draw(t, "after")
		if before, after := rebuilt(WordDiff(a, b)); before != a || after != b {
			t.Fatalf("got %q and %q from %q and %q", before, after, a, b)
		}
	})
}

func TestWordDiffOfManyWords(t *testing.T) {
	t.Parallel()
	var a, b strings.Builder
	for n := range 40_000 { // beyond the surrogates
		fmt.Fprintf(&a, "w%d ", n)
		if n%20_000 != 7 {
			fmt.Fprintf(&b, "w%d ", n)
		}
	}
	parts := WordDiff(a.String(), b.String())
	if before, after := rebuilt(parts); before != a.String() || after != b.String() {
		t.Error("the texts do not come back")
	}
	if len(parts) != 5 {
		t.Errorf("got %d parts", len(parts))
	}
}
