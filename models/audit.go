package models

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// AuditEntry is one entry of the audit log: an act of staff, or of whoever runs the
// program, that is no decision on a text. Entries are only ever added, and chained by hash
// to the one before, one chain for the site. Every method of a store that writes such an act
// takes its entry and adds it in the same step.
type AuditEntry struct {
	Seq            int64 // 1, 2, 3 …, given by the store; names the entry
	At             Time  // by the store's clock
	Act            AuditAct
	Actor          AuditActor
	Subject        AuditSubject
	ConsultationID string // ""
	Texts          []AuditText
	PrevHash       string
	Hash           string
}

// AuditAct says what was done.
type AuditAct string

// The acts.
const (
	AuditParticipantAdded    AuditAct = "participant_added"
	AuditRoleGranted         AuditAct = "role_granted"
	AuditRoleRevoked         AuditAct = "role_revoked"
	AuditLinkMade            AuditAct = "link_made" // to sign in, handed over by hand
	AuditSessionAdded        AuditAct = "session_added"
	AuditConsultationAdded   AuditAct = "consultation_added"
	AuditConsultationEdited  AuditAct = "consultation_edited" // its texts, or anything of a draft
	AuditRulesChanged        AuditAct = "rules_changed"       // rules or dates after opening
	AuditClosingPutOff       AuditAct = "closing_put_off"     // with other rules and dates, if any
	AuditConsultationOpened  AuditAct = "consultation_opened"
	AuditConsultationPaused  AuditAct = "consultation_paused"
	AuditConsultationResumed AuditAct = "consultation_resumed"
	AuditWithdrawn           AuditAct = "consultation_withdrawn"
	AuditIdeaAdded           AuditAct = "idea_added"  // the organiser's own
	AuditIdeaEdited          AuditAct = "idea_edited" // of a draft
	AuditIdeaMoved           AuditAct = "idea_moved"  // in a draft
	AuditIdeaRemoved         AuditAct = "idea_removed"
	AuditSealed              AuditAct = "sealed"
	AuditFullFileDownloaded  AuditAct = "full_file_downloaded"
	AuditResponseDrafted     AuditAct = "response_drafted"
	AuditResponsePublished   AuditAct = "response_published"
	AuditSettingsChanged     AuditAct = "settings_changed" // of the site
	AuditBackedUp            AuditAct = "backed_up"
	AuditCopied              AuditAct = "copied"
	AuditTextErased          AuditAct = "text_erased" // in the audit log itself
)

// auditActs says by which permission staff do each act; "" for what only commands do.
var auditActs = map[AuditAct]Permission{
	AuditParticipantAdded:    "",
	AuditRoleGranted:         MayAdminister,
	AuditRoleRevoked:         MayAdminister,
	AuditLinkMade:            MayAdminister,
	AuditSessionAdded:        "",
	AuditConsultationAdded:   MayOrganise,
	AuditConsultationEdited:  MayOrganise,
	AuditRulesChanged:        MayOrganise,
	AuditClosingPutOff:       MayOrganise,
	AuditConsultationOpened:  MayOrganise,
	AuditConsultationPaused:  MayOrganise,
	AuditConsultationResumed: MayOrganise,
	AuditWithdrawn:           MayOrganise,
	AuditIdeaAdded:           MayOrganise,
	AuditIdeaEdited:          MayOrganise,
	AuditIdeaMoved:           MayOrganise,
	AuditIdeaRemoved:         MayOrganise,
	AuditSealed:              MayOrganise,
	AuditFullFileDownloaded:  MayDownloadFull,
	AuditResponseDrafted:     MayDraftResponse,
	AuditResponsePublished:   MayPublishRespond,
	AuditSettingsChanged:     MayAdminister,
	AuditBackedUp:            "",
	AuditCopied:              "",
	AuditTextErased:          MayAdminister,
}

// AuditActs lists all acts, sorted.
func AuditActs() []AuditAct {
	acts := make([]AuditAct, 0, len(auditActs))
	for act := range auditActs {
		acts = append(acts, act)
	}
	slices.Sort(acts)
	return acts
}

// Valid reports whether a is one of the acts.
func (a AuditAct) Valid() bool {
	_, ok := auditActs[a]
	return ok
}

// AuditActor is who did it.
type AuditActor struct {
	ID   string // of the participant; "" for a command
	Role Role   // by which they may; RoleHost for a command
}

// RoleHost is the role, in the audit log alone, of who runs commands on the host's machine.
const RoleHost Role = "host"

// Host is the actor of the command line.
var Host = AuditActor{Role: RoleHost}

// AuditActor returns the actor as the audit log names them for an act in a consultation
// ("": of the whole site): with the role that permits it.
func (a Actor) AuditActor(act AuditAct, consultationID string) AuditActor {
	for _, role := range holders[auditActs[act]] {
		if a.Participant.Has(role, consultationID) {
			return AuditActor{a.Participant.ID, role}
		}
	}
	return AuditActor{ID: a.ID()}
}

// AuditSubject is what an act was done to.
type AuditSubject struct {
	Kind AuditSubjectKind
	ID   string // "" for the site
}

// AuditSubjectKind says what an AuditSubject is.
type AuditSubjectKind string

