package boardpack

import (
	"encoding/json"
	"io"
	"strconv"

	"folkmoot/models"
)

// resultColumns name the columns of the result, one row for each idea in board
// order. Proportions are in 0 … 1; a cell is empty where there is no figure.
var resultColumns = []string{
	"rank", "number", "title", "author", "why",
	"agree", "disagree", "pass", "support", "lo", "hi",
	"rank_lo", "rank_hi", "band", "could_be_higher", "split", "reach", "merged_from",
	"response", "response_reason", "response_owner", "response_by", "response_published",
}

// ResultCSV writes a result, one row for each idea. It returns the writer's errors.
func ResultCSV(w io.Writer, r models.Result) error {
	c, err := newCSV(w, resultColumns)
	if err != nil {
		return err
	}
	for _, idea := range r.Ideas {
		if err := c.Write(resultRow(idea)); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}

func resultRow(i models.ResultIdea) []string {
	row := []string{
		place(i.Rank), strconv.Itoa(i.Number), guard(i.Title), guard(i.Author), guard(i.Body),
		strconv.FormatInt(i.Agree, 10), strconv.FormatInt(i.Disagree, 10), strconv.FormatInt(i.Pass, 10),
		figure(i.Support), figure(i.Lo), figure(i.Hi),
		place(i.RankLo), place(i.RankHi), place(i.Band),
		yesNo(i.CouldBeHigher), yesNo(i.Split), figure(&i.Reach), numbers(i.MergedFrom),
	}
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

// ResultJSON writes a result as one JSON object, indented, with the field names
// of models.Result. It returns the writer's errors.
func ResultJSON(w io.Writer, r models.Result) error {
	ideas := make([]resultIdea, len(r.Ideas))
	for n, i := range r.Ideas {
		ideas[n] = resultIdea{i, placed(i.Rank), placed(i.RankLo), placed(i.RankHi), placed(i.Band), append([]int{}, i.MergedFrom...)}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(struct {
		models.Result
		Ideas []resultIdea `json:"ideas"`
	}{r, ideas})
}

func placed(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}
