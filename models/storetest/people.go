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
	{"the list of staff leaves out who has no role", peopleStaff},
	{"an edit sets name, capacity, band and language alone", peopleEdit},
	{"roles are replaced and moderators numbered", peopleGrants},
	{"the last admin everywhere stays", peopleLastAdmin},
	{"a session is found until it expires", peopleSession},
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
	out := must(e.store.EnsureParticipant(e.ctx, in))(e)
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
	got := must(e.store.EnsureParticipant(e.ctx, second))(e)
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
	e.person("Root", everywhere(models.RoleAdmin))
	var numbers []int
	for _, name := range []string{"Ada", "Bo", "Cy"} {
		p := e.person(name, everywhere(models.RoleBoard))
		grants := []models.Grant{{Role: models.RoleModerator, ConsultationID: c.ID}, everywhere(models.RoleOrganiser)}
		e.ok(e.store.SetGrants(e.ctx, p.ID, grants))
		got := must(e.store.Participant(e.ctx, p.ID))(e)
		e.equal("roles", got.Grants, grants, sortedGrants)
		numbers = append(numbers, got.Number)
		if name == "Ada" {
			e.ok(e.store.SetGrants(e.ctx, p.ID, nil))
			e.equal("no roles", len(must(e.store.Participant(e.ctx, p.ID))(e).Grants), 0)
		}
	}
	e.equal("the moderators' numbers", numbers, []int{1, 2, 3})
	organiser := e.person("Di")
	e.ok(e.store.SetGrants(e.ctx, organiser.ID, []models.Grant{everywhere(models.RoleOrganiser)}))
	e.equal("an organiser's number", must(e.store.Participant(e.ctx, organiser.ID))(e).Number, 0)
}

func peopleLastAdmin(e *env) {
	c := e.draft()
	first, second := e.person("Ada", everywhere(models.RoleAdmin)), e.person("Bo")
	here := models.Grant{Role: models.RoleAdmin, ConsultationID: c.ID}
	e.ok(e.store.SetGrants(e.ctx, second.ID, []models.Grant{here}))
	for what, grants := range map[string][]models.Grant{
		"no role":               nil,
		"another role":          {everywhere(models.RoleOrganiser)},
		"admin of one question": {here},
	} {
		err := e.store.SetGrants(e.ctx, first.ID, grants)
		e.refused(what, err, models.CodeConflict, "error.people.last_admin")
		e.equal(what, must(e.store.Participant(e.ctx, first.ID))(e), first)
	}
	e.ok(e.store.SetGrants(e.ctx, second.ID, []models.Grant{everywhere(models.RoleAdmin)}))
	e.ok(e.store.SetGrants(e.ctx, first.ID, nil))
}

// signIn opens a session of name@example.org and gives it.
func (e *env) signIn(name string) (models.Session, models.Participant) {
	e.Helper()
	l := e.newLink(name)
	e.ok(e.store.AddLink(e.ctx, l, nil))
	use := e.linkUse(l.TokenHash)
	used := must(e.store.UseLink(e.ctx, use))(e)
	use.Session.ParticipantID = used.Participant.ID
	return use.Session, used.Participant
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