// The kinds of subject.
const (
	SubjectSite         AuditSubjectKind = "site"
	SubjectParticipant  AuditSubjectKind = "participant"
	SubjectConsultation AuditSubjectKind = "consultation"
	SubjectIdea         AuditSubjectKind = "idea"
	SubjectEntry        AuditSubjectKind = "entry" // of the audit log; ID is its Seq
)

// AuditText is a text of an entry: its reason, a name, what a date was and became. Its
// salted digest enters the entry's hash; text and salt stand beside it, so that they can be
// erased while the chain verifies.
type AuditText struct {
	Name   string // what it is, the same in all entries of an act: "reason", "role", "closes_at"
	Text   string
	Salt   string // "": erased
	Digest string
}

// AuditReason is the name of an entry's public reason among its texts.
const AuditReason = "reason"

// NewAuditEntry returns the entry of an act, to be passed to the store with what it writes.
func NewAuditEntry(act AuditAct, by AuditActor, subject AuditSubject, consultationID string) AuditEntry {
	return AuditEntry{Act: act, Actor: by, Subject: subject, ConsultationID: consultationID}
}

// With returns e with one more text; an empty one is left out.
func (e AuditEntry) With(name, text string) AuditEntry {
	if text == "" {
		return e
	}
	salt := rand.Text()
	e.Texts = append(slices.Clip(e.Texts), AuditText{name, text, salt, AuditTextDigest(salt, name, text)})
	return e
}

// Because returns e with the public reason of the act; an empty one is left out.
func (e AuditEntry) Because(reason string) AuditEntry { return e.With(AuditReason, reason) }

// Text returns the text with a name, "" if the entry has none or it was erased.
func (e AuditEntry) Text(name string) string {
	for _, t := range e.Texts {
		if t.Name == name {
			return t.Text
		}
	}
	return ""
}

// Erase returns e without text and salt of the named texts. CodeNotFound
// (error.audit.text) for one that e has not, or not any more.
func (e AuditEntry) Erase(names []string) (AuditEntry, error) {
	e.Texts = slices.Clone(e.Texts)
	for _, name := range names {
		n := slices.IndexFunc(e.Texts, func(t AuditText) bool { return t.Name == name && t.Salt != "" })
		if n < 0 {
			return e, Fail(CodeNotFound, "error.audit.text", "name", name)
		}
		e.Texts[n].Text, e.Texts[n].Salt = "", ""
	}
	return e, nil
}

// auditErased is the name of the text of an AuditTextErased that lists what was erased.
const auditErased = "texts"

// Erasing returns the entry that EraseAuditTexts takes: that the named texts of an entry
// were erased, and why.
func Erasing(seq int64, names []string, by AuditActor, reason string) AuditEntry {
	return NewAuditEntry(AuditTextErased, by, AuditSubject{SubjectEntry, fmt.Sprint(seq)}, "").
		With(auditErased, strings.Join(names, ",")).Because(reason)
}

// Erased returns the Seq of the entry of which an AuditTextErased says that texts were
// erased, and their names; ok is false for any other entry.
func (e AuditEntry) Erased() (seq string, names []string, ok bool) {
	return e.Subject.ID, strings.Split(e.Text(auditErased), ","), e.Act == AuditTextErased
}

// AuditTextDigest is the salted digest of a text of an entry.
func AuditTextDigest(salt, name, text string) string {
	return digest("folkmoot-audit-1", salt, name, text)
}

// ChainHash is SHA-256 over the canonical JSON of the entry's identifiers, the digests of
// its texts and the hash before it.
func (e AuditEntry) ChainHash() string {
	texts := make([][2]string, len(e.Texts))
	for n, t := range e.Texts {
		texts[n] = [2]string{t.Name, t.Digest}
	}
	b, err := CanonicalJSON(map[string]any{
		"seq":          e.Seq,
		"at":           e.At.UnixMilli(),
		"act":          string(e.Act),
		"actor":        [2]string{e.Actor.ID, string(e.Actor.Role)},
		"subject":      [2]string{string(e.Subject.Kind), e.Subject.ID},
		"consultation": e.ConsultationID,
		"texts":        texts,
		"prev":         e.PrevHash,
	})
	if err != nil { // only strings and integers go in
		panic(err)
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// AuditHead is the length and the last hash of the audit log, which a store keeps beside it.
type AuditHead struct {
	Length int64
	Hash   string
}

// errNoEntry is a fault of the program: an act of staff without a word about it.
var errNoEntry = errors.New("an act of staff came to the store without an entry of the audit log")

// Append returns e as the store adds it after h at a time, and the head that follows. It
// fails for an entry without a known act, an actor's role or a kind of subject.
func (h AuditHead) Append(e AuditEntry, at Time) (AuditEntry, AuditHead, error) {
	if !e.Act.Valid() || e.Actor.Role == "" || e.Subject.Kind == "" {
		return e, h, errNoEntry
	}
	e.Seq, e.At, e.PrevHash = h.Length+1, at, h.Hash
	e.Hash = e.ChainHash()
	return e, AuditHead{e.Seq, e.Hash}, nil
}

// AuditFilter selects entries of the audit log; zero values do not filter.
type AuditFilter struct {
	Act            AuditAct
	ActorID        string
	ConsultationID string
	After          string // cursor of the previous page
	Limit          int
}
