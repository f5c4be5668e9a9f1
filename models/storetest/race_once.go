package storetest

import (
	"fmt"
	"slices"

	"folkmoot/models"
)

func raceUseLink(e *env) {
	c := e.open("Markets")
	l := e.ballot(c, "Ada", e.chosen(c, models.ChoiceAgree)...)
	uses := make([]models.LinkUse, writers)
	for w := range uses {
		uses[w] = e.linkUse(l.TokenHash)
	}
	winner := e.oneWins(together(writers, func(w int) error {
		_, err := e.at(w).UseLink(e.ctx, uses[w])
		return err
	}), models.CodeGone)
	for w, use := range uses {
		_, p, err := e.store.Session(e.ctx, use.Session.TokenHash)
		if w == winner {
			e.ok(err)
			e.equal("the account", p.ID, use.NewID)
		} else {
			e.refused("a loser's session", err, models.CodeNotFound, "")
		}
	}
	e.equal("tally", e.ideas(c)[0].Tally, models.Tally{Agree: 1})
	e.counted(c)
}

func raceLinkLimit(e *env) {
	links := make([]models.Link, writers)
	for w := range links {
		links[w] = e.newLink("Ada")
	}
	messages := make([][]models.Job, writers)
	for w, l := range links {
		messages[w] = []models.Job{e.linkMessageOf(l), e.unconfirmed("Ada")}
	}
	signIns, others := 0, 0
	for w, err := range together(writers, func(w int) error { return e.at(w).AddLink(e.ctx, links[w], messages[w]) }) {
		e.ok(err)
		if !messages[w][0].Dropped {
			signIns++
		}
		if m := messages[w][1]; !m.Dropped && !m.Deferred {
			others++
		}
	}
	e.equal("sign-in links", signIns, models.SignInMost)
	e.equal("other messages today", others, models.UnconfirmedMost)
	e.equal("all messages", len(e.waiting()), models.SignInMost+models.UnconfirmedMost+models.MaxDeferred)
}

func raceReplyTwice(e *env) {
	c := e.open()
	id, sent := e.id(), make([]models.Reply, writers)
	for w := range sent {
		sent[w] = e.newReply(c)
		sent[w].ID = id
	}
	winner := e.oneWins(together(writers, func(w int) (err error) {
		sent[w], err = e.at(w).AddReply(e.ctx, sent[w], []models.Job{{ID: e.id(), Kind: models.JobReceived, Recipient: "ada@example.org"}})
		return err
	}), models.CodeConflict)
	e.equal("the reply", e.reply(id), sent[winner])
	e.equal("the queue", ids(e.queue(models.QueueFilter{Limit: 50}), entryID), []string{id})
	e.equal("jobs", len(e.waiting()), 1)
}

func raceDecideSame(e *env) {
	c := e.open()
	item := e.pendingIdea(c, "Alms").Item()
	acts := make([]models.Decision, writers)
	for w := range acts {
		acts[w] = e.decision([]models.Action{models.ActionPublish, models.ActionReject, models.ActionSpam}[w%3], item)
	}
	winner := e.oneWins(together(writers, func(w int) error {
		_, err := e.at(w).Decide(e.ctx, acts[w], []models.Job{{ID: e.id(), Kind: models.JobDecided, Recipient: "ada@example.org"}})
		return err
	}), models.CodeConflict)
	got := must(e.store.IdeaByID(e.ctx, item.ID))(e)
	e.equal("status", got.Status, acts[winner].Items[0].To)
	e.equal("the chain's action", e.chained(c, 1)[0].Action, acts[winner].Action)
	e.equal("jobs", len(e.waiting()), 1)
}

func raceSlug(e *env) {
	all := make([]models.Consultation, writers)
	ideas := make([]models.Idea, writers)
	for w := range all {
		all[w] = e.newConsultation()
		all[w].Slug, ideas[w] = "the-same", e.newOrganiserIdea(all[w], "Markets")
	}
	winner := e.oneWins(together(writers, func(w int) error {
		return e.at(w).AddConsultation(e.ctx, all[w], ideas[w:w+1], Entry(models.AuditConsultationAdded))
	}), models.CodeConflict)
	got := must(e.store.ConsultationBySlug(e.ctx, "the-same"))(e)
	e.equal("the consultation", got.ID, all[winner].ID)
	e.equal("its idea", ids(e.ideas(got), ideaID), []string{ideas[winner].ID})
	e.equal("all", len(e.consultationPage(models.ConsultationFilter{}, 10, nil)), 1)
}

