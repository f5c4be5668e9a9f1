package views

import "testing"

// TestReadable takes the signs out of Markdown and nothing else.
func TestReadable(t *testing.T) {
	for text, want := range map[string]string{
		"## The *old* market\n\n- one\n- **two**": "The old market one two",
		"> > as said\nso":                         "as said so",
		"see [the plan](https://example.org/a_b)": "see the plan",
		"![a map](/map.png) and `code`":           "a map and code",
		"_quite_ so, snake_case_word stays":       "quite so, snake_case_word stays",
		"2 * 3 * 4 = 24, 5 > 4, #1":               "2 * 3 * 4 = 24, 5 > 4, #1",
		"one\n---\ntwo":                           "one two",
		"```go\nx\n```":                           "x",
		`\*not emphasis\*`:                        "*not emphasis*",
		"1. first\n2. second":                     "1. first 2. second",
		"مرحبا **بكم**":                           "مرحبا بكم",
	} {
		if got := readable(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}
