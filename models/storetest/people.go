package storetest

import (
	"fmt"
	"time"

	"folkmoot/models"
)

var peopleCases = []testCase{
	{"every field of an account comes back", peopleRoundTrip},
	{"an account is found by its address, and keeps what it had", peopleEnsure},
	{"one that is not there is not found", peopleNotFound},
	{"lists go by the time of joining, page by page", peoplePages},
	{"the list of staff leaves out people without a role", peopleStaff},
	{"an edit sets name, capacity, band and language alone", peopleEdit},
	{"roles are added and taken away one by one, and moderators numbered", peopleGrants},
	{"the last admin everywhere stays", peopleLastAdmin},
	{"who becomes staff has no votes any more, within the role's scope", peopleStaffVotes},
	{"nor on ideas that were removed by then", peopleStaffRemoved},
	{"nor once voting has closed, until it is sealed", peopleStaffClosed},
	{"a sealed consultation keeps the votes of new staff", peopleStaffSealed},
	{"a session is found until it expires", peopleSession},
	{"a session is added without a link", peopleAddSession},
	{"a session ends alone or with all of a participant's", peopleEndSessions},
}

func everywhere(r models.Role) models.Grant { return models.Grant{Role: r} }

func peopleRoundTrip(e *env) {
	c := e.draft()
	in := models.Participant{
		ID: e.id(), Name: "Ελένη 👩🏽‍🔧", Address: "Eleni@Example.org", AddressKey: "eleni@example.org",
		Capacity: models.CapacityBusiness, Band: models.BandMedium, Language: "el",
		Grants: []models.Grant{{Role: models.RoleOrganiser, ConsultationID: c.ID}, everywhere(models.RoleBoard)},
	}
	out := must(e.store.EnsureParticipant(e.ctx, in, Entry(models.AuditRoleGranted)))(e)
	in.CreatedAt = e.now()
	e.equal("as given back", out, in, sortedGrants)
	e.equal("by id", must(e.store.Participant(e.ctx, in.ID))(e), out, sortedGrants)
	e.equal("by address", must(e.store.ParticipantByAddress(e.ctx, in.AddressKey))(e), out, sortedGrants)
}

func peopleEnsure(e *env) {
	c := e.draft()
	first := e.person("Ada", everywhere(models.RoleBoard))
	e.clock.Add(time.Hour)
	second := e.newPerson("Ada")
	second.Name, second.Address, second.Capacity = "Somebody else", "ADA@example.org", models.CapacityOrganisation
	second.Grants = []models.Grant{everywhere(models.RoleBoard), {Role: models.RoleOrganiser, ConsultationID: c.ID}}
	got := must(e.store.EnsureParticipant(e.ctx, second, Entry(models.AuditRoleGranted)))(e)
	first.Grants = second.Grants
	e.equal("the account", got, first, sortedGrants)
	e.equal("as read", must(e.store.Participant(e.ctx, first.ID))(e), first, sortedGrants)
	_, err := e.store.Participant(e.ctx, second.ID)
	e.refused("a second account", err, models.CodeNotFound, "")
}

func peopleNotFound(e *env) {
	p := e.newPerson("Ada")
	_, err := e.store.Participant(e.ctx, p.ID)
	e.refused("Participant", err, models.CodeNotFound, "")
	_, err = e.store.ParticipantByAddress(e.ctx, p.AddressKey)
	e.refused("ParticipantByAddress", err, models.CodeNotFound, "")
	_, err = e.store.ParticipantByAddress(e.ctx, "")
	e.refused("ParticipantByAddress without an address", err, models.CodeNotFound, "")
	e.refused("EditParticipant", e.store.EditParticipant(e.ctx, p), models.CodeNotFound, "")
	_, _, err = e.store.Session(e.ctx, "none")
	e.refused("Session", err, models.CodeNotFound, "")
	e.equal("Empty", must(e.store.Empty(e.ctx))(e), true)
}

// peoplePage lists participants in pages of limit.
func (e *env) peoplePage(staffOnly bool, limit int, between func()) []string {
	e.Helper()
	return ids(walk(e, limit, func(after string) ([]models.Participant, string, error) {
		return e.store.Participants(e.ctx, staffOnly, after, limit)
	}, between), participantID)
}

func peoplePages(e *env) {
	var want []string
	for n := range 7 {
		if n%3 == 0 {
			e.clock.Add(time.Millisecond)
		}
		p := e.person(fmt.Sprint("person", n))
		// Those of one millisecond go by id.
		at := len(want)
		for at > n/3*3 && want[at-1] > p.ID {
			at--
		}
		want = append(want[:at], append([]string{p.ID}, want[at:]...)...)
	}
	for limit := 1; limit <= 8; limit++ {
		e.equal("pages", e.peoplePage(false, limit, nil), want)
	}
	n := 0
	got := e.peoplePage(false, 3, func() {
		if n++; n < 4 {
			e.person(fmt.Sprint("late", n))
		}
	})
	e.once("while others join", got, want)
}

