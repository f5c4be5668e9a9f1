package models

import (
	"cmp"
	"slices"
	"strings"
	"testing"
)

// placed makes a thread: parents[i] is the number (from 1) of what reply i+1 answers; 0: nothing.
func placed(parents ...int) []Reply {
	var thread []Reply
	for i, p := range parents {
		r := Reply{Contribution: Contribution{ID: Segment(int64(i + 1)), AuthorName: "Author " + string(rune('A'+i))}}
		if p == 0 {
			r.Place(nil, int64(i+1))
		} else {
			r.Place(&thread[p-1], int64(i+1))
		}
		thread = append(thread, r)
	}
	return thread
}

// order sorts a copy of the thread by a path and returns the arrival numbers.
func order(thread []Reply, path func(Reply) string) (seqs []int64) {
	sorted := slices.Clone(thread)
	slices.SortFunc(sorted, func(a, b Reply) int { return cmp.Compare(path(a), path(b)) })
	for _, r := range sorted {
		seqs = append(seqs, r.Seq)
	}
	return seqs
}

func path(r Reply) string    { return r.Path }
func pathNew(r Reply) string { return r.PathNew }

// TestPlace sorts threads by their paths both ways.
func TestPlace(t *testing.T) {
	for _, c := range []struct {
		name           string
		parents        []int
		oldest, newest []int64
	}{
		{"roots", []int{0, 0, 0}, []int64{1, 2, 3}, []int64{3, 2, 1}},
		{"answers follow what they answer", []int{0, 1, 0, 2, 1, 3}, []int64{1, 2, 4, 5, 3, 6}, []int64{3, 6, 1, 2, 4, 5}},
		{"a late answer", []int{0, 0, 1}, []int64{1, 3, 2}, []int64{2, 1, 3}},
		{"more than sixteen", []int{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, []int64{1, 17, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, []int64{16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 17}},
		{"below the deepest level, in order of arrival", []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 7, 9, 0}, []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, []int64{12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
	} {
		thread := placed(c.parents...)
		if got := order(thread, path); !slices.Equal(got, c.oldest) {
			t.Errorf("%s, oldest first: %v, want %v", c.name, got, c.oldest)
		}
		if got := order(thread, pathNew); !slices.Equal(got, c.newest) {
			t.Errorf("%s, newest first: %v, want %v", c.name, got, c.newest)
		}
	}
}

// TestPlaceDepth stops at the deepest level and still names whom a reply answers.
func TestPlaceDepth(t *testing.T) {
	thread := placed(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)
	for i, r := range thread {
		depth := min(i+1, 8)
		if r.Depth != depth || len(r.Path) != 10*depth || len(r.PathNew) != 10*depth {
			t.Errorf("reply %d: depth %d, paths %d and %d long, want depth %d", i+1, r.Depth, len(r.Path), len(r.PathNew), depth)
		}
		if i == 0 {
			continue
		}
		if p := thread[i-1]; r.ParentID != p.ID || r.ParentName != p.AuthorName {
			t.Errorf("reply %d answers %q (%q)", i+1, r.ParentID, r.ParentName)
		}
		if stem := thread[min(i, 7)-1]; !strings.HasPrefix(r.Path, stem.Path) || !strings.HasPrefix(r.PathNew, stem.PathNew) {
			t.Errorf("reply %d stands in another thread", i+1)
		}
	}
	if r := thread[0]; r.ParentID != "" || r.ParentName != "" || r.Seq != 1 {
		t.Errorf("the root: %+v", r)
	}
}

// TestSegment keeps text order and number order the same.
func TestSegment(t *testing.T) {
	numbers := []int64{0, 1, 9, 10, 15, 16, 255, 256, 99999, 1 << 32, seqMax - 1, seqMax}
	for i := 1; i < len(numbers); i++ {
		a, b := Segment(numbers[i-1]), Segment(numbers[i])
		if len(a) != 10 || len(b) != 10 || a >= b {
			t.Errorf("%d is %q, %d is %q", numbers[i-1], a, numbers[i], b)
		}
	}
}
