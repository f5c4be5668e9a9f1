package models

import (
	"context"
	"time"
)

// Store keeps everything. One method is one atomic use case: when it returns nil
// its writes are on disk, when it returns an error nothing of it is. Every method
// may also return CodeUnavailable (the store cannot be reached or its queue is
// full) and the context's error; what else it returns stands beside it.
// Lists go by keyset: they take the cursor of the last page and give the next
// one, "" at the end. Methods that write fill in the store's time.
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
	CopyStore
	Shared

	// CommitCounter returns a number that changes with every commit of any process: as
	// long as it is the same, nothing was written. ok is false if the store cannot read
	// it from memory.
	CommitCounter() (n uint64, ok bool)
	// Ready tells whether the store answers.
	Ready(ctx context.Context) error
	// Close finishes the writes in the queue and closes the store.
	Close() error
}

// Shared is what all programs on one store share.
type Shared interface {
	// Clock returns the clock by which everything on the store goes: of a database for
	// several nodes its own, else the one that the store was opened with.
	// CodeUnavailable.
	Clock(ctx context.Context) (Clock, error)
	// Limiter returns a Limiter whose counts all programs on the store share. clock
	// should be the store's.
	Limiter(clock Clock) Limiter
	// Play calls fn with the store as it stands at the times that clock shows, to write
	// what happened in the weeks before. played is false, and fn is not called, if
	// another program is playing. Should this program lose its right to play, fn's
	// context ends.
	Play(ctx context.Context, clock Clock, fn func(ctx context.Context, stage Store) error) (played bool, err error)
}

// Backuper is a store that can be copied to a file while others read and write.
type Backuper interface {
	// Backup writes the store as it stands at one moment to the new file dest (mode
	// 0600). CodeConflict error.backup.exists if there is a file at dest.
	Backup(ctx context.Context, dest string) error
}

// SiteStore keeps what belongs to the whole site.
type SiteStore interface {
	// Secret gives the 32 random bytes that sign cookies and cursors, made with the store.
	Secret(ctx context.Context) ([]byte, error)
	// Empty tells whether there is no consultation and no participant yet.
	Empty(ctx context.Context) (bool, error)
	// Demo tells whether the demonstration filled this store.
	Demo(ctx context.Context) (bool, error)
	// MarkDemo marks an empty store as the demonstration's. CodeConflict if it is not empty.
	MarkDemo(ctx context.Context) error
	// Now gives the store's time.
	Now(ctx context.Context) (time.Time, error)
}

// ConsultationStore keeps consultations.
type ConsultationStore interface {
	// AddConsultation adds c with the organiser's own ideas, numbered in their
	// order from 1 and published. CodeConflict if the slug is taken.
	AddConsultation(ctx context.Context, c Consultation, ideas []Idea) error
	// Consultation finds by id, ConsultationBySlug by slug. CodeNotFound.
	Consultation(ctx context.Context, id string) (Consultation, error)
	ConsultationBySlug(ctx context.Context, slug string) (Consultation, error)
	// PageVersion returns the page version of the consultation with a slug. CodeNotFound.
	PageVersion(ctx context.Context, slug string) (PageVersion, error)
	// Consultations lists the newest first (by CreatedAt, then id).
	Consultations(ctx context.Context, f ConsultationFilter) ([]Consultation, string, error)
	// EditConsultation replaces slug, language, texts, settings and dates if Rev is still
	// c.Rev, raises Rev and Version, and keeps the revisions. CodeConflict if it changed
	// since or the slug is taken, CodeNotFound; CodeClosed (error.edit.closed) if dates or
	// settings move once voting has closed at the store's time.
	EditConsultation(ctx context.Context, c Consultation, revisions []ConsultationRevision) (Consultation, error)
	// MoveConsultation sets State, StateReason, OpensAt and PausedAt from c if Rev is
	// still c.Rev, and raises Rev and Version. CodeConflict, CodeNotFound.
	MoveConsultation(ctx context.Context, c Consultation) (Consultation, error)
	// ConsultationRevisions lists the edits since opening, oldest first.
	ConsultationRevisions(ctx context.Context, id string) ([]ConsultationRevision, error)
}

