package models

import "context"

// CopyStore is how one store is copied into another: all that it holds goes out as
// records, kind by kind, each kind in the order of its keys, and goes in again as often
// as need be. What follows from the records (counters of votes, words to search) is
// made anew in the copy.
type CopyStore interface {
	// Settle finishes what a crash left half done, before a store is copied.
	// CodeConflict error.copy.busy if something is still on its way.
	Settle(ctx context.Context) error
	// CopyOut streams the records of a kind whose key comes after a key ("": all), by
	// key. It stops at fn's error and returns it. fn may be slow.
	CopyOut(ctx context.Context, kind CopyKind, after string, fn func(CopyRecord) error) error
	// CopyMark gives the mark of a copy into this store that is not finished; the zero
	// mark if there is none.
	CopyMark(ctx context.Context) (CopyMark, error)
	// BeginCopy marks the store. CodeConflict error.copy.filled if there is a mark.
	// Who begins has made sure that nothing is in it.
	BeginCopy(ctx context.Context, m CopyMark) error
	// CopyIn adds records of one kind, in their order, and notes in the mark how far it
	// came. A record that is there stays as it is.
	CopyIn(ctx context.Context, list []CopyRecord) error
	// FinishCopy makes what follows from the records, as often as it is called.
	FinishCopy(ctx context.Context) error
	// EndCopy takes the mark away: from now on the store may be used.
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
	CopyDownloads     CopyKind = "downloads"
	CopyResponses     CopyKind = "responses"
	CopyJobs          CopyKind = "jobs"
)

// CopyKinds lists all kinds in the order in which they are copied: what is referred to
// comes before what refers to it.
func CopyKinds() []CopyKind {
	return []CopyKind{
		CopySite, CopyConsultations, CopyRevisions, CopyParticipants, CopySessions, CopyLinks, CopyIdeas, CopyReplies,
		CopyWordings, CopyVotes, CopyDecisions, CopyReports, CopySealed, CopyDownloads, CopyResponses, CopyJobs,
	}
}

// CopyMark says of a store that it is being filled with the content of another, and
// how far that is.
type CopyMark struct {
	Source  string   `json:"source"` // tells one store from another, without its address
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
