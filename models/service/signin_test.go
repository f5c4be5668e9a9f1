package service

import (
	"slices"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/storetest"
)

func TestSignIn(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	asked := must(s.AskSignIn(t.Context(), guest("c"), SignInInput{Email: "Ada@Example.org", Name: "Ada", ReturnTo: "/consultations/shops?sort=newest"}))(t)
	job := jobsOf(t, s, models.JobSignIn)[0]
	if job.Args["token"] != asked.Token || job.Recipient != "Ada@example.org" || job.LinkID == "" {
		t.Errorf("the message: %+v", job)
	}
	clk.add(models.SignInLife - time.Second)
	if l := must(s.Link(t.Context(), asked.Token))(t); l.Address != "Ada@example.org" || !l.UsedAt.IsZero() {
		t.Errorf("looking at a link uses it: %+v", l)
	}
	used := must(s.UseLink(t.Context(), asked.Token))(t)
	if !used.Created || used.Participant.Name != "Ada" || used.ReturnTo != "/consultations/shops?sort=newest" {
		t.Errorf("used: %+v", used)
	}
	who := func() *models.Participant {
		t.Helper()
		return must(s.Participant(t.Context(), used.SessionToken))(t)
	}
	if p := who(); p == nil || p.Address != "Ada@example.org" {
		t.Fatalf("signed in as %+v", p)
	}
	clk.add(models.SessionLife*time.Second - time.Second)
	actor := models.Actor{Participant: who()}
	if clk.add(time.Second); actor.Participant == nil || who() != nil {
		t.Error("a session does not last for its 30 days, or longer")
	}
	if p := must(s.Participant(t.Context(), ""))(t); p != nil {
		t.Errorf("nobody is %+v", p)
	}
}

func TestSignInLinkEnds(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	ask := func() Asked {
		return must(s.AskSignIn(t.Context(), guest("c"), SignInInput{Email: "ada@example.org"}))(t)
	}
	used, late := ask(), ask()
	must(s.UseLink(t.Context(), used.Token))(t)
	clk.add(models.SignInLife)
	for token, want := range map[string]struct {
		code models.Code
		key  string
	}{
		used.Token:             {models.CodeGone, "error.link.used"},
		late.Token:             {models.CodeGone, "error.link.expired"},
		NewToken():             {models.CodeNotFound, "error.link.unknown"},
		"":                     {models.CodeNotFound, "error.link.unknown"},
		late.Token[:42]:        {models.CodeNotFound, "error.link.unknown"},
		"../../etc/passwd\x00": {models.CodeNotFound, "error.link.unknown"},
	} {
		refused(t, errOf(s.Link(t.Context(), token)), want.code, want.key)
		refused(t, errOf(s.UseLink(t.Context(), token)), want.code, want.key)
	}
}

func TestSignInAnswersAlike(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	mo := person(t, s, "mo", models.RoleModerator)
	for _, email := range []string{"MO@example.org", "new@example.org"} {
		for range 2 { // the second message of the day waits no longer than the first
			asked := must(s.AskSignIn(t.Context(), guest("c"), SignInInput{Email: email, Name: "mo"}))(t)
			if asked.Address != email || asked.Deferred {
				t.Errorf("%s: %+v", email, asked)
			}
		}
	}
	jobs := jobsOf(t, s, models.JobSignIn)
	if len(jobs) != 4 || jobs[0].Recipient != mo.Participant.Address {
		t.Errorf("mail goes to the address stored with the account: %+v", jobs)
	}
	if used := must(s.UseLink(t.Context(), jobs[3].Args["token"]))(t); !used.Created || used.Participant.Name != "" {
		t.Errorf("a stranger took the name of staff: %+v", used.Participant)
	}
	if used := must(s.UseLink(t.Context(), jobs[0].Args["token"]))(t); used.Created || used.Participant.ID != mo.ID() {
		t.Errorf("signed in as %+v", used.Participant)
	}
}

