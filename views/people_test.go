package views

import (
	"strings"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"

	"github.com/a-h/templ"
)

const (
	spiteful   = `<script>alert("x")</script>'&`
	arabicName = "سارة بنت أحمد"
)

var sampleNow = time.Date(2027, 3, 3, 12, 0, 0, 0, time.UTC)

func wideWord() string { return strings.Repeat("unbreakable", 28) }

func sampleFrame(title string) ui.Frame {
	return ui.Frame{
		L: i18n.For("en"), Site: "Folkmoot of Anyshire", Title: title, Path: "/here", Now: sampleNow, Private: true,
		Who: &ui.Who{Name: arabicName, Moderator: true, Organiser: true, Board: true, Admin: true, Queue: 12},
	}
}

func sampleSubject(state models.State) Subject {
	text := models.ConsultationText{
		Title: "Empty shops", Question: "What should become of the empty shops in the High Street?",
		Body: "Text", WhoDecides: "The town board", CanChange: "Everything", Contact: "moot@example.org", OtherFormats: "On paper",
	}
	c := models.Consultation{
		ID: "c1", Slug: "empty-shops", State: state, Language: "en", Texts: map[string]models.ConsultationText{"en": text},
		Settings: models.DefaultSettings(), TimeZone: "Europe/London", OpensAt: sampleNow.AddDate(0, -1, 0),
		SuggestionsCloseAt: sampleNow.AddDate(0, 0, 5), ClosesAt: sampleNow.AddDate(0, 0, 12), AnswerBy: sampleNow.AddDate(0, 2, 0),
		IdeaCount: 5, ReplyCount: 1203, VoterCount: 61, ChainLength: 3,
	}
	if state != models.StateOpen && state != models.StateDraft {
		c.ClosesAt = sampleNow.AddDate(0, 0, -2)
	}
	clock := ui.Clock{State: state, OpensAt: c.OpensAt, ClosesAt: c.ClosesAt, AnswerBy: c.AnswerBy, Zone: c.TimeZone, Now: sampleNow}
	return Subject{C: c, Text: text, State: state, Clock: clock}
}

func sampleThing(id, name string, status models.Status) models.Contribution {
	return models.Contribution{
		ID: id, ConsultationID: "c1", ParticipantID: "p1", AuthorName: name, Reference: "K7QF-2M9P", Language: "en",
		Status: status, Rev: 2, CreatedAt: sampleNow.Add(-3 * time.Hour), Channel: models.ChannelOnline,
	}
}

func sampleForm(wrong ...string) ui.Form {
	f := ui.Form{Values: map[string]string{"name": spiteful, "email": `a"b@example.org`, "reason": spiteful, "title": spiteful}, Errors: map[string]string{}}
	for _, name := range wrong {
		f.Errors[name] = "Please fill this in."
	}
	return f
}

func sampleChosen() []ChosenRow {
	return []ChosenRow{
		{Number: 1, Title: "Rent empty shops to makers for a peppercorn", Choice: models.ChoiceAgree},
		{Number: 2, Title: spiteful, Choice: models.ChoicePass},
		{Number: 12, Title: wideWord(), Choice: models.ChoiceDisagree},
	}
}

