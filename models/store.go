package models

import (
	"context"
	"time"
)

// Store is everything that a program needs of a database. One method is one atomic use
// case: if it returns nil its writes are on disk, if it returns an error none of them is.
// Every method may return CodeUnavailable (the store cannot be reached or its queue is
// full) and the context's error; further errors are documented with each method. Lists
// are paged by keyset: they take the cursor of the last page and return the next one, ""
// at the end. Methods that write set the store's time. A Store is safe for concurrent
// use. Code that uses a store should accept the smallest interface that it needs.
type Store interface {
	SiteStore
	ConsultationStore
	IdeaStore
	ReplyStore
	VoteStore
	PeopleStore
	LinkStore
	ModerationStore
	ResultStore
	ResponseStore
	JobStore
	SearchStore
	ImportStore
	AuditStore
	VerifyStore
	CopyStore
	Shared

	// Ready returns nil if the store can be used now.
	Ready(ctx context.Context) error
	// Close finishes the writes in the queue and closes the store.
	Close() error
}

// Shared is what all programs on one store have in common.
type Shared interface {
	// Clock returns the clock for everything on the store: the database's own where
	// several nodes share it, else the one that the store was opened with.
	Clock(ctx context.Context) (Clock, error)
	// Limiter returns a Limiter whose counts all programs on the store share. clock
	// should be the store's.
	Limiter(clock Clock) Limiter
	// Play calls fn with a store whose time is that of clock, to write the demonstration's
	// events of past weeks. Only one program at a time may do so: played is false, and fn
	// is not called, while another one does. If this program loses that right, fn's
	// context is cancelled.
	Play(ctx context.Context, clock Clock, fn func(ctx context.Context, stage Store) error) (played bool, err error)
}

// Backuper is implemented by stores that can write a backup while others read and write.
type Backuper interface {
	// Backup writes the store as it is at one moment to the new file dest (mode
	// 0600). CodeConflict error.backup.exists if there is a file at dest.
	Backup(ctx context.Context, dest string) error
}

// SchemaChecker is implemented by stores that can compare their tables and the like with
// those that they should have.
type SchemaChecker interface {
	// CheckSchema returns what is missing, altered, or not the store's own, sorted.
	CheckSchema(ctx context.Context) ([]SchemaDifference, error)
}

// SchemaDifference is a table, index, trigger, view or collection that is not as it should be.
type SchemaDifference struct {
	Object string // "trigger counts"
	Want   string // its definition; "" if it should not be there
	Got    string // its definition; "" if it is missing
}

// SiteStore stores what belongs to the whole site.
type SiteStore interface {
	// Secret returns the 32 random bytes that sign cookies and cursors, created with the
	// store.
	Secret(ctx context.Context) ([]byte, error)
	// Empty reports whether there is no consultation and no participant yet.
	Empty(ctx context.Context) (bool, error)
	// Demo reports whether the store was marked by MarkDemo.
	Demo(ctx context.Context) (bool, error)
	// MarkDemo marks an empty store as the demonstration's. CodeConflict if it is not
	// empty.
	MarkDemo(ctx context.Context) error
	// SiteSettings returns the site's settings: DefaultSiteSettings if they were never
	// changed, and for those that are newer than the last change.
	SiteSettings(ctx context.Context) (SiteSettings, error)
	// PutSiteSettings replaces the settings if their Version is still v.Version, and returns
	// them with the next one. CodeConflict (error.settings.changed) if it is not.
	PutSiteSettings(ctx context.Context, v SiteSettings, by AuditEntry) (SiteSettings, error)
	// Now returns the store's time.
	Now(ctx context.Context) (time.Time, error)
}

