package main

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"folkmoot/models"
)

// TestGoldenPages asks for every type of page, and for what refused forms answer, as
// the people who see them, and compares each answer with testdata/golden. It uses
// nothing but addresses and forms, so that it outlives changes inside the program.
func TestGoldenPages(t *testing.T) {
	seen := map[string]bool{}
	empty := newGolden(t, seen)
	empty.serve(false)
	empty.emptySite()

	g := newGolden(t, seen)
	cfg := config{Demo: true, Store: g.file, Clock: g.clock, Shell: newTerminal(t, g.clock).shell}
	_, err := cfg.prepareDemo(t.Context(), g.store)
	check(t, err)
	g.serve(true)
	for _, part := range []func(){
		g.publicPages, g.exports, g.commandLine, g.refusals, g.guests, g.guestVotes, g.participants, g.moderators, g.organisers,
		g.manyIdeas, g.counting, g.boards, g.admins, g.withoutStore,
	} {
		part()
	}
	if !t.Failed() {
		leftOver(t, seen)
	}
}

// asJSON are the headers of a program.
var asJSON = []string{"Accept", "application/json"}

// form makes a form of names and values in turn.
func form(pairs ...string) url.Values {
	f := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Add(pairs[i], pairs[i+1])
	}
	return f
}

// find returns the first group of the nth match of pattern, counted from 0.
func (g *golden) find(a goldenAnswer, pattern string, n int) string {
	g.t.Helper()
	all := regexp.MustCompile(pattern).FindAllStringSubmatch(a.body, -1)
	if len(all) <= n {
		g.t.Fatalf("%d matches of %s, want more than %d, in a page of status %d", len(all), pattern, n, a.status)
	}
	return strings.ReplaceAll(all[n][1], "&amp;", "&")
}

const (
	replyID = `id="(reply-[0-9a-f-]{36})"`
	editURL = `href="(/edit/[a-z]+-[0-9a-f-]{36})"`
)

func (g *golden) emptySite() {
	v := g.visitor()
	v.get("empty/home", "/")
	v.get("empty/search", "/search?q=anything")
	v.get("empty/consultation-unknown", "/consultations/nowhere")
	admin := g.signedIn("first@example.org", "Ada First", models.RoleAdmin)
	admin.get("empty/admin", "/admin")
	admin.get("empty/home-admin", "/")
	organiser := g.signedIn("olive@example.org", "Olive", models.RoleOrganiser)
	organiser.get("empty/organise", "/organise")
	g.signedIn("mo@example.org", "Mo", models.RoleModerator).get("empty/moderation", "/moderation")
	g.signedIn("bo@example.org", "Bo", models.RoleBoard).get("empty/board", "/board")
}

// publicPages are those of the demonstration that a stranger sees.
func (g *golden) publicPages() {
	v := g.visitor()
	v.get("public/home", "/")
	v.get("public/search", "/search?q=shop")
	v.get("public/search-nothing-found", "/search?q=zebra")
	v.get("public/search-nothing-asked", "/search")
	for _, name := range []string{"privacy", "terms", "accessibility", "rules", "contact"} {
		v.get("public/"+name, "/"+name)
	}
	v.get("public/healthz", "/healthz")
	v.get("public/readyz", "/readyz")

	open := v.get("public/open-by-number", lep+"?ideas=number")
	v.get("public/open-newest", lep+"?ideas=newest&sort=newest&limit=10")
	first := v.get("public/open-slice-1", lep+"?ideas=number&limit=10")
	second := v.get("public/open-slice-2", g.find(first, `href="([^"#]*[?&](?:amp;)?after=[^"#]*)`, 0))
	v.get("public/open-slice-3", g.find(second, `href="([^"#]*[?&](?:amp;)?after=[^"#]*)`, 0))
	v.get("public/open-unknown-words", lep+"?ideas=number&limit=10&utm_source=news&return=%2Fnowhere")
	v.get("public/open-limit-0", lep+"?limit=0")
	v.get("public/open-cursor-forged", lep+"?after=forged")
	v.get("public/open-sort-unknown", lep+"?sort=best")
	v.get("public/open-order-unknown", lep+"?ideas=best")
	reply := g.find(open, replyID, 0)
	v.get("public/open-reply-to", lep+"?ideas=number&limit=10&reply_to="+strings.TrimPrefix(reply, "reply-"))
	v.get("public/open-reply-to-quoting", lep+"?ideas=number&limit=10&quote=1&reply_to="+strings.TrimPrefix(reply, "reply-"))
	v.get("public/open-reply-to-nothing", lep+"?reply_to=nothing")
	v.get("public/permalink", "/replies/"+strings.TrimPrefix(reply, "reply-"))
	v.get("public/permalink-deep", "/replies/"+strings.TrimPrefix(g.find(open, replyID, 6), "reply-"))
	v.get("public/permalink-unknown", "/replies/nothing")
	v.get("public/idea-organisers", lep+"/ideas/1")
	v.get("public/idea-with-thread", lep+"/ideas/3")
	v.get("public/idea-participants", lep+"/ideas/6")
	v.get("public/idea-unknown", lep+"/ideas/99")
	v.get("public/suggest", lep+"/suggest")
	v.get("public/changes-none", lep+"/changes")
	v.get("public/ballot-nothing-chosen", lep+"/ballot")
	v.get("public/results-hidden", lep+"/results")
	v.get("public/results-hidden-json", lep+"/results.json")
	v.get("public/results-hidden-csv", lep+"/results.csv")

	v.get("public/sealed-by-number", shops+"?ideas=number")
	v.get("public/sealed-idea-answered", shops+"/ideas/1")
	v.get("public/sealed-idea-open", shops+"/ideas/5")
	v.get("public/sealed-idea-participants", shops+"/ideas/9")
	v.get("public/sealed-suggest", shops+"/suggest")
	v.get("public/sealed-results", shops+"/results")

	v.get("public/report", "/report/"+reply)
	v.get("public/report-idea", g.find(v.get("", lep+"/ideas/6"), `href="(/report/idea-[0-9a-f-]{36})`, 0))
	v.get("public/report-unknown", "/report/reply-nothing")
	v.get("public/sign-in", "/sign-in")
	v.get("public/sign-in-why", "/sign-in?return_to=%2Faccount")
	v.get("public/sign-in-return-elsewhere", "/sign-in?return_to=https%3A%2F%2Felsewhere.example%2F")
	v.get("public/link-forged", "/sign-in/forged")
	v.get("public/contribution-forged", "/contributions/forged")

	tag := v.get("", shops+"/results", "Accept-Encoding", "gzip").header.Get("Etag")
	v.get("public/not-modified", shops+"/results", "Accept-Encoding", "gzip", "If-None-Match", tag)
	v.do("public/head", goldenRequest(http.MethodHead, shops+"/results", ""))
	v.holds().get("public/sign-in-without-mail", "/sign-in")
}

