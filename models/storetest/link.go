package storetest

import (
	"time"

	"folkmoot/models"
)

var linkCases = []testCase{
	{"every field comes back", linkRoundTrip},
	{"one that is not there is not found", linkNotFound},
	{"it leaves its message, which goes out only while it is unused", linkMessage},
	{"it works once", linkOnce},
	{"it works until it expires and is still found afterwards", linkExpires},
	{"it makes the account of its address", linkCreates},
	{"it finds the account of its address and leaves it as it was", linkFinds},
	{"one made by hand grants no role and is outside the limit", linkGrant},
	{"one made by hand is refused for an account that has voted, and ends when its account votes", linkVoted},
	{"one made with a role ends when that is taken away", linkRevoked},
	{"at most three sign-in messages to one mailbox while the first still works", linkLimit},
	{"it takes over what was sent with its address", linkTakesOver},
	{"staff take over only what their browser sent", linkTakesOverStaff},
	{"it releases the deferred messages to its address", linkReleases},
	{"without one, an address is confirmed the same way, if it has no account", linkConfirm},
}

func linkRoundTrip(e *env) {
	c := e.open("First", "Second")
	in := e.newBallot(c, "Ada",
		models.ChosenVote{IdeaID: e.ideas(c)[0].ID, Choice: models.ChoiceAgree},
		models.ChosenVote{IdeaID: e.ideas(c)[1].ID, Choice: models.ChoicePass})
	in.Address, in.Name = "Ada@Example.org", "Ελένη 👩🏽‍🔧"
	in.Capacity, in.Band = models.CapacityBusiness, models.BandSole
	in.ReturnTo, in.Language = "/consultations/x?sort=newest#żółć", "el"
	e.ok(e.store.AddLink(e.ctx, in, nil))
	in.CreatedAt = e.now()
	e.equal("as read", must(e.store.Link(e.ctx, in.TokenHash))(e), in)
	plain := e.newLink("Bo")
	e.ok(e.store.AddLink(e.ctx, plain, nil))
	plain.CreatedAt = e.now()
	e.equal("a sign-in link", must(e.store.Link(e.ctx, plain.TokenHash))(e), plain)
	handed := e.newLink("Cy")
	handed.Grant = &models.Grant{Role: models.RoleBoard, ConsultationID: c.ID}
	e.ok(e.store.AddHandLink(e.ctx, handed, Entry(models.AuditLinkMade)))
	handed.CreatedAt = e.now()
	e.equal("a link made by hand", must(e.store.Link(e.ctx, handed.TokenHash))(e), handed)
}

func linkNotFound(e *env) {
	for _, token := range []string{"none", ""} { // "" must not find who was never reminded
		e.ok(e.store.AddLink(e.ctx, e.newLink("Ada"), nil))
		_, err := e.store.Link(e.ctx, token)
		e.refused("Link", err, models.CodeNotFound, "")
		_, err = e.store.UseLink(e.ctx, e.linkUse(token))
		e.refused("UseLink", err, models.CodeNotFound, "")
	}
	e.equal("Empty", must(e.store.Empty(e.ctx))(e), true)
}

// linkMessageOf makes the message that carries a link.
func (e *env) linkMessageOf(l models.Link) models.Job {
	j := e.newMessage(l.Name)
	j.Kind, j.LinkID = models.JobSignIn, l.ID
	return j
}

// claimed claims up to n jobs and returns their ids.
func (e *env) claimed(n int) []string {
	e.Helper()
	return ids(must(e.store.ClaimJobs(e.ctx, n, time.Minute))(e), jobID)
}

func linkMessage(e *env) {
	first, second := e.newLink("Ada"), e.newLink("Ada")
	message, late := e.linkMessageOf(first), e.linkMessageOf(second)
	e.ok(e.store.AddLink(e.ctx, first, []models.Job{message}))
	e.equal("claimed", e.claimed(5), []string{message.ID})
	e.ok(e.store.AddLink(e.ctx, second, []models.Job{late}))
	e.use(second.TokenHash)
	e.equal("claimed after its use", e.claimed(5), []string(nil))
}

func linkOnce(e *env) {
	l := e.newLink("Ada")
	e.ok(e.store.AddLink(e.ctx, l, nil))
	e.clock.Add(time.Minute)
	used := e.use(l.TokenHash)
	e.equal("UsedAt", must(e.store.Link(e.ctx, l.TokenHash))(e).UsedAt, e.now())
	e.equal("the link given back", used.Link.ID, l.ID)
	again := e.linkUse(l.TokenHash)
	_, err := e.store.UseLink(e.ctx, again)
	e.refused("the second use", err, models.CodeGone, "error.link.used")
	_, _, err = e.store.Session(e.ctx, again.Session.TokenHash)
	e.refused("the second session", err, models.CodeNotFound, "")
}

