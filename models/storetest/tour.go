package storetest

import (
	"context"
	"testing"
	"time"

	"folkmoot/models"
)

// stop is one call of the tour: a method of models.Store and how to call it.
type stop struct {
	method string
	call   func(e *env)
}

// Tour calls every method of models.Store at least once, beginning with an empty store, so
// that an observer sees every statement that a store sends to its database. Copying is
// left out, since it reads everything. arrive is called with the method's name before
// each call, and with "" after it.
func Tour(t *testing.T, open Open, arrive func(method string)) {
	e := newEnv(t, open)
	c := fill(e)
	g := &guide{c: c, session: models.Session{}}
	for _, s := range e.stops(g) {
		arrive(s.method)
		s.call(e)
		arrive("")
	}
}

// guide keeps what one call returns for later ones.
type guide struct {
	c        models.Consultation
	reply    models.Reply
	idea     models.Idea
	person   models.Participant
	session  models.Session
	decision models.Decision
	job      string
}

// stops lists them in an order in which each finds what it needs.
func (e *env) stops(g *guide) []stop {
	g.reply, g.person = e.pending(e.answerTo(e.thread(models.ThreadQuery{ConsultationID: g.c.ID, Limit: 9})[0])), e.person("Ada")
	g.idea = e.ideas(g.c)[0]
	var all []stop
	for _, some := range [][]stop{
		e.siteStops(), e.consultationStops(g), e.textStops(g), e.voteStops(g), e.peopleStops(g), e.moderationStops(g), e.jobStops(g), e.endStops(g),
	} {
		all = append(all, some...)
	}
	return all
}

func (e *env) siteStops() []stop {
	return []stop{
		{"Secret", func(e *env) { must(e.store.Secret(e.ctx))(e) }},
		{"Empty", func(e *env) { must(e.store.Empty(e.ctx))(e) }},
		{"Demo", func(e *env) { must(e.store.Demo(e.ctx))(e) }},
		{"MarkDemo", func(e *env) { e.refused("MarkDemo", e.store.MarkDemo(e.ctx), models.CodeConflict, "") }},
		{"SiteSettings", func(e *env) { must(e.store.SiteSettings(e.ctx))(e) }},
		{"PutSiteSettings", func(e *env) {
			must(e.store.PutSiteSettings(e.ctx, models.DefaultSiteSettings(), Entry(models.AuditSettingsChanged)))(e)
		}},
		{"Now", func(e *env) { must(e.store.Now(e.ctx))(e) }},
		{"Clock", func(e *env) { must(e.store.Clock(e.ctx))(e) }},
		{"Limiter", func(e *env) { e.store.Limiter(e.clock) }},
		{"Play", func(e *env) {
			called := false
			played, err := e.store.Play(e.ctx, e.clock, func(context.Context, models.Store) error { called = true; return nil })
			e.ok(err)
			e.equal("it has played", called && played, true)
		}},
		{"Ready", func(e *env) { e.ok(e.store.Ready(e.ctx)) }},
		{"Search", func(e *env) {
			must(e.store.Search(e.ctx, "yes", 9))(e)
			must(e.store.Search(e.ctx, "tell us markets", 9))(e)
		}},
	}
}

func (e *env) consultationStops(g *guide) []stop {
	return []stop{
		{"AddConsultation", func(e *env) { e.draft("Fairs", "Docks") }},
		{"Consultation", func(e *env) { e.reload(g.c) }},
		{"ConsultationBySlug", func(e *env) { must(e.store.ConsultationBySlug(e.ctx, g.c.Slug))(e) }},
		{"PageVersion", func(e *env) { must(e.store.PageVersion(e.ctx, g.c.Slug))(e) }},
		{"Consultations", func(e *env) {
			for _, states := range [][]models.State{nil, {models.StateOpen}} {
				_, after, err := e.store.Consultations(e.ctx, models.ConsultationFilter{States: states, Limit: 1})
				e.ok(err)
				_, _, err = e.store.Consultations(e.ctx, models.ConsultationFilter{States: states, Limit: 1, After: after})
				e.ok(err)
			}
		}},
		{"EditConsultation", func(e *env) {
			d := e.draft()
			d.Slug = "moved-" + d.ID
			must(e.store.EditConsultation(e.ctx, d, []models.ConsultationRevision{{ID: e.id(), ConsultationID: d.ID}}, Entry(models.AuditConsultationEdited)))(e)
		}},
		{"MoveConsultation", func(e *env) { e.move(e.draft(), models.StateOpen) }},
		{"ConsultationRevisions", func(e *env) { must(e.store.ConsultationRevisions(e.ctx, g.c.ID))(e) }},
		{"AddImport", func(e *env) { e.bringIn(e.newImport()) }},
	}
}