// IdeaStore keeps ideas.
type IdeaStore interface {
	// AddIdea adds a participant's pending idea with the jobs it causes, or, where
	// Organiser is set, a published one with the next number. What Accepts or the
	// state of a draft forbids at the store's time is CodeClosed; CodeNotFound for
	// the consultation. An organiser's idea may be added while draft or open.
	AddIdea(ctx context.Context, i Idea, jobs []Job) (Idea, error)
	// Idea finds a numbered idea, IdeaByID any. CodeNotFound.
	Idea(ctx context.Context, consultationID string, number int) (Idea, error)
	// IdeaAlone is Idea without what votes move: FirstVote and Tally are zero.
	IdeaAlone(ctx context.Context, consultationID string, number int) (Idea, error)
	IdeaByID(ctx context.Context, id string) (Idea, error)
	// Ideas lists by number (those without one last, by id). Without All only shown
	// ones: published, or removed after publication. Tallies and published responses are filled in.
	Ideas(ctx context.Context, f IdeaFilter) ([]Idea, error)
	// EachFigure streams the figures of the ideas that have a number and votes, or were
	// merged into another, by number; EachWords the words of those that are published
	// and not merged, by number. Both stop at fn's error and return it. They read in
	// batches and hold nothing while fn works, so fn may be slow.
	EachFigure(ctx context.Context, consultationID string, fn func(IdeaFigure) error) error
	EachWords(ctx context.Context, consultationID string, fn func(IdeaWords) error) error
	// IdeaPlaces lists what Ideas would without All and a limit, by number.
	IdeaPlaces(ctx context.Context, consultationID string) ([]IdeaPlace, error)
	// OwnIdeas lists the author's pending ideas, the newest first, and counts all of
	// them, whatever Before and Limit are. It reads no more texts than it lists.
	OwnIdeas(ctx context.Context, q OwnQuery) (list []Idea, total int64, err error)
	// EditIdea replaces title, body and HTML while the idea waits and Rev is still
	// i.Rev, keeping the old wording as a revision. CodeClosed once it has a vote
	// (error.idea.fixed) or is not pending any more (error.edit.published), checked in
	// the same step as the write; CodeConflict if it changed since.
	EditIdea(ctx context.Context, i Idea) (Idea, error)
	// RemoveDraftIdea takes an organiser's idea out of a draft and closes up the
	// numbers. CodeConflict if the consultation is not a draft.
	RemoveDraftIdea(ctx context.Context, consultationID string, number int) error
}

// ReplyStore keeps replies, in threads.
type ReplyStore interface {
	// AddReply adds a pending reply with the jobs it causes, and places it. CodeClosed
	// if the consultation takes none at the store's time; CodeInvalid (error.reply.parent)
	// if the parent or idea is not published or stands elsewhere.
	AddReply(ctx context.Context, r Reply, jobs []Job) (Reply, error)
	// Reply finds by id. CodeNotFound.
	Reply(ctx context.Context, id string) (Reply, error)
	// Thread reads one slice of shown replies: one range of one index.
	Thread(ctx context.Context, q ThreadQuery) (Thread, error)
	// ThreadBefore gives the cursor after which a slice begins with the reply, for a
	// permalink: ok is false if the reply is not shown.
	ThreadBefore(ctx context.Context, r Reply, newest bool) (after string, ok bool, err error)
	// OwnReplies lists the author's pending replies in one thread, the newest first, and
	// counts all of them, whatever Before and Limit are. It reads no more texts than it lists.
	OwnReplies(ctx context.Context, q OwnQuery) (list []Reply, total int64, err error)
	// UnpublishedOwn counts the author's texts in the consultation, replies and ideas,
	// that are pending or rejected: whether a page needs to look for them.
	UnpublishedOwn(ctx context.Context, consultationID string, a Author) (int64, error)
	// EditReply replaces body and HTML while the reply waits and Rev is still r.Rev,
	// keeping the old wording. CodeClosed (error.edit.published) if it is not pending
	// any more, checked in the same step as the write; CodeConflict if it changed since.
	EditReply(ctx context.Context, r Reply) (Reply, error)
	// TextRevisions lists the earlier wordings of an item, oldest first.
	TextRevisions(ctx context.Context, item Item) ([]TextRevision, error)
	// ContributionByToken finds what a private link stands for. CodeNotFound.
	ContributionByToken(ctx context.Context, tokenHash string) (Item, error)
	// EachReply streams the shown replies of a consultation, its own thread first,
	// then idea by idea, each in reading order. It stops at fn's error and returns it.
	// It reads in batches and holds nothing while fn works, so fn may be slow; it is not
	// one moment: a reply published or removed meanwhile comes or not, none comes twice.
	EachReply(ctx context.Context, consultationID string, fn func(Reply) error) error
}