func linkExpires(e *env) {
	first, second := e.newLink("Ada"), e.newLink("Bo")
	e.ok(e.store.AddLink(e.ctx, first, nil))
	e.ok(e.store.AddLink(e.ctx, second, nil))
	e.clock.Set(first.ExpiresAt.Add(-time.Millisecond))
	e.use(first.TokenHash)
	e.clock.Set(second.ExpiresAt)
	_, err := e.store.UseLink(e.ctx, e.linkUse(second.TokenHash))
	e.refused("an expired link", err, models.CodeGone, "error.link.expired")
	found := must(e.store.Link(e.ctx, second.TokenHash))(e)
	e.equal("UsedAt", found.UsedAt, time.Time{})
	_, err = e.store.ParticipantByAddress(e.ctx, second.AddressKey)
	e.refused("its account", err, models.CodeNotFound, "")
}

func linkCreates(e *env) {
	l := e.newLink("Ada")
	l.Address, l.Capacity, l.Band, l.Language = "Ada@Example.org", models.CapacityBusiness, models.BandSmall, "cy"
	e.ok(e.store.AddLink(e.ctx, l, nil))
	e.clock.Add(time.Minute)
	use := e.linkUse(l.TokenHash)
	used := must(e.store.UseLink(e.ctx, use))(e)
	want := models.Participant{
		ID: use.NewID, Name: "Ada", Address: "Ada@Example.org", AddressKey: "ada@example.org",
		Capacity: models.CapacityBusiness, Band: models.BandSmall, Language: "cy", CreatedAt: e.now(),
	}
	e.equal("created", used.Created, true)
	e.equal("the account", used.Participant, want)
	e.equal("as read", must(e.store.Participant(e.ctx, use.NewID))(e), want)
	session, who, err := e.store.Session(e.ctx, use.Session.TokenHash)
	e.ok(err)
	use.Session.ParticipantID = use.NewID
	e.equal("the session", session, use.Session)
	e.equal("its participant", who, want)
}

func linkFinds(e *env) {
	p := e.person("Ada", everywhere(models.RoleBoard))
	l := e.newLink("Ada")
	l.Name, l.Address, l.Capacity = "Somebody else", "ADA@example.org", models.CapacityOrganisation
	e.ok(e.store.AddLink(e.ctx, l, nil))
	used := e.use(l.TokenHash)
	e.equal("created", used.Created, false)
	e.equal("the account", used.Participant, p)
	e.equal("as read", must(e.store.Participant(e.ctx, p.ID))(e), p)
}

func linkGrant(e *env) {
	e.person("Ada", everywhere(models.RoleBoard))
	for range models.SignInMost + 1 {
		for _, name := range []string{"Ada", "Bo"} {
			l := e.newLink(name)
			grant := everywhere(models.RoleModerator)
			l.Grant = &grant
			e.ok(e.store.AddHandLink(e.ctx, l, Entry(models.AuditLinkMade)))
			p := e.use(l.TokenHash).Participant
			e.equal(name+" moderates", p.Has(models.RoleModerator, ""), false)
			e.equal(name+" is on the board", p.Has(models.RoleBoard, ""), name == "Ada")
			e.equal(name+"'s number", p.Number, 0)
			e.equal("as read", must(e.store.Participant(e.ctx, p.ID))(e), p, sortedGrants)
		}
	}
	for range models.SignInMost { // those do not count
		e.equal("sent", e.asksSignIn(e.store, "Ada"), true)
	}
	e.equal("one more", e.asksSignIn(e.store, "Ada"), false)
}

func linkVoted(e *env) {
	c := e.open("First")
	byHand := func(name string) (models.Link, error) {
		l := e.newLink(name)
		return l, e.store.AddHandLink(e.ctx, l, Entry(models.AuditLinkMade))
	}
	before, err := byHand("Ada")
	e.ok(err)
	e.vote(e.ideas(c)[0], e.person("Ada"), models.ChoiceAgree)
	_, err = e.store.UseLink(e.ctx, e.linkUse(before.TokenHash))
	e.refused("made before the vote", err, models.CodeConflict, "error.link.voted")
	_, err = byHand("Ada")
	e.refused("made after the vote", err, models.CodeConflict, "error.link.voted")
	e.vote(e.ideas(c)[0], e.person("Ada"), models.ChoiceNone)
	_, err = byHand("Ada")
	e.refused("made after the vote was taken back", err, models.CodeConflict, "error.link.voted")
	mailed := e.newLink("Ada")
	e.ok(e.store.AddLink(e.ctx, mailed, nil))
	e.use(mailed.TokenHash)
	other, err := byHand("Bo")
	e.ok(err)
	e.use(other.TokenHash)
}

