package service

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/sqlite"
	"folkmoot/models/sqlite/sqlitetest"
)

// staffRoom is a service whose store file a test can also open by itself, with
// one person for each role.
type staffRoom struct {
	*Service
	clock                              *clock
	path                               string
	mod, mod2, organiser, board, admin models.Actor
}

func newStaffRoom(t testing.TB) *staffRoom {
	t.Helper()
	r := &staffRoom{clock: &clock{now: start}, path: filepath.Join(t.TempDir(), "test.db")}
	store := sqlitetest.Open(t, r.path, sqlite.Options{Clock: r.clock})
	r.Service = must(New(t.Context(), store, r.clock, models.NewMemoryLimiter(r.clock), Config{BaseURL: "https://moot.example", CanMail: true}))(t)
	r.mod, r.mod2 = person(t, r.Service, "mo", models.RoleModerator), person(t, r.Service, "mia", models.RoleModerator)
	r.organiser = person(t, r.Service, "olga", models.RoleOrganiser)
	r.board = person(t, r.Service, "boris", models.RoleBoard)
	r.admin = person(t, r.Service, "adam", models.RoleAdmin)
	return r
}

// raw opens the store's file beside the store.
func (r *staffRoom) raw(t testing.TB) *sql.DB {
	t.Helper()
	file := url.URL{Scheme: "file", Opaque: r.path, RawQuery: "_busy_timeout=5000"}
	db, err := sql.Open("sqlite3", file.String())
	ok(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// input is a complete form of a consultation that closes in 21 days.
func (r *staffRoom) input(title string) ConsultationInput {
	return ConsultationInput{
		Text: models.ConsultationText{
			Title: title, Question: "What next?", Body: "Tell *us*.", WhoDecides: "The board", CanChange: "Everything",
			Contact: "desk@example.org", OtherFormats: "On request",
		},
		OpensAt: r.Now(), ClosesAt: r.Now().Add(21 * testDay), AnswerBy: r.Now().Add(60 * testDay),
	}
}

// opened makes a consultation with the organiser's ideas through the service and opens it.
func (r *staffRoom) opened(t testing.TB, title string, change func(*ConsultationInput), ideas ...string) models.Consultation {
	t.Helper()
	in := r.input(title)
	if change != nil {
		change(&in)
	}
	c := must(r.NewConsultation(t.Context(), r.organiser, in))(t)
	for _, idea := range ideas {
		must(r.AddOrganiserIdea(t.Context(), r.organiser, c.Slug, idea, "Because of "+idea+"."))(t)
	}
	c = reload(t, r.Service, c.ID)
	return must(r.Open(t.Context(), r.organiser, c.Slug, time.Time{}, c.Rev))(t)
}

// act decides on one item as it stands.
func (r *staffRoom) act(t testing.TB, who models.Actor, item models.Item, action models.Action, reason string) error {
	t.Helper()
	e := must(r.store.QueueEntry(t.Context(), item))(t)
	_, err := r.Decide(t.Context(), who, DecideInput{
		Items: []ItemRev{{item, e.Contribution().Rev}}, Action: action, Reason: reason,
	})
	return err
}

// votes casts agree, disagree and pass votes of new people on an idea.
func (r *staffRoom) votes(t testing.TB, slug string, number int, agree, disagree, pass int) {
	t.Helper()
	n := 0
	cast := func(times int, choice string) {
		for range times {
			p := person(t, r.Service, fmt.Sprintf("voter%d-%d-%s", number, n, slug), models.RoleParticipant)
			must(r.CastVote(t.Context(), p, slug, number, choice))(t)
			n++
		}
	}
	cast(agree, "agree")
	cast(disagree, "disagree")
	cast(pass, "pass")
}

// sealed makes a consultation with votes, decisions of every kind, a change of rules, a
// text and a report that nobody decided on, and a sealed result.
func (r *staffRoom) sealed(t testing.TB) (models.Consultation, models.Sealed) {
	t.Helper()
	c := r.opened(t, "Empty shops", nil, "Studios", "Parking", "Markets", "Nothing")
	in := editForm(c)
	in.Settings.AnswerTop, in.ClosesAt, in.Reason = 4, in.ClosesAt.Add(testDay), "Two parishes asked for more time."
	c = must(r.EditConsultation(t.Context(), r.organiser, c.Slug, in))(t)
	one := reply(t, r.Service, c.Slug, "guest1", "A *first* reply.", "").Item
	two := reply(t, r.Service, c.Slug, "guest2", "Rude words.", "").Item
	ok(t, r.act(t, r.mod, one, models.ActionPublish, ""))
	ok(t, r.act(t, r.mod, two, models.ActionReject, "It is rude."))
	idea := must(r.SuggestIdea(t.Context(), guest("guest3"), IdeaInput{Slug: c.Slug, Name: "Bea", Title: "Libraries", Body: "Books."}))(t).Item
	ok(t, r.act(t, r.mod2, idea, models.ActionPublish, ""))
	gone := must(r.SuggestIdea(t.Context(), guest("guest4"), IdeaInput{Slug: c.Slug, Name: "Cy", Title: "Insults", Body: "Bad."}))(t).Item
	ok(t, r.act(t, r.mod2, gone, models.ActionPublish, ""))
	r.votes(t, c.Slug, 1, 20, 2, 1)
	r.votes(t, c.Slug, 2, 9, 8, 0)
	r.votes(t, c.Slug, 3, 10, 7, 3)
	r.votes(t, c.Slug, 4, 1, 1, 0)
	r.votes(t, c.Slug, 5, 6, 6, 0)
	r.votes(t, c.Slug, 6, 1, 0, 0)
	ok(t, r.act(t, r.mod, gone, models.ActionRemove, "It insults a neighbour."))
	reply(t, r.Service, c.Slug, "guest5", "Nobody read this.", "")
	r.clock.set(c.ClosesAt.Add(models.LateLinks))
	must(r.Report(t.Context(), guest("guest6"), one, "It names me."))(t)
	sealed := must(r.Seal(t.Context(), r.organiser, c.Slug))(t)
	return reload(t, r.Service, c.ID), sealed
}

func conflict(t testing.TB, err error, key string) {
	t.Helper()
	refused(t, err, models.CodeConflict, key)
}

// TestStaffRoles calls every use case of staff as everybody who may not.
func TestStaffRoles(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	c := r.opened(t, "Shops", nil, "One")
	item := reply(t, r.Service, c.Slug, "g", "Hello.", "").Item
	ctx, nobody := t.Context(), guest("stranger")
	reader := person(t, r.Service, "rita", models.RoleParticipant)
	everybody := map[string]models.Actor{
		"nobody": nobody, "participant": reader, "moderator": r.mod, "organiser": r.organiser, "board": r.board, "admin": r.admin,
	}
	respond := ResponseInput{Slug: c.Slug, Number: 1, Decision: models.ResponseAdopt}
	publish := respond
	publish.Publish = true
	calls := []struct {
		name string
		may  string
		call func(models.Actor) error
	}{
		{"queue", "moderator", func(a models.Actor) error { _, err := r.Queue(ctx, a, ""); return err }},
		{"decide", "moderator", func(a models.Actor) error {
			_, err := r.Decide(ctx, a, DecideInput{Items: []ItemRev{{item, 99}}, Action: models.ActionPublish})
			return err
		}},
		{"undo", "moderator", func(a models.Actor) error { _, err := r.Undo(ctx, a, c.Slug, 1); return err }},
		{"decisions", "moderator", func(a models.Actor) error { _, err := r.Decisions(ctx, a, c.Slug, 0); return err }},
		{"organised", "organiser", func(a models.Actor) error { _, _, err := r.Organised(ctx, a, ""); return err }},
		{"new", "organiser", func(a models.Actor) error { _, err := r.NewConsultation(ctx, a, ConsultationInput{}); return err }},
		{"edit", "organiser", func(a models.Actor) error {
			_, err := r.EditConsultation(ctx, a, c.Slug, ConsultationInput{})
			return err
		}},
		{"open", "organiser", func(a models.Actor) error { _, err := r.Open(ctx, a, c.Slug, time.Time{}, -1); return err }},
		{"pause", "organiser", func(a models.Actor) error { _, err := r.Pause(ctx, a, c.Slug, "x", -1); return err }},
		{"resume", "organiser", func(a models.Actor) error { _, err := r.Resume(ctx, a, c.Slug, "x", -1); return err }},
		{"withdraw", "organiser", func(a models.Actor) error {
			_, err := r.WithdrawConsultation(ctx, a, c.Slug, "x", -1)
			return err
		}},
		{"add idea", "organiser", func(a models.Actor) error { _, err := r.AddOrganiserIdea(ctx, a, c.Slug, "", ""); return err }},
		{"remove idea", "organiser", func(a models.Actor) error { return r.RemoveOrganiserIdea(ctx, a, c.Slug, "none") }},
		{"manage", "organiser", func(a models.Actor) error { _, err := r.Manage(ctx, a, c.Slug); return err }},
		{"seal", "organiser", func(a models.Actor) error { _, err := r.Seal(ctx, a, c.Slug); return err }},
		{"full file", "organiser", func(a models.Actor) error { _, err := r.FullFile(ctx, a, c.Slug); return err }},
		{"board list", "board organiser", func(a models.Actor) error { _, err := r.BoardList(ctx, a); return err }},
		{"board view", "board organiser", func(a models.Actor) error { _, err := r.Board(ctx, a, c.Slug); return err }},
		{"draft", "board organiser", func(a models.Actor) error { return r.Respond(ctx, a, respond) }},
		{"publish", "board", func(a models.Actor) error { return r.Respond(ctx, a, publish) }},
		{"people", "admin", func(a models.Actor) error { _, _, err := r.People(ctx, a, false, ""); return err }},
		{"grant scopes", "admin", func(a models.Actor) error { _, err := r.GrantScopes(ctx, a); return err }},
		{"grant", "admin", func(a models.Actor) error { return r.GrantRole(ctx, a, "", "", "", "") }},
		{"revoke", "admin", func(a models.Actor) error { return r.RevokeRole(ctx, a, "nobody", models.Grant{}) }},
		{"link", "admin", func(a models.Actor) error { _, err := r.AdminLink(ctx, a, "nobody"); return err }},
		{"mail", "admin", func(a models.Actor) error { _, _, err := r.WaitingMail(ctx, a, ""); return err }},
	}
	for _, call := range calls {
		for who, actor := range everybody {
			err := call.call(actor)
			code := models.CodeOf(err)
			switch may := strings.Contains(" "+call.may+" ", " "+who+" "); {
			case may && (code == models.CodeForbidden || code == models.CodeUnauthenticated):
				t.Errorf("%s: %s is refused: %v", call.name, who, err)
			case !may && who == "nobody" && code != models.CodeUnauthenticated:
				t.Errorf("%s: nobody gets %v", call.name, err)
			case !may && who != "nobody" && code != models.CodeForbidden:
				t.Errorf("%s: %s gets %v", call.name, who, err)
			}
		}
	}
}

// TestStaffScope holds roles that are limited to one consultation.
func TestStaffScope(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	here, there := r.opened(t, "Here", nil, "One"), r.opened(t, "There", nil, "One")
	draft := must(r.NewConsultation(ctx, r.organiser, r.input("A draft")))(t)
	ok(t, r.GrantRole(ctx, r.admin, "lee@example.org", "Lee", models.RoleModerator, here.Slug))
	ok(t, r.GrantRole(ctx, r.admin, "lee@example.org", "Lee", models.RoleOrganiser, here.Slug))
	p := must(r.store.ParticipantByAddress(ctx, "lee@example.org"))(t)
	lee := models.Actor{Participant: &p}

	mine, other := reply(t, r.Service, here.Slug, "g1", "Here.", "").Item, reply(t, r.Service, there.Slug, "g2", "There.", "").Item
	queue := must(r.Queue(ctx, lee, ""))(t)
	if len(queue.Items) != 1 || queue.Total != 1 || queue.Items[0].Entry.Item != mine {
		t.Errorf("the queue of one consultation holds %d of %d rows", len(queue.Items), queue.Total)
	}
	ok(t, r.act(t, lee, mine, models.ActionPublish, ""))
	refused(t, r.act(t, lee, other, models.ActionPublish, ""), models.CodeForbidden, "error.role")
	_, err := r.Decisions(ctx, lee, there.Slug, 0)
	refused(t, err, models.CodeForbidden, "error.role")
	_, err = r.Manage(ctx, lee, draft.Slug)
	refused(t, err, models.CodeNotFound, "error.consultation.unknown")
	_, err = r.NewConsultation(ctx, lee, r.input("Mine"))
	refused(t, err, models.CodeForbidden, "error.staff.organiser_everywhere")
	list, next, err := r.Organised(ctx, lee, "")
	ok(t, err)
	if len(list) != 1 || list[0].ID != here.ID || next != "" {
		t.Errorf("organised: %d consultations", len(list))
	}
	list, _, err = r.Organised(ctx, r.organiser, "")
	ok(t, err)
	if len(list) != 3 {
		t.Errorf("organised everywhere: %d consultations", len(list))
	}
	_, err = r.Queue(ctx, r.mod, "forged")
	refused(t, err, models.CodeInvalid, "error.cursor")
}

func changedError(t testing.TB, err error) *ChangedError {
	t.Helper()
	conflict(t, err, "error.decision.changed")
	e, is := errors.AsType[*ChangedError](err)
	if !is {
		t.Fatalf("got %T, want *ChangedError", err)
	}
	return e
}
