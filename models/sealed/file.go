// Package sealed writes and verifies the two files of a sealed result. It is
// pure: bytes and values of models in, bytes and differences out.
//
// The full file holds the ballots under random pseudonyms and the chain of
// decisions; the public file holds what anybody may read and the SHA-256 of the
// full one. Both are canonical JSON with a digest for each part, so that an
// alteration can be named and not only noticed.
package sealed

import (
	"cmp"

	"folkmoot/models"
)

// Format is the name of the format, as it stands in the files.
const Format = "folkmoot-sealed-1"

// The kinds of sealed file.
const (
	KindFull   = "full"
	KindPublic = "public"
)

// File is a sealed file: the full one with ballots and decisions, or the public
// one without. Digests maps the name of each part to the SHA-256 of its
// canonical JSON.
type File struct {
	Format       string                  `json:"format"`
	Kind         string                  `json:"kind"`     // KindFull or KindPublic
	Version      int                     `json:"version"`  // 1, 2 …; a correction is a new version
	Replaces     string                  `json:"replaces"` // SHA-256 of the full file it corrects, or ""
	Reason       string                  `json:"reason"`   // of the correction, or ""
	SealedAt     string                  `json:"sealed_at"`
	Consultation Consultation            `json:"consultation"`
	Ideas        []Idea                  `json:"ideas"` // by number
	Order        []int                   `json:"order"` // idea numbers in board order
	Result       models.Result           `json:"result"`
	ChainLength  int64                   `json:"chain_length"`
	ChainHead    string                  `json:"chain_head"`
	Decisions    []models.SealedDecision `json:"decisions,omitempty"` // full file only
	Ballots      []Ballot                `json:"ballots,omitempty"`   // full file only
	FullSHA256   string                  `json:"full_sha256"`         // public file only; "" in the full one
	Digests      map[string]string       `json:"digests"`
}

// Consultation is the question, dates and settings as they stood, and how they were
// changed after opening, oldest first.
type Consultation struct {
	ID                 string                             `json:"id"`
	Slug               string                             `json:"slug"`
	Language           string                             `json:"language"`
	Texts              map[string]models.ConsultationText `json:"texts"`
	Settings           models.ConsultationSettings        `json:"settings"`
	TimeZone           string                             `json:"time_zone"`
	OpensAt            string                             `json:"opens_at"`
	SuggestionsCloseAt string                             `json:"suggestions_close_at"`
	ClosesAt           string                             `json:"closes_at"`
	AnswerBy           string                             `json:"answer_by"`
	Changes            []models.RuleChange                `json:"changes"`
}

// Idea is one idea's words and the idea it was merged into (0: none). The words
// of an idea that is not published are left out.
type Idea struct {
	Number     int           `json:"number"`
	Title      string        `json:"title"`
	Body       string        `json:"body"`
	Author     string        `json:"author"`
	MergedInto int           `json:"merged_into"`
	Status     models.Status `json:"status"`
}

// Ballot is one counted vote under a random pseudonym.
type Ballot struct {
	Voice   string         `json:"voice"`
	Idea    int            `json:"idea"` // the number of the idea as voted on
	Choice  models.Choice  `json:"choice"`
	Tier    models.Tier    `json:"tier"`
	Channel models.Channel `json:"channel"`
}

// compareBallots orders ballots by voice, then by idea.
func compareBallots(a, b Ballot) int {
	return cmp.Or(cmp.Compare(a.Voice, b.Voice), cmp.Compare(a.Idea, b.Idea))
}