// holds returns the same browser at the server without a mail server.
func (v *goldenVisitor) holds() *goldenVisitor {
	return &goldenVisitor{v.g, v.g.holds, v.cookies}
}

// exports are the files of the demonstration.
func (g *golden) exports() {
	v := g.visitor()
	for _, slug := range []string{demoOpen, demoSealed} {
		v.get("files/"+slug+"-replies-csv", "/consultations/"+slug+"/replies.csv")
		v.get("files/"+slug+"-replies-json", "/consultations/"+slug+"/replies.json")
	}
	v.get("files/results-csv", shops+"/results.csv")
	v.get("files/results-json", shops+"/results.json")
	v.get("files/sealed-public", shops+"/sealed.json")
	v.get("files/sealed-public-too-early", lep+"/sealed.json")
	v.get("files/sealed-full-stranger", "/organise/"+demoSealed+"/full.json")
	g.staffMember(models.RoleModerator).get("files/sealed-full-moderator", "/organise/"+demoSealed+"/full.json")
	full := g.staffMember(models.RoleOrganiser).get("", "/organise/"+demoSealed+"/full.json")
	g.compare("files/sealed-full", full.head()+"\n"+sealedLines(g.t, full.body))
	g.verifies("public", v.get("", shops+"/sealed.json").body)
	g.verifies("full", full.body)
}

// verifies compares what the command says of a sealed file, and of one that was altered.
func (g *golden) verifies(name, body string) {
	g.t.Helper()
	file := g.t.TempDir() + "/sealed.json"
	for _, c := range []struct{ what, body string }{{"", body}, {"-altered", strings.Replace(body, `"agree":46`, `"agree":47`, 1)}} {
		check(g.t, os.WriteFile(file, []byte(c.body), 0o600))
		g.says("files/verify-"+name+c.what, file, "verify", file)
	}
}

// says compares what a command prints, with its exit code.
func (g *golden) says(name, file string, args ...string) {
	g.t.Helper()
	code, out, errs := command(g.t, args...)
	text := fmt.Sprintf("exit %d\n--- output\n%s--- errors\n%s", code, out, errs)
	if file != "" {
		text = strings.ReplaceAll(text, file, "FILE")
	}
	g.compare(name, text)
}

// commandLine is what the commands export and verify print of the demonstration.
func (g *golden) commandLine() {
	for _, format := range []string{"json", "csv"} {
		g.says("command/export-"+format, "", "export", demoSealed, "--format", format, "--store", g.file)
		g.says("command/export-replies-"+format, "", "export", demoOpen, "--part", "replies", "--format", format, "--store", g.file)
	}
	g.says("command/export-hidden", "", "export", demoOpen, "--format", "csv", "--store", g.file)
	g.says("command/export-unknown", "", "export", "nowhere", "--format", "csv", "--store", g.file)
	g.says("command/verify", "", "verify", "--store", g.file)
}

