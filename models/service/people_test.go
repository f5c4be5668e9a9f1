package service

import (
	"slices"
	"testing"

	"folkmoot/models"
)

func TestGrantAndRevoke(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", nil)
	for name, try := range map[string]struct {
		email, person, slug string
		role                models.Role
		field, key          string
	}{
		"address":      {"lee", "", "", models.RoleBoard, "email", "error.field.address"},
		"name":         {"lee@example.org", "a\nb", "", models.RoleBoard, "name", "error.field.name_control"},
		"no role":      {"lee@example.org", "", "", "", "role", "error.people.role"},
		"participant":  {"lee@example.org", "", "", models.RoleParticipant, "role", "error.people.role"},
		"consultation": {"lee@example.org", "", "nowhere", models.RoleBoard, "consultation", "error.people.consultation"},
		"admin":        {"lee@example.org", "", c.Slug, models.RoleAdmin, "consultation", "error.people.admin_everywhere"},
	} {
		t.Run(name, func(t *testing.T) {
			field(t, r.GrantRole(ctx, r.admin, try.email, try.person, try.role, try.slug), try.field, try.key)
		})
	}
	ok(t, r.GrantRole(ctx, r.admin, "Lee@Example.org", "Lee", models.RoleModerator, c.Slug))
	ok(t, r.GrantRole(ctx, r.admin, "lee@example.org", "", models.RoleBoard, ""))
	p := must(r.store.ParticipantByAddress(ctx, "lee@example.org"))(t)
	if p.Name != "Lee" || len(p.Grants) != 2 || p.Number != 3 {
		t.Errorf("participant %+v", p)
	}
	staff, _, err := r.People(ctx, r.admin, true, "")
	ok(t, err)
	person(t, r.Service, "rita", models.RoleParticipant)
	all, _, err := r.People(ctx, r.admin, false, "")
	ok(t, err)
	if len(staff) != 6 || len(all) != 7 {
		t.Errorf("%d staff, %d people", len(staff), len(all))
	}
	here := models.Grant{Role: models.RoleModerator, ConsultationID: c.ID}
	refused(t, r.RevokeRole(ctx, r.admin, p.ID, models.Grant{Role: models.RoleModerator}), models.CodeNotFound, "error.people.no_grant")
	ok(t, r.RevokeRole(ctx, r.admin, p.ID, here))
	p = must(r.store.Participant(ctx, p.ID))(t)
	if !slices.Equal(p.Grants, []models.Grant{{Role: models.RoleBoard}}) {
		t.Errorf("grants %+v", p.Grants)
	}
	conflict(t, r.RevokeRole(ctx, r.admin, r.admin.ID(), models.Grant{Role: models.RoleAdmin}), "error.people.last_admin")
}

func TestAdminLinkSignsIn(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	token := must(r.AdminLink(ctx, r.admin, r.board.ID()))(t)
	used := must(r.UseLink(ctx, token))(t)
	if p := must(r.Participant(ctx, used.SessionToken))(t); p == nil || p.ID != r.board.ID() {
		t.Errorf("signed in as %+v", p)
	}
	if jobs := waitingJobs(t, r.Service); len(jobs) != 0 {
		t.Errorf("messages %+v", jobs)
	}
	_, err := r.AdminLink(ctx, r.admin, "nobody")
	refused(t, err, models.CodeNotFound, "")
}

// TestLinkOfAVoter: no link is made by hand for somebody who has voted, and the role that
// would have come with it is not granted.
func TestLinkOfAVoter(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", nil, "One")
	_, voter, err := r.MakeSignInLink(ctx, "val@example.org", "Val", models.RoleParticipant)
	ok(t, err)
	_, err = r.CastVote(ctx, models.Actor{Participant: &voter}, c.Slug, 1, "agree")
	ok(t, err)
	_, err = r.AdminLink(ctx, r.admin, voter.ID)
	conflict(t, err, "error.link.voted")
	_, _, err = r.MakeSignInLink(ctx, "val@example.org", "Val", models.RoleModerator)
	conflict(t, err, "error.link.voted")
	if p := must(r.store.Participant(ctx, voter.ID))(t); len(p.Grants) > 0 {
		t.Errorf("grants %+v", p.Grants)
	}
}

func TestWaitingMail(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	for n := range staffPage + 1 {
		must(r.AskSignIn(ctx, guest(string(rune('a'+n))), SignInInput{Email: string(rune('a'+n%26)) + string(rune('a'+n/26)) + "@example.org"}))(t)
	}
	jobs, next, err := r.WaitingMail(ctx, r.admin, "")
	ok(t, err)
	if len(jobs) != staffPage || next == "" {
		t.Fatalf("%d messages", len(jobs))
	}
	jobs, next, err = r.WaitingMail(ctx, r.admin, next)
	ok(t, err)
	if len(jobs) != 1 || next != "" {
		t.Errorf("then %d messages", len(jobs))
	}
	_, _, err = r.People(ctx, r.admin, true, r.staffNext("mail", "x"))
	refused(t, err, models.CodeInvalid, "error.cursor")
}
