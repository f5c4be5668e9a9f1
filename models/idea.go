package models

// Idea is a policy suggestion inside a consultation, numbered once published.
type Idea struct {
	Contribution
	Number     int    // 1, 2, 3 … once published; 0 before
	Title      string // in Language; what is voted on
	Body       string // why, as typed
	BodyHTML   string // made when the text was accepted
	Texts      map[string]IdeaText
	Organiser  bool   // it is the organiser's own: published with the consultation
	MergedInto string // the id of the idea it points to, or ""
	FirstVote  Time   // from then on its words are fixed; zero: none yet
	Tally      Tally
	Response   *Response // the board's published answer
	ReplyCount int64
}

// IdeaText is the title and body of an organiser's idea in one language.
type IdeaText struct {
	Title    string
	Body     string
	BodyHTML string
}

// Item names the idea.
func (i Idea) Item() Item { return Item{KindIdea, i.ID} }

// Common implements Text.
func (i Idea) Common() Contribution { return i.Contribution }

// Words implements Text.
func (i Idea) Words() (title, body, html string) { return i.Title, i.Body, i.BodyHTML }

// AtIdea implements Text.
func (i Idea) AtIdea() int { return i.Number }

// IdeaFilter selects ideas of one consultation, by number.
type IdeaFilter struct {
	ConsultationID string
	All            bool // pending and hidden ones too, for staff
	AfterNumber    int
	Numbers        []int // these alone; none: all
	Limit          int   // 0: all
}

// IdeaPlace is what puts one idea in its place in a list.
type IdeaPlace struct {
	Number      int
	PublishedAt Time
	ReplyCount  int64
}

// ResponseDecision is what the board answers.
type ResponseDecision string

// The board's answers.
const (
	ResponseAdopt       ResponseDecision = "adopt"
	ResponseAdoptInPart ResponseDecision = "adopt_in_part"
	ResponseDecline     ResponseDecision = "decline"
	ResponseConsidering ResponseDecision = "considering"
)

// Valid reports whether d is one of the answers.
func (d ResponseDecision) Valid() bool {
	switch d {
	case ResponseAdopt, ResponseAdoptInPart, ResponseDecline, ResponseConsidering:
		return true
	}
	return false
}

// Response is the board's answer to one idea: a draft until it is published.
type Response struct {
	IdeaID      string
	Decision    ResponseDecision
	Reason      string
	ReasonHTML  string
	Owner       string // who will see to it
	By          string // when, as the board put it: "by June 2027"
	DraftedBy   string // participant id
	PublishedBy string // participant id
	UpdatedAt   Time
	PublishedAt Time // zero: a draft
}

// MustAnswer lists the numbers of the ideas that the board promised to answer:
// the first AnswerTop of the ranking, or all that have enough votes.
func (s ConsultationSettings) MustAnswer(ranked []int) []int {
	if s.AnswerTop > 0 && int64(len(ranked)) > s.AnswerTop {
		return ranked[:s.AnswerTop]
	}
	return ranked
}

// MergeTarget returns the function from an idea to the idea that it was finally
// merged into, itself if it was not merged. mergedInto maps an idea to the one it
// points to; the zero value, or a missing key, is none. Circles, which are
// refused, end where they begin to repeat.
func MergeTarget[K comparable](mergedInto map[K]K) func(K) K {
	var none K
	return func(idea K) K {
		for range len(mergedInto) {
			if mergedInto[idea] == none {
				break
			}
			idea = mergedInto[idea]
		}
		return idea
	}
}
