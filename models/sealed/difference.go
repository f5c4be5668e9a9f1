package sealed

import "fmt"

// Difference is one place where something is not what it must be. Want is what
// follows from the rest, Got what stands there.
type Difference struct {
	Where string // "idea 3: agree", "decision 5: hash" …
	Want  string
	Got   string
}

// String returns the difference on one line.
func (d Difference) String() string { return d.Where + ": " + d.Got + " (must be " + d.Want + ")" }

// Compare appends a Difference to diffs if want and got are not equal. Values
// are printed with at most 80 characters each.
func Compare[T comparable](diffs []Difference, where string, want, got T) []Difference {
	if want == got {
		return diffs
	}
	return append(diffs, Difference{Where: where, Want: shorten(fmt.Sprint(want)), Got: shorten(fmt.Sprint(got))})
}

// shorten cuts a printed value to 80 characters.
func shorten(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return s
}
