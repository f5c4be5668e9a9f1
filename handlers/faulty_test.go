package handlers

import (
	"context"
	"sync/atomic"

	"folkmoot/models"
)

// faulty is a store that a test makes unreachable: for writes, as where no primary is
// there, or altogether. It fails with what both stores give then. Of the reads those
// are covered with which a use case begins.
type faulty struct {
	models.Store
	noWrites, noReads atomic.Bool
}

// gone makes it unreachable, or takes that back.
func (x *faulty) gone(is bool) { x.noWrites.Store(is); x.noReads.Store(is) }

// on does one call unless the store is out.
func on[T any](out *atomic.Bool, call func() (T, error)) (T, error) {
	if out.Load() {
		var none T
		return none, models.Fail(models.CodeUnavailable, "error.store.unavailable")
	}
	return call()
}

func only(out *atomic.Bool, call func() error) error {
	_, err := on(out, func() (struct{}, error) { return struct{}{}, call() })
	return err
}

func (x *faulty) Ready(ctx context.Context) error {
	return only(&x.noReads, func() error { return x.Store.Ready(ctx) })
}

func (x *faulty) AddConsultation(ctx context.Context, c models.Consultation, ideas []models.Idea, by models.AuditEntry) error {
	return only(&x.noWrites, func() error { return x.Store.AddConsultation(ctx, c, ideas, by) })
}

func (x *faulty) Consultation(ctx context.Context, id string) (models.Consultation, error) {
	return on(&x.noReads, func() (models.Consultation, error) { return x.Store.Consultation(ctx, id) })
}

func (x *faulty) ConsultationBySlug(ctx context.Context, slug string) (models.Consultation, error) {
	return on(&x.noReads, func() (models.Consultation, error) { return x.Store.ConsultationBySlug(ctx, slug) })
}

func (x *faulty) PageVersion(ctx context.Context, slug string) (models.PageVersion, error) {
	return on(&x.noReads, func() (models.PageVersion, error) { return x.Store.PageVersion(ctx, slug) })
}

func (x *faulty) Consultations(ctx context.Context, f models.ConsultationFilter) (a []models.Consultation, b string, err error) {
	err = only(&x.noReads, func() error { a, b, err = x.Store.Consultations(ctx, f); return err })
	return a, b, err
}

func (x *faulty) EditConsultation(ctx context.Context, c models.Consultation, revisions []models.ConsultationRevision, by models.AuditEntry) (models.Consultation, error) {
	return on(&x.noWrites, func() (models.Consultation, error) { return x.Store.EditConsultation(ctx, c, revisions, by) })
}

func (x *faulty) MoveConsultation(ctx context.Context, c models.Consultation, by models.AuditEntry) (models.Consultation, error) {
	return on(&x.noWrites, func() (models.Consultation, error) { return x.Store.MoveConsultation(ctx, c, by) })
}

func (x *faulty) AddIdea(ctx context.Context, i models.Idea, jobs []models.Job) (models.Idea, error) {
	return on(&x.noWrites, func() (models.Idea, error) { return x.Store.AddIdea(ctx, i, jobs) })
}

func (x *faulty) AddOrganiserIdea(ctx context.Context, i models.Idea, by models.AuditEntry) (models.Idea, error) {
	return on(&x.noWrites, func() (models.Idea, error) { return x.Store.AddOrganiserIdea(ctx, i, by) })
}

func (x *faulty) IdeaByID(ctx context.Context, id string) (models.Idea, error) {
	return on(&x.noReads, func() (models.Idea, error) { return x.Store.IdeaByID(ctx, id) })
}

func (x *faulty) EditIdea(ctx context.Context, i models.Idea) (models.Idea, error) {
	return on(&x.noWrites, func() (models.Idea, error) { return x.Store.EditIdea(ctx, i) })
}

func (x *faulty) EditDraftIdea(ctx context.Context, i models.Idea, by models.AuditEntry) (models.Idea, error) {
	return on(&x.noWrites, func() (models.Idea, error) { return x.Store.EditDraftIdea(ctx, i, by) })
}

func (x *faulty) MoveDraftIdea(ctx context.Context, consultationID, ideaID string, to int, by models.AuditEntry) error {
	return only(&x.noWrites, func() error { return x.Store.MoveDraftIdea(ctx, consultationID, ideaID, to, by) })
}

func (x *faulty) RemoveDraftIdea(ctx context.Context, consultationID, ideaID string, by models.AuditEntry) error {
	return only(&x.noWrites, func() error { return x.Store.RemoveDraftIdea(ctx, consultationID, ideaID, by) })
}

func (x *faulty) AddReply(ctx context.Context, r models.Reply, jobs []models.Job) (models.Reply, error) {
	return on(&x.noWrites, func() (models.Reply, error) { return x.Store.AddReply(ctx, r, jobs) })
}

func (x *faulty) Reply(ctx context.Context, id string) (models.Reply, error) {
	return on(&x.noReads, func() (models.Reply, error) { return x.Store.Reply(ctx, id) })
}

func (x *faulty) EditReply(ctx context.Context, r models.Reply) (models.Reply, error) {
	return on(&x.noWrites, func() (models.Reply, error) { return x.Store.EditReply(ctx, r) })
}

func (x *faulty) Text(ctx context.Context, item models.Item) (models.Text, error) {
	return on(&x.noReads, func() (models.Text, error) { return x.Store.Text(ctx, item) })
}

