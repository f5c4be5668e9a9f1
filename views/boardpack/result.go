package boardpack

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"folkmoot/models"
)

// resultColumns name the columns of the result, one row for each idea in board
// order. Proportions are in 0 … 1; a cell is empty where there is no figure. The changes of
// dates and rules after opening are the same in each row, one to a line.
var resultColumns = []string{
	"rank", "number", "title", "author", "why",
	"agree", "disagree", "pass", "support", "lo", "hi",
	"rank_lo", "rank_hi", "band", "could_be_higher", "split", "reach", "merged_from",
	"response", "response_reason", "response_owner", "response_by", "response_published",
	"rule_changes",
}

// ResultCSV writes a result, one row for each idea. It returns the writer's errors.
func ResultCSV(w io.Writer, r models.Result) error { return writeAll(NewResultCSV(w, r), r.Ideas) }

// ResultJSON writes a result as one JSON object, indented, with the field names
// of models.Result. It returns the writer's errors.
func ResultJSON(w io.Writer, r models.Result) error { return writeAll(NewResultJSON(w, r), r.Ideas) }

func writeAll(w *ResultWriter, ideas []models.ResultIdea) error {
	for _, i := range ideas {
		if err := w.Write(i); err != nil {
			return err
		}
	}
	return w.Close()
}

// ResultWriter writes the ideas of a result one after another, so that any number
// of them needs no memory. Close completes the file; it does not close the writer.
type ResultWriter struct {
	w    io.Writer
	csv  *csv.Writer // nil: JSON
	last string      // the cell at the end of every row
	row  []string    // used again for every idea
	some bool
	err  error // the first one; every later call returns it
}

// NewResultCSV begins a CSV file of ideas; of head it prints the changes alone.
func NewResultCSV(w io.Writer, head models.Result) *ResultWriter {
	c, err := newCSV(w, resultColumns)
	return &ResultWriter{w: w, csv: c, last: guard(changesCell(head.Changes)), err: err}
}

// changesCell prints changes of dates and rules, one to a line:
// "2027-03-03T12:00:00Z closes_at: 2027-03-22T17:00:00Z -> 2027-03-29T17:00:00Z. Reason".
func changesCell(changes []models.RuleChange) string {
	var lines []string
	for _, c := range changes {
		for _, s := range c.Changes {
			reason := strings.Join(strings.Fields(c.Reason), " ")
			lines = append(lines, fmt.Sprintf("%s %s: %s -> %s. %s", instant(c.At), s.Name, orNone(s.Before), orNone(s.After), reason))
		}
	}
	return strings.Join(lines, "\n")
}

// orNone prints a date or rule that is not set.
func orNone(value string) string {
	if value == "" {
		return "none"
	}
	return value
}

// NewResultJSON begins a JSON object with all of head but its ideas.
func NewResultJSON(w io.Writer, head models.Result) *ResultWriter {
	b, err := json.MarshalIndent(struct {
		models.Result
		Ideas []resultIdea `json:"ideas"`
	}{head, []resultIdea{}}, "", "  ")
	if err == nil {
		_, err = w.Write(bytes.TrimSuffix(b, []byte("]\n}")))
	}
	return &ResultWriter{w: w, err: err}
}

// Write adds one idea.
func (rw *ResultWriter) Write(i models.ResultIdea) error {
	if rw.err != nil {
		return rw.err
	}
	if rw.csv != nil {
		rw.row = append(appendRow(rw.row[:0], i), rw.last)
		rw.err = rw.csv.Write(rw.row)
		return rw.err
	}
	sep := ",\n    "
	if !rw.some {
		rw.some, sep = true, "\n    "
	}
	b, err := json.MarshalIndent(newResultIdea(i), "    ", "  ")
	if err == nil {
		_, err = rw.w.Write(append([]byte(sep), b...))
	}
	rw.err = err
	return err
}

// Close completes the file and returns the first error.
func (rw *ResultWriter) Close() error {
	if rw.err != nil {
		return rw.err
	}
	if rw.csv != nil {
		rw.csv.Flush()
		rw.err = rw.csv.Error()
		return rw.err
	}
	end := "]\n}\n"
	if rw.some {
		end = "\n  ]\n}\n"
	}
	_, rw.err = io.WriteString(rw.w, end)
	return rw.err
}

func appendRow(row []string, i models.ResultIdea) []string {
	row = append(row,
		place(i.Rank), strconv.Itoa(i.Number), guard(i.Title), guard(i.Author), guard(i.Body),
		strconv.FormatInt(i.Agree, 10), strconv.FormatInt(i.Disagree, 10), strconv.FormatInt(i.Pass, 10),
		figure(i.Support), figure(i.Lo), figure(i.Hi),
		place(i.RankLo), place(i.RankHi), place(i.Band),
		yesNo(i.CouldBeHigher), yesNo(i.Split), figure(&i.Reach), numbers(i.MergedFrom))
	if i.Response == nil {
		return append(row, "", "", "", "", "")
	}
	a := i.Response
	return append(row, string(a.Decision), guard(a.Reason), guard(a.Owner), guard(a.By), a.PublishedAt)
}

// resultIdea is an idea in the JSON file. An idea without enough votes has no
// place there, rather than place 0, as its cells are empty in the CSV file.
type resultIdea struct {
	models.ResultIdea
	Rank       *int  `json:"rank"`
	RankLo     *int  `json:"rank_lo"`
	RankHi     *int  `json:"rank_hi"`
	Band       *int  `json:"band"`
	MergedFrom []int `json:"merged_from"`
}

func newResultIdea(i models.ResultIdea) resultIdea {
	return resultIdea{i, orNull(i.Rank), orNull(i.RankLo), orNull(i.RankHi), orNull(i.Band), append([]int{}, i.MergedFrom...)}
}

// orNull returns nil for a place that an idea does not have.
func orNull(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}
