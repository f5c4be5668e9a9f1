package handlers

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"folkmoot/models"
)

// draftWithIdeas adds a draft with three of the organiser's ideas.
func (a *app) draftWithIdeas(slug string) models.Consultation {
	a.t.Helper()
	ctx, org := context.Background(), a.staff(models.RoleOrganiser)
	con, err := a.svc.NewConsultation(ctx, org, consultationInput(slug, a.clock.Now()))
	must(a.t, err)
	for _, title := range []string{"First idea", "Second idea", "Third idea"} {
		_, err = a.svc.AddOrganiserIdea(ctx, org, slug, title, "Because.")
		must(a.t, err)
	}
	return con
}

var previewPart = regexp.MustCompile(`(?s)<aside class="card card-waiting preview".*?</aside>`)

// TestPreviewIsTheStrangersPage compares the preview of a draft with the page that
// strangers get once it is open: they differ in the line above and in what opening itself
// changes.
func TestPreviewIsTheStrangersPage(t *testing.T) {
	a := newApp(t)
	con := a.draftWithIdeas("bench")
	org := a.signedIn("organiser@example.org", models.RoleOrganiser)
	paths := map[string]string{"/organise/bench/preview": "/consultations/bench", "/consultations/bench": "/consultations/bench", "/consultations/bench/ideas/2": "/consultations/bench/ideas/2"}
	previews := map[string]string{}
	for path := range paths {
		r := org.get(path).want(t, path, 200, "This is a preview", `href="/organise/bench"`, `id="vote-2"`, `value="agree"`, "Sign in")
		if r.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be kept: %q", path, r.header.Get("Cache-Control"))
		}
		previews[path] = previewPart.ReplaceAllString(r.body, "")
		a.browser().get(path).want(t, "a stranger at "+path, map[bool]int{true: 303, false: 404}[strings.HasPrefix(path, "/organise")])
	}
	org.get("/organise/bench/preview").want(t, "preview", 200, "Weigh the ideas")
	con, err := a.store.Consultation(context.Background(), con.ID)
	must(t, err)
	_, err = a.svc.Open(context.Background(), a.staff(models.RoleOrganiser), "bench", time.Time{}, con.Rev)
	must(t, err)
	for path, page := range paths {
		got := a.browser().get(page).want(t, page, 200).body
		if plain(previews[path]) != plain(got) {
			t.Errorf("%s is not what strangers see: %s", path, firstDifference(plain(previews[path]), plain(got)))
		}
	}
	if to := org.get("/organise/bench/preview").want(t, "the preview once open", 303).header.Get("Location"); to != "/consultations/bench" {
		t.Errorf("it leads to %s", to)
	}
}

// plain leaves out of a page what a private one has in its head.
func plain(page string) string {
	if i := strings.Index(page, "<main"); i >= 0 {
		page = page[i:]
	}
	return strings.Join(strings.Fields(page), " ")
}

// TestPreviewSaysWhichDatesItAssumes shows no date as decided that is not.
func TestPreviewSaysWhichDatesItAssumes(t *testing.T) {
	a := newApp(t)
	in := consultationInput("bench", a.clock.Now())
	in.ClosesAt, in.SuggestionsCloseAt, in.AnswerBy = time.Time{}, time.Time{}, time.Time{}
	_, err := a.svc.NewConsultation(context.Background(), a.staff(models.RoleOrganiser), in)
	must(t, err)
	a.signedIn("organiser@example.org", models.RoleOrganiser).get("/organise/bench/preview").
		want(t, "preview", 200, "Dates that you have not set yet stand three weeks ahead.")
}

