package models

import "context"

// CopyStore copies one store into another: everything is read as records, kind by kind,
// each kind in the order of its keys, and inserted, repeatedly if need be. What can be
// computed from the records (voices, the search index) is computed again in the copy.
type CopyStore interface {
	// Settle finishes what a crash left half done, before a store is copied.
	// CodeConflict error.copy.busy if a write is still under way.
	Settle(ctx context.Context) error
	// CopyOut calls fn with the records of a kind whose key comes after a key ("": all),
	// by key. It stops at fn's error and returns it. fn may be slow.
	CopyOut(ctx context.Context, kind CopyKind, after string, fn func(CopyRecord) error) error
	// CopyMark returns the mark of an unfinished copy into this store; the zero mark if
	// there is none.
	CopyMark(ctx context.Context) (CopyMark, error)
	// BeginCopy marks the store, which must be empty. CodeConflict error.copy.filled if
	// there is a mark.
	BeginCopy(ctx context.Context, m CopyMark) error
	// CopyIn inserts records of one kind, in their order, and updates the mark with the
	// last key. An existing record is left as it is.
	CopyIn(ctx context.Context, list []CopyRecord) error
	// FinishCopy computes what follows from the records. It may be called repeatedly.
	FinishCopy(ctx context.Context) error
	// EndCopy removes the mark: from then on the store may be used.
	EndCopy(ctx context.Context) error
}

// CopyKind is one kind of record.
type CopyKind string

// The kinds.
const (
	CopySite          CopyKind = "site"
	CopyConsultations CopyKind = "consultations"
	CopyRevisions     CopyKind = "revisions"
	CopyParticipants  CopyKind = "participants"
	CopySessions      CopyKind = "sessions"
	CopyLinks         CopyKind = "links"
	CopyIdeas         CopyKind = "ideas"
	CopyReplies       CopyKind = "replies"
	CopyWordings      CopyKind = "wordings"
	CopyVotes         CopyKind = "votes"
	CopyDecisions     CopyKind = "decisions"
	CopyReports       CopyKind = "reports"
	CopySealed        CopyKind = "sealed"
	CopyResponses     CopyKind = "responses"
	CopyJobs          CopyKind = "jobs"
	CopyAudit         CopyKind = "audit"
)

// CopyKinds lists all kinds in the order in which they are copied: what is referred to
// comes before what refers to it.
func CopyKinds() []CopyKind {
	return []CopyKind{
		CopySite, CopyConsultations, CopyRevisions, CopyParticipants, CopySessions, CopyLinks, CopyIdeas, CopyReplies,
		CopyWordings, CopyVotes, CopyDecisions, CopyReports, CopySealed, CopyResponses, CopyJobs, CopyAudit,
	}
}

// CopyMark says of a store that it is being filled with the content of another, and
// how far that is.
type CopyMark struct {
	Source  string   `json:"source"` // distinguishes the store from others, without its address
	BegunAt Time     `json:"begun_at"`
	Kind    CopyKind `json:"kind"`  // the last one of which something came
	After   string   `json:"after"` // its last key
}

// Unfinished is the refusal of a store that holds half a copy.
func (m CopyMark) Unfinished() error {
	if m.Source == "" {
		return nil
	}
	return Fail(CodeConflict, "error.copy.unfinished", "date", m.BegunAt)
}