func TestSignInRefuses(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	for _, email := range []string{"", "ada", "ada@localhost", "Ada <ada@example.org>", "ada@example.org\r\nBcc: x@y.example", "a@-.example"} {
		_, err := s.AskSignIn(t.Context(), guest("c"), SignInInput{Email: email})
		field(t, err, "email", "error.field.address")
	}
	_, err := s.AskSignIn(t.Context(), guest("c"), SignInInput{Email: "ada@example.org", Name: "\u202eAda"})
	field(t, err, "name", "error.field.name_direction")
	for n := range models.SignInPerHour {
		network := []string{"c", "d"}[n/signInFromNetwork]
		must(s.AskSignIn(t.Context(), guest(network), SignInInput{Email: "ada@example.org"}))(t)
	}
	clk.add(20 * time.Minute)
	_, err = s.AskSignIn(t.Context(), guest("another network"), SignInInput{Email: "ADA@example.org"})
	e := refused(t, err, models.CodeLimited, "error.link.limit")
	if e.Args["count"] != 40 || e.Args["wait"] != 40*time.Minute {
		t.Errorf("it says to wait for %v, %v", e.Args["count"], e.Args["wait"])
	}
	clk.add(40 * time.Minute)
	must(s.AskSignIn(t.Context(), guest("c"), SignInInput{Email: "ada@example.org"}))(t)
}