func (e *env) textStops(g *guide) []stop {
	both := models.Author{ParticipantID: g.person.ID, Guest: "cookie"}
	return []stop{
		{"AddIdea", func(e *env) {
			e.pendingIdea(g.c, "Fewer")
			must(e.store.AddIdea(e.ctx, e.newIdea(g.c, "More"), e.messages()))(e)
		}},
		{"AddOrganiserIdea", func(e *env) {
			must(e.store.AddOrganiserIdea(e.ctx, e.newOrganiserIdea(g.c, "More"), Entry(models.AuditIdeaAdded)))(e)
		}},
		{"Idea", func(e *env) { must(e.store.Idea(e.ctx, g.c.ID, 1))(e) }},
		{"IdeaAlone", func(e *env) { must(e.store.IdeaAlone(e.ctx, g.c.ID, 1))(e) }},
		{"IdeaByID", func(e *env) { must(e.store.IdeaByID(e.ctx, g.idea.ID))(e) }},
		{"Ideas", func(e *env) {
			e.ideas(g.c)
			must(e.store.Ideas(e.ctx, models.IdeaFilter{ConsultationID: g.c.ID, All: true, AfterNumber: 1, Limit: 9}))(e)
		}},
		{"IdeaPlaces", func(e *env) { must(e.store.IdeaPlaces(e.ctx, g.c.ID))(e) }},
		{"OwnIdeas", func(e *env) {
			_, _, err := e.store.OwnIdeas(e.ctx, models.OwnQuery{ConsultationID: g.c.ID, Author: both, Limit: 5})
			e.ok(err)
		}},
		{"EditIdea", func(e *env) { must(e.store.EditIdea(e.ctx, e.pendingIdea(g.c, "Other")))(e) }},
		{"EditDraftIdea", func(e *env) {
			must(e.store.EditDraftIdea(e.ctx, e.ideas(e.draft("One"))[0], Entry(models.AuditIdeaEdited)))(e)
		}},
		{"MoveDraftIdea", func(e *env) {
			c := e.draft("One", "Two")
			e.ok(e.store.MoveDraftIdea(e.ctx, c.ID, e.ideas(c)[0].ID, 2, Entry(models.AuditIdeaMoved)))
		}},
		{"RemoveDraftIdea", func(e *env) {
			c := e.draft("One", "Two")
			e.ok(e.store.RemoveDraftIdea(e.ctx, c.ID, e.ideas(c)[0].ID, Entry(models.AuditIdeaRemoved)))
		}},
		{"AddReply", func(e *env) {
			r := e.newReply(g.c)
			r.IdeaID = g.idea.ID
			must(e.store.AddReply(e.ctx, r, e.messages()))(e)
		}},
		{"Reply", func(e *env) { e.reply(g.reply.ID) }},
		{"Thread", func(e *env) {
			for _, idea := range []string{"", g.idea.ID} {
				e.thread(models.ThreadQuery{ConsultationID: g.c.ID, IdeaID: idea, Limit: 1})
				e.thread(models.ThreadQuery{ConsultationID: g.c.ID, IdeaID: idea, Newest: true, Limit: 1})
			}
		}},
		{"ThreadBefore", func(e *env) {
			for _, newest := range []bool{false, true} {
				_, _, err := e.store.ThreadBefore(e.ctx, models.Reply{Contribution: models.Contribution{ID: g.reply.ParentID}}, newest)
				e.ok(err)
			}
		}},
		{"OwnReplies", func(e *env) {
			_, _, err := e.store.OwnReplies(e.ctx, models.OwnQuery{ConsultationID: g.c.ID, Author: both, Limit: 5})
			e.ok(err)
		}},
		{"EditReply", func(e *env) { g.reply = must(e.store.EditReply(e.ctx, g.reply))(e) }},
		{"Text", func(e *env) {
			must(e.store.Text(e.ctx, g.reply.Item()))(e)
			must(e.store.Text(e.ctx, g.idea.Item()))(e)
		}},
		{"TextRevisions", func(e *env) { must(e.store.TextRevisions(e.ctx, g.reply.Item()))(e) }},
		{"ContributionByToken", func(e *env) { must(e.store.ContributionByToken(e.ctx, g.reply.TokenHash))(e) }},
		{"EachReply", func(e *env) { e.ok(e.store.EachReply(e.ctx, g.c.ID, func(models.Reply) error { return nil })) }},
		{"EachItem", func(e *env) { e.items(g.c) }},
	}
}