// TestDraftIdeaForms edits, moves and takes out ideas of a draft without a script.
func TestDraftIdeaForms(t *testing.T) {
	a := newApp(t)
	con := a.draftWithIdeas("bench")
	org := a.signedIn("organiser@example.org", models.RoleOrganiser)
	ideas := func() (list []models.Idea) {
		list, err := a.store.Ideas(context.Background(), models.IdeaFilter{ConsultationID: con.ID})
		must(t, err)
		return list
	}
	order := func(want string) {
		t.Helper()
		got := ""
		for _, i := range ideas() {
			got += i.Title[:1]
		}
		if got != want {
			t.Errorf("the ideas are %s, want %s", got, want)
		}
	}
	third := ideas()[2]
	at := "/organise/bench/ideas/" + third.ID
	org.get("/organise/bench").want(t, "managing", 200, at+`"`, at+`/move"`, "Move idea 3 up", "Move idea 2 down", "Edit idea 1")
	org.post(at+"/move", url.Values{"to": {"2"}}).want(t, "up", 303)
	order("FTS")
	org.post(at+"/move", url.Values{"to": {"1"}}).want(t, "up again", 303)
	order("TFS")
	org.post(at+"/move", url.Values{"to": {"top"}}).want(t, "to nowhere", 422)
	order("TFS")
	form := org.get(at).want(t, "the form", 200, "Edit idea 1", "Third idea", "Number, from 1 to 3").body
	rev := regexp.MustCompile(`name="rev"[^>]*value="(\d+)"`).FindStringSubmatch(form)[1]
	org.post(at, url.Values{"title": {"  "}, "body": {"Kept words"}, "rev": {rev}}).want(t, "without a title", 422, "Kept words")
	org.post(at, url.Values{"title": {"Better words"}, "body": {"And why"}, "rev": {rev}}).want(t, "saved", 303)
	if got := ideas()[0]; got.Title != "Better words" || got.Body != "And why" {
		t.Errorf("saved %+v", got)
	}
	org.post(at, url.Values{"title": {"Late words"}, "body": {""}, "rev": {rev}}).want(t, "changed since", 409, "Late words")
	org.post(at+"/remove", nil).want(t, "taken out", 303)
	org.post(at+"/remove", nil).want(t, "taken out again", 404)
	order("FS")
	mod := a.signedIn("moderator@example.org", models.RoleModerator)
	left := "/organise/bench/ideas/" + ideas()[0].ID
	mod.get(left).want(t, "a moderator reads it", 403)
	mod.post(left+"/move", url.Values{"to": {"2"}}).want(t, "a moderator moves it", 403)
	mod.post(left, url.Values{"title": {"X"}, "rev": {"1"}}).want(t, "a moderator edits it", 403)
	order("FS")
	con, err := a.store.Consultation(context.Background(), con.ID)
	must(t, err)
	org.post("/organise/bench/open", url.Values{"rev": {fmt.Sprint(con.Rev)}}).want(t, "open", 303)
	org.get(left).want(t, "once it is open", 409)
	org.post(left+"/move", url.Values{"to": {"2"}}).want(t, "moved once open", 409)
	order("FS")
}

// TestModeratorsFindNoDraft answers 404 for a text of a draft, at every address that shows
// one text.
func TestModeratorsFindNoDraft(t *testing.T) {
	a := newApp(t)
	con := a.draftWithIdeas("bench")
	list, err := a.store.Ideas(context.Background(), models.IdeaFilter{ConsultationID: con.ID})
	must(t, err)
	item := list[0].Item().String()
	mod := a.signedIn("moderator@example.org", models.RoleModerator)
	for _, path := range []string{
		"/moderation/" + item, "/moderation/decisions/bench", "/report/" + item, "/edit/" + item, "/consultations/bench", "/consultations/bench/ideas/1",
		"/consultations/bench/changes", "/consultations/bench/replies.json", "/consultations/bench/replies.csv", "/consultations/bench/suggest",
		"/consultations/bench/waiting", "/consultations/bench/results", "/consultations/bench/results.json", "/consultations/bench/results.csv",
		"/consultations/bench/sealed.json", "/consultations/bench/ballot",
	} {
		if r := mod.get(path).want(t, path, 404); strings.Contains(r.body, "First idea") || strings.Contains(r.body, "Local supply") {
			t.Errorf("%s shows words of the draft", path)
		}
	}
	mod.post("/moderation/"+item, url.Values{"decision": {"remove"}, "reason": {"No."}}).want(t, "a decision", 404)
	if r := mod.get("/search?q=First").want(t, "search", 200); strings.Contains(r.body, "First idea") {
		t.Error("the search finds it")
	}
}