// ConsultationStore stores consultations.
type ConsultationStore interface {
	// AddConsultation adds c with the organiser's own ideas, numbered in their
	// order from 1 and published. CodeConflict if the slug is taken.
	AddConsultation(ctx context.Context, c Consultation, ideas []Idea, by AuditEntry) error
	// Consultation returns the consultation with an id. CodeNotFound.
	Consultation(ctx context.Context, id string) (Consultation, error)
	// ConsultationBySlug returns the consultation with a slug. CodeNotFound.
	ConsultationBySlug(ctx context.Context, slug string) (Consultation, error)
	// PageVersion returns the page version of the consultation with a slug. CodeNotFound.
	PageVersion(ctx context.Context, slug string) (PageVersion, error)
	// Consultations lists consultations, the newest first (by CreatedAt, then id).
	Consultations(ctx context.Context, f ConsultationFilter) ([]Consultation, string, error)
	// EditConsultation replaces slug, language, texts, settings and dates if Rev is still
	// c.Rev, raises Rev and Version, and adds the revisions. CodeConflict if it has changed
	// since or the slug is taken, CodeNotFound; CodeClosed (error.edit.closed) if dates or
	// settings change after voting has closed at the store's time.
	EditConsultation(ctx context.Context, c Consultation, revisions []ConsultationRevision, by AuditEntry) (Consultation, error)
	// MoveConsultation sets State, StateReason, OpensAt and PausedAt from c if Rev is
	// still c.Rev, and raises Rev and Version. CodeConflict, CodeNotFound.
	MoveConsultation(ctx context.Context, c Consultation, by AuditEntry) (Consultation, error)
	// ConsultationRevisions lists the edits since opening, oldest first.
	ConsultationRevisions(ctx context.Context, id string) ([]ConsultationRevision, error)
}

// IdeaStore stores ideas.
type IdeaStore interface {
	// AddIdea adds a participant's pending idea with the jobs it causes. CodeConflict if
	// there is an idea with its ID; CodeClosed if the consultation takes no ideas at the
	// store's time; CodeNotFound for the consultation.
	AddIdea(ctx context.Context, i Idea, jobs []Job) (Idea, error)
	// AddOrganiserIdea adds a published idea of the organiser's with the next number, in a
	// draft or open consultation. CodeConflict if there is an idea with its ID; CodeClosed in
	// any other consultation; CodeNotFound for the consultation.
	AddOrganiserIdea(ctx context.Context, i Idea, by AuditEntry) (Idea, error)
	// Idea returns the idea with a number. CodeNotFound.
	Idea(ctx context.Context, consultationID string, number int) (Idea, error)
	// IdeaAlone is Idea without the fields that votes change: FirstVote and Tally are
	// zero. It costs less. CodeNotFound.
	IdeaAlone(ctx context.Context, consultationID string, number int) (Idea, error)
	// IdeaByID returns an idea with or without a number. CodeNotFound.
	IdeaByID(ctx context.Context, id string) (Idea, error)
	// Ideas lists ideas by number (those without one last, by CreatedAt, then id), with
	// tallies and published responses; without f.All only those shown: published, or removed
	// after publication.
	Ideas(ctx context.Context, f IdeaFilter) ([]Idea, error)
	// IdeaPlaces lists the places of the ideas that Ideas lists without All and limit.
	IdeaPlaces(ctx context.Context, consultationID string) ([]IdeaPlace, error)
	// OwnIdeas lists the author's pending ideas, the newest first, and counts all of
	// them, whatever Before and Limit are. It reads no more texts than it lists.
	OwnIdeas(ctx context.Context, q OwnQuery) (list []Idea, total int64, err error)
	// EditIdea replaces title, body and HTML while the idea is pending and Rev is still
	// i.Rev, and adds the old wording as a revision. CodeClosed once it has a vote
	// (error.idea.fixed) or is not pending any more (error.edit.published), checked in
	// the same step as the write; CodeConflict if it has changed since.
	EditIdea(ctx context.Context, i Idea) (Idea, error)
	// EditDraftIdea replaces title, body, HTML and, by language, texts of an organiser's
	// idea in a draft, and raises Rev. CodeConflict if the consultation is not a draft
	// (error.consultation.not_draft), Rev is not i.Rev any more (error.idea.changed), or the
	// idea is a participant's or was decided on (error.idea.kept); CodeNotFound.
	EditDraftIdea(ctx context.Context, i Idea, by AuditEntry) (Idea, error)
	// MoveDraftIdea gives an idea of a draft the number to, or that of the last idea if to
	// is greater; those in between move by one. CodeConflict if the consultation is not a
	// draft; CodeNotFound for an idea without a number.
	MoveDraftIdea(ctx context.Context, consultationID, ideaID string, to int, by AuditEntry) error
	// RemoveDraftIdea deletes an organiser's idea from a draft and closes the gap in the
	// numbers. CodeConflict if the consultation is not a draft.
	RemoveDraftIdea(ctx context.Context, consultationID, ideaID string, by AuditEntry) error
}