func peopleStaff(e *env) {
	c := e.draft()
	e.person("Ada")
	var want []string
	for n, grant := range []models.Grant{everywhere(models.RoleAdmin), {Role: models.RoleModerator, ConsultationID: c.ID}} {
		e.clock.Add(time.Millisecond)
		want = append(want, e.person(fmt.Sprint("staff", n), grant).ID)
		e.person(fmt.Sprint("person", n))
	}
	for limit := 1; limit <= 3; limit++ {
		e.equal("staff", e.peoplePage(true, limit, nil), want)
	}
}

func peopleEdit(e *env) {
	p := e.person("Ada", everywhere(models.RoleBoard))
	sent := models.Participant{
		ID: p.ID, Name: "Żaneta", Capacity: models.CapacityBusiness, Band: models.BandLarge, Language: "pl",
		Address: "forged@example.org", AddressKey: "forged@example.org", Number: 7,
	}
	e.ok(e.store.EditParticipant(e.ctx, sent))
	p.Name, p.Capacity, p.Band, p.Language = sent.Name, sent.Capacity, sent.Band, sent.Language
	e.equal("the account", must(e.store.Participant(e.ctx, p.ID))(e), p)
}

func peopleGrants(e *env) {
	c := e.draft()
	here := models.Grant{Role: models.RoleModerator, ConsultationID: c.ID}
	var numbers []int
	for _, name := range []string{"Ada", "Bo", "Cy"} {
		p := e.person(name, everywhere(models.RoleBoard))
		got := e.person(name, here, everywhere(models.RoleOrganiser))
		e.equal("roles", got.Grants, []models.Grant{here, everywhere(models.RoleOrganiser), everywhere(models.RoleBoard)}, sortedGrants)
		numbers = append(numbers, got.Number)
		e.ok(e.store.RevokeGrant(e.ctx, p.ID, here, Entry(models.AuditRoleRevoked)))
		left := must(e.store.Participant(e.ctx, p.ID))(e)
		e.equal("roles left", left.Grants, []models.Grant{everywhere(models.RoleOrganiser), everywhere(models.RoleBoard)}, sortedGrants)
		e.equal("the number stays", left.Number, got.Number)
	}
	e.equal("the moderators' numbers", numbers, []int{1, 2, 3})
	di := e.person("Di", everywhere(models.RoleOrganiser))
	e.equal("an organiser's number", di.Number, 0)
	for _, g := range []models.Grant{here, {Role: models.RoleOrganiser, ConsultationID: c.ID}, {}} {
		e.refused("a role not held", e.store.RevokeGrant(e.ctx, di.ID, g, Entry(models.AuditRoleRevoked)), models.CodeNotFound, "error.people.no_grant")
	}
	e.refused("nobody's", e.store.RevokeGrant(e.ctx, "nobody", here, Entry(models.AuditRoleRevoked)), models.CodeNotFound, "error.people.unknown")
	e.equal("roles", must(e.store.Participant(e.ctx, di.ID))(e), di)
}

func peopleLastAdmin(e *env) {
	c := e.draft()
	admin, here := everywhere(models.RoleAdmin), models.Grant{Role: models.RoleAdmin, ConsultationID: c.ID}
	first, second := e.person("Ada", admin), e.person("Bo", here)
	e.refused("the last", e.store.RevokeGrant(e.ctx, first.ID, admin, Entry(models.AuditRoleRevoked)), models.CodeConflict, "error.people.last_admin")
	e.equal("the last", must(e.store.Participant(e.ctx, first.ID))(e), first)
	e.ok(e.store.RevokeGrant(e.ctx, second.ID, here, Entry(models.AuditRoleRevoked)))
	e.person("Bo", admin)
	e.ok(e.store.RevokeGrant(e.ctx, first.ID, admin, Entry(models.AuditRoleRevoked)))
	e.refused("who is left", e.store.RevokeGrant(e.ctx, second.ID, admin, Entry(models.AuditRoleRevoked)), models.CodeConflict, "error.people.last_admin")
}

func peopleStaffVotes(e *env) {
	first, second := e.open("Markets", "Alms"), e.open("Fairs")
	ada, bo := e.person("Ada"), e.person("Bo")
	for _, i := range append(e.ideas(first), e.ideas(second)...) {
		e.vote(i, ada, models.ChoiceAgree)
		e.vote(i, bo, models.ChoiceDisagree)
	}
	before := e.reload(first)
	e.clock.Add(time.Minute)
	e.person("Ada", models.Grant{Role: models.RoleBoard, ConsultationID: first.ID})
	for _, i := range e.ideas(first) {
		e.equal("tally", i.Tally, models.Tally{Disagree: 1})
	}
	e.equal("elsewhere", e.ideas(second)[0].Tally, models.Tally{Agree: 1, Disagree: 1})
	e.equal("own votes", must(e.store.OwnVotes(e.ctx, first.ID, ada.ID))(e), map[string]models.Choice(nil))
	after := e.reload(first)
	e.equal("voters", after.VoterCount, int64(1))
	e.equal("steps of the vote sequence", after.VoteSeq, before.VoteSeq+2)
	for _, v := range e.votes(first) {
		if v.ParticipantID == ada.ID {
			e.equal("the entry", v.Choice, models.ChoiceNone)
			e.equal("it is older than the role", v.At.Before(e.now()), false)
		}
	}
	e.person("Ada", everywhere(models.RoleModerator), models.Grant{Role: models.RoleBoard, ConsultationID: first.ID})
	e.equal("everywhere", e.ideas(second)[0].Tally, models.Tally{Disagree: 1})
	e.equal("nothing more here", e.reload(first).VoteSeq, after.VoteSeq)
	for _, c := range []models.Consultation{first, second} {
		e.counted(c)
		e.voters(c)
	}
}

