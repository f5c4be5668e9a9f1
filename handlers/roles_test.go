package handlers

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"folkmoot/models"
)

// doors says which roles a staff address lets in; the longest prefix wins. An
// address that is in no row is the public's.
var doors = []struct {
	prefix string
	roles  []models.Role
}{
	{"/moderation", []models.Role{models.RoleModerator}},
	{"/organise", []models.Role{models.RoleOrganiser}},
	{"/board", []models.Role{models.RoleBoard, models.RoleOrganiser}},
	{"/admin", []models.Role{models.RoleAdmin}},
}

var everyRole = []models.Role{"", models.RoleParticipant, models.RoleModerator, models.RoleOrganiser, models.RoleBoard, models.RoleAdmin}

// TestRoles asks every address that the router knows, in every role.
func TestRoles(t *testing.T) {
	a := newApp(t)
	a.pending(a.con, "Waiting to be read")
	visitors := map[models.Role]*browser{"": a.browser()}
	for _, role := range everyRole[1:] {
		visitors[role] = a.signedIn(string(role)+"1@example.org", role)
	}
	for _, r := range a.srv.Routes() {
		allowed, staffOnly := doorOf(r.Path)
		if !staffOnly || (r.Method != http.MethodGet && r.Method != http.MethodPost) {
			continue
		}
		for _, role := range everyRole {
			a.knocks(t, visitors[role], r, role, contains(allowed, role))
		}
	}
}

func doorOf(path string) (roles []models.Role, staffOnly bool) {
	for _, d := range doors {
		if path == d.prefix || strings.HasPrefix(path, d.prefix+"/") {
			return d.roles, true
		}
	}
	return nil, false
}

func contains(list []models.Role, r models.Role) bool {
	for _, x := range list {
		if x == r {
			return true
		}
	}
	return false
}

func (a *app) knocks(t *testing.T, b *browser, r Route, role models.Role, may bool) {
	path := a.fill(r.Path)
	before := a.stored()
	var got answer
	if r.Method == http.MethodGet {
		got = b.get(path)
	} else if !may { // an allowed write is another test's business
		got = b.post(path, url.Values{"decision": {"publish"}, "items": {"reply-x"}, "role": {"admin"}, "email": {"me@example.org"}, "seq": {"1"}, "slug": {a.con.Slug}})
	} else {
		return
	}
	refused := got.status == 401 || got.status == 403 || got.status == 404 ||
		(got.status == 303 && strings.HasPrefix(got.header.Get("Location"), "/sign-in"))
	if may && got.status != 200 && got.status != 303 && got.status != 404 && got.status != 409 {
		t.Errorf("%s %s as %q: status %d, want an answer", r.Method, path, role, got.status)
	}
	if !may && !refused {
		t.Errorf("%s %s as %q: status %d, want a refusal", r.Method, path, role, got.status)
	}
	if !may && strings.Contains(got.body, "Waiting to be read") {
		t.Errorf("%s %s as %q shows what waits", r.Method, path, role)
	}
	if after := a.stored(); !may && len(after) != len(before) {
		t.Errorf("%s %s as %q wrote something", r.Method, path, role)
	}
}

var param = regexp.MustCompile(`:(\w+)(<int>)?`)

// fill puts real values into a route's path, so that a refusal is never a mere 404
// of something that is not there.
func (a *app) fill(path string) string {
	return param.ReplaceAllStringFunc(path, func(p string) string {
		switch param.FindStringSubmatch(p)[1] {
		case "slug":
			return a.con.Slug
		case "number":
			return "1"
		case "item":
			return "reply-nothing"
		default:
			return "nothing"
		}
	})
}

// TestRoleInOneConsultation holds roles to the consultations they were given for.
func TestRoleInOneConsultation(t *testing.T) {
	a := newApp(t)
	other := a.openConsultation("elsewhere")
	here, there := a.pending(a.con, "Waiting here"), a.pending(other, "Waiting there")
	admin := a.signedIn("admin@example.org", models.RoleAdmin)
	for _, role := range []string{"moderator", "organiser", "board"} {
		admin.post("/admin/people", url.Values{"email": {"part@example.org"}, "name": {"Part Time"}, "role": {role}, "consultation": {"elsewhere"}}).want(t, "give "+role, 303)
	}
	part := a.signedIn("part@example.org", models.RoleParticipant)
	queue := part.get("/moderation").want(t, "queue", 200, "Waiting there")
	if strings.Contains(queue.body, "Waiting here") {
		t.Error("the queue shows another consultation")
	}
	part.post("/moderation/"+here.Item().String(), url.Values{"decision": {"publish"}}).want(t, "decide elsewhere", 403)
	part.post("/moderation/"+there.Item().String(), url.Values{"decision": {"publish"}}).want(t, "decide at home", 303)
	part.get("/organise/local-supply").want(t, "organise elsewhere", 403)
	part.get("/organise/elsewhere").want(t, "organise at home", 200)
	part.get("/organise/new").want(t, "a new one", 403)
}

// TestOwnText refuses a moderator their own text, and a badge to everybody else.
func TestOwnText(t *testing.T) {
	a := newApp(t)
	mod := a.signedIn("mod@example.org", models.RoleModerator)
	mod.json = true
	sent := mod.post(replies, reply("body", "My own opinion")).want(t, "post", 201)
	mod.json = false
	_, rest, _ := strings.Cut(sent.body, `"item":"`)
	item, _, _ := strings.Cut(rest, `"`)
	mod.post("/moderation/"+item, url.Values{"decision": {"publish"}}).want(t, "own text", 403)
	a.signedIn("second@example.org", models.RoleModerator).post("/moderation/"+item, url.Values{"decision": {"publish"}}).want(t, "by another", 303)
	r, err := a.store.Reply(context.Background(), strings.TrimPrefix(item, "reply-"))
	must(t, err)
	if r.StaffRole != models.RoleModerator {
		t.Errorf("badge %q, want moderator", r.StaffRole)
	}
}

// TestStaffVotes refuses votes of staff.
func TestStaffVotes(t *testing.T) {
	a := newApp(t)
	for _, role := range everyRole[2:] {
		b := a.signedIn(string(role)+"2@example.org", role)
		b.post(voteOn1, url.Values{"choice": {"agree"}}).want(t, string(role)+" votes", 403)
	}
}