// ReplyStore stores replies, in threads.
type ReplyStore interface {
	// AddReply adds a pending reply with the jobs it causes and sets its place in the
	// thread. CodeConflict if there is a reply with its ID, and nothing is written; CodeClosed
	// if the consultation takes no replies at the store's time; CodeInvalid
	// (error.reply.parent) as Reply.Attach returns it.
	AddReply(ctx context.Context, r Reply, jobs []Job) (Reply, error)
	// Reply returns the reply with an id. CodeNotFound.
	Reply(ctx context.Context, id string) (Reply, error)
	// Thread returns one slice of shown replies. Its cost depends on the slice alone.
	Thread(ctx context.Context, q ThreadQuery) (Thread, error)
	// ThreadBefore returns the cursor of the slice that begins with the reply, for a
	// permalink. ok is false if the reply is not shown.
	ThreadBefore(ctx context.Context, r Reply, newest bool) (after string, ok bool, err error)
	// OwnReplies lists the author's pending replies in one thread, the newest first, and
	// counts all of them, whatever Before and Limit are. It reads no more texts than it
	// lists. ParentName is "" where whom a reply answers is not published any more.
	OwnReplies(ctx context.Context, q OwnQuery) (list []Reply, total int64, err error)
	// EditReply replaces body and HTML while the reply is pending and Rev is still r.Rev,
	// and adds the old wording as a revision. CodeClosed (error.edit.published) if it is not pending
	// any more, checked in the same step as the write; CodeConflict if it has changed
	// since.
	EditReply(ctx context.Context, r Reply) (Reply, error)
	// Text returns an item of any kind. CodeNotFound.
	Text(ctx context.Context, item Item) (Text, error)
	// TextRevisions lists the earlier wordings of an item, oldest first.
	TextRevisions(ctx context.Context, item Item) ([]TextRevision, error)
	// ContributionByToken returns the item of a private link. CodeNotFound.
	ContributionByToken(ctx context.Context, tokenHash string) (Item, error)
	// EachReply calls fn with the shown replies of a consultation, its own thread first,
	// then idea by idea, each in reading order. It stops at fn's error and returns it. It
	// reads in batches and holds nothing while fn runs, so fn may be slow. It is no
	// snapshot: a reply published or removed meanwhile may be included or not, but none
	// is passed twice.
	EachReply(ctx context.Context, consultationID string, fn func(Reply) error) error
}

// VoteStore stores votes, and tallies, which are a cache of their count ("votes are the
// truth").
type VoteStore interface {
	// PutVote writes the participant's entry on the idea and updates its tally. It
	// returns the entry as stored and reports whether anything changed; the same choice
	// again changes nothing. v.Voice must be set, as by NewVote. CodeClosed if the
	// consultation takes no votes at the store's time; CodeNotFound if the idea is not
	// published.
	PutVote(ctx context.Context, v Vote) (Vote, bool, error)
	// OwnVotes returns the participant's choices in the consultation by idea id, without
	// ChoiceNone.
	OwnVotes(ctx context.Context, consultationID, participantID string) (map[string]Choice, error)
	// EachVote calls fn with every entry of the consultation, ordered by idea id and
	// participant id, as of one moment; fn should not be slow. It stops at fn's error and
	// returns it.
	EachVote(ctx context.Context, consultationID string, fn func(Vote) error) error
	// UnconfirmedVotes counts the votes that wait for a link that was not used.
	UnconfirmedVotes(ctx context.Context, consultationID string) (int64, error)
	// OpenBallotLinks counts the unused ballot links that can still be used at the store's time.
	OpenBallotLinks(ctx context.Context, consultationID string) (int64, error)
}

