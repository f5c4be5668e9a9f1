package models

import "time"

// State is where a consultation stands.
type State string

// The states.
const (
	StateDraft     State = "draft"
	StateOpen      State = "open"
	StatePaused    State = "paused"
	StateCounting  State = "counting"
	StateSealed    State = "sealed"
	StateAnswered  State = "answered"
	StateWithdrawn State = "withdrawn"
)

// LateLinks is how long after closing a voting link still counts a vote that
// was cast in time (design: closing, counting, sealing).
const LateLinks = 72 * time.Hour

// SuggestionsLead is how long before voting the suggestions of ideas close unless said otherwise.
const SuggestionsLead = 7 * 24 * time.Hour

// Consultation is one question put to the public.
type Consultation struct {
	ID       string
	Slug     string
	State    State // as last set; closing is a matter of time, see StateAt
	Language string
	Texts    map[string]ConsultationText // by language tag; Language is always there
	Settings ConsultationSettings
	TimeZone string

	OpensAt            Time
	SuggestionsCloseAt Time
	ClosesAt           Time
	AnswerBy           Time // the promised date, as the last instant of that day
	CreatedAt          Time
	EditedAt           Time // last edit after opening; zero: never
	PausedAt           Time
	SealedAt           Time
	AnsweredAt         Time
	StateReason        string // the public reason of a pause, a withdrawal or a later closing

	Rev     int64 // raised by each change of texts, dates, settings or state
	Version int64 // raised by each change that a stranger can see
	VoteSeq int64 // raised by each vote written

	IdeaCount   int64 // published ideas
	ReplyCount  int64 // published replies, on the consultation and its ideas
	VoterCount  int64 // voices with at least one agree, disagree or pass
	ChainLength int64 // decisions
	ChainHead   string
	Source      string // where it was imported from: "wordpress"; else ""
	SourceID    string // of the post in the import
	Demo        bool
}

// PageVersion identifies what an anonymous visitor sees of a consultation: each visible
// change raises one of its counters.
type PageVersion struct {
	ID                        string
	Rev, Version, ChainLength int64
}

// PageVersion returns the current page version of c.
func (c Consultation) PageVersion() PageVersion {
	return PageVersion{c.ID, c.Rev, c.Version, c.ChainLength}
}

// ConsultationText is what the organiser wrote, in one language. Body is
// Markdown, BodyHTML its safe HTML, made when the text was accepted.
type ConsultationText struct {
	Title        string `json:"title"`
	Question     string `json:"question"`
	Body         string `json:"body"`
	BodyHTML     string `json:"body_html"`
	WhoDecides   string `json:"who_decides"`
	CanChange    string `json:"can_change"`
	Contact      string `json:"contact"`
	OtherFormats string `json:"other_formats"`
}

// ConsultationSettings are fixed at opening; a later change needs a public reason.
type ConsultationSettings struct {
	MinVotes   int64      `json:"min_votes"`  // below it an idea is not ranked; at least 1
	Capacities []Capacity `json:"capacities"` // who may vote; empty: everyone
	Bands      []Band     `json:"bands"`      // which businesses may vote; empty: all
	Tiers      []Tier     `json:"tiers"`      // which confirmations count; empty: all
	AnswerTop  int64      `json:"answer_top"` // the board answers so many; 0: all with enough votes
}

// DefaultSettings are those of a new consultation.
func DefaultSettings() ConsultationSettings {
	return ConsultationSettings{MinVotes: 5}
}

// Text returns the texts in lang, or in the consultation's own language.
func (c Consultation) Text(lang string) ConsultationText {
	if t, ok := c.Texts[lang]; ok {
		return t
	}
	return c.Texts[c.Language]
}

// StateAt returns the state at now: an open or paused consultation is counting
// from its closing time on, on every machine that asks.
func (c Consultation) StateAt(now time.Time) State {
	if (c.State == StateOpen || c.State == StatePaused) && !c.ClosesAt.IsZero() && !now.Before(c.ClosesAt) {
		return StateCounting
	}
	return c.State
}

// Coming reports whether it is announced and not open yet.
func (c Consultation) Coming(now time.Time) bool {
	return c.State == StateOpen && now.Before(c.OpensAt)
}

// Public reports whether a stranger may read it.
func (c Consultation) Public() bool { return c.State != StateDraft }

// TalliesShown reports whether tallies and their order are shown: once the result is
// sealed, and never before, to staff neither (design: bandwagons).
func (c Consultation) TalliesShown() bool {
	return c.State == StateSealed || c.State == StateAnswered
}

// Accepts reports whether the public may do what at now: nil, or an Error of CodeClosed.
func (c Consultation) Accepts(what Act, now time.Time) error {
	switch state := c.StateAt(now); {
	case c.Coming(now):
		return Fail(CodeClosed, "error.consultation.coming", "date", c.OpensAt, "zone", c.TimeZone)
	case state == StatePaused:
		return Fail(CodeClosed, "error.consultation.paused", "reason", c.StateReason)
	case state == StateWithdrawn:
		return Fail(CodeClosed, "error.consultation.withdrawn", "reason", c.StateReason)
	case state == StateDraft:
		return Fail(CodeClosed, "error.consultation.not_open")
	case state == StateSealed || state == StateAnswered:
		return Fail(CodeClosed, "error.consultation.sealed", "date", c.ClosesAt, "zone", c.TimeZone)
	case state != StateOpen:
		return Fail(CodeClosed, "error.consultation.closed", "date", c.ClosesAt, "zone", c.TimeZone)
	case what == ActSuggest && !c.SuggestionsCloseAt.IsZero() && !now.Before(c.SuggestionsCloseAt):
		return Fail(CodeClosed, "error.consultation.suggestions_closed", "date", c.SuggestionsCloseAt, "zone", c.TimeZone)
	}
	return nil
}

// AcceptsLateLink reports whether a vote chosen at chosen still counts at now:
// chosen in time, confirmed within LateLinks after closing, and not sealed yet.
func (c Consultation) AcceptsLateLink(chosen, now time.Time) error {
	if c.Accepts(ActVote, now) == nil {
		return nil
	}
	inTime := chosen.Before(c.ClosesAt) && now.Before(c.ClosesAt.Add(LateLinks))
	if state := c.StateAt(now); (state == StateCounting || state == StatePaused) && inTime {
		return nil
	}
	return Fail(CodeClosed, "error.consultation.closed", "date", c.ClosesAt, "zone", c.TimeZone)
}

// Act is something that the public does in a consultation.
type Act string

// The public's acts.
const (
	ActReply   Act = "reply"
	ActSuggest Act = "suggest"
	ActVote    Act = "vote"
)

// ConsultationRevision is one edit after opening: the texts before and after, in one language.
type ConsultationRevision struct {
	ID             string
	ConsultationID string
	Language       string
	Before, After  ConsultationText
	Reason         string // public; needed when dates or settings moved
	Changes        []SettingChange
	At             Time
}

// SettingChange is one setting or date that an edit after opening moved, as printed.
type SettingChange struct {
	Name   string `json:"name"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// ConsultationFilter selects consultations; zero values do not filter.
type ConsultationFilter struct {
	States []State
	After  string // cursor of the previous page
	Limit  int
}