// refusals are the error pages, and forms that are shown again.
func (g *golden) refusals() {
	v := g.visitor()
	v.get("refused/unknown", "/nowhere")
	v.get("refused/unknown-json", "/nowhere", asJSON...)
	v.get("refused/unknown-consultation", "/consultations/nowhere")
	v.get("refused/unknown-asset", "/public/nothing.css")
	v.get("refused/account-stranger", "/account")
	v.get("refused/account-stranger-json", "/account", asJSON...)
	v.get("refused/moderation-stranger", "/moderation")
	v.get("refused/organise-stranger", "/organise/new")
	v.get("refused/edit-stranger", "/edit/"+g.find(v.get("", lep), replyID, 0))
	v.do("refused/method", goldenRequest(http.MethodPut, lep, "", "Sec-Fetch-Site", "same-origin"))
	v.post("refused/reply-empty", lep+"/replies", form("idea", "1", "name", "", "body", ""))
	v.post("refused/reply-empty-json", lep+"/replies", form("name", "", "body", ""), asJSON...)
	v.post("refused/reply-long", lep+"/replies", form("idea", "1", "name", strings.Repeat("n", 81), "email", "nobody", "body", strings.Repeat("long ", 2001)))
	v.post("refused/reply-under-idea", lep+"/replies", form("idea", "1", "name", "Jo", "body", " "))
	v.post("refused/reply-no-idea", lep+"/replies", form("idea", "x", "name", "Jo", "body", "Words"))
	v.post("refused/reply-parent-unknown", lep+"/replies", form("idea", "1", "parent", "nothing", "name", "Jo", "body", "Words"))
	v.post("refused/reply-sealed", shops+"/replies", form("idea", "1", "name", "Jo", "body", "Too late"))
	v.post("refused/reply-staff-name", lep+"/replies", form("idea", "1", "name", moderatorName, "body", "I am the moderator"))
	v.post("refused/reply-not-utf8", lep+"/replies", form("name", "Jo", "body", "\xff"))
	v.post("refused/suggest-empty", lep+"/ideas", form("title", "", "body", "", "name", ""))
	v.post("refused/suggest-sealed", shops+"/ideas", form("title", "Late", "body", "Too late", "name", "Jo"))
	v.post("refused/vote-unknown-choice", lep+"/ideas/1/vote", form("choice", "perhaps"))
	v.post("refused/vote-unknown-idea", lep+"/ideas/99/vote", form("choice", "agree"))
	v.post("refused/vote-sealed", shops+"/ideas/1/vote", form("choice", "agree"))
	v.post("refused/ballot-nothing-chosen", lep+"/ballot", form("email", "a@people.example"))
	v.post("refused/sign-in-address", "/sign-in", form("email", "nobody", "return_to", "/account"))
	v.post("refused/cross-site", lep+"/replies", form("name", "Jo", "body", "Words"), "Sec-Fetch-Site", "cross-site")
	v.post("refused/upload", lep+"/replies", form("name", "Jo"), "Content-Type", "multipart/form-data; boundary=x")
	v.post("refused/too-large", lep+"/replies", form("name", "Jo", "body", strings.Repeat("x", 140<<10)))
	v.post("refused/report-empty", "/report/"+g.find(v.get("", lep), replyID, 0), form("reason", ""))

	p := g.signedIn("plain.person@people.example", "Plain Person", models.RoleParticipant)
	for _, path := range []string{"moderation", "organise", "board", "admin"} {
		p.get("refused/"+path+"-participant", "/"+path)
	}
	g.staffMember(models.RoleModerator).get("refused/organise-moderator", "/organise/"+demoOpen)
	g.staffMember(models.RoleOrganiser).get("refused/admin-organiser", "/admin")
}

// mailed returns the first link in a message to an address that nothing else was sent to.
func (g *golden) mailed(address string) string {
	g.t.Helper()
	page := g.staffMember(models.RoleAdmin).holds().get("", "/admin/mail")
	_, after, ok := strings.Cut(page.body, address)
	if !ok {
		g.t.Fatalf("no mail to %s:\n%s", address, lines(page.body))
	}
	return g.find(goldenAnswer{body: after}, goldenBase+`(/(?:sign-in|contributions)/[A-Za-z0-9_-]{43})`, 0)
}