// PeopleStore stores participants, their roles and their sessions.
type PeopleStore interface {
	// EnsureParticipant finds the account by AddressKey or adds p, adds the grants that
	// it does not have yet, and returns it. by is added if that changes anything; the
	// store names the account as its subject. A new moderator gets the next moderator
	// number. The votes of staff are not counted: with each role that is added, the
	// account's choices in consultations within its scope that are not sealed become
	// ChoiceNone in the same step, also on ideas that are not published; tallies, voters
	// and the vote sequence are updated.
	EnsureParticipant(ctx context.Context, p Participant, by AuditEntry) (Participant, error)
	// Participant returns the participant with an id. CodeNotFound.
	Participant(ctx context.Context, id string) (Participant, error)
	// ParticipantByAddress returns the participant with an AddressKey. CodeNotFound.
	ParticipantByAddress(ctx context.Context, key string) (Participant, error)
	// Participants lists participants by CreatedAt, then id, with staffOnly only those
	// with a grant.
	Participants(ctx context.Context, staffOnly bool, after string, limit int) ([]Participant, string, error)
	// EditParticipant sets name, capacity, band and language. CodeNotFound.
	EditParticipant(ctx context.Context, p Participant) error
	// RevokeGrant removes one role and expires that participant's unused sign-in links
	// with that Grant. CodeNotFound for the participant (error.people.unknown)
	// and for the role (error.people.no_grant); CodeConflict (error.people.last_admin)
	// if nobody would be admin everywhere.
	RevokeGrant(ctx context.Context, participantID string, g Grant, by AuditEntry) error
	// Session returns a session that has not expired and its participant. CodeNotFound.
	Session(ctx context.Context, tokenHash string) (Session, Participant, error)
	// AddSession adds a session of v.ParticipantID that begins now; without ExpiresAt it
	// lasts SessionLife. by is nil where participants sign in themselves, and says who did
	// where they do not. CodeNotFound for the participant.
	AddSession(ctx context.Context, v Session, by *AuditEntry) error
	// EndSession deletes one session.
	EndSession(ctx context.Context, tokenHash string) error
	// EndSessions deletes all sessions of a participant.
	EndSessions(ctx context.Context, participantID string) error
}

// LinkStore stores one-time links.
type LinkStore interface {
	// AddLink adds a link with the message that carries it, which may be deferred, dropped
	// or take the place of another, whose link goes then (Job.Plan). l.Grant is left out.
	AddLink(ctx context.Context, l Link, jobs []Job) error
	// AddHandLink adds a sign-in link that staff or a command hand over. It is neither
	// limited nor counted, and ends if l.Grant is revoked (RevokeGrant). CodeConflict
	// (error.link.voted) if the account of its address has voted, here and in UseLink.
	AddHandLink(ctx context.Context, l Link, by AuditEntry) error
	// Link returns the link with the hash of a token, used and expired ones too.
	// CodeNotFound. ExpiresAt of a ballot is LateLinks after the current closing time.
	Link(ctx context.Context, tokenHash string) (Link, error)
	// UseLink marks a link as used and does, in the same step, what it is for: it finds
	// or adds the account of its address, adds the session, assigns to the account what
	// was sent with that address, counts the link's votes at the time of choosing, and
	// releases deferred messages to that address. It grants no role. Other ballot links
	// of the address are marked as used too if the account has cast their votes
	// meanwhile or changed them later. CodeGone, CodeNotFound, and CodeConflict as AddHandLink.
	UseLink(ctx context.Context, u LinkUse) (LinkUsed, error)
	// ConfirmAddress adds the account of an address that is known to be p's, as UseLink does
	// with a link: it adds the session, assigns to the account what was sent with that
	// address, and releases deferred messages to it. p.Grants are left out. CodeConflict
	// (error.contribution.confirmed) if the address has an account.
	ConfirmAddress(ctx context.Context, p Participant, v Session) (Participant, error)
	// RemindBallots adds one reminder for each unused ballot link that is older than
	// ReminderAfter, can still be used and had no reminder: renew returns a second token
	// for it (the first one stays valid) and the job. A link whose job cannot be stored
	// because MaxDeferred wait is left as it is, for another time. RemindBallots returns
	// the number of reminders added.
	RemindBallots(ctx context.Context, renew func(Link) (tokenHash string, job Job)) (int, error)
}

