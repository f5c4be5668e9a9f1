package models

// SealedDecision is a decision as the chain and a sealed file print it: identifiers
// and salted digests only.
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

// Sealed is one sealed version in the store. The files are written by
// models/sealed.
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

// Fence returns the fence of c as it was read.
func (c Consultation) Fence() SealFence { return SealFence{c.Rev, c.VoteSeq, c.ChainLength} }
