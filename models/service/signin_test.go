package service

import (
	"fmt"
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
	ask := func(browser string) Asked {
		return must(s.AskSignIn(t.Context(), guest(browser), SignInInput{Email: "ada@example.org"}))(t)
	}
	used, replaced, late := ask("c"), ask("d"), ask("d")
	must(s.UseLink(t.Context(), used.Token))(t)
	clk.add(models.SignInLife)
	for token, want := range map[string]struct {
		code models.Code
		key  string
	}{
		used.Token:             {models.CodeGone, "error.link.used"},
		late.Token:             {models.CodeGone, "error.link.expired"},
		replaced.Token:         {models.CodeNotFound, "error.link.unknown"},
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
		for _, browser := range []string{"c", "d"} { // the second message of the day waits no longer than the first
			asked := must(s.AskSignIn(t.Context(), guest(browser), SignInInput{Email: email, Name: "mo"}))(t)
			if asked.Address != email {
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
	s, _ := newService(t)
	for _, email := range []string{"", "ada", "ada@localhost", "Ada <ada@example.org>", "ada@example.org\r\nBcc: x@y.example", "a@-.example"} {
		_, err := s.AskSignIn(t.Context(), guest("c"), SignInInput{Email: email})
		field(t, err, "email", "error.field.address")
	}
	_, err := s.AskSignIn(t.Context(), guest("c"), SignInInput{Email: "ada@example.org", Name: "\u202eAda"})
	field(t, err, "name", "error.field.name_direction")
	for _, email := range []string{"joe@127.0.0.1", "joe@127。0。0。1", "joe@[127.0.0.1]", "joe@example.org."} {
		_, err := s.AskSignIn(t.Context(), guest("c"), SignInInput{Email: email})
		field(t, err, "email", "error.field.address")
	}
}

// TestSignInLimits asks for more links than go to one mailbox: the answer stays the same,
// and those that were sent still work.
func TestSignInLimits(t *testing.T) {
	t.Parallel()
	s, clk := newServiceWith(t, Config{})
	sent := func() int { return len(jobsOf(t, s, models.JobSignIn)) }
	ask := func(network, email string) {
		t.Helper()
		actor := models.Actor{Network: network, Guest: newID()}
		if asked := must(s.AskSignIn(t.Context(), actor, SignInInput{Email: email}))(t); asked.Address != email || asked.Token == "" {
			t.Errorf("asked: %+v", asked)
		}
	}
	for n := range models.SignInMost + 3 {
		ask(fmt.Sprint("net", n), []string{"ada@example.org", "ADA@example.org", "a.da+x@example.org"}[n%3])
	}
	if sent() != models.SignInMost {
		t.Errorf("%d messages, want %d", sent(), models.SignInMost)
	}
	for _, j := range jobsOf(t, s, models.JobSignIn) {
		must(s.Link(t.Context(), j.Args["token"]))(t)
	}
	clk.add(models.SignInLife)
	ask("another", "ada@example.org")
	if sent() != models.SignInMost+1 {
		t.Errorf("%d messages once the first have expired", sent())
	}
	limit := signInFromNetwork
	for range limit + 2 { // from one network, over an hour
		ask("one", "bo@example.org")
		clk.add(models.SignInLife / models.SignInMost)
	}
	if got := sent() - models.SignInMost - 1; got != limit {
		t.Errorf("%d messages from one network, want %d", got, limit)
	}
}

func TestMailboxKey(t *testing.T) {
	t.Parallel()
	for key, spellings := range map[string][]string{
		MailboxKey("victim@example.org"): {
			"VICTIM@Example.ORG", "victim+1@example.org", "victim+a+b@example.org", "v.i.c.t.i.m@example.org", "ｖｉｃｔｉｍ@example.org",
			"vіctіm@example.org", "𝐯ictim@example.org", "victim@ｅxample.org", `"victim"@example.org`, "vic\u200btim@example.org", "víctim@example.org",
		},
		MailboxKey("ada@gmail.com"):             {"a.d.a+moot@googlemail.com"},
		MailboxKey("ada@xn--bcher-kva.example"): {"ada@bücher.example", "Ada@BÜCHER.example"},
		MailboxKey("bo0@example.org"):           {"boO@example.org"},
	} {
		for _, s := range spellings {
			if got := MailboxKey(s); got != key {
				t.Errorf("%q has the key %q, want %q", s, got, key)
			}
		}
	}
	seen := map[string]string{}
	for _, s := range []string{"ada@example.org", "ada@example.com", "adam@example.org", "bo@example.org", "+x@example.org", "ada"} {
		if other, is := seen[MailboxKey(s)]; is {
			t.Errorf("%s and %s are one mailbox", s, other)
		}
		seen[MailboxKey(s)] = s
	}
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
	for range models.SignInMost + 2 { // an admin who locks themselves out may try again
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

// TestOneNetworkCannotLockOut asks from one network as often as it may: whenever the owner
// asks from another, a link that works is in the mailbox.
func TestOneNetworkCannotLockOut(t *testing.T) {
	t.Parallel()
	s, clk := newServiceWith(t, Config{})
	for range 12 {
		for n := range 4 {
			must(s.AskSignIn(t.Context(), models.Actor{Network: "rude", Guest: fmt.Sprint(n)}, SignInInput{Email: "ada@example.org"}))(t)
		}
		must(s.AskSignIn(t.Context(), models.Actor{Network: "ada's"}, SignInInput{Email: "ada@example.org"}))(t)
		jobs := jobsOf(t, s, models.JobSignIn)
		must(s.Link(t.Context(), jobs[len(jobs)-1].Args["token"]))(t)
		clk.add(10 * time.Minute)
	}
}

// TestOtherSpellingsCannotLockOut asks for links to other spellings of an account's mailbox,
// and to one that only looks like it, as long as any are sent: its owner still gets one.
func TestOtherSpellingsCannotLockOut(t *testing.T) {
	t.Parallel()
	s, _ := newServiceWith(t, Config{})
	ada := person(t, s, "Ada", models.RoleModerator)
	for n, spelling := range []string{"ada+1@example.org", "a.da@example.org", "\u0430da@example.org", "ada+2@example.org", "ada+3@example.org"} {
		must(s.AskSignIn(t.Context(), models.Actor{Network: fmt.Sprint(n), Guest: fmt.Sprint(n)}, SignInInput{Email: spelling}))(t)
	}
	if n := len(jobsOf(t, s, models.JobSignIn)); n != models.SignInMost {
		t.Fatalf("%d links to one mailbox in other spellings", n)
	}
	for n := range models.SignInMost + 2 {
		must(s.AskSignIn(t.Context(), guest(fmt.Sprint("own", n)), SignInInput{Email: "ADA@example.org"}))(t)
	}
	jobs := jobsOf(t, s, models.JobSignIn)
	if len(jobs) != 2*models.SignInMost {
		t.Fatalf("%d links, want %d more for the account", len(jobs), models.SignInMost)
	}
	used := must(s.UseLink(t.Context(), jobs[len(jobs)-1].Args["token"]))(t)
	if used.Participant.ID != ada.ID() {
		t.Errorf("the last link signs in %+v", used.Participant)
	}
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
	for range models.SignInMost + 1 {
		_, _, err := s.MakeSignInLink(t.Context(), "ada@example.org", "", models.RoleParticipant)
		ok(t, err)
	}
	for n := range models.SignInMost {
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
