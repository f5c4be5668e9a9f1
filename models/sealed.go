package models

// SealedFormat names the form of the two files that sealing writes.
const SealedFormat = "folkmoot-sealed-1"

// SealedFile is what sealing writes, as canonical JSON: the full file with
// ballots and decisions, and the public one without. Digests names each part
// with the SHA-256 of its canonical JSON, so that an alteration can be named.
type SealedFile struct {
	Format       string             `json:"format"`
	Kind         string             `json:"kind"`     // "full" or "public"
	Version      int                `json:"version"`  // 1, 2 …; a correction is a new version
	Replaces     string             `json:"replaces"` // SHA-256 of the full file it corrects, or ""
	Reason       string             `json:"reason"`   // of the correction, or ""
	SealedAt     string             `json:"sealed_at"`
	Consultation SealedConsultation `json:"consultation"`
	Ideas        []SealedIdea       `json:"ideas"` // by number
	Order        []int              `json:"order"` // idea numbers in board order
	Result       Result             `json:"result"`
	ChainLength  int64              `json:"chain_length"`
	ChainHead    string             `json:"chain_head"`
	Decisions    []SealedDecision   `json:"decisions,omitempty"` // full file only
	Ballots      []SealedBallot     `json:"ballots,omitempty"`   // full file only
	FullSHA256   string             `json:"full_sha256"`         // public file only; "" in the full one
	Digests      map[string]string  `json:"digests"`
}

// SealedConsultation is the question, dates and settings as they stood.
type SealedConsultation struct {
	ID       string                      `json:"id"`
	Slug     string                      `json:"slug"`
	Language string                      `json:"language"`
	Texts    map[string]ConsultationText `json:"texts"`
	Settings ConsultationSettings        `json:"settings"`
	TimeZone string                      `json:"time_zone"`
	OpensAt  string                      `json:"opens_at"`
	ClosesAt string                      `json:"closes_at"`
	AnswerBy string                      `json:"answer_by"`
}

// SealedIdea is one idea's words and the idea it was merged into (0: none).
type SealedIdea struct {
	Number     int    `json:"number"`
	Title      string `json:"title"`
	Body       string `json:"body"`
	Author     string `json:"author"`
	MergedInto int    `json:"merged_into"`
	Status     Status `json:"status"`
}

// SealedDecision is one link of the chain: identifiers and salted digests only.
type SealedDecision struct {
	Seq          int64    `json:"seq"`
	Action       Action   `json:"action"`
	ReasonDigest string   `json:"reason_digest"`
	ActorID      string   `json:"actor"`
	Undoes       int64    `json:"undoes"`
	Items        [][6]any `json:"items"` // kind, id, revision, from, to, digest
	At           int64    `json:"at"`    // Unix milliseconds
	PrevHash     string   `json:"prev"`
	Hash         string   `json:"hash"`
}

// SealedBallot is one counted entry under a random pseudonym.
type SealedBallot struct {
	Voice   string  `json:"voice"`
	Idea    int     `json:"idea"` // the number of the idea as voted on
	Choice  Choice  `json:"choice"`
	Tier    Tier    `json:"tier"`
	Channel Channel `json:"channel"`
}

// Sealed is one sealed version in the store.
type Sealed struct {
	ConsultationID string
	Version        int
	Full, Public   []byte // canonical JSON; nil where they were not asked for
	FullSHA256     string
	PublicSHA256   string
	Result         Result
	SealedBy       string // participant id
	At             Time
}

// SealFence is what must not have moved between the reading and the sealing.
type SealFence struct {
	Rev, VoteSeq, ChainLength int64
}

// Fence gives the fence of c as it was read.
func (c Consultation) Fence() SealFence { return SealFence{c.Rev, c.VoteSeq, c.ChainLength} }