// ModerationStore stores the queue, the decisions and the reports.
type ModerationStore interface {
	// Queue lists the items that are pending or reported, the oldest first.
	Queue(ctx context.Context, f QueueFilter) ([]QueueEntry, string, error)
	// QueueLength returns the number of items that Queue lists without a limit.
	QueueLength(ctx context.Context, f QueueFilter) (int64, error)
	// Queued reports whether Queue would list anything, at a cost that does not depend on
	// how much.
	Queued(ctx context.Context, f QueueFilter) (bool, error)
	// Undecided lists what Queue lists for one consultation, without words and whole, in
	// the same order; an empty slice, never nil, if there is nothing.
	Undecided(ctx context.Context, consultationID string) ([]Undecided, error)
	// QueueEntry returns one item of any status with its context. CodeNotFound.
	QueueEntry(ctx context.Context, item Item) (QueueEntry, error)
	// Decide appends d to the chain and moves its items, with the jobs it causes. Each
	// item must still have the Rev and the From status in d (CodeConflict with
	// Args["item"]). An idea that is published for the first time gets the next
	// number; open reports on the items are closed. The store sets Seq, At and hashes.
	Decide(ctx context.Context, d Decision, jobs []Job) (Decision, error)
	// Decision returns one decision. CodeNotFound.
	Decision(ctx context.Context, consultationID string, seq int64) (Decision, error)
	// Decisions lists the decisions of a chain whose Seq is greater than after, oldest
	// first, with their items.
	Decisions(ctx context.Context, consultationID string, after int64, limit int) ([]Decision, error)
	// Waits returns how long the last n decided items had waited, in no order.
	Waits(ctx context.Context, consultationID string, n int) ([]time.Duration, error)
	// AddReport adds a report on a published item. CodeConflict if there is a report with its
	// ID, CodeNotFound.
	AddReport(ctx context.Context, r Report, jobs []Job) error
}

// ResultStore stores sealed results.
type ResultStore interface {
	// Seal stores the files and moves the consultation to sealed, if fence is still
	// current (CodeConflict error.seal.moved). What is pending or reported does not stop it.
	Seal(ctx context.Context, s Sealed, fence SealFence, by AuditEntry) error
	// Sealed returns the last sealed version without its files. CodeNotFound.
	Sealed(ctx context.Context, consultationID string) (Sealed, error)
	// SealedFile returns the last sealed version with one of its files, Full or Public.
	// CodeNotFound.
	SealedFile(ctx context.Context, consultationID string, full bool) (Sealed, error)
}

// ResponseStore stores the board's responses.
type ResponseStore interface {
	// PutResponse adds or replaces the draft or published response of an idea with the
	// jobs it causes; a response other than considering to each of mustAnswer moves the
	// consultation to answered. CodeConflict if it is not sealed.
	PutResponse(ctx context.Context, r Response, mustAnswer []string, jobs []Job, by AuditEntry) error
	// Responses returns draft and published responses, by idea id.
	Responses(ctx context.Context, consultationID string) (map[string]Response, error)
}