func sampleQueue() QueuePage {
	reply := models.Reply{Contribution: sampleThing("r1", spiteful, models.StatusPending), ParentID: "r0", ParentName: arabicName, Depth: 2, BodyHTML: "<p>We tried this in 1998, and it worked for a while. " + wideWord() + "</p>"}
	reply.Body = "We tried this in 1998"
	parent := models.Reply{Contribution: sampleThing("r0", arabicName, models.StatusPublished), BodyHTML: "<p>Has it been tried?</p>"}
	idea := models.Idea{Contribution: sampleThing("i1", "Ada", models.StatusPending), Title: spiteful, BodyHTML: "<p>Because it is needed.</p>"}
	reported := models.Reply{Contribution: sampleThing("r2", "Tom", models.StatusPublished), IdeaNumber: 3, BodyHTML: "<p>Nonsense, the lot of you.</p>"}
	guest := models.Reply{Contribution: sampleThing("r3", "Bea", models.StatusPending), BodyHTML: "<p>I agree.</p>"}
	guest.ParticipantID = ""
	entry := func(item models.Item) models.QueueEntry {
		return models.QueueEntry{Item: item, ConsultationID: "c1", Slug: "empty-shops", Title: "Empty shops", Since: sampleNow.Add(-26 * time.Hour)}
	}
	a, b, c, d := entry(reply.Item()), entry(idea.Item()), entry(reported.Item()), entry(guest.Item())
	a.Reply, a.Parent, a.Record = &reply, &parent, models.AuthorRecord{Published: 3, Refused: 1}
	b.Idea, b.Record = &idea, models.AuthorRecord{}
	c.Reply, c.IdeaTitle, c.Record = &reported, "A market twice a week", models.AuthorRecord{Published: 1}
	c.Reports = []models.Report{{Reason: spiteful, Reference: "AB12-CD34"}, {Reason: "Rude.", Reference: "AB12-CD35"}}
	d.Reply = &guest
	return QueuePage{
		Frame: sampleFrame("Moderation"), Total: 1204, NextURL: "/moderation?after=x", Form: sampleForm(),
		Chosen: map[string]bool{}, Rows: []QueueRow{{Entry: a}, {Entry: b}, {Entry: c}, {Entry: d, Own: true}},
	}
}

func sampleDecisions() DecisionsPage {
	at := sampleNow.Add(-time.Hour)
	item := func(id string, from, to models.Status) models.DecisionItem {
		return models.DecisionItem{Item: models.Item{Kind: models.KindReply, ID: id}, Rev: 1, From: from, To: to}
	}
	return DecisionsPage{
		Frame: sampleFrame("Decisions"), Subject: sampleSubject(models.StateOpen), OlderURL: "/moderation/decisions/empty-shops?before=1",
		Decisions: []DecisionRow{
			{Decision: models.Decision{Seq: 4, Action: models.ActionUndo, Undoes: 3, At: at}, Actor: "Moderator 1"},
			{Decision: models.Decision{Seq: 3, Action: models.ActionReject, Reason: spiteful, At: at, Items: []models.DecisionItem{item("r1", models.StatusPending, models.StatusRejected), item("r2", models.StatusPending, models.StatusRejected)}}, Actor: "Moderator 2", CanUndo: true},
			{Decision: models.Decision{Seq: 2, Action: models.ActionWithdraw, At: at, Items: []models.DecisionItem{item("r3", models.StatusPublished, models.StatusRemoved)}}, Actor: "author"},
			{Decision: models.Decision{Seq: 1, Action: models.ActionImport, At: at}, Actor: "import"},
		},
	}
}

func proportion(p float64) *float64 { return &p }

func sampleRanked(n int) models.ResultIdea {
	return models.ResultIdea{
		Number: n, Title: spiteful, Author: arabicName, Tally: models.Tally{Agree: 41, Disagree: 19, Pass: 4}, Rank: n, RankLo: 1, RankHi: 4,
		Support: proportion(41.0 / 60), Lo: proportion(0.55), Hi: proportion(0.79), Band: 1, Reach: 0.9,
	}
}

func sampleManage(state models.State, moves ...models.State) ManagePage {
	own := models.Idea{Contribution: sampleThing("i1", "Ada", models.StatusPublished), Number: 1, Title: "A market twice a week", Organiser: true}
	theirs := models.Idea{Contribution: sampleThing("i2", spiteful, models.StatusPending), Title: spiteful}
	p := ManagePage{
		Frame: sampleFrame("Manage"), Subject: sampleSubject(state), Ideas: []models.Idea{own, theirs},
		IdeaForm: ui.Form{}, Waiting: 2, OpenBallots: 1, Unconfirmed: 3, Moves: moves,
	}
	p.C.StateReason = spiteful
	p.C.Settings.Bands = []models.Band{models.BandSole, models.BandMicro}
	return p
}