// guests write without an account.
func (g *golden) guests() {
	v := g.visitor()
	v.post("guest/reply-sent", lep+"/replies", form("name", "Anneke", "body", "A text that waits.\n\nIn **two** paragraphs."))
	own := v.get("guest/own-page-noticed", lep+"?ideas=number&sort=newest&limit=10")
	link := g.find(own, `href="(/contributions/[A-Za-z0-9_-]{43})"`, 0)
	v.get("guest/own-page", lep+"?ideas=number&limit=10")
	v.get("guest/own-page-newest", lep+"?ideas=number&sort=newest&limit=10")
	v.get("guest/home", "/")
	edit := g.find(own, editURL, 0)
	v.get("guest/edit", edit)
	v.post("guest/edit-refused", edit, form("body", "", "rev", "1"))
	v.post("guest/edit-moved", edit, form("body", "Other words.", "rev", "7"))
	v.post("guest/edited", edit, form("body", "Other words that wait.", "rev", "1"))
	v.get("guest/own-page-edited", lep+"?ideas=number&limit=10")
	v.get("guest/contribution-waiting", link)
	v.get("guest/withdraw-asked", link+"/withdraw")
	v.get("guest/withdraw-own-asked", strings.Replace(edit, "/edit/", "/withdraw/", 1))
	v.post("guest/withdrawn", link+"/withdraw", nil)
	v.get("guest/contribution-withdrawn", link)
	v.post("guest/reply-json", lep+"/replies", form("name", "Anneke", "body", "Once more."), asJSON...)

	v.post("guest/reply-under-idea", lep+"/replies", form("idea", "3", "name", "Anneke", "body", "Under an idea."))
	v.get("guest/own-idea-page", lep+"/ideas/3")
	v.post("guest/suggested", lep+"/ideas", form("title", "A tool for every yard", "body", "Tools stand idle.", "name", "Anneke", "email", "anneke@people.example"))
	v.get("guest/suggested-page", lep+"?ideas=number&limit=10")
	v.holds().get("guest/suggested-page-without-mail", lep+"/waiting")
	link = g.mailed("anneke@people.example")
	v.get("guest/contribution-unconfirmed", link)
	v.post("guest/contribution-confirmed", link+"/confirm", nil)
	v.get("guest/contribution-confirmed-page", link)

	open := v.get("", lep+"?ideas=number")
	report := g.find(open, `href="(/report/reply-[0-9a-f-]{36})`, 2)
	v.post("guest/reported", report, form("reason", "This names a private person."))
	v.get("guest/report-taken", report)
	v.get("guest/reported-page", lep+"/ideas/1")
	v.post("guest/forgotten", "/forget", nil)
	v.get("guest/forgotten-page", "/")
}

// guestVotes are chosen before an address is given.
func (g *golden) guestVotes() {
	v := g.visitor()
	vote := lep + "/ideas/%/vote"
	at := func(number string) string { return strings.Replace(vote, "%", number, 1) }
	v.post("guest/vote", at("1"), form("choice", "agree", "return", lep+"?ideas=number"))
	v.post("guest/vote-return-elsewhere", at("3"), form("choice", "pass", "return", "//elsewhere.example/"))
	v.post("guest/vote-json", at("2"), form("choice", "disagree"), asJSON...)
	v.post("guest/vote-part", at("4"), form("choice", "pass", "return", lep), "X-Folkmoot-Part", "vote")
	v.post("guest/vote-taken-back", at("4"), form("choice", "retract", "return", lep))
	v.get("guest/votes-wait", lep+"?ideas=number&limit=10")
	v.get("guest/votes-wait-idea", lep+"/ideas/1")
	v.get("guest/ballot", lep+"/ballot")
	v.post("guest/ballot-refused", lep+"/ballot", form("email", "nobody", "name", "", "capacity", "business_owner"))
	v.post("guest/ballot-asked", lep+"/ballot", form("email", "gwen@people.example", "name", "Gwen Voter", "capacity", "business_owner", "band", "micro"))
	v.get("guest/votes-asked", lep+"?ideas=number&limit=10")
	v.get("guest/ballot-asked-again", lep+"/ballot")
	link := g.mailed("gwen@people.example")
	v.get("guest/link-ballot", link)
	v.post("guest/link-used", link, nil)
	v.get("guest/votes-counted", lep+"?ideas=number&limit=10")
	g.visitor().get("guest/link-used-again", link)
	g.visitor().post("guest/link-used-again-pressed", link, nil)

	v = g.visitor()
	v.post("", at("5"), form("choice", "agree"))
	v.holds().get("guest/ballot-without-mail", lep+"/ballot")
	v.holds().post("guest/ballot-asked-without-mail", lep+"/ballot", form("email", "late@people.example", "name", "Late Voter", "capacity", "resident"))
}

// participants have an account.
func (g *golden) participants() {
	v := g.visitor()
	v.post("participant/sign-in-asked", "/sign-in", form("email", "petra@people.example", "name", "Petra", "return_to", lep))
	link := g.mailed("petra@people.example")
	v.get("participant/link", link)
	v.post("participant/signed-in", link, nil)
	v.get("participant/page-noticed", lep+"?ideas=number&limit=10")
	v.get("participant/account", "/account")
	v.post("participant/account-refused", "/account", form("name", strings.Repeat("n", 81), "capacity", "emperor"))
	v.post("participant/account-saved", "/account", form("name", "Petra Q. & Sons", "capacity", "business_owner", "band", "small"))
	v.get("participant/account-again", "/account")
	v.post("participant/vote", lep+"/ideas/2/vote", form("choice", "agree", "return", lep+"/ideas/2"))
	v.post("participant/vote-json", lep+"/ideas/3/vote", form("choice", "pass"), asJSON...)
	v.post("participant/vote-part", lep+"/ideas/4/vote", form("choice", "disagree", "return", lep), "X-Folkmoot-Part", "vote")
	v.get("participant/voted", lep+"?ideas=number&limit=10")
	v.get("participant/voted-idea", lep+"/ideas/2")
	v.get("participant/suggest", lep+"/suggest")
	v.post("participant/suggested", lep+"/ideas", form("title", "One bin for all", "body", "Share the bins."))
	v.post("participant/reply-sent", lep+"/replies", form("body", "I can say this under my name."))
	own := v.get("participant/own-page", lep+"?ideas=newest&sort=newest&limit=10")
	v.get("participant/edit-idea", g.find(own, editURL, 0))
	v.get("participant/sealed", shops+"?ideas=number")
	v.get("participant/results", shops+"/results")
	v.get("participant/home", "/")
	v.get("participant/search", "/search?q=apprentice")
	v.post("participant/post-without-origin", lep+"/replies", form("body", "From nowhere."), "Sec-Fetch-Site", "")
	v.post("participant/signed-out", "/sign-out", nil)
	v.get("participant/signed-out-page", "/")
	v.cookies["folkmoot_session"] = "forged"
	v.get("participant/session-forged", lep+"/ideas/1")
}