func linkRevoked(e *env) {
	c := e.open()
	role, here := everywhere(models.RoleModerator), models.Grant{Role: models.RoleModerator, ConsultationID: c.ID}
	e.person("Ada", role, here)
	e.person("Bo", role)
	add := func(name string, g *models.Grant) models.Link {
		l := e.newLink(name)
		l.Grant = g
		e.ok(e.store.AddHandLink(e.ctx, l, Entry(models.AuditLinkMade)))
		return l
	}
	ended := add("Ada", &role)
	kept := []models.Link{add("Ada", &here), add("Ada", nil), add("Bo", &role)}
	e.clock.Add(time.Second)
	e.ok(e.store.RevokeGrant(e.ctx, e.person("Ada").ID, role, Entry(models.AuditRoleRevoked)))
	_, err := e.store.UseLink(e.ctx, e.linkUse(ended.TokenHash))
	e.refused("made with the role", err, models.CodeGone, "error.link.expired")
	for _, l := range kept {
		e.use(l.TokenHash)
	}
	e.equal("roles", e.person("Ada").Grants, []models.Grant{here})
}

// asksSignIn adds a link with its message, in other words of the same address. It reports
// whether the message was kept.
func (e *env) asksSignIn(s models.Store, name string) bool {
	e.Helper()
	l := e.newLink(name)
	jobs := []models.Job{e.linkMessageOf(l)}
	e.ok(s.AddLink(e.ctx, l, jobs))
	return !jobs[0].Dropped
}

func linkLimit(e *env) {
	c := e.open("Markets")
	for n := range models.SignInMost {
		e.equal("sent", e.asksSignIn(e.store, "Ada"), true)
		e.clock.Add(time.Duration(n) * time.Minute)
	}
	over := e.newLink("Ada")
	job := e.linkMessageOf(over)
	job.Recipient, job.Mailbox = "A.da+tag@example.org", "ada@example.org" // another spelling
	jobs := []models.Job{job}
	e.ok(e.store.AddLink(e.ctx, over, jobs))
	e.equal("one more, dropped", jobs[0].Dropped, true)
	e.equal("one more, deferred", jobs[0].Deferred, false)
	e.equal("jobs", len(e.waiting()), models.SignInMost)
	e.equal("the link of one that was dropped", must(e.store.Link(e.ctx, over.TokenHash))(e).ID, over.ID)
	e.equal("another's", e.asksSignIn(e.store, "Bo"), true)
	for range models.UnconfirmedMost { // what somebody else can cause keeps nobody out, nor the other way round
		unconfirmed := []models.Job{e.unconfirmed("Ada")}
		e.enqueue(c, unconfirmed...)
	}
	e.clock.Set(start.Add(models.SignInLife - time.Millisecond))
	e.equal("while the first works", e.asksSignIn(e.store, "Ada"), false)
	e.clock.Set(start.Add(models.SignInLife))
	e.equal("then", e.asksSignIn(e.store, "Ada"), true)
}

func linkTakesOver(e *env) {
	c := e.open("Markets")
	sent := func(key, participant string) models.Reply {
		r := e.newReply(c)
		r.AddressKey, r.Address, r.ParticipantID, r.Guest = key, key, participant, "cookie"
		return e.pending(r)
	}
	mine, published := sent("ada@example.org", ""), sent("ada@example.org", "")
	e.decide(models.ActionPublish, published.Item())
	bo := e.person("Bo")
	others, bos, unsigned := sent("cy@example.org", ""), sent("ada@example.org", bo.ID), sent("", "")
	idea := e.newIdea(c, "Alms")
	idea.AddressKey = "ada@example.org"
	idea = must(e.store.AddIdea(e.ctx, idea, nil))(e)
	l := e.newLink("Ada")
	e.ok(e.store.AddLink(e.ctx, l, nil))
	ada := e.use(l.TokenHash).Participant
	e.equal("a reply that waits", e.reply(mine.ID).ParticipantID, ada.ID)
	e.equal("a published reply", e.reply(published.ID).ParticipantID, ada.ID)
	e.equal("its name", e.reply(published.ID).AuthorName, published.AuthorName)
	e.equal("an idea", must(e.store.IdeaByID(e.ctx, idea.ID))(e).ParticipantID, ada.ID)
	e.equal("another address's", e.reply(others.ID).ParticipantID, "")
	e.equal("another account's", e.reply(bos.ID).ParticipantID, bo.ID)
	e.equal("without an address", e.reply(unsigned.ID).ParticipantID, "")
	e.equal("status", e.reply(mine.ID).Status, models.StatusPending)
}