// VoteStore keeps votes, which are the truth, and tallies, which follow from them.
type VoteStore interface {
	// PutVote writes the participant's entry on the idea and its tally. It gives the
	// entry as kept and whether anything changed; the same choice again changes
	// nothing. CodeClosed by Accepts at the store's time; CodeNotFound if the idea is
	// not published.
	PutVote(ctx context.Context, v Vote) (Vote, bool, error)
	// OwnVotes gives the participant's choices in the consultation by idea id, without ChoiceNone.
	OwnVotes(ctx context.Context, consultationID, participantID string) (map[string]Choice, error)
	// EachVote streams every entry of the consultation, ordered by idea id and
	// participant id, as of one moment; fn should not be slow.
	EachVote(ctx context.Context, consultationID string, fn func(Vote) error) error
	// UnconfirmedVotes counts the votes that wait for a link which is not used.
	UnconfirmedVotes(ctx context.Context, consultationID string) (int64, error)
	// OpenBallots counts the unused ballot links that can still be used at the store's time.
	OpenBallots(ctx context.Context, consultationID string) (int64, error)
}

// PeopleStore keeps participants, their roles and their sessions.
type PeopleStore interface {
	// EnsureParticipant finds the account by AddressKey or adds p, and adds the
	// grants it does not have yet. Who becomes a moderator gets the next moderator
	// number. The votes of staff are not counted: with each role that is added, the
	// choices that stand in consultations within its scope, sealed and answered ones
	// left out, become ChoiceNone in the same step, on ideas that are not published
	// too; tallies, voters and the vote sequence follow.
	EnsureParticipant(ctx context.Context, p Participant) (Participant, error)
	// Participant finds by id, ParticipantByAddress by AddressKey. CodeNotFound.
	Participant(ctx context.Context, id string) (Participant, error)
	ParticipantByAddress(ctx context.Context, key string) (Participant, error)
	// Participants lists by CreatedAt, then id; staffOnly leaves out who has no grant.
	Participants(ctx context.Context, staffOnly bool, after string, limit int) ([]Participant, string, error)
	// EditParticipant sets name, capacity, band and language. CodeNotFound.
	EditParticipant(ctx context.Context, p Participant) error
	// RevokeGrant takes away one role and lets that participant's unused sign-in links
	// with that Grant expire. CodeNotFound for the participant (error.people.unknown)
	// and for the role (error.people.no_grant); CodeConflict (error.people.last_admin)
	// if nobody would be admin everywhere.
	RevokeGrant(ctx context.Context, participantID string, g Grant) error
	// Session finds a session that has not expired, with its participant. CodeNotFound.
	Session(ctx context.Context, tokenHash string) (Session, Participant, error)
	// EndSession forgets one session; EndSessions all of a participant's.
	EndSession(ctx context.Context, tokenHash string) error
	EndSessions(ctx context.Context, participantID string) error
}

// LinkStore keeps one-time links.
type LinkStore interface {
	// AddLink adds a link with the message that carries it. CodeLimited
	// (error.link.limit, wait) beyond SignInPerHour sign-in links for one address, those
	// with a Grant neither limited nor counted, and for an unconfirmed ballot or sign-in
	// message that would have to wait where MaxDeferred wait (wait: UnconfirmedEvery).
	AddLink(ctx context.Context, l Link, jobs []Job) error
	// Link finds by the hash of its token, used and expired ones too. CodeNotFound.
	// ExpiresAt of a ballot is LateLinks after the closing time as it now stands.
	Link(ctx context.Context, tokenHash string) (Link, error)
	// UseLink does all that a link stands for at once: it marks it used, finds or adds
	// the account of its address, adds the session, takes over what was sent with that
	// address, puts the waiting votes at the time when they were chosen, and releases
	// deferred messages to that address. It gives no role. Other ballot links of the
	// address whose votes the account has cast meanwhile, or changed later, are closed
	// with it. CodeGone, CodeNotFound.
	UseLink(ctx context.Context, u LinkUse) (LinkUsed, error)
	// RemindBallots adds one reminder for each unused ballot link that is older than
	// ReminderAfter, still of use, and not reminded of: renew gives it a new token (the
	// old one goes on working) and the job. One whose job is not stored because
	// MaxDeferred wait is left as it was, for another time. It gives the number added.
	RemindBallots(ctx context.Context, renew func(Link) (tokenHash string, job Job)) (int, error)
}