// itemsIn lists the texts of a queue, in its order.
func itemsIn(a goldenAnswer) (list []string) {
	for _, m := range regexp.MustCompile(`name="items" value="([a-z]+-[0-9a-f-]{36})"`).FindAllStringSubmatch(a.body, -1) {
		list = append(list, m[1])
	}
	return list
}

// moderators decide on what waits.
func (g *golden) moderators() {
	m := g.staffMember(models.RoleModerator)
	queue := m.get("moderator/queue", "/moderation")
	items := itemsIn(queue)
	if len(items) < 8 {
		g.t.Fatalf("only %d texts wait", len(items))
	}
	m.get("moderator/item", "/moderation/"+items[0])
	m.get("moderator/item-unknown", "/moderation/reply-nothing")
	m.get("moderator/page", lep+"?ideas=number&limit=10")
	m.post("moderator/decide-nothing", "/moderation", form("decision", "publish"))
	m.post("moderator/decide-unknown", "/moderation", form("decision", "praise", "items", items[0]), asJSON...)
	m.post("moderator/decide-without-reason", "/moderation/"+items[0], form("decision", "reject", "rev", "1"))
	m.post("moderator/decide-changed", "/moderation/"+items[0], form("decision", "publish", "rev", "9"))
	m.post("moderator/published", "/moderation/"+items[0], form("decision", "publish", "rev", "1"))
	m.get("moderator/published-page", "/moderation")
	m.post("moderator/decided-twice", "/moderation/"+items[0], form("decision", "publish", "rev", "1"), asJSON...)
	m.post("moderator/published-many", "/moderation", form("decision", "publish", "items", items[1], "rev:"+items[1], "1", "items", items[2], "rev:"+items[2], "1"))
	m.get("moderator/published-many-page", "/moderation")
	m.post("moderator/decided-json", "/moderation/"+items[3], form("decision", "spam", "rev", "1"), asJSON...)
	m.post("moderator/rejected", "/moderation/"+items[4], form("decision", "reject", "reason", "Not about the question.", "return", "/moderation/decisions/"+demoOpen))
	log := m.get("moderator/decisions", "/moderation/decisions/"+demoOpen)
	seq := g.find(log, `name="seq" value="(\d+)"`, 0)
	m.post("moderator/undone", "/moderation/undo", form("slug", demoOpen, "seq", seq))
	m.get("moderator/decisions-undone", "/moderation/decisions/"+demoOpen)
	m.post("moderator/undone-twice", "/moderation/undo", form("slug", demoOpen, "seq", seq))
	m.get("moderator/decisions-older", "/moderation/decisions/"+demoOpen+"?before=4")
	m.get("moderator/decisions-sealed", "/moderation/decisions/"+demoSealed)
	m.get("moderator/decisions-unknown", "/moderation/decisions/nowhere")
	shown := m.get("", lep+"?ideas=number")
	removed := g.find(shown, replyID, 1)
	m.post("moderator/removed", "/moderation/"+removed, form("decision", "remove", "reason", "It names a neighbour."))
	m.get("moderator/removed-item", "/moderation/"+removed)
	g.visitor().get("moderator/removed-page", lep+"?ideas=number&limit=10")
	m.post("moderator/restored", "/moderation/"+removed, form("decision", "restore"))
	m.post("moderator/reply-sent", lep+"/replies", form("body", "A word from the moderators."))
	m.get("moderator/own-item", "/moderation")
}

// draft is the form of a new consultation.
func draft(slug string, pairs ...string) url.Values {
	f := form("slug", slug, "language", "en", "title", "Where should the bench stand?", "question", "Which corner needs a bench most?",
		"body", "One bench, **three** corners.", "who_decides", "The ward committee", "can_change", "The corner", "contact", "clerk@thornley.example",
		"other_formats", "Large print from the clerk", "time_zone", "Europe/London", "opens_at", "", "suggestions_close_at", "2027-03-17T12:00",
		"closes_at", "2027-03-24T12:00", "answer_by", "2027-05-01", "min_votes", "2", "answer_top", "1")
	for i := 0; i+1 < len(pairs); i += 2 {
		f.Set(pairs[i], pairs[i+1])
	}
	return f
}

// rev returns the revision that the forms of a managing page carry.
func (g *golden) rev(o *goldenVisitor, slug string) string {
	g.t.Helper()
	return g.find(o.get("", "/organise/"+slug+"/edit"), `name="rev" value="(\d+)"`, 0)
}

