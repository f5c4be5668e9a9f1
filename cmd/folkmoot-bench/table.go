package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// The verdicts on a goal.
const (
	verdictMet    = "met"
	verdictMissed = "missed"
	verdictNone   = "no goal"
	verdictFailed = "failed"
)

// outcome is one line of the table.
type outcome struct {
	Row      string       `json:"row"`
	What     string       `json:"what"`
	Ours     float64      `json:"ours"`     // median
	Baseline float64      `json:"baseline"` // median; 0: there is none
	Unit     string       `json:"unit"`     // of both
	Against  string       `json:"against"`  // what the baseline is
	Value    float64      `json:"value"`    // what the goal is about: the median of the runs' ratios, or Ours
	Goal     goal         `json:"goal"`     // the zero goal: none
	Verdict  string       `json:"verdict"`  // left empty by a row: by the goal
	Runs     [][2]float64 `json:"runs,omitempty"`
	Notes    []string     `json:"notes,omitempty"`
}

// goal is what a value should be.
type goal struct {
	Op    string  `json:"op"` // "≥", "≤"; "": none
	Value float64 `json:"value"`
	Unit  string  `json:"unit"` // "×" for a ratio
}

// ratio is a goal on ours / baseline.
func ratio(op string, value float64) goal { return goal{op, value, "×"} }

// String returns "≥ 0.8 ×".
func (g goal) String() string {
	if g.Op == "" {
		return "–"
	}
	return g.Op + " " + figure(g.Value) + " " + g.Unit
}

// holds reports whether the goal is met.
func (g goal) holds(v float64) bool {
	if g.Op == "≤" {
		return v <= g.Value
	}
	return v >= g.Value
}

// fillIn completes an outcome with its row, and its verdict. A few rows have a goal of
// their own on MongoDB, the others none, and figures of small sizes mean nothing.
func (o *outcome) fillIn(x row, opts options, mongo bool) {
	if o.Row == "" {
		o.Row = x.name
	}
	if o.What == "" {
		o.What = x.what
	}
	if mongo {
		o.Row, o.Goal = "mongo/"+o.Row, mongoGoals[o.Row]
	}
	if o.Verdict == "" || mongo && o.Verdict != verdictFailed {
		switch {
		case o.Goal.Op == "":
			o.Verdict = verdictNone
		case o.Goal.holds(o.Value):
			o.Verdict = verdictMet
		default:
			o.Verdict = verdictMissed
		}
	}
	if opts.quick && (o.Verdict == verdictMet || o.Verdict == verdictMissed) {
		o.Verdict += " (quick: means nothing)"
	}
}

// line returns the outcome in one line.
func (o outcome) line() string {
	return strings.Join(append([]string{o.Verdict, o.value()}, o.Notes...), "; ")
}

// value returns what the goal is about.
func (o outcome) value() string {
	unit := o.Goal.Unit
	switch {
	case o.Ours == 0:
		return "–"
	case unit == "" && o.Baseline > 0:
		unit = "×"
	case unit == "":
		unit = o.Unit
	}
	return figure(o.Value) + " " + unit
}

// orDash returns a figure, or a dash for none.
func orDash(v float64) string {
	if v == 0 {
		return "–"
	}
	return figure(v)
}

// figure prints three significant digits, and from a hundred on whole numbers.
func figure(v float64) string {
	if v >= 100 || v == float64(int64(v)) {
		return group(int64(v + 0.5))
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// group puts a space between thousands.
func group(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}

// printTable prints the machine, the table and what there is to say on its rows.
func printTable(out io.Writer, m machine, list []outcome) error {
	var b strings.Builder
	m.print(&b)
	cells := [][]string{{"row", "folkmoot", "baseline", "unit", "value", "goal", "verdict"}}
	for _, o := range list {
		cells = append(cells, []string{o.Row, orDash(o.Ours), orDash(o.Baseline), o.Unit, o.value(), o.Goal.String(), o.Verdict})
	}
	printCells(&b, cells)
	b.WriteString("\nWhat the rows are, and what each was compared with:\n")
	for _, o := range list {
		fmt.Fprintf(&b, "  %s: %s", o.Row, o.What)
		if o.Against != "" {
			fmt.Fprintf(&b, "; compared with %s", o.Against)
		}
		b.WriteString("\n")
		for _, n := range o.Notes {
			fmt.Fprintf(&b, "      %s\n", n)
		}
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// printCells aligns columns, the figures to the right.
func printCells(b *strings.Builder, rows [][]string) {
	wide := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, c := range r {
			wide[i] = max(wide[i], len([]rune(c)))
		}
	}
	for n, r := range rows {
		for i, c := range r {
			space := strings.Repeat(" ", wide[i]-len([]rune(c)))
			if i == 1 || i == 2 || i == 4 {
				c, space = space+c, ""
			}
			b.WriteString("  " + c + space)
		}
		b.WriteString("\n")
		if n == 0 {
			for _, w := range wide {
				b.WriteString("  " + strings.Repeat("─", w))
			}
			b.WriteString("\n")
		}
	}
}