func sampleSealed() ManagePage {
	p := sampleManage(models.StateSealed, models.StateAnswered)
	p.Sealed = &models.Sealed{Version: 1, FullSHA256: strings.Repeat("0123456789abcdef", 4), PublicSHA256: strings.Repeat("fedcba9876543210", 4), At: sampleNow}
	return p
}

func sampleContribution(status models.Status) ContributionPage {
	p := ContributionPage{
		Frame: sampleFrame("What became of it"), Subject: sampleSubject(models.StateSealed), Token: "tok", Item: models.Item{Kind: models.KindIdea, ID: "i1"},
		Thing: sampleThing("i1", spiteful, status), Title: spiteful, HTML: "<p>Because.</p>", URL: "/consultations/empty-shops/ideas/2",
		Wait: "usually within a day", Withdraw: true, Confirm: true,
	}
	p.Thing.Reason = spiteful
	return p
}

func sampleMerged() ContributionPage {
	p := sampleContribution(models.StatusPublished)
	ranked := sampleRanked(2)
	p.MergedNum, p.Number, p.Ranked = 5, 2, &ranked
	p.Response = &models.Response{Decision: models.ResponseAdoptInPart, ReasonHTML: "<p>From June.</p>", Owner: spiteful, By: "by June", PublishedAt: sampleNow}
	return p
}

func sampleRespond() RespondPage {
	draft := &models.Response{Decision: models.ResponseDecline, Reason: spiteful}
	published := &models.Response{Decision: models.ResponseAdopt, PublishedAt: sampleNow}
	form := ui.Form{Values: map[string]string{"decision": "decline", "reason": spiteful, "owner": arabicName, "by": wideWord()}, Errors: map[string]string{"reason": "Please say why."}}
	few := models.ResultIdea{Number: 4, Title: wideWord(), Tally: models.Tally{Pass: 1}}
	return RespondPage{
		Frame: sampleFrame("Answer"), Subject: sampleSubject(models.StateSealed), Publish: true,
		Rows: []RespondRow{
			{Ranked: sampleRanked(1), Must: true, Response: draft, Form: form},
			{Ranked: sampleRanked(2), Must: true, Response: published},
			{Ranked: sampleRanked(3), Must: true},
			{Ranked: few},
		},
	}
}

func sampleAdmin() AdminPage {
	person := func(id, name string, grants ...models.Grant) models.Participant {
		return models.Participant{ID: id, Name: name, Address: spiteful + wideWord() + "@example.org", Grants: grants, CreatedAt: sampleNow}
	}
	mod := person("p1", spiteful, models.Grant{Role: models.RoleModerator}, models.Grant{Role: models.RoleBoard, ConsultationID: "c1"}, models.Grant{Role: models.RoleOrganiser, ConsultationID: "gone"})
	mod.Number = 1
	return AdminPage{
		Frame: sampleFrame("People"), People: []models.Participant{mod, person("p2", "", models.Grant{Role: models.RoleAdmin}), person("p3", arabicName)},
		Consultations: []models.Consultation{sampleSubject(models.StateOpen).C}, StaffOnly: true, NextURL: "/admin?after=x",
		Form: sampleForm("email"), Waiting: 3, Holds: true, Link: "http://127.0.0.1:8080/sign-in/" + strings.Repeat("x", 43), LinkFor: "p1",
	}
}

func sampleConsultationForm(isNew, opened bool) ConsultationFormPage {
	return ConsultationFormPage{
		Frame: sampleFrame("Form"), New: isNew, Opened: opened, Slug: "empty-shops", TimeZone: "Europe/London",
		Form: ui.Form{Values: map[string]string{"title": spiteful, "slug": "empty-shops", "capacities": "resident,organisation", "tallies": "always", "min_votes": "5", "rev": "7", "closes_at": "2027-03-15T17:00"}, Errors: map[string]string{"closes_at": "Give a closing date.", "time_zone": "There is no such zone."}},
	}
}

