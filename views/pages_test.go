package views

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
	"folkmoot/views/viewstest"

	"github.com/a-h/templ"
)

var testNow = time.Date(2027, 3, 3, 12, 0, 0, 0, time.UTC)

const nasty = `<script>alert("x")</script>`

func testLayout() ui.LayoutData {
	return ui.LayoutData{
		L: i18n.For("en"), Site: "Folkmoot", Title: nasty, Path: "/consultations/a?sort=newest", Now: testNow, Demo: true, Remembered: true,
		Who:    &ui.Who{Name: nasty, Moderator: true, Organiser: true, Board: true, Admin: true, Queue: 2},
		Notice: &ui.Notice{Kind: "done", Text: nasty, Undo: &ui.Undo{Slug: "a", Seq: 3}},
	}
}

func testSubject(state models.State) ui.Subject {
	c := models.Consultation{
		ID: "c", Slug: "a", State: state, Language: "en", TimeZone: "Europe/London", StateReason: nasty, Settings: models.DefaultSettings(),
		OpensAt: testNow.AddDate(0, 0, -20), ClosesAt: testNow.AddDate(0, 0, 12), AnswerBy: testNow.AddDate(0, 0, 30), EditedAt: testNow,
		SuggestionsCloseAt: testNow.AddDate(0, 0, 5), IdeaCount: 1, ReplyCount: 2, VoterCount: 3,
	}
	c.Settings.Capacities = []models.Capacity{models.CapacityResident, models.CapacityBusiness, models.CapacityOrganisation}
	text := models.ConsultationText{Title: nasty, Question: nasty, BodyHTML: "<p>safe</p>", WhoDecides: nasty, CanChange: nasty, Contact: nasty, OtherFormats: nasty}
	return ui.Subject{C: c, Text: text, State: state, Clock: ui.Clock{State: state, OpensAt: c.OpensAt, ClosesAt: c.ClosesAt, AnswerBy: c.AnswerBy, Zone: c.TimeZone, Now: testNow}}
}

func testContribution(status models.Status) ui.Contribution {
	return ui.Contribution{
		ID: "r1", AuthorName: nasty, StaffRole: models.RoleBoard, Reference: "K7QF-2M9P", Source: "wordpress", Status: status,
		Reason: nasty, CreatedAt: testNow, EditedAt: testNow,
	}
}

func testRow(number int, choice models.Choice, waiting bool) IdeaRow {
	idea := PublicIdea{Contribution: testContribution(models.StatusPublished), Number: number, Title: nasty, BodyHTML: "<p>safe</p>"}
	idea.Response = &ui.Response{Decision: models.ResponseAdoptInPart, ReasonHTML: "<p>safe</p>", Owner: nasty, By: nasty, PublishedAt: testNow}
	return IdeaRow{
		Idea: idea, Slug: "a", Tally: &models.Tally{Agree: 5, Disagree: 5, Pass: 5}, Own: OwnText{Said: nasty, Link: "/contributions/x", Mailing: "no_mail", CanEdit: true},
		Vote: VoteForm{Slug: "a", Number: number, Title: nasty, Choice: choice, Waiting: waiting, Return: "/consultations/a"},
	}
}

func testThread() ThreadView {
	v := ThreadView{Total: 4, Sort: "oldest", Base: "/consultations/a", NextURL: "/consultations/a?after=x"}
	for i, status := range []models.Status{models.StatusPublished, models.StatusRemoved, models.StatusErased, models.StatusPending} {
		r := PublicReply{Contribution: testContribution(status), Depth: 1 + 7*(i%2), ParentID: "p", ParentName: nasty, Orphan: i == 2, BodyHTML: "<p>safe</p>"}
		v.Items = append(v.Items, ThreadItem{Reply: r, Waiting: status == models.StatusPending, Own: OwnText{Said: nasty, Wait: "usually within a day", Link: "/contributions/x", Mailing: "mailed", CanEdit: true}})
	}
	v.Items[1].Reply.Withdrawn = true
	return v
}

func testReplyForm() ReplyForm {
	return ReplyForm{
		Action: "/consultations/a/replies", Parent: &ReplyParent{ID: "r1", AuthorName: nasty, Body: nasty}, Quote: true, Idea: 3, Wait: "usually within a day",
		Form: ui.Form{Values: map[string]string{"name": nasty}, Errors: map[string]string{"": nasty, "name": nasty, "body": nasty}},
	}
}

func testResult() models.Result {
	share := func(x float64) *float64 { return &x }
	r := models.Result{Sealed: 1, MinVotes: 5, Voters: 60, Votes: 120, Unconfirmed: 2}
	for i, band := range []int{1, 1, 2, 0} {
		idea := models.ResultIdea{Number: i + 2, Title: nasty, Author: nasty, Tally: models.Tally{Agree: 41, Disagree: 19}, Rank: i + 1, RankLo: 1, RankHi: 4, Support: share(.683), Lo: share(.558), Hi: share(.787), Band: band, Split: true, CouldBeHigher: true, MergedFrom: []int{9}}
		if band == 0 {
			idea.Rank, idea.Support, idea.Lo, idea.Hi = 0, nil, nil, nil
		}
		r.Ideas = append(r.Ideas, idea)
	}
	r.Ideas[0].Response = &models.Answer{Decision: models.ResponseAdopt, Reason: nasty, Owner: nasty, By: nasty, PublishedAt: "2027-03-01"}
	return r
}