func (e *env) voteStops(g *guide) []stop {
	return []stop{
		{"PutVote", func(e *env) {
			p := e.person("Voter")
			e.vote(g.idea, p, models.ChoiceAgree)
			e.vote(g.idea, p, models.ChoicePass)
			e.vote(g.idea, p, models.ChoiceNone)
		}},
		{"OwnVotes", func(e *env) { must(e.store.OwnVotes(e.ctx, g.c.ID, g.person.ID))(e) }},
		{"EachVote", func(e *env) { e.votes(g.c) }},
		{"UnconfirmedVotes", func(e *env) { must(e.store.UnconfirmedVotes(e.ctx, g.c.ID))(e) }},
		{"OpenBallotLinks", func(e *env) { must(e.store.OpenBallotLinks(e.ctx, g.c.ID))(e) }},
		{"CachedTallies", func(e *env) { must(e.store.CachedTallies(e.ctx, g.c.ID))(e) }},
	}
}

func (e *env) peopleStops(g *guide) []stop {
	role := everywhere(models.RoleOrganiser)
	return []stop{
		{"EnsureParticipant", func(e *env) {
			p := e.person("Staff")
			e.vote(g.idea, p, models.ChoiceAgree)
			e.person("Staff", role, everywhere(models.RoleModerator), everywhere(models.RoleAdmin))
			e.person("Root", everywhere(models.RoleAdmin))
		}},
		{"Participant", func(e *env) { must(e.store.Participant(e.ctx, g.person.ID))(e) }},
		{"ParticipantByAddress", func(e *env) { must(e.store.ParticipantByAddress(e.ctx, g.person.AddressKey))(e) }},
		{"Participants", func(e *env) {
			e.peoplePage(false, 2, nil)
			e.peoplePage(true, 1, nil)
		}},
		{"EditParticipant", func(e *env) { e.ok(e.store.EditParticipant(e.ctx, g.person)) }},
		{"AddHandLink", func(e *env) {
			e.person("Handed")
			l := e.newLink("Handed")
			l.Grant = &role
			e.ok(e.store.AddHandLink(e.ctx, l, Entry(models.AuditLinkMade)))
		}},
		{"RevokeGrant", func(e *env) {
			e.ok(e.store.RevokeGrant(e.ctx, e.person("Staff").ID, role, Entry(models.AuditRoleRevoked)))
			e.ok(e.store.RevokeGrant(e.ctx, e.person("Staff").ID, everywhere(models.RoleAdmin), Entry(models.AuditRoleRevoked)))
		}},
		{"AddLink", func(e *env) {
			l := e.newLink("Eve")
			e.ok(e.store.AddLink(e.ctx, l, []models.Job{e.linkMessageOf(l), e.unconfirmed("Eve")}))
		}},
		{"Link", func(e *env) {
			_, err := e.store.Link(e.ctx, "none")
			e.refused("Link", err, models.CodeNotFound, "")
		}},
		{"UseLink", func(e *env) {
			e.using(g.c, e.ballot(g.c, "Fay", e.chosen(g.c, models.ChoiceAgree)...))
			e.use(e.ballot(g.c, "Fay", e.chosen(g.c, models.ChoicePass)...).TokenHash)
		}},
		{"ConfirmAddress", func(e *env) {
			must(e.store.ConfirmAddress(e.ctx, e.newPerson("Hal"), models.Session{TokenHash: models.HashToken(e.id())}))(e)
		}},
		{"AddSession", func(e *env) { g.session, _ = e.signIn("Ada") }},
		{"Session", func(e *env) {
			_, _, err := e.store.Session(e.ctx, g.session.TokenHash)
			e.ok(err)
		}},
		{"EndSession", func(e *env) { e.ok(e.store.EndSession(e.ctx, g.session.TokenHash)) }},
		{"EndSessions", func(e *env) { e.ok(e.store.EndSessions(e.ctx, g.person.ID)) }},
	}
}

