package models

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// CopyRecord is one thing that a store holds, as it goes from store to store.
type CopyRecord interface {
	// CopyKind says of which kind it is.
	CopyKind() CopyKind
	// CopyKey names it within its kind. Records go by it, byte by byte.
	CopyKey() string
}

// CopiedSite is what belongs to the whole site.
type CopiedSite struct {
	Secret   []byte
	Demo     bool
	Audit    AuditHead
	Settings SiteSettings // of Version 0: never changed
}

// CopiedConsultation is a consultation and the last Seq given to one of its replies.
type CopiedConsultation struct {
	Consultation
	ReplySeq int64
}

// CopiedRevision is the nth edit of a consultation.
type CopiedRevision struct {
	ConsultationRevision
	N int64
}

// CopiedParticipant is a participant.
type CopiedParticipant struct{ Participant }

// CopiedSession is a session.
type CopiedSession struct{ Session }

// CopiedLink is a link.
type CopiedLink struct{ Link }

// CopiedIdea is an idea without its response.
type CopiedIdea struct {
	Idea
	CopiedStanding
}

// CopiedReply is a reply without the number of its idea.
type CopiedReply struct {
	Reply
	CopiedStanding
}

// CopiedStanding says where an item is with moderators.
type CopiedStanding struct {
	DecidedAt Time
	LastSeq   int64 // of the last decision on it; 0: none
	Queued    bool  // it is in the queue
	Waits     bool  // … because it is pending, not because it was reported
	Since     Time  // when it came into the queue
}

// CopiedWording is an earlier text of an item in a consultation.
type CopiedWording struct {
	TextRevision
	ConsultationID string
}

// CopiedVote is the entry that stands of a participant on an idea.
type CopiedVote struct{ Vote }

// CopiedDecision is a decision and how long each of its items had waited, in
// milliseconds; -1: not for a moderator.
type CopiedDecision struct {
	Decision
	Waited []int64
}

// CopiedReport is a report.
type CopiedReport struct{ Report }

// CopiedSealed is a sealed version with both files.
type CopiedSealed struct{ Sealed }

// CopiedResponse is a draft or published response.
type CopiedResponse struct {
	Response
	ConsultationID string
}

// CopiedJob is a job, done or not.
type CopiedJob struct{ Job }

// CopiedAuditEntry is an entry of the audit log.
type CopiedAuditEntry struct{ AuditEntry }

// CopyKind implements CopyRecord.
func (CopiedSite) CopyKind() CopyKind         { return CopySite }
func (CopiedConsultation) CopyKind() CopyKind { return CopyConsultations }
func (CopiedRevision) CopyKind() CopyKind     { return CopyRevisions }
func (CopiedParticipant) CopyKind() CopyKind  { return CopyParticipants }
func (CopiedSession) CopyKind() CopyKind      { return CopySessions }
func (CopiedLink) CopyKind() CopyKind         { return CopyLinks }
func (CopiedIdea) CopyKind() CopyKind         { return CopyIdeas }
func (CopiedReply) CopyKind() CopyKind        { return CopyReplies }
func (CopiedWording) CopyKind() CopyKind      { return CopyWordings }
func (CopiedVote) CopyKind() CopyKind         { return CopyVotes }
func (CopiedDecision) CopyKind() CopyKind     { return CopyDecisions }
func (CopiedReport) CopyKind() CopyKind       { return CopyReports }
func (CopiedSealed) CopyKind() CopyKind       { return CopySealed }
func (CopiedResponse) CopyKind() CopyKind     { return CopyResponses }
func (CopiedJob) CopyKind() CopyKind          { return CopyJobs }
func (CopiedAuditEntry) CopyKind() CopyKind   { return CopyAudit }

// CopyKey implements CopyRecord.
func (CopiedSite) CopyKey() string           { return "site" }
func (r CopiedConsultation) CopyKey() string { return r.ID }
func (r CopiedRevision) CopyKey() string     { return copyKey(r.ConsultationID, r.N) }
func (r CopiedParticipant) CopyKey() string  { return r.ID }
func (r CopiedSession) CopyKey() string      { return r.TokenHash }
func (r CopiedLink) CopyKey() string         { return r.ID }
func (r CopiedIdea) CopyKey() string         { return r.ID }
func (r CopiedReply) CopyKey() string        { return r.ID }
func (r CopiedWording) CopyKey() string      { return copyKey(r.Item.String(), r.Rev) }
func (r CopiedVote) CopyKey() string         { return r.IdeaID + "/" + r.ParticipantID }
func (r CopiedDecision) CopyKey() string     { return copyKey(r.ConsultationID, r.Seq) }
func (r CopiedReport) CopyKey() string       { return r.ID }
func (r CopiedSealed) CopyKey() string       { return copyKey(r.ConsultationID, int64(r.Version)) }
func (r CopiedResponse) CopyKey() string     { return r.IdeaID }
func (r CopiedJob) CopyKey() string          { return r.ID }
func (r CopiedAuditEntry) CopyKey() string   { return fmt.Sprintf("%016x", uint64(r.Seq)) }

// copyKey goes by id and then by number.
func copyKey(id string, n int64) string { return fmt.Sprintf("%s.%016x", id, uint64(n)) }

// CanonicalRecord is the canonical JSON of a record, of which the digest of a store is
// made. The secret and the files of a sealed version enter it as their SHA-256.
func CanonicalRecord(r CopyRecord) ([]byte, error) {
	switch r := r.(type) {
	case CopiedSite:
		r.Secret = sumOf(r.Secret)
		return CanonicalJSON(r)
	case CopiedSealed:
		r.Full, r.Public = sumOf(r.Full), sumOf(r.Public)
		return CanonicalJSON(r)
	}
	return CanonicalJSON(r)
}

func sumOf(b []byte) []byte {
	sum := sha256.Sum256(b)
	return []byte(hex.EncodeToString(sum[:]))
}