// organisers draft, open, edit, pause and withdraw.
func (g *golden) organisers() {
	o := g.staffMember(models.RoleOrganiser)
	o.get("organiser/organise", "/organise")
	o.get("organiser/new", "/organise/new")
	o.post("organiser/new-refused", "/organise/new", form("slug", "Bad Slug", "language", "en", "closes_at", "never", "min_votes", "-1", "answer_by", "soon"))
	o.post("organiser/new-slug-taken", "/organise/new", draft(demoOpen))
	o.post("organiser/new-made", "/organise/new", draft("bench", "who_decides", "", "contact", ""))
	o.get("organiser/draft-incomplete", "/organise/bench")
	o.post("organiser/open-refused", "/organise/bench/open", form("rev", g.rev(o, "bench")))
	o.get("organiser/draft-edit", "/organise/bench/edit")
	o.post("organiser/draft-saved", "/organise/bench/edit", draft("bench", "rev", g.rev(o, "bench")))
	o.post("organiser/draft-moved", "/organise/bench/edit", draft("bench", "rev", "1"))
	o.post("organiser/idea-refused", "/organise/bench/ideas", form("title", "", "body", ""))
	o.post("organiser/idea-added", "/organise/bench/ideas", form("title", "By the lock", "body", "The morning sun is there."))
	o.get("organiser/draft-ready", "/organise/bench")
	o.get("organiser/preview", "/organise/bench/preview")
	o.get("organiser/draft-page", "/consultations/bench")
	g.visitor().get("organiser/draft-stranger", "/consultations/bench")
	idea := "/organise/bench/ideas/" + g.find(o.get("", "/organise/bench"), `/organise/bench/ideas/([^/"]+)/remove`, 0)
	o.get("organiser/draft-idea", idea)
	o.post("organiser/draft-idea-refused", idea, form("title", " ", "body", "The evening sun too.", "rev", "1"))
	o.post("organiser/draft-idea-saved", idea, form("title", "By the lock", "body", "The evening sun too.", "rev", "1"))
	o.post("organiser/idea-moved", idea+"/move", form("to", "1"))
	o.get("organiser/draft-idea-page", "/consultations/bench/ideas/1")
	o.post("organiser/idea-removed", idea+"/remove", nil)
	o.get("organiser/idea-removed-page", "/organise/bench")
	o.post("", "/organise/bench/ideas", form("title", "By the school gate", "body", "Somebody always waits there."))
	o.post("organiser/open-at-refused", "/organise/bench/open", form("rev", g.rev(o, "bench"), "opens_at", "tomorrow"))
	o.post("organiser/opened-later", "/organise/bench/open", form("rev", g.rev(o, "bench"), "opens_at", "2027-03-03T16:00"))
	g.visitor().get("organiser/coming-page", "/consultations/bench")
	g.visitor().get("organiser/coming-home", "/")
	o.get("organiser/coming-manage", "/organise/bench")
	g.clock.Add(2 * time.Hour)
	g.visitor().get("organiser/opened-page", "/consultations/bench")
	g.visitor().post("refused/reply-empty-main", "/consultations/bench/replies", form("name", "", "body", "")) // one idea has one order
	o.get("organiser/opened-page-organiser", "/consultations/bench")
	o.get("organiser/opened-manage", "/organise/bench")
	o.get("organiser/opened-edit", "/organise/bench/edit")
	o.post("organiser/edit-without-reason", "/organise/bench/edit", draft("bench", "rev", g.rev(o, "bench"), "body", "One bench, four corners."))
	o.post("organiser/edit-min-votes", "/organise/bench/edit", draft("bench", "rev", g.rev(o, "bench"), "min_votes", "9", "reason", "Fairer."))
	o.post("organiser/edited", "/organise/bench/edit", draft("bench", "rev", g.rev(o, "bench"), "body", "One bench, four corners.", "reason", "We had miscounted."))
	g.visitor().get("organiser/edited-changes", "/consultations/bench/changes")
	g.visitor().get("organiser/edited-page", "/consultations/bench")
	o.post("organiser/pause-without-reason", "/organise/bench/pause", form("rev", g.rev(o, "bench")))
	o.post("organiser/paused", "/organise/bench/pause", form("rev", g.rev(o, "bench"), "reason", "The lock floods."))
	o.get("organiser/paused-manage", "/organise/bench")
	g.visitor().get("organiser/paused-page", "/consultations/bench")
	g.visitor().post("organiser/paused-reply", "/consultations/bench/replies", form("name", "Jo", "body", "Words"))
	g.visitor().post("organiser/paused-vote", "/consultations/bench/ideas/1/vote", form("choice", "agree"))
	o.post("organiser/resumed", "/organise/bench/resume", form("rev", g.rev(o, "bench"), "reason", "Dry again."))
	o.get("organiser/manage-open", "/organise/"+demoOpen)
	o.get("organiser/edit-open", "/organise/"+demoOpen+"/edit")
	o.get("organiser/manage-sealed", "/organise/"+demoSealed)
	o.get("organiser/manage-unknown", "/organise/nowhere")
	o.post("organiser/seal-too-early", "/organise/bench/seal", nil)

	o.post("", "/organise/new", draft("bin", "title", "Where should the bin stand?"))
	o.post("", "/organise/bin/ideas", form("title", "By the bench", "body", "Of course."))
	o.post("", "/organise/bin/open", form("rev", g.rev(o, "bin")))
	o.post("organiser/withdraw-without-reason", "/organise/bin/withdraw", form("rev", g.rev(o, "bin")))
	o.post("organiser/withdrawn", "/organise/bin/withdraw", form("rev", g.rev(o, "bin"), "reason", "There is a bin."))
	g.visitor().get("organiser/withdrawn-page", "/consultations/bin")
	o.get("organiser/withdrawn-manage", "/organise/bin")
	g.visitor().get("organiser/home-after", "/")
	o.get("organiser/organise-after", "/organise")
}

