package service

import (
	"regexp"
	"time"
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// DiffPart is consecutive words that two wordings share ("same"), or that only the
// earlier ("removed") or the later ("added") has.
type DiffPart struct{ Op, Text string }

// The operations of a DiffPart.
const (
	DiffSame    = "same"
	DiffRemoved = "removed"
	DiffAdded   = "added"
)

// diffTime bounds the search for the shortest difference; after it a longer one does.
const diffTime = 200 * time.Millisecond

var words = regexp.MustCompile(`[\pL\pN\pM]+|\s+|.`)

// WordDiff returns what became of a text, word by word. The same and removed parts
// together are before, the same and added ones after.
func WordDiff(before, after string) []DiffPart {
	var w wordRunes
	a, b := w.encode(before), w.encode(after)
	dmp := diffmatchpatch.New()
	dmp.DiffTimeout = diffTime
	names := map[diffmatchpatch.Operation]string{
		diffmatchpatch.DiffEqual: DiffSame, diffmatchpatch.DiffDelete: DiffRemoved, diffmatchpatch.DiffInsert: DiffAdded,
	}
	var parts []DiffPart
	for _, d := range dmp.DiffMainRunes(a, b, false) {
		parts = append(parts, DiffPart{names[d.Type], w.decode(d.Text)})
	}
	return parts
}

// wordRunes assigns each word a rune, so that the difference of two texts is that
// of two strings.
type wordRunes struct {
	words []string
	runes map[string]rune
}

// firstSurrogate and their number: no runes, so they are left out.
const (
	firstSurrogate = 0xD800
	surrogates     = 0x800
)

func (w *wordRunes) encode(s string) []rune {
	if w.runes == nil {
		w.runes = map[string]rune{}
	}
	var out []rune
	for _, word := range words.FindAllString(s, -1) {
		r, ok := w.runes[word]
		if !ok {
			r = rune(len(w.words)) + 1
			if r >= firstSurrogate {
				r += surrogates
			}
			w.runes[word] = r
			w.words = append(w.words, word)
		}
		out = append(out, r)
	}
	return out
}

func (w *wordRunes) decode(s string) string {
	out := make([]byte, 0, len(s)*utf8.UTFMax)
	for _, r := range s {
		if r >= firstSurrogate+surrogates {
			r -= surrogates
		}
		out = append(out, w.words[r-1]...)
	}
	return string(out)
}