func peopleStaffRemoved(e *env) {
	c := e.open("Markets", "Alms")
	ada, gone := e.person("Ada"), e.ideas(c)[1]
	e.vote(gone, ada, models.ChoiceAgree)
	d := e.decide(models.ActionRemove, gone.Item())
	e.person("Ada", everywhere(models.RoleAdmin))
	must(e.store.Decide(e.ctx, undo(d), nil))(e)
	e.equal("restored", e.ideas(c)[1].Tally, models.Tally{})
	e.counted(c)
	e.voters(c)
}

func peopleStaffClosed(e *env) {
	c := e.closed()
	ada := e.person("Ada")
	e.person("Ada", everywhere(models.RoleModerator))
	e.equal("tally", e.ideas(c)[0].Tally, models.Tally{})
	for _, v := range e.votes(c) {
		if v.ParticipantID == ada.ID {
			e.equal("the entry", v.Choice, models.ChoiceNone)
		}
	}
	e.counted(c)
	e.voters(c)
}

func peopleStaffSealed(e *env) {
	c := e.closed()
	e.seal(c, 1)
	votes, tally := e.votes(c), e.ideas(c)[0].Tally
	e.person("Ada", everywhere(models.RoleModerator))
	e.equal("entries", e.votes(c), votes)
	e.equal("tally", e.ideas(c)[0].Tally, tally)
	e.equal("the tally", tally, models.Tally{Agree: 1})
}

// signIn opens a session of name@example.org and returns it.
func (e *env) signIn(name string) (models.Session, models.Participant) {
	e.Helper()
	p := e.person(name)
	v := e.newSession(p)
	e.ok(e.store.AddSession(e.ctx, v, nil))
	return v, p
}

func peopleSession(e *env) {
	want, p := e.signIn("Ada")
	e.clock.Set(want.ExpiresAt.Add(-time.Millisecond))
	got, who, err := e.store.Session(e.ctx, want.TokenHash)
	e.ok(err)
	e.equal("the session", got, want)
	e.equal("its participant", who, p)
	e.clock.Set(want.ExpiresAt)
	_, _, err = e.store.Session(e.ctx, want.TokenHash)
	e.refused("an expired session", err, models.CodeNotFound, "")
}

func peopleEndSessions(e *env) {
	first, p := e.signIn("Ada")
	second, _ := e.signIn("Ada")
	third, _ := e.signIn("Ada")
	other, _ := e.signIn("Bo")
	e.ok(e.store.EndSession(e.ctx, first.TokenHash))
	_, _, err := e.store.Session(e.ctx, first.TokenHash)
	e.refused("the one that ended", err, models.CodeNotFound, "")
	_, _, err = e.store.Session(e.ctx, second.TokenHash)
	e.ok(err)
	e.ok(e.store.EndSessions(e.ctx, p.ID))
	for _, s := range []models.Session{second, third} {
		_, _, err = e.store.Session(e.ctx, s.TokenHash)
		e.refused("one of all", err, models.CodeNotFound, "")
	}
	_, _, err = e.store.Session(e.ctx, other.TokenHash)
	e.ok(err)
}

func peopleAddSession(e *env) {
	p := e.person("Ada")
	want := e.newSession(p)
	e.ok(e.store.AddSession(e.ctx, models.Session{TokenHash: want.TokenHash, ParticipantID: p.ID}, nil))
	got, who, err := e.store.Session(e.ctx, want.TokenHash)
	e.ok(err)
	e.equal("the session, with the usual end", got, want)
	e.equal("its participant", who, p)
	e.refused("the same token", e.store.AddSession(e.ctx, want, nil), models.CodeConflict, "")
	short := e.newSession(p)
	short.ExpiresAt = e.now().Add(time.Hour)
	e.ok(e.store.AddSession(e.ctx, short, nil))
	got, _, err = e.store.Session(e.ctx, short.TokenHash)
	e.ok(err)
	e.equal("one with an end of its own", got, short)
	nobody := e.newSession(models.Participant{ID: "nobody"})
	e.refused("nobody's", e.store.AddSession(e.ctx, nobody, nil), models.CodeNotFound, "error.people.unknown")
	_, _, err = e.store.Session(e.ctx, nobody.TokenHash)
	e.refused("as read", err, models.CodeNotFound, "error.session.unknown")
}