// JobStore stores work to do in the background.
type JobStore interface {
	// ClaimJobs leases up to n jobs that are due at the store's time.
	ClaimJobs(ctx context.Context, n int, lease time.Duration) ([]Job, error)
	// FinishJob marks a job as done and erases its arguments.
	FinishJob(ctx context.Context, id string) error
	// RetryJob ends the lease of a job that failed with cause; it is due again after wait.
	RetryJob(ctx context.Context, id string, wait time.Duration, cause string) error
	// WaitingJobs lists jobs not done, oldest first, for the admin.
	WaitingJobs(ctx context.Context, after string, limit int) ([]Job, string, error)
	// ReleaseJobs makes every waiting job due now except deferred ones, when mail that was
	// held can be sent.
	ReleaseJobs(ctx context.Context) error
}

// SearchStore searches public texts.
type SearchStore interface {
	// Search returns the consultations, ideas and replies that match a query, best first;
	// equal ones in any order.
	Search(ctx context.Context, query string, limit int) ([]Hit, error)
}

// Hit is one public text that matches a query.
type Hit struct {
	Kind       string // "consultation", "idea" or "reply"
	Slug       string
	Title      string // of the consultation
	IdeaNumber int
	ReplyID    string
	Heading    string // the idea's title or the reply's author
	Text       string // plain text of the hit
	At         Time
}

// ImportStore stores what comes from other systems.
type ImportStore interface {
	// AddImport adds a consultation as a draft with its ideas and replies and one
	// decision that publishes what was public at the source. added is false if a
	// consultation with the same Source and SourceID exists. Replies are ordered parents
	// first, with ParentID set; the store sets their places. CodeConflict if the slug is
	// taken.
	AddImport(ctx context.Context, c Consultation, ideas []Idea, replies []Reply, d Decision) (added bool, err error)
}

// AuditStore stores the audit log. A method that writes what staff do, other than a
// decision, takes an AuditEntry and adds it in the same step: if the write is refused there
// is no entry. An entry without an act, a role or a subject is an error.
type AuditStore interface {
	// AddAuditEntry adds the entry of an act that writes nothing else, such as a download.
	AddAuditEntry(ctx context.Context, e AuditEntry) error
	// AuditEntries lists entries, the newest first (by Seq).
	AuditEntries(ctx context.Context, f AuditFilter) ([]AuditEntry, string, error)
	// EachAuditEntry calls fn with every entry, the oldest first. Like EachReply it reads
	// in batches.
	EachAuditEntry(ctx context.Context, fn func(AuditEntry) error) error
	// AuditHead returns the length and the last hash of the log; zero for an empty one.
	AuditHead(ctx context.Context) (AuditHead, error)
	// EraseAuditTexts erases the texts of an entry with these names, and their salts; by is
	// from Erasing. CodeNotFound for the entry (error.audit.unknown) and as
	// AuditEntry.Erase returns it.
	EraseAuditTexts(ctx context.Context, seq int64, names []string, by AuditEntry) error
}

// VerifyStore reads what folkmoot verify compares.
type VerifyStore interface {
	// EachItem calls fn with every reply and idea of a consultation with its text and
	// salt, ordered by kind and id. Like EachReply it reads in batches.
	EachItem(ctx context.Context, consultationID string, fn func(VerifyItem) error) error
	// CachedTallies returns the tallies as cached, by idea id, to compare with the votes.
	CachedTallies(ctx context.Context, consultationID string) (map[string]Tally, error)
	// SealedVersions lists all sealed versions with their files, oldest first.
	SealedVersions(ctx context.Context, consultationID string) ([]Sealed, error)
}

// VerifyItem is one item as folkmoot verify compares it.
type VerifyItem struct {
	Contribution
	Item       Item
	Title      string
	Body       string
	Organiser  bool
	Number     int
	MergedInto string
	Revisions  []TextRevision
}