func raceEdit(e *env) {
	c := e.open()
	winner := e.oneWins(together(writers, func(w int) error {
		next := c
		next.Texts = map[string]models.ConsultationText{"en": {Title: fmt.Sprint("Title ", w)}}
		_, err := e.at(w).EditConsultation(e.ctx, next, []models.ConsultationRevision{{ID: e.id(), ConsultationID: c.ID, Reason: fmt.Sprint(w)}}, Entry(models.AuditConsultationEdited))
		return err
	}), models.CodeConflict)
	e.equal("title", e.reload(c).Texts["en"].Title, fmt.Sprint("Title ", winner))
	revisions := must(e.store.ConsultationRevisions(e.ctx, c.ID))(e)
	e.equal("revisions", ids(revisions, func(r models.ConsultationRevision) string { return r.Reason }), []string{fmt.Sprint(winner)})
}

func raceEditReply(e *env) {
	r := e.pending(e.newReply(e.open()))
	winner := e.oneWins(together(writers, func(w int) error {
		next := r
		next.Body = fmt.Sprint("Body ", w)
		_, err := e.at(w).EditReply(e.ctx, next)
		return err
	}), models.CodeConflict)
	e.equal("body", e.reply(r.ID).Body, fmt.Sprint("Body ", winner))
	e.equal("revisions", len(must(e.store.TextRevisions(e.ctx, r.Item()))(e)), 1)
}

func raceImport(e *env) {
	posts := make([]imported, writers)
	for w := range posts {
		posts[w] = e.newImport()
		posts[w].c.Slug = "the-post"
	}
	wins := make([]bool, writers)
	e.all(together(writers, func(w int) (err error) {
		in := posts[w]
		wins[w], err = e.at(w).AddImport(e.ctx, in.c, in.ideas, in.replies, in.decision)
		return err
	}))
	winner := slices.Index(wins, true)
	if winner < 0 || slices.Contains(wins[winner+1:], true) {
		e.Fatalf("the post should be added once: %v", wins)
	}
	all := e.consultationPage(models.ConsultationFilter{}, 10, nil)
	e.equal("consultations", ids(all, consultationID), []string{posts[winner].c.ID})
	e.chained(all[0], 1)
	e.equal("the queue", ids(e.queue(models.QueueFilter{}), entryID), []string{posts[winner].replies[3].ID})
}

func raceJoin(e *env) {
	people := make([]models.Participant, writers)
	e.all(together(writers, func(w int) (err error) {
		people[w], err = e.at(w).EnsureParticipant(e.ctx, e.newPerson("Ada"), Entry(models.AuditRoleGranted))
		return err
	}))
	for _, p := range people {
		e.equal("the account", p, people[0])
	}
	e.equal("participants", e.peoplePage(false, 10, nil), []string{people[0].ID})
}

func raceModerators(e *env) {
	e.person("Root", everywhere(models.RoleAdmin))
	people := e.crowd()
	e.all(together(writers, func(w int) error {
		p := people[w]
		p.Grants = []models.Grant{everywhere(models.RoleModerator)}
		_, err := e.at(w).EnsureParticipant(e.ctx, p, Entry(models.AuditRoleGranted))
		return err
	}))
	numbers := ids(people, func(p models.Participant) int {
		return must(e.store.Participant(e.ctx, p.ID))(e).Number
	})
	slices.Sort(numbers)
	for n, number := range numbers {
		e.equal("number", number, n+1)
	}
}

func raceRevoke(e *env) {
	admins := make([]models.Participant, writers)
	for w := range admins {
		admins[w] = e.person(fmt.Sprint("admin", w), everywhere(models.RoleAdmin), everywhere(models.RoleBoard))
	}
	refused := 0
	for _, err := range together(2*writers, func(w int) error {
		role := []models.Role{models.RoleAdmin, models.RoleBoard}[w%2]
		return e.at(w/2).RevokeGrant(e.ctx, admins[w/2].ID, everywhere(role), Entry(models.AuditRoleRevoked))
	}) {
		if err != nil {
			e.refused("the last", err, models.CodeConflict, "error.people.last_admin")
			refused++
		}
	}
	e.equal("refused", refused, 1)
	left := 0
	for _, p := range admins {
		left += len(must(e.store.Participant(e.ctx, p.ID))(e).Grants)
	}
	e.equal("roles left", left, 1)
}

func raceSeal(e *env) {
	c := e.closed()
	files := make([]models.Sealed, writers)
	for w := range files {
		files[w] = e.newSealed(c, 1)
		files[w].SealedBy = fmt.Sprint("organiser ", w)
	}
	winner := e.oneWins(together(writers, func(w int) error {
		return e.at(w).Seal(e.ctx, files[w], c.Fence(), Entry(models.AuditSealed))
	}), models.CodeConflict)
	e.equal("sealed by", must(e.store.Sealed(e.ctx, c.ID))(e).SealedBy, files[winner].SealedBy)
	e.equal("versions", len(must(e.store.SealedVersions(e.ctx, c.ID))(e)), 1)
}