func (e *env) moderationStops(g *guide) []stop {
	here := models.QueueFilter{ConsultationIDs: []string{g.c.ID}, Limit: 2}
	return []stop{
		{"Queue", func(e *env) {
			e.queue(models.QueueFilter{Limit: 2})
			e.queue(here)
		}},
		{"QueueLength", func(e *env) {
			must(e.store.QueueLength(e.ctx, models.QueueFilter{}))(e)
			must(e.store.QueueLength(e.ctx, here))(e)
		}},
		{"Queued", func(e *env) {
			must(e.store.Queued(e.ctx, models.QueueFilter{}))(e)
			must(e.store.Queued(e.ctx, here))(e)
		}},
		{"Undecided", func(e *env) { must(e.store.Undecided(e.ctx, g.c.ID))(e) }},
		{"QueueEntry", func(e *env) {
			must(e.store.QueueEntry(e.ctx, g.reply.Item()))(e)
			must(e.store.QueueEntry(e.ctx, g.idea.Item()))(e)
		}},
		{"Decide", func(e *env) {
			i := e.pendingIdea(g.c, "Late")
			g.decision = must(e.store.Decide(e.ctx, e.decision(models.ActionPublish, g.reply.Item(), i.Item()), e.messages()))(e)
		}},
		{"Decision", func(e *env) { must(e.store.Decision(e.ctx, g.c.ID, g.decision.Seq))(e) }},
		{"Decisions", func(e *env) { must(e.store.Decisions(e.ctx, g.c.ID, 1, 2))(e) }},
		{"Waits", func(e *env) { must(e.store.Waits(e.ctx, g.c.ID, 3))(e) }},
		{"AddReport", func(e *env) { e.ok(e.store.AddReport(e.ctx, e.newReport(g.reply.Item(), g.c), e.messages())) }},
	}
}

func (e *env) jobStops(g *guide) []stop {
	return []stop{
		{"ClaimJobs", func(e *env) { g.job = must(e.store.ClaimJobs(e.ctx, 3, time.Hour))(e)[0].ID }},
		{"RetryJob", func(e *env) { e.ok(e.store.RetryJob(e.ctx, g.job, time.Minute, "no route")) }},
		{"ReleaseJobs", func(e *env) { e.ok(e.store.ReleaseJobs(e.ctx)) }},
		{"FinishJob", func(e *env) { e.ok(e.store.FinishJob(e.ctx, g.job)) }},
		{"WaitingJobs", func(e *env) {
			walk(e, 2, func(after string) ([]models.Job, string, error) { return e.store.WaitingJobs(e.ctx, after, 2) }, nil)
		}},
		{"RemindBallots", func(e *env) {
			e.ballot(g.c, "Gus", e.chosen(g.c, models.ChoiceAgree)...)
			e.clock.Add(models.ReminderAfter + time.Second)
			must(e.store.RemindBallots(e.ctx, func(l models.Link) (string, models.Job) {
				return models.HashToken(e.id()), e.unconfirmed(l.Name)
			}))(e)
		}},
	}
}

func (e *env) endStops(g *guide) []stop {
	return []stop{
		{"Seal", func(e *env) {
			e.clock.Set(g.c.ClosesAt.Add(models.LateLinks))
			for _, q := range e.queue(models.QueueFilter{ConsultationIDs: []string{g.c.ID}}) {
				e.decide(models.ActionPublish, q.Item)
			}
			e.seal(g.c, 1)
		}},
		{"Sealed", func(e *env) { must(e.store.Sealed(e.ctx, g.c.ID))(e) }},
		{"SealedFile", func(e *env) { must(e.store.SealedFile(e.ctx, g.c.ID, true))(e) }},
		{"SealedVersions", func(e *env) { must(e.store.SealedVersions(e.ctx, g.c.ID))(e) }},
		{"PutResponse", func(e *env) {
			r := e.newResponse(g.idea, models.ResponseAdopt)
			e.ok(e.store.PutResponse(e.ctx, r, nil, e.messages(), Entry(models.AuditResponsePublished)))
			e.answer(g.idea, models.ResponseAdopt, []string{g.idea.ID})
		}},
		{"Responses", func(e *env) { must(e.store.Responses(e.ctx, g.c.ID))(e) }},
		{"AddAuditEntry", func(e *env) {
			e.ok(e.store.AddAuditEntry(e.ctx, Entry(models.AuditFullFileDownloaded).With("version", "1")))
		}},
		{"AuditEntries", func(e *env) {
			for _, f := range []models.AuditFilter{
				{}, {Act: models.AuditSealed}, {ActorID: g.person.ID}, {ConsultationID: g.c.ID}, {Act: models.AuditSealed, ConsultationID: g.c.ID},
			} {
				f.Limit = 2
				e.audited(f)
			}
		}},
		{"EachAuditEntry", func(e *env) { e.auditLog() }},
		{"AuditHead", func(e *env) { must(e.store.AuditHead(e.ctx))(e) }},
		{"EraseAuditTexts", func(e *env) {
			last := must(e.store.AuditHead(e.ctx))(e).Length
			e.ok(e.store.EraseAuditTexts(e.ctx, last, []string{"version"}, models.Erasing(last, []string{"version"}, models.Host, "")))
		}},
		{"Close", func(e *env) { e.ok(e.store.Close()) }},
	}
}