// manyIdeas is a consultation with more ideas than stand on one page.
func (g *golden) manyIdeas() {
	o := g.staffMember(models.RoleOrganiser)
	o.post("", "/organise/new", draft("many", "title", "A great many"))
	for n := range 34 {
		o.post("", "/organise/many/ideas", form("title", fmt.Sprintf("The idea that came as number %d", n+1), "body", "Because."))
	}
	o.post("", "/organise/many/open", form("rev", g.rev(o, "many")))
	v := g.visitor()
	first := v.get("public/ideas-slice-1", "/consultations/many?ideas=number")
	v.get("public/ideas-slice-2", g.find(first, `href="([^"#]*ideas_after=[^"#]*)`, 0))
	v.get("public/ideas-cursor-forged", "/consultations/many?ideas_after=forged")
}

// counting closes the bench's consultation, clears its queue and seals it.
func (g *golden) counting() {
	for _, name := range []string{"ann", "bob", "cyd"} {
		p := g.signedIn(name+"@people.example", "Voter "+name, models.RoleParticipant)
		p.post("", "/consultations/bench/ideas/1/vote", form("choice", map[string]string{"ann": "agree", "bob": "agree", "cyd": "pass"}[name]))
	}
	v := g.visitor()
	v.post("", "/consultations/bench/replies", form("name", "Last Minute", "body", "Before it closes."))
	v.post("", "/consultations/bench/ideas/1/vote", form("choice", "disagree"))
	g.clock.Set(time.Date(2027, 3, 20, 9, 0, 0, 0, time.UTC))
	g.visitor().get("counting/suggestions-closed-page", "/consultations/bench")
	g.visitor().get("counting/suggestions-closed", "/consultations/bench/suggest")
	g.clock.Set(time.Date(2027, 3, 24, 11, 30, 0, 0, time.UTC))
	v.post("", "/consultations/bench/ballot", form("email", "just.in.time@people.example", "name", "Just In Time", "capacity", "resident"))
	link := g.mailed("just.in.time@people.example")
	g.clock.Set(time.Date(2027, 3, 24, 12, 30, 0, 0, time.UTC))
	o, m := g.staffMember(models.RoleOrganiser), g.staffMember(models.RoleModerator)
	g.visitor().get("counting/page", "/consultations/bench")
	g.visitor().get("counting/idea", "/consultations/bench/ideas/1")
	v.get("counting/page-of-who-chose", "/consultations/bench")
	g.visitor().get("counting/results", "/consultations/bench/results")
	g.visitor().get("counting/home", "/")
	o.get("counting/results-organiser", "/consultations/bench/results")
	o.get("counting/manage", "/organise/bench")
	o.post("counting/seal-refused-waiting", "/organise/bench/seal", nil)
	for _, item := range itemsIn(m.get("", "/moderation")) {
		m.post("", "/moderation/"+item, form("decision", "publish"))
	}
	o.post("counting/seal-refused-link", "/organise/bench/seal", nil)
	late := g.visitor()
	late.get("counting/link-late", link)
	late.post("counting/link-late-used", link, nil)
	late.get("counting/page-of-who-was-late", "/consultations/bench")
	g.visitor().post("counting/reply-refused", "/consultations/bench/replies", form("name", "Jo", "body", "Words"))
	v.post("", "/sign-in", form("email", "slow@people.example"))
	link = g.mailed("slow@people.example")
	g.clock.Add(73 * time.Hour)
	g.visitor().get("counting/link-expired", link)
	g.visitor().post("counting/link-expired-pressed", link, nil)
	o = g.staffMember(models.RoleOrganiser)
	o.get("counting/manage-ready", "/organise/bench")
	o.post("counting/sealed", "/organise/bench/seal", nil)
	o.get("counting/sealed-manage", "/organise/bench")
	o.post("counting/sealed-twice", "/organise/bench/seal", nil)
	g.visitor().get("counting/sealed-page", "/consultations/bench")
	g.visitor().get("counting/sealed-results", "/consultations/bench/results")
	g.visitor().get("counting/sealed-results-csv", "/consultations/bench/results.csv")
	g.visitor().get("counting/sealed-results-json", "/consultations/bench/results.json")
	g.visitor().get("counting/sealed-file", "/consultations/bench/sealed.json")
	full := o.get("", "/organise/bench/full.json")
	g.compare("counting/sealed-file-full", full.head()+"\n"+sealedLines(g.t, full.body))
}