// editValues fills the form of an open consultation.
func (b *browser) editValues(slug string, change url.Values) url.Values {
	b.a.t.Helper()
	page := b.get("/organise/"+slug+"/edit").want(b.a.t, "edit form", 200).body
	form := url.Values{"title": {"Local supply chains"}, "question": {"What should the board do for small firms?"}, "body": {"Tell us."}, "who_decides": {"The board"}, "can_change": {"Everything"}, "contact": {"01234 567890"}, "other_formats": {"Ask us for large print"}}
	for _, m := range regexp.MustCompile(`<input[^>]*name="(\w+)"[^>]*value="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if m[1] != "capacities" && m[1] != "bands" && form.Get(m[1]) == "" {
			form.Set(m[1], m[2])
		}
	}
	for k, v := range change {
		form[k] = v
	}
	return form
}

// TestRulesMoveWithAReason refuses a change of a rule after opening without a public reason,
// prints the others wherever the result stands, and lists changes newest first.
func TestRulesMoveWithAReason(t *testing.T) {
	a := newApp(t)
	org := a.signedIn("organiser@example.org", models.RoleOrganiser)
	edit := func(what string, status int, change url.Values) {
		t.Helper()
		org.post("/organise/local-supply/edit", org.editValues("local-supply", change)).want(t, what, status)
	}
	for name, value := range map[string]string{"min_votes": "1", "answer_top": "1", "capacities": "resident", "bands": "micro", "closes_at": "2027-03-29T09:00", "answer_by": "2027-05-05"} {
		edit(name+" without a reason", 422, url.Values{name: {value}})
		edit(name+" with a blank reason", 422, url.Values{name: {value}, "reason": {" \u200b"}})
	}
	edit("closing brought forward", 422, url.Values{"closes_at": {"2027-03-20T09:00"}, "reason": {"We have heard enough."}})
	if con, err := a.store.Consultation(context.Background(), a.con.ID); err != nil || con.Rev != a.con.Rev {
		t.Fatalf("a refused change was stored: %v", err)
	}
	edit("put off", 303, url.Values{"closes_at": {"2027-03-23T09:00"}, "reason": {"The post was late."}})
	a.clock.Add(time.Hour)
	edit("fewer votes", 303, url.Values{"min_votes": {"1"}, "reason": {"Fewer came than we thought."}})
	changes := a.browser().get("/consultations/local-supply/changes").want(t, "changes", 200, "The post was late.", "Fewer came than we thought.").body
	if strings.Index(changes, "Fewer came") > strings.Index(changes, "The post was late") {
		t.Error("the changes are not newest first")
	}
	a.signedIn("voter@example.org", models.RoleParticipant).post(voteOn1, url.Values{"choice": {"agree"}}).want(t, "vote", 303)
	a.published(a.con, "Seen and read")
	a.pending(a.con, "Nobody decided on this")
	a.clock.Set(time.Date(2027, 3, 26, 10, 0, 0, 0, time.UTC))
	org.get("/organise/local-supply").want(t, "counting", 200, "One text waits", "does not hold sealing up", "Count and seal")
	org.post("/organise/local-supply/seal", nil).want(t, "seal", 303)
	page := a.browser().get("/consultations/local-supply/results").want(t, "result", 200,
		"What was changed after it opened", "The post was late.", "Fewer came than we thought.", "23 March 2027",
		"What moderators had not decided", "1 text still waited for a moderator")
	if strings.Contains(page.body, "Nobody decided on this") || strings.Contains(page.body, "No date and no rule was changed") {
		t.Error("the result shows words of what waits, or says that nothing was changed")
	}
	for _, file := range []string{"results.json", "results.csv", "sealed.json"} {
		a.browser().get("/consultations/local-supply/"+file).want(t, file, 200, "The post was late.", "Fewer came than we thought.", "2027-03-01T10:00:00Z")
	}
	org.get("/organise/local-supply/full.json").want(t, "full file", 200, "The post was late.", "Fewer came than we thought.")
}

// TestNothingLooksEditableOnceClosed shows dates and rules as facts after closing, and takes
// changed texts.
func TestNothingLooksEditableOnceClosed(t *testing.T) {
	a := newApp(t)
	org := a.signedIn("organiser@example.org", models.RoleOrganiser)
	open := org.get("/organise/local-supply/edit").want(t, "while open", 200, `name="closes_at"`, "it has opened, so this stands").body
	if strings.Contains(open, `type="datetime-local" name="opens_at"`) || strings.Contains(open, `id="f-opens_at"`) {
		t.Error("when it opened can be edited while it is open")
	}
	a.clock.Set(a.con.ClosesAt.Add(models.LateLinks))
	for what, seal := range map[string]bool{"counting": false, "sealed": true} {
		if seal {
			org.post("/organise/local-supply/seal", nil).want(t, "seal", 303)
		}
		page := org.get("/organise/local-supply/edit").want(t, what, 200, "Voting has closed", "22 March 2027").body
		for _, field := range []string{`id="f-closes_at"`, `id="f-min_votes"`, `id="f-capacities"`, `id="f-answer_by"`, `id="f-reason"`, `type="datetime-local"`, `type="number"`, `type="checkbox"`} {
			if strings.Contains(page, field) {
				t.Errorf("%s: %s looks editable", what, field)
			}
		}
		org.get("/organise/local-supply").want(t, what, 200, "Edit the texts", "so these stand as they are")
		org.post("/organise/local-supply/edit", org.editValues("local-supply", url.Values{"contact": {"Ask at " + what}})).want(t, what+": a text", 303)
		org.post("/organise/local-supply/edit", org.editValues("local-supply", url.Values{"min_votes": {"9"}, "reason": {"Why not"}})).want(t, what+": a rule", 422)
	}
}

// TestOpensNowOrLater says which.
func TestOpensNowOrLater(t *testing.T) {
	a := newApp(t)
	org := a.signedIn("organiser@example.org", models.RoleOrganiser)
	for slug, c := range map[string]struct{ at, says string }{
		"now": {"", "The consultation is open."}, "later": {"2027-03-03T16:00", "The consultation opens on 3 March 2027, 16:00 GMT."},
	} {
		con := a.draftWithIdeas(slug)
		con, err := a.store.Consultation(context.Background(), con.ID)
		must(t, err)
		org.post("/organise/"+slug+"/open", url.Values{"rev": {fmt.Sprint(con.Rev)}, "opens_at": {c.at}}).want(t, "open", 303)
		if body := org.get("/organise/"+slug).want(t, slug, 200, c.says).body; strings.Contains(body, "or will open") {
			t.Error("it leaves open which")
		}
	}
}

// TestRepliesSayWhereTheyAre counts all of them above, and at the thread those that are there.
func TestRepliesSayWhereTheyAre(t *testing.T) {
	a := newApp(t)
	for range 3 {
		a.published(a.con, "To the question")
	}
	body := a.browser().get(mainPage).want(t, "page", 200, "<b>3</b> replies").body
	if strings.Contains(body, "under ideas") {
		t.Error("it speaks of replies under ideas where there are none")
	}
	b := a.signedIn("member@example.org", models.RoleParticipant)
	b.json = true
	mod := a.signedIn("moderator@example.org", models.RoleModerator)
	for range 2 {
		sent := b.post(replies, reply("body", "To an idea", "idea", "2")).want(t, "post", 201).body
		item := regexp.MustCompile(`"item":"([^"]+)"`).FindStringSubmatch(sent)[1]
		mod.post("/moderation/"+item, url.Values{"decision": {"publish"}}).want(t, "publish", 303)
	}
	a.browser().get(mainPage).want(t, "page", 200, "<b>5</b> replies, 2 of them under ideas", "3 replies", "2 more stand under ideas")
}

// TestEditKeepsWhatTheFormDoesNotShow changes no rule that has no field in the form.
func TestEditKeepsWhatTheFormDoesNotShow(t *testing.T) {
	a := newApp(t)
	ctx, org := context.Background(), a.staff(models.RoleOrganiser)
	in := consultationInput("tiers", a.clock.Now())
	in.Settings.Tiers = []models.Tier{models.TierOrganiser}
	con, err := a.svc.NewConsultation(ctx, org, in)
	must(t, err)
	_, err = a.svc.Open(ctx, org, con.Slug, time.Time{}, con.Rev)
	must(t, err)
	b := a.signedIn("organiser@example.org", models.RoleOrganiser)
	b.post("/organise/tiers/edit", b.editValues("tiers", url.Values{"contact": {"Ask the clerk"}})).want(t, "a text", 303)
	con, err = a.store.Consultation(ctx, con.ID)
	must(t, err)
	if len(con.Settings.Tiers) != 1 || con.Text("en").Contact != "Ask the clerk" {
		t.Errorf("saved %+v, contact %q", con.Settings, con.Text("en").Contact)
	}
}