func linkTakesOverStaff(e *env) {
	c := e.open()
	mo := e.person("Mo", everywhere(models.RoleModerator))
	send := func(guest string) models.Reply {
		r := e.newReply(c)
		r.AddressKey, r.Address, r.Guest = mo.AddressKey, mo.AddressKey, guest
		return e.pending(r)
	}
	mine, others, unsigned := send("cookie"), send("another"), send("")
	idea := e.newIdea(c, "Alms")
	idea.AddressKey, idea.Guest = mo.AddressKey, "another"
	idea = must(e.store.AddIdea(e.ctx, idea, nil))(e)
	for _, guest := range []string{"", "cookie"} {
		l := e.newLink("Mo")
		e.ok(e.store.AddLink(e.ctx, l, nil))
		u := e.linkUse(l.TokenHash)
		u.Guest = guest
		must(e.store.UseLink(e.ctx, u))(e)
		want := ""
		if guest != "" {
			want = mo.ID
		}
		e.equal("with the cookie "+guest, e.reply(mine.ID).ParticipantID, want)
		e.equal("another browser's", e.reply(others.ID).ParticipantID, "")
		e.equal("without a cookie", e.reply(unsigned.ID).ParticipantID, "")
		e.equal("another browser's idea", must(e.store.IdeaByID(e.ctx, idea.ID))(e).ParticipantID, "")
	}
}

func linkReleases(e *env) {
	c := e.open()
	send := func(name string) models.Job {
		j := e.newMessage(name)
		j.Unconfirmed = true
		must(e.store.AddReply(e.ctx, e.newReply(c), []models.Job{j}))(e)
		return j
	}
	var first []string
	for range models.UnconfirmedMost {
		first = append(first, send("Ada").ID, send("Bo").ID)
	}
	e.once("the first ones", e.claimed(9), first)
	deferred := send("Ada")
	send("Bo")
	spelled := e.unconfirmed("Ada") // the same mailbox under another address, which is not confirmed
	spelled.Recipient, spelled.Mailbox = "a.da@example.org", "ada@example.org"
	e.enqueue(c, spelled)
	e.equal("the next ones", e.claimed(9), []string(nil))
	l := e.newLink("Ada")
	e.ok(e.store.AddLink(e.ctx, l, nil))
	e.use(l.TokenHash)
	e.equal("after the link", e.claimed(9), []string{deferred.ID})
	send("Ada")
	e.equal("an account makes no difference", e.claimed(9), []string(nil))
}

func linkConfirm(e *env) {
	c := e.open("Markets")
	p := e.newPerson("Ada")
	r, i := e.newReply(c), e.newIdea(c, "Alms")
	r.Address, r.AddressKey, i.Address, i.AddressKey = p.Address, p.AddressKey, p.Address, p.AddressKey
	r, i = e.pending(r), must(e.store.AddIdea(e.ctx, i, nil))(e)
	e.full(c, "Ada")
	late := e.unconfirmed("Ada")
	e.enqueue(c, late)
	e.equal("claimed before", len(e.claimed(9)), models.UnconfirmedMost)
	v := e.newSession(models.Participant{})
	added := must(e.store.ConfirmAddress(e.ctx, p, v))(e)
	e.equal("the account", added, must(e.store.Participant(e.ctx, p.ID))(e))
	e.equal("its address", added.Address, p.Address)
	_, who, err := e.store.Session(e.ctx, v.TokenHash)
	e.ok(err)
	e.equal("who is signed in", who, added)
	e.equal("the reply's author", e.reply(r.ID).ParticipantID, p.ID)
	e.equal("the idea's author", must(e.store.IdeaByID(e.ctx, i.ID))(e).ParticipantID, p.ID)
	e.equal("claimed then", e.claimed(5), []string{late.ID})
	again := e.newSession(models.Participant{})
	_, err = e.store.ConfirmAddress(e.ctx, e.newPerson("Ada"), again)
	e.refused("an address with an account", err, models.CodeConflict, "error.contribution.confirmed")
	_, _, err = e.store.Session(e.ctx, again.TokenHash)
	e.refused("no session", err, models.CodeNotFound, "error.session.unknown")
}
