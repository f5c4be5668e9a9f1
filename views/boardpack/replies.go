package boardpack

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"

	"folkmoot/models"
)

// replyRow is one reply as it leaves: what is public and nothing else. What was
// removed or erased keeps its row, so that answers still point somewhere, with
// neither name nor text.
type replyRow struct {
	ID        string `json:"id"`
	Parent    string `json:"parent"` // id of the reply that it answers, or ""
	Idea      int    `json:"idea"`   // number; 0: the consultation's own thread
	Depth     int    `json:"depth"`  // 1 … 8
	Author    string `json:"author"`
	StaffRole string `json:"staff_role"`
	Date      string `json:"date"` // RFC 3339, UTC
	Language  string `json:"language"`
	Channel   string `json:"channel"`
	Source    string `json:"source"` // of an import
	Status    string `json:"status"`
	Text      string `json:"text"`
}

var replyColumns = []string{
	"id", "parent", "idea", "depth", "author", "staff_role", "date",
	"language", "channel", "source", "status", "text",
}

func newReplyRow(r models.Reply) replyRow {
	row := replyRow{
		ID: r.ID, Parent: r.ParentID, Idea: r.IdeaNumber, Depth: r.Depth, Date: instant(r.CreatedAt),
		Language: r.Language, Channel: string(r.Channel), Source: r.Source, Status: string(r.Status),
	}
	if r.Status == models.StatusPublished {
		row.Author, row.StaffRole, row.Text = r.AuthorName, string(r.StaffRole), r.Body
	}
	return row
}

func (r replyRow) cells() []string {
	return []string{
		guard(r.ID), guard(r.Parent), strconv.Itoa(r.Idea), strconv.Itoa(r.Depth), guard(r.Author), r.StaffRole, r.Date,
		guard(r.Language), r.Channel, guard(r.Source), r.Status, guard(r.Text),
	}
}

// RepliesWriter writes replies one after another, so that a thread of any
// length needs no memory. Close completes the file; it does not close the writer.
type RepliesWriter struct {
	w    io.Writer
	csv  *csv.Writer // nil: JSON
	some bool
	err  error // the first one; every later call returns it
}

// NewRepliesCSV begins a CSV file of replies.
func NewRepliesCSV(w io.Writer) *RepliesWriter {
	c, err := newCSV(w, replyColumns)
	return &RepliesWriter{w: w, csv: c, err: err}
}

// NewRepliesJSON begins a JSON array of replies, one line each.
func NewRepliesJSON(w io.Writer) *RepliesWriter {
	_, err := io.WriteString(w, "[")
	return &RepliesWriter{w: w, err: err}
}

// Write adds one reply. Replies that no stranger may see are left out, whoever asks.
func (rw *RepliesWriter) Write(r models.Reply) error {
	if rw.err != nil || !r.Shown() {
		return rw.err
	}
	if rw.csv != nil {
		rw.err = rw.csv.Write(newReplyRow(r).cells())
		return rw.err
	}
	b, err := json.Marshal(newReplyRow(r))
	if err != nil {
		rw.err = err
		return err
	}
	sep := "\n"
	if rw.some {
		sep = ",\n"
	}
	rw.some = true
	_, rw.err = rw.w.Write(append([]byte(sep), b...))
	return rw.err
}

// Close completes the file and returns the first error.
func (rw *RepliesWriter) Close() error {
	if rw.err != nil {
		return rw.err
	}
	if rw.csv != nil {
		rw.csv.Flush()
		rw.err = rw.csv.Error()
		return rw.err
	}
	_, rw.err = io.WriteString(rw.w, "\n]\n")
	return rw.err
}
