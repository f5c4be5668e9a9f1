package handlers

import (
	"context"
	"encoding/json"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"folkmoot/models"
	"folkmoot/models/service"
)

// halfDecided is an app with two rejected texts: a reply that may be restored, and
// an idea of another consultation that was sealed without it. The clock stands
// after both have closed.
func halfDecided(t *testing.T) (a *app, reply, idea models.Item) {
	a = newApp(t)
	ctx, other, mod := context.Background(), a.openConsultation("elsewhere"), a.staff(models.RoleModerator)
	reply = a.pending(a.con, "A reply that may come back").Item()
	sent, err := a.svc.SuggestIdea(ctx, models.Actor{Guest: "g"}, service.IdeaInput{Slug: other.Slug, Name: "Ada", Title: "An idea left out", Body: "Why."})
	must(t, err)
	idea = sent.Item
	_, err = a.svc.Decide(ctx, mod, service.DecideInput{Items: []service.ItemRev{{Item: reply}, {Item: idea}}, Action: models.ActionReject, Reason: "No."})
	must(t, err)
	a.clock.Set(other.ClosesAt.Add(models.LateLinks))
	_, err = a.svc.Seal(ctx, a.staff(models.RoleOrganiser), other.Slug)
	must(t, err)
	return a, reply, idea
}

func (a *app) statusOf(reply models.Item) models.Status {
	a.t.Helper()
	r, err := a.store.Reply(context.Background(), reply.ID)
	must(a.t, err)
	return r.Status
}

// TestDecidedInPart decides on texts of two consultations of which one is sealed:
// the page says what was decided, with undo, and what was not and why.
func TestDecidedInPart(t *testing.T) {
	a, reply, idea := halfDecided(t)
	mod := a.signedIn("mod@example.org", models.RoleModerator)
	act := url.Values{"items": {idea.String(), reply.String()}, "decision": {"restore"}}
	page := mod.post("/moderation", act).want(t, "decide", 409,
		"Part of it was decided", "Published a text after all", "The result is sealed without this idea", "An idea left out", "Take this decision back")
	if strings.Contains(page.body, "A reply that may come back") {
		t.Error("what was decided on stands among what was not")
	}
	if got := a.statusOf(reply); got != models.StatusPublished {
		t.Fatalf("the reply is %s", got)
	}
	undo := url.Values{"slug": {hidden(t, page.body, "slug")}, "seq": {hidden(t, page.body, "seq")}}
	if undo.Get("slug") != a.con.Slug {
		t.Fatalf("undo of %v", undo)
	}
	mod.post("/moderation/undo", undo).want(t, "undo", 303)
	if got := a.statusOf(reply); got != models.StatusRejected {
		t.Errorf("after the undo the reply is %s", got)
	}
}

// hidden is the value of the first hidden field of that name.
func hidden(t *testing.T, body, name string) string {
	t.Helper()
	_, rest, ok := strings.Cut(body, `name="`+name+`" value="`)
	if !ok {
		t.Fatalf("no field %s", name)
	}
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

func TestDecidedInPartJSON(t *testing.T) {
	a, reply, idea := halfDecided(t)
	mod := a.signedIn("mod@example.org", models.RoleModerator)
	mod.json = true
	act := url.Values{"items": {idea.String(), reply.String()}, "decision": {"restore"}}
	r := mod.post("/moderation", act).want(t, "decide", 409)
	var got decidedAnswer
	must(t, json.Unmarshal([]byte(r.body), &got))
	if got.Decisions != 1 || got.Items != 1 || len(got.Decided) != 1 || len(got.Undecided) != 1 {
		t.Fatalf("answer %+v", got)
	}
	done, left := got.Decided[0], got.Undecided[0]
	if done.Consultation != a.con.Slug || len(done.Items) != 1 || done.Items[0] != reply.String() {
		t.Errorf("decided %+v", done)
	}
	if left.Consultation != "elsewhere" || len(left.Items) != 1 || left.Items[0] != idea.String() ||
		left.Error.Code != models.CodeConflict || !strings.HasPrefix(left.Error.Message, "The result is sealed") {
		t.Errorf("undecided %+v", left)
	}
	mod.post("/moderation/undo", url.Values{"slug": {done.Consultation}, "seq": {strconv.FormatInt(done.Decision, 10)}}).want(t, "undo", 303)
	if status := a.statusOf(reply); status != models.StatusRejected {
		t.Errorf("after the undo the reply is %s", status)
	}
}