// ModerationStore keeps the queue, the decisions and the reports.
type ModerationStore interface {
	// Queue lists what waits or is reported, the oldest first.
	Queue(ctx context.Context, f QueueFilter) ([]QueueEntry, string, error)
	// QueueLength counts it.
	QueueLength(ctx context.Context, f QueueFilter) (int64, error)
	// Queued tells whether there is anything in it for these consultations (nil: all),
	// at the same cost however long it is.
	Queued(ctx context.Context, consultationIDs []string) (bool, error)
	// QueueEntry reads one item with its context, whatever its status. CodeNotFound.
	QueueEntry(ctx context.Context, item Item) (QueueEntry, error)
	// Decide appends d to the chain and moves its items, with the jobs it causes. Each
	// item must still have the Rev and the From status that d says (CodeConflict, and
	// Args["item"] names it). An idea that is published for the first time gets the next
	// number; open reports on the items are closed. The store sets Seq, At and hashes.
	Decide(ctx context.Context, d Decision, jobs []Job) (Decision, error)
	// Decision finds one. CodeNotFound.
	Decision(ctx context.Context, consultationID string, seq int64) (Decision, error)
	// Decisions lists a chain from the Seq after after, oldest first, with items.
	Decisions(ctx context.Context, consultationID string, after int64, limit int) ([]Decision, error)
	// Waits gives how long the last n decided items had waited, in no order.
	Waits(ctx context.Context, consultationID string, n int) ([]time.Duration, error)
	// AddReport adds a report on a published item. CodeNotFound.
	AddReport(ctx context.Context, r Report, jobs []Job) error
}

// ResultStore keeps sealed results.
type ResultStore interface {
	// Seal keeps the files and moves the consultation to sealed, if fence still holds
	// (CodeConflict error.seal.moved) and nothing waits (CodeConflict error.seal.waiting, count).
	Seal(ctx context.Context, s Sealed, fence SealFence) error
	// Sealed gives the last sealed version without its files. CodeNotFound.
	Sealed(ctx context.Context, consultationID string) (Sealed, error)
	// SealedFile gives the last sealed version with one of its files, Full or Public.
	// CodeNotFound.
	SealedFile(ctx context.Context, consultationID string, full bool) (Sealed, error)
	// LogDownload notes who took the full file.
	LogDownload(ctx context.Context, consultationID string, version int, participantID string) error
}

// ResponseStore keeps the board's answers.
type ResponseStore interface {
	// PutResponse adds or replaces the draft or published response of an idea with the
	// jobs it causes; a response other than considering to each of mustAnswer moves the
	// consultation to answered. CodeConflict if it is not sealed.
	PutResponse(ctx context.Context, r Response, mustAnswer []string, jobs []Job) error
	// Responses gives drafts and published ones, by idea id.
	Responses(ctx context.Context, consultationID string) (map[string]Response, error)
}

// JobStore keeps work to do.
type JobStore interface {
	// ClaimJobs leases up to n jobs that are due at the store's time.
	ClaimJobs(ctx context.Context, n int, lease time.Duration) ([]Job, error)
	// FinishJob marks a job done and wipes its arguments.
	FinishJob(ctx context.Context, id string) error
	// RetryJob gives a job back, due after wait, with the error that stopped it.
	RetryJob(ctx context.Context, id string, wait time.Duration, cause string) error
	// WaitingJobs lists jobs not done, oldest first, for the admin.
	WaitingJobs(ctx context.Context, after string, limit int) ([]Job, string, error)
	// ReleaseJobs makes every waiting job due now, but for deferred ones: mail was held
	// and can now be sent.
	ReleaseJobs(ctx context.Context) error
}

// SearchStore finds words.
type SearchStore interface {
	// Search finds public texts, ideas and replies, best first.
	Search(ctx context.Context, query string, limit int) ([]Hit, error)
}

// Hit is one public text that holds the words searched for.
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

// ImportStore takes in what was elsewhere.
type ImportStore interface {
	// AddImport adds a consultation as a draft with its ideas and replies and one
	// decision that publishes what was public there. added is false if the same
	// Source and SourceID is there already. Replies come parents first, ParentID set;
	// the store places them. CodeConflict if the slug is taken.
	AddImport(ctx context.Context, c Consultation, ideas []Idea, replies []Reply, d Decision) (added bool, err error)
}

// AuditStore reads what verify compares.
type AuditStore interface {
	// EachItem streams every reply and idea of a consultation with its text and salt,
	// ordered by kind and id. Like EachReply it reads in batches.
	EachItem(ctx context.Context, consultationID string, fn func(AuditItem) error) error
	// CachedTallies gives the tallies as cached, by idea id, to compare with the votes.
	CachedTallies(ctx context.Context, consultationID string) (map[string]Tally, error)
	// SealedVersions lists all sealed versions with their files, oldest first.
	SealedVersions(ctx context.Context, consultationID string) ([]Sealed, error)
}

// AuditItem is one item as verify sees it.
type AuditItem struct {
	Contribution
	Item       Item
	Title      string
	Body       string
	Organiser  bool
	Number     int
	MergedInto string
	Revisions  []TextRevision
}