func TestLocalPath(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"/consultations/shops?a=b#reply-1": "/consultations/shops?a=b#reply-1",
		"":                                 "/", "/": "/", "shops": "/",
		"//evil.example": "/", "/\\evil.example": "/", "https://evil.example/": "/", "javascript:alert(1)": "/",
		"/a\r\nSet-Cookie: x": "/", "/a\x00": "/", "/%zz": "/", "/a\xff": "/", "\t/a": "/",
	} {
		if got := localPath(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestSignOut(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	session := func() string {
		_, p, err := s.MakeSignInLink(t.Context(), "ada@example.org", "Ada", models.RoleAdmin)
		ok(t, err)
		return must(storetest.OpenSession(t.Context(), s.store, p.ID))(t)
	}
	first, second, third := session(), session(), session()
	in := func() (list []bool) {
		for _, token := range []string{first, second, third} {
			list = append(list, must(s.Participant(t.Context(), token))(t) != nil)
		}
		return list
	}
	actor := models.Actor{Participant: must(s.Participant(t.Context(), first))(t)}
	ok(t, s.SignOut(t.Context(), first))
	ok(t, s.SignOut(t.Context(), first))
	ok(t, s.SignOut(t.Context(), ""))
	if !slices.Equal(in(), []bool{false, true, true}) {
		t.Errorf("after signing out once: %v", in())
	}
	ok(t, s.SignOutEverywhere(t.Context(), actor))
	if !slices.Equal(in(), []bool{false, false, false}) {
		t.Errorf("after signing out everywhere: %v", in())
	}
	refused(t, s.SignOutEverywhere(t.Context(), guest("c")), models.CodeUnauthenticated, "error.sign_in_first")
}

func TestMakeSignInLink(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	for range models.SignInPerHour + 2 { // an admin who locks themselves out may try again
		_, p, err := s.MakeSignInLink(t.Context(), "Ada@Example.org", "Ada", models.RoleModerator)
		ok(t, err)
		if !p.Has(models.RoleModerator, "") || p.Number != 1 || p.AddressKey != "ada@example.org" || len(p.Grants) != 1 {
			t.Fatalf("the account: %+v", p)
		}
	}
	_, p, err := s.MakeSignInLink(t.Context(), "bo@example.org", "", models.RoleParticipant)
	ok(t, err)
	if len(p.Grants) != 0 || len(waitingJobs(t, s)) != 0 {
		t.Errorf("the account: %+v", p)
	}
	_, _, err = s.MakeSignInLink(t.Context(), "bo", "", "king")
	field(t, err, "email", "error.field.address")
	field(t, err, "role", "error.field.role")
}

func TestOneNetworkCannotLockOut(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	ask := func(network, email string) error {
		_, err := s.AskSignIn(t.Context(), guest(network), SignInInput{Email: email})
		return err
	}
	for range signInFromNetwork {
		ok(t, ask("rude", "ada@example.org"))
	}
	clk.add(20 * time.Minute)
	e := refused(t, ask("rude", "ADA@example.org"), models.CodeLimited, "error.link.limit")
	if e.Args["count"] != 40 || e.Args["wait"] != 40*time.Minute {
		t.Errorf("it says to wait for %v, %v", e.Args["count"], e.Args["wait"])
	}
	ok(t, ask("ada's", "ada@example.org"))
	ok(t, ask("rude", "bo@example.org"))
	clk.add(40 * time.Minute)
	ok(t, ask("rude", "ada@example.org"))
}

func TestLinkMadeByHandGivesNoRole(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	person(t, s, "root", models.RoleAdmin)
	moderator := models.Grant{Role: models.RoleModerator}
	used, p, err := s.MakeSignInLink(t.Context(), "ada@example.org", "Ada", models.RoleModerator)
	ok(t, err)
	unused, _, err := s.MakeSignInLink(t.Context(), "ada@example.org", "", models.RoleModerator)
	ok(t, err)
	plain, _, err := s.MakeSignInLink(t.Context(), "ada@example.org", "", models.RoleParticipant)
	ok(t, err)
	if got := must(s.UseLink(t.Context(), used))(t); !got.Participant.Has(models.RoleModerator, "") {
		t.Errorf("the account: %+v", got.Participant)
	}
	ok(t, s.store.RevokeGrant(t.Context(), p.ID, moderator, storetest.Entry(models.AuditRoleRevoked)))
	refused(t, errOf(s.UseLink(t.Context(), unused)), models.CodeGone, "error.link.expired")
	if got := must(s.UseLink(t.Context(), plain))(t); len(got.Participant.Grants) != 0 {
		t.Errorf("the role came back: %+v", got.Participant)
	}
}

func TestLinksMadeByHandAreNoMail(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	for range models.SignInPerHour + 1 {
		_, _, err := s.MakeSignInLink(t.Context(), "ada@example.org", "", models.RoleParticipant)
		ok(t, err)
	}
	for n := range models.SignInPerHour {
		must(s.AskSignIn(t.Context(), guest(string(rune('a'+n))), SignInInput{Email: "ada@example.org"}))(t)
	}
	_, _, err := s.MakeSignInLink(t.Context(), "ada@example.org", "", models.RoleParticipant)
	ok(t, err)
}

func TestEditAccount(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	mo, bo := person(t, s, "Mo", models.RoleModerator), person(t, s, "Bo", models.RoleParticipant)
	ok(t, s.EditAccount(t.Context(), bo, AccountInput{Name: " Bó ", Capacity: models.CapacityBusiness, Band: models.BandSole}))
	p := must(s.store.Participant(t.Context(), bo.ID()))(t)
	if p.Name != "Bó" || p.Capacity != models.CapacityBusiness || p.Band != models.BandSole || p.Address != "Bo@example.org" {
		t.Errorf("kept as %+v", p)
	}
	ok(t, s.EditAccount(t.Context(), bo, AccountInput{Capacity: models.CapacityOrganisation, Band: models.BandSole}))
	if p = must(s.store.Participant(t.Context(), bo.ID()))(t); p.Name != "" || p.Band != "" {
		t.Errorf("kept as %+v", p)
	}
	field(t, s.EditAccount(t.Context(), bo, AccountInput{Name: "MO"}), "name", "error.field.name_reserved")
	field(t, s.EditAccount(t.Context(), bo, AccountInput{Capacity: models.CapacityBusiness}), "band", "error.field.band")
	ok(t, s.EditAccount(t.Context(), mo, AccountInput{Name: "mo"}))
	refused(t, s.EditAccount(t.Context(), guest("c"), AccountInput{}), models.CodeUnauthenticated, "error.sign_in_first")
}