// peoplePages are the pages for people and staff in the states that matter.
func peoplePages() map[string]templ.Component {
	link := models.Link{Purpose: models.PurposeSignIn, Address: spiteful + "@example.org", Name: spiteful, Grant: &models.Grant{Role: models.RoleModerator}}
	ballot := models.Link{Purpose: models.PurposeBallot, Address: "ada@example.org", Capacity: models.CapacityBusiness, Band: models.BandMicro}
	open, counting, sealed := sampleSubject(models.StateOpen), sampleSubject(models.StateCounting), sampleSubject(models.StateSealed)
	untitled := sampleSubject(models.StateDraft)
	untitled.Text = models.ConsultationText{}
	limited := open
	limited.C.Settings.Capacities = []models.Capacity{models.CapacityBusiness}
	single := sampleQueue()
	single.Form, single.Chosen = sampleForm("reason"), map[string]bool{"reply-r1": true}
	bulk := sampleQueue()
	bulk.Form, bulk.Chosen = sampleForm("reason"), map[string]bool{"reply-r1": true, "idea-i1": true}
	changed := sampleQueue()
	changed.Rows = changed.Rows[:2]
	changed.Rows[0].Changed = []FieldDiff{{Name: "field.body", Runs: []DiffRun{{"same", "We tried "}, {"removed", "this"}, {"added", spiteful}}}}
	failed := sampleManage(models.StateOpen, models.StatePaused, models.StateWithdrawn)
	failed.Path, failed.Form = "/organise/empty-shops/withdraw?x=1", sampleForm("reason")
	missing := sampleManage(models.StateDraft, models.StateOpen)
	missing.Missing = []string{"Say who decides.", "Give a contact."}
	return map[string]templ.Component{
		"sign-in":              SignIn(SignInPage{Frame: sampleFrame("Sign in"), Form: sampleForm("email"), Why: "That page is for people who are signed in.", NoMail: true}),
		"mail-sent":            MailSent(MailSentPage{Frame: sampleFrame("Sent"), Address: spiteful, Purpose: models.PurposeSignIn, Minutes: 15, DemoLink: "http://127.0.0.1:8080/sign-in/x", Return: "//evil.example"}),
		"mail-sent-ballot":     MailSent(MailSentPage{Frame: sampleFrame("Sent"), Address: "ada@example.org", Purpose: models.PurposeBallot, Return: "/consultations/empty-shops"}),
		"mail-held":            MailSent(MailSentPage{Frame: sampleFrame("Sent"), Address: spiteful, NoMail: true}),
		"mail-deferred":        MailSent(MailSentPage{Frame: sampleFrame("Sent"), Address: spiteful, Deferred: true}),
		"link":                 Link(LinkPage{Frame: sampleFrame("Link"), Token: "tok", Link: link}),
		"link-ballot":          Link(LinkPage{Frame: sampleFrame("Link"), Token: "tok", Link: ballot, Title: spiteful, Slug: "empty-shops", Choices: sampleChosen()}),
		"ballot":               AskBallot(BallotPage{Frame: sampleFrame("Ballot"), Subject: open, Choices: sampleChosen(), Form: sampleForm("email", ""), Asked: "m…@example.org"}),
		"ballot-limited":       AskBallot(BallotPage{Frame: sampleFrame("Ballot"), Subject: limited, Choices: sampleChosen()[:1], Form: ui.Form{}}),
		"ballot-empty":         AskBallot(BallotPage{Frame: sampleFrame("Ballot"), Subject: open}),
		"account":              Account(AccountPage{Frame: sampleFrame("Account"), Form: sampleForm("name"), Address: spiteful, Contributions: []ContributionRow{{Item: models.Item{Kind: models.KindReply, ID: "r1"}, Status: models.StatusPending, Title: spiteful, At: sampleNow, URL: "/x"}}}),
		"account-empty":        Account(AccountPage{Frame: sampleFrame("Account"), Contributions: []ContributionRow{}}),
		"contribution-waiting": Contribution(sampleContribution(models.StatusPending)),
		"contribution-refused": Contribution(sampleContribution(models.StatusRejected)),
		"contribution-spam":    Contribution(sampleContribution(models.StatusSpam)),
		"contribution-removed": Contribution(sampleContribution(models.StatusRemoved)),
		"contribution-erased":  Contribution(sampleContribution(models.StatusErased)),
		"contribution-merged":  Contribution(sampleMerged()),
		"report":               Report(ReportPage{Frame: sampleFrame("Report"), Item: models.Item{Kind: models.KindReply, ID: "r1"}, Name: spiteful, HTML: "<p>Rude words.</p>", Back: "/consultations/empty-shops#reply-r1", Form: sampleForm("reason")}),
		"queue":                Queue(sampleQueue()),
		"queue-single":         Queue(single),
		"queue-bulk":           Queue(bulk),
		"queue-empty":          Queue(QueuePage{Frame: sampleFrame("Moderation")}),
		"queue-changed":        DecisionChanged(changed),
		"decisions":            Decisions(sampleDecisions()),
		"decisions-empty":      Decisions(DecisionsPage{Frame: sampleFrame("Decisions"), Subject: open}),
		"organise":             Organise(OrganisePage{Frame: sampleFrame("Organise"), Rows: []Subject{open, counting, sealed, untitled}, CanNew: true, NextURL: "/organise?after=x"}),
		"organise-empty":       Organise(OrganisePage{Frame: sampleFrame("Organise")}),
		"manage-draft":         Manage(sampleManage(models.StateDraft, models.StateOpen)),
		"manage-missing":       Manage(missing),
		"manage-open":          Manage(sampleManage(models.StateOpen, models.StatePaused, models.StateWithdrawn)),
		"manage-failed":        Manage(failed),
		"manage-paused":        Manage(sampleManage(models.StatePaused, models.StateOpen, models.StateWithdrawn)),
		"manage-counting":      Manage(sampleManage(models.StateCounting, models.StateSealed, models.StateWithdrawn)),
		"manage-sealed":        Manage(sampleSealed()),
		"form-new":             ConsultationForm(sampleConsultationForm(true, false)),
		"form-draft":           ConsultationForm(sampleConsultationForm(false, false)),
		"form-opened":          ConsultationForm(sampleConsultationForm(false, true)),
		"board":                Board(BoardPage{Frame: sampleFrame("Board"), Rows: []BoardRow{{Subject: sealed, MustAnswer: 3, Answered: 1}, {Subject: open}}}),
		"board-empty":          Board(BoardPage{Frame: sampleFrame("Board")}),
		"respond":              Respond(sampleRespond()),
		"respond-empty":        Respond(RespondPage{Frame: sampleFrame("Answer"), Subject: sealed}),
		"admin":                Admin(sampleAdmin()),
		"admin-empty":          Admin(AdminPage{Frame: sampleFrame("People")}),
		"held-mail":            WaitingMail(HeldMailPage{Frame: sampleFrame("Mail"), Holds: true, NextURL: "/admin/mail?after=x", Messages: []HeldMail{{Job: models.Job{Recipient: spiteful, CreatedAt: sampleNow, Attempts: 2, LastError: spiteful}, Subject: spiteful, Text: "Hello\n\n" + spiteful + wideWord()}}}),
		"held-mail-empty":      WaitingMail(HeldMailPage{Frame: sampleFrame("Mail")}),
	}
}

func shown(t *testing.T, c templ.Component) string {
	t.Helper()
	var b strings.Builder
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
