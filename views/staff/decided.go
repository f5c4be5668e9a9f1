package staff

import "folkmoot/models"

// DecidedPage is the answer to an act of moderation that could not decide on
// everything. The rows of its queue are those of Failed.
type DecidedPage struct {
	QueuePage
	Made   []MadeRow
	Failed []FailedRow
}

// MadeRow is a decision that was made, with its consultation.
type MadeRow struct {
	Slug, Title string
	Decision    models.Decision
}

// FailedRow is what was not decided on in a consultation, and why.
type FailedRow struct {
	Slug, Title string
	Sentence    string
	Rows        []QueueRow
}

func (p DecidedPage) headingKey() string {
	if len(p.Made) == 0 {
		return "decided.heading_none"
	}
	return "decided.heading"
}

// queueOf is the page's queue with some rows.
func (p DecidedPage) queueOf(rows []QueueRow) QueuePage {
	q := p.QueuePage
	q.Rows = rows
	return q
}

func (r MadeRow) id() string { return "decided-" + r.Slug }