func (x *faulty) ContributionByToken(ctx context.Context, tokenHash string) (models.Item, error) {
	return on(&x.noReads, func() (models.Item, error) { return x.Store.ContributionByToken(ctx, tokenHash) })
}

func (x *faulty) PutVote(ctx context.Context, v models.Vote) (a models.Vote, b bool, err error) {
	err = only(&x.noWrites, func() error { a, b, err = x.Store.PutVote(ctx, v); return err })
	return a, b, err
}

func (x *faulty) EnsureParticipant(ctx context.Context, p models.Participant, by models.AuditEntry) (models.Participant, error) {
	return on(&x.noWrites, func() (models.Participant, error) { return x.Store.EnsureParticipant(ctx, p, by) })
}

func (x *faulty) Participant(ctx context.Context, id string) (models.Participant, error) {
	return on(&x.noReads, func() (models.Participant, error) { return x.Store.Participant(ctx, id) })
}

func (x *faulty) EditParticipant(ctx context.Context, p models.Participant) error {
	return only(&x.noWrites, func() error { return x.Store.EditParticipant(ctx, p) })
}

func (x *faulty) RevokeGrant(ctx context.Context, participantID string, g models.Grant, by models.AuditEntry) error {
	return only(&x.noWrites, func() error { return x.Store.RevokeGrant(ctx, participantID, g, by) })
}

func (x *faulty) Session(ctx context.Context, tokenHash string) (a models.Session, b models.Participant, err error) {
	err = only(&x.noReads, func() error { a, b, err = x.Store.Session(ctx, tokenHash); return err })
	return a, b, err
}

func (x *faulty) AddSession(ctx context.Context, v models.Session, by *models.AuditEntry) error {
	return only(&x.noWrites, func() error { return x.Store.AddSession(ctx, v, by) })
}

func (x *faulty) EndSession(ctx context.Context, tokenHash string) error {
	return only(&x.noWrites, func() error { return x.Store.EndSession(ctx, tokenHash) })
}

func (x *faulty) EndSessions(ctx context.Context, participantID string) error {
	return only(&x.noWrites, func() error { return x.Store.EndSessions(ctx, participantID) })
}

func (x *faulty) AddLink(ctx context.Context, l models.Link, jobs []models.Job) error {
	return only(&x.noWrites, func() error { return x.Store.AddLink(ctx, l, jobs) })
}

func (x *faulty) AddHandLink(ctx context.Context, l models.Link, by models.AuditEntry) error {
	return only(&x.noWrites, func() error { return x.Store.AddHandLink(ctx, l, by) })
}

func (x *faulty) ConfirmAddress(ctx context.Context, p models.Participant, v models.Session) (models.Participant, error) {
	return on(&x.noWrites, func() (models.Participant, error) { return x.Store.ConfirmAddress(ctx, p, v) })
}

func (x *faulty) Link(ctx context.Context, tokenHash string) (models.Link, error) {
	return on(&x.noReads, func() (models.Link, error) { return x.Store.Link(ctx, tokenHash) })
}

func (x *faulty) UseLink(ctx context.Context, u models.LinkUse) (models.LinkUsed, error) {
	return on(&x.noWrites, func() (models.LinkUsed, error) { return x.Store.UseLink(ctx, u) })
}

func (x *faulty) QueueLength(ctx context.Context, f models.QueueFilter) (int64, error) {
	return on(&x.noReads, func() (int64, error) { return x.Store.QueueLength(ctx, f) })
}

func (x *faulty) QueueEntry(ctx context.Context, item models.Item) (models.QueueEntry, error) {
	return on(&x.noReads, func() (models.QueueEntry, error) { return x.Store.QueueEntry(ctx, item) })
}

func (x *faulty) Decide(ctx context.Context, d models.Decision, jobs []models.Job) (models.Decision, error) {
	return on(&x.noWrites, func() (models.Decision, error) { return x.Store.Decide(ctx, d, jobs) })
}

func (x *faulty) Decision(ctx context.Context, consultationID string, seq int64) (models.Decision, error) {
	return on(&x.noReads, func() (models.Decision, error) { return x.Store.Decision(ctx, consultationID, seq) })
}

func (x *faulty) AddReport(ctx context.Context, r models.Report, jobs []models.Job) error {
	return only(&x.noWrites, func() error { return x.Store.AddReport(ctx, r, jobs) })
}

func (x *faulty) Seal(ctx context.Context, s models.Sealed, fence models.SealFence, by models.AuditEntry) error {
	return only(&x.noWrites, func() error { return x.Store.Seal(ctx, s, fence, by) })
}

func (x *faulty) SiteSettings(ctx context.Context) (models.SiteSettings, error) {
	return on(&x.noReads, func() (models.SiteSettings, error) { return x.Store.SiteSettings(ctx) })
}

func (x *faulty) PutSiteSettings(ctx context.Context, v models.SiteSettings, by models.AuditEntry) (models.SiteSettings, error) {
	return on(&x.noWrites, func() (models.SiteSettings, error) { return x.Store.PutSiteSettings(ctx, v, by) })
}

func (x *faulty) AddAuditEntry(ctx context.Context, e models.AuditEntry) error {
	return only(&x.noWrites, func() error { return x.Store.AddAuditEntry(ctx, e) })
}

func (x *faulty) PutResponse(ctx context.Context, r models.Response, mustAnswer []string, jobs []models.Job, by models.AuditEntry) error {
	return only(&x.noWrites, func() error { return x.Store.PutResponse(ctx, r, mustAnswer, jobs, by) })
}