// publicPages returns each public page in each state that it has.
func publicPages() map[string]templ.Component {
	f, open := testLayout(), testSubject(models.StateOpen)
	rows := []IdeaRow{testRow(1, models.ChoiceAgree, false), testRow(2, models.ChoicePass, true), testRow(3, models.ChoiceDisagree, true)}
	result := testResult()
	pages := map[string]templ.Component{
		"home":    Home(HomePage{LayoutData: f, Open: []ui.Subject{open}, Coming: []ui.Subject{open}, Past: []ui.Subject{testSubject(models.StateSealed)}, NextPast: "/?after=x", NoAdmin: true}),
		"idea":    Idea(IdeaPage{LayoutData: f, Subject: open, Row: rows[0], Thread: testThread(), Reply: testReplyForm(), Ranked: &result.Ideas[0]}),
		"suggest": Suggest(SuggestPage{LayoutData: f, Subject: open, Form: testReplyForm().Form}),
		"changes": Changes(ChangesPage{LayoutData: f, Subject: open, Changes: []Change{{At: testNow, Reason: nasty, Fields: []ui.FieldDiff{{Name: "field.body", Parts: []ui.DiffPart{{Op: "added", Text: nasty}, {Op: "removed", Text: nasty}, {Op: "same", Text: nasty}}}}, Settings: open.C.SettingChanges(testSubject("draft").C)}}}),
		"report":  Report(ReportPage{LayoutData: f, Item: models.Item{Kind: models.KindReply, ID: "r1"}, Name: nasty, HTML: "<p>Rude words.</p>", Back: "//evil.example", Form: ui.Form{Values: map[string]string{"reason": nasty}, Errors: map[string]string{"reason": nasty}}}),
		"search":  Search(SearchPage{LayoutData: f, Query: nasty, Hits: []models.Hit{{Kind: "reply", Title: nasty, Heading: nasty, Text: nasty, At: testNow}, {Kind: "idea"}, {Kind: "consultation"}}}),
		"results": Results(ResultsPage{LayoutData: f, Subject: testSubject(models.StateSealed), Result: result, Sealed: &ui.Seal{Version: 1, At: testNow}, CanFull: true, MustAnswer: map[int]bool{3: true}}),
	}
	for _, state := range []models.State{models.StateDraft, models.StateOpen, models.StatePaused, models.StateCounting, models.StateSealed, models.StateAnswered, models.StateWithdrawn} {
		pages["consultation "+string(state)] = Consultation(ConsultationPage{LayoutData: f, Subject: testSubject(state), Preview: map[bool]Preview{true: {Slug: "a", DatesAssumed: true}}[state == models.StateDraft], Ideas: rows, IdeaOrder: "shuffled", IdeasFirst: true, Thread: testThread(), Reply: testReplyForm(), Suggest: true, Pending: PendingVotes{Slug: "a", Count: 2, Asked: "m…@example.org", Choose: true}, Changed: true, Staff: true})
	}
	for _, name := range []string{"privacy", "terms", "accessibility", "rules", "contact"} {
		pages["host "+name] = Host(HostPage{LayoutData: f, Name: name})
	}
	for _, status := range []int{400, 401, 403, 404, 405, 409, 410, 413, 418, 422, 429, 500, 502, 503} {
		pages["error "+time.Duration(status).String()] = Error(ErrorPage{LayoutData: f, Status: status, Reference: "01J"})
	}
	return pages
}

var (
	lacking    = regexp.MustCompile(`\[[a-z_0-9]+(\.[a-z_0-9]*)+\]|<no value>`)
	unsafeHTML = regexp.MustCompile(`(?i)<script>alert|\sstyle=|\son[a-z]+=|javascript:`)
	idPattern  = regexp.MustCompile(`\sid="([^"]*)"`)
)

// TestPublicPages renders every page: no sentence is missing from the catalogue,
// names stay inert, nothing in it needs more than the strict policy allows.
func TestPublicPages(t *testing.T) {
	for name, page := range publicPages() {
		out := viewstest.Render(t, page)
		if m := lacking.FindString(out); m != "" {
			t.Errorf("%s: the catalogue lacks %s", name, m)
		}
		if m := unsafeHTML.FindString(out); m != "" {
			t.Errorf("%s: the page holds %q", name, m)
		}
		if !strings.Contains(out, `<html lang="en">`) || strings.Count(out, "<h1") != 1 {
			t.Errorf("%s: no language or not exactly one h1", name)
		}
	}
}

// TestIDsOnce holds the ids of a page unique: labels and descriptions depend on it.
func TestIDsOnce(t *testing.T) {
	for name, page := range publicPages() {
		if strings.HasPrefix(name, "consultation") || name == "idea" {
			continue // the sample thread repeats one reply on purpose
		}
		seen := map[string]bool{}
		for _, m := range idPattern.FindAllStringSubmatch(viewstest.Render(t, page), -1) {
			if seen[m[1]] {
				t.Errorf("%s: id %q stands twice", name, m[1])
			}
			seen[m[1]] = true
		}
	}
}