// boards answer, the demonstration's board late.
func (g *golden) boards() {
	b, o := g.staffMember(models.RoleBoard), g.staffMember(models.RoleOrganiser)
	b.get("board/list", "/board")
	b.get("board/late", "/board/"+demoSealed)
	g.visitor().get("board/late-page", shops+"?ideas=number")
	o.get("board/organiser", "/board/"+demoSealed)
	b.get("board/not-sealed", "/board/"+demoOpen)
	b.post("board/refused", "/board/"+demoSealed+"/2", form("decision", "", "reason", "", "publish", "1"))
	o.post("board/draft-refused", "/board/"+demoSealed+"/2", form("decision", "perhaps"))
	o.post("board/draft-saved", "/board/"+demoSealed+"/3", form("decision", "decline", "reason", "The law forbids it.", "owner", "Clerk", "by", "June"))
	b.post("board/published", "/board/"+demoSealed+"/3", form("decision", "decline", "reason", "The law forbids it.", "owner", "Clerk", "by", "June", "publish", "1"))
	b.get("board/published-page", "/board/"+demoSealed)
	b.post("", "/board/"+demoSealed+"/2", form("decision", "adopt", "reason", "Stairs first.", "owner", "Salma Iqbal", "by", "Winter", "publish", "1"))
	g.visitor().get("board/answered-page", shops+"?ideas=number")
	g.visitor().get("board/answered-idea", shops+"/ideas/3")
	g.visitor().get("board/answered-results", shops+"/results")
	g.visitor().get("board/answered-home", "/")
	b.get("board/answered", "/board")
}

// admins give and take roles, and see what mail waits.
func (g *golden) admins() {
	a := g.staffMember(models.RoleAdmin)
	a.get("admin/people", "/admin")
	a.post("admin/grant-refused", "/admin/people", form("email", "nobody", "role", "king"))
	a.post("admin/granted", "/admin/people", form("email", "nia@thornleydale.example", "name", "Nia", "role", "moderator", "consultation", demoOpen))
	granted := a.get("admin/granted-page", "/admin")
	g.signedIn("nia@thornleydale.example", "", models.RoleParticipant).get("admin/granted-moderation", "/moderation")
	_, row, ok := strings.Cut(granted.body, "nia@thornleydale.example")
	if !ok {
		g.t.Fatal("the page does not show who was given a role")
	}
	person := g.find(goldenAnswer{body: row}, `action="(/admin/people/[0-9a-f-]{36})/`, 0)
	scope := g.find(goldenAnswer{body: row}, `name="consultation" value="([^"]*)"`, 0)
	a.post("admin/link", person+"/link", nil)
	a.post("admin/revoked", person+"/revoke", form("role", "moderator", "consultation", scope))
	a.get("admin/revoked-page", "/admin")
	a.post("admin/revoke-unknown", "/admin/people/nobody/revoke", form("role", "moderator"))
	a.get("admin/mail", "/admin/mail")
	a.get("admin/settings", "/admin/settings")
	a.post("admin/settings-refused", "/admin/settings", form("version", "0", "texts", "0", "links", "many", "reports", "30", "votes", "600", "reads", "240", "mail_mailbox", "3", "mail_domain", "2000", "mail_site", "5000", "reason", "A try."))
	a.post("admin/settings-saved", "/admin/settings", form("version", "0", "texts", "90", "links", "60", "reports", "30", "votes", "600", "reads", "240", "mail_mailbox", "3", "mail_domain", "2000", "mail_site", "5000", "reason", "The library is one network."))
	a.post("admin/settings-conflict", "/admin/settings", form("version", "0", "texts", "80", "links", "60", "reports", "30", "votes", "600", "reads", "240", "mail_mailbox", "3", "mail_domain", "2000", "mail_site", "5000", "reason", ""))
	a.holds().get("admin/mail-held", "/admin/mail")
	a.holds().get("admin/people-held", "/admin")
	a.post("admin/signed-out-everywhere", "/account/sign-out-everywhere", nil)
}

// withoutStore are the answers while the store does not answer.
func (g *golden) withoutStore() {
	v := g.visitor()
	v.get("", lep+"?ideas=number&limit=10", "Accept-Encoding", "gzip")
	v.get("", lep+"?ideas=number&limit=10")
	check(g.t, g.store.Close())
	g.clock.Add(90 * time.Second)
	v.post("unavailable/suggest", lep+"/ideas", form("title", "A tool library", "body", "Tools stand idle.\nIn every yard.", "name", "Jo"))
	v.get("unavailable/changes", lep+"/changes")
	v.get("unavailable/json", lep+"/changes", asJSON...)
	v.get("unavailable/stale", lep+"?ideas=number&limit=10")
	v.get("unavailable/privacy", "/privacy")
	v.get("unavailable/readyz", "/readyz")
	v.cookies["folkmoot_session"] = "a-session"
	v.get("unavailable/stale-session", lep+"?ideas=number&limit=10")
	v.post("unavailable/vote", lep+"/ideas/1/vote", form("choice", "agree", "return", lep))
}
