package staff

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"folkmoot/models"
	"folkmoot/views/ui"
	"folkmoot/views/viewstest"
)

// staffPages returns each page in the states that matter.
func staffPages() map[string]templ.Component {
	open, counting, sealed := viewstest.Subject(models.StateOpen), viewstest.Subject(models.StateCounting), viewstest.Subject(models.StateSealed)
	untitled := viewstest.Subject(models.StateDraft)
	untitled.Text = models.ConsultationText{}
	single := sampleQueue()
	single.Form, single.Chosen = viewstest.Form("reason"), map[string]bool{"reply-r1": true}
	bulk := sampleQueue()
	bulk.Form, bulk.Chosen = viewstest.Form("reason"), map[string]bool{"reply-r1": true, "idea-i1": true}
	changed := sampleQueue()
	changed.Rows = changed.Rows[:2]
	changed.Rows[0].Changed = []ui.FieldDiff{{Name: "field.body", Parts: []ui.DiffPart{{Op: "same", Text: "We tried "}, {Op: "removed", Text: "this"}, {Op: "added", Text: viewstest.Spiteful}}}}
	failed := sampleManage(models.StateOpen, models.StatePaused, models.StateWithdrawn)
	failed.Path, failed.Form = "/organise/empty-shops/withdraw?x=1", viewstest.Form("reason")
	missing := sampleManage(models.StateDraft, models.StateOpen)
	missing.Missing = []string{"Say who decides.", "Give a contact."}
	return map[string]templ.Component{
		"queue":           Queue(sampleQueue()),
		"queue-single":    Queue(single),
		"queue-bulk":      Queue(bulk),
		"queue-empty":     Queue(QueuePage{LayoutData: viewstest.LayoutData("Moderation")}),
		"queue-changed":   DecisionChanged(changed),
		"queue-in-part":   DecidedInPart(sampleDecided()),
		"decisions":       Decisions(sampleDecisions()),
		"decisions-empty": Decisions(DecisionsPage{LayoutData: viewstest.LayoutData("Decisions"), Subject: open}),
		"organise":        Organise(OrganisePage{LayoutData: viewstest.LayoutData("Organise"), Rows: []ui.Subject{open, counting, sealed, untitled}, CanNew: true, NextURL: "/organise?after=x"}),
		"organise-empty":  Organise(OrganisePage{LayoutData: viewstest.LayoutData("Organise")}),
		"manage-draft":    Manage(sampleManage(models.StateDraft, models.StateOpen)),
		"manage-missing":  Manage(missing),
		"manage-open":     Manage(sampleManage(models.StateOpen, models.StatePaused, models.StateWithdrawn)),
		"manage-failed":   Manage(failed),
		"manage-paused":   Manage(sampleManage(models.StatePaused, models.StateOpen, models.StateWithdrawn)),
		"manage-counting": Manage(sampleManage(models.StateCounting, models.StateSealed, models.StateWithdrawn)),
		"manage-sealed":   Manage(sampleSealed()),
		"form-new":        ConsultationForm(sampleConsultationForm(true, false)),
		"form-draft":      ConsultationForm(sampleConsultationForm(false, false)),
		"form-opened":     ConsultationForm(sampleConsultationForm(false, true)),
		"board":           Board(BoardPage{LayoutData: viewstest.LayoutData("Board"), Rows: []BoardRow{{Subject: sealed, MustAnswer: 3, Answered: 1}, {Subject: open}}}),
		"board-empty":     Board(BoardPage{LayoutData: viewstest.LayoutData("Board")}),
		"respond":         Respond(sampleRespond()),
		"respond-empty":   Respond(RespondPage{LayoutData: viewstest.LayoutData("Answer"), Subject: sealed}),
		"admin":           Admin(sampleAdmin()),
		"admin-empty":     Admin(AdminPage{LayoutData: viewstest.LayoutData("People")}),
		"held-mail":       WaitingMail(HeldMailPage{LayoutData: viewstest.LayoutData("Mail"), Holds: true, NextURL: "/admin/mail?after=x", Messages: []HeldMail{{Job: models.Job{Recipient: viewstest.Spiteful, CreatedAt: viewstest.Now, Attempts: 2, LastError: viewstest.Spiteful}, Subject: viewstest.Spiteful, Text: "Hello\n\n" + viewstest.Spiteful + viewstest.WideWord()}}}),
		"settings":        Settings(SettingsPage{LayoutData: viewstest.LayoutData("Settings"), Form: viewstest.Form("texts", "reason")}),
		"held-mail-empty": WaitingMail(HeldMailPage{LayoutData: viewstest.LayoutData("Mail")}),
	}
}

func sampleQueue() QueuePage {
	reply := models.Reply{Contribution: viewstest.Contribution("r1", viewstest.Spiteful, models.StatusPending), ParentID: "r0", ParentName: viewstest.ArabicName, Depth: 2, BodyHTML: "<p>We tried this in 1998, and it worked for a while. " + viewstest.WideWord() + "</p>"}
	reply.Body = "We tried this in 1998"
	parent := models.Reply{Contribution: viewstest.Contribution("r0", viewstest.ArabicName, models.StatusPublished), BodyHTML: "<p>Has it been tried?</p>"}
	idea := models.Idea{Contribution: viewstest.Contribution("i1", "Ada", models.StatusPending), Title: viewstest.Spiteful, BodyHTML: "<p>Because it is needed.</p>"}
	reported := models.Reply{Contribution: viewstest.Contribution("r2", "Tom", models.StatusPublished), IdeaNumber: 3, BodyHTML: "<p>Nonsense, the lot of you.</p>"}
	guest := models.Reply{Contribution: viewstest.Contribution("r3", "Bea", models.StatusPending), BodyHTML: "<p>I agree.</p>"}
	guest.ParticipantID = ""
	entry := func(item models.Item) models.QueueEntry {
		return models.QueueEntry{Item: item, ConsultationID: "c1", Slug: "empty-shops", Title: "Empty shops", Since: viewstest.Now.Add(-26 * time.Hour)}
	}
	a, b, c, d := entry(reply.Item()), entry(idea.Item()), entry(reported.Item()), entry(guest.Item())
	a.Text, a.Parent, a.Record = reply, &parent, models.AuthorRecord{Published: 3, Refused: 1}
	b.Text, b.Record = idea, models.AuthorRecord{}
	c.Text, c.IdeaTitle, c.Record = reported, "A market twice a week", models.AuthorRecord{Published: 1}
	c.Reports = []models.Report{{Reason: viewstest.Spiteful, Reference: "AB12-CD34"}, {Reason: "Rude.", Reference: "AB12-CD35"}}
	d.Text = guest
	return QueuePage{
		LayoutData: viewstest.LayoutData("Moderation"), Total: 1204, NextURL: "/moderation?after=x", Form: viewstest.Form(),
		Chosen: map[string]bool{}, Rows: []QueueRow{{Entry: a}, {Entry: b}, {Entry: c}, {Entry: d, Own: true}},
	}
}

func sampleDecided() DecidedPage {
	p := DecidedPage{QueuePage: sampleQueue()}
	for _, row := range p.Rows {
		p.Chosen[row.id()] = true
	}
	items := []models.DecisionItem{{Item: models.Item{Kind: models.KindReply, ID: "r9"}, Rev: 1, From: models.StatusPending, To: models.StatusPublished}}
	p.Made = []MadeRow{{Slug: "here", Title: viewstest.Spiteful, Decision: models.Decision{Seq: 7, Action: models.ActionPublish, Items: items}}}
	p.Failed = []FailedRow{
		{Slug: "empty-shops", Title: "Empty shops", Sentence: "The result is sealed without this idea.", Rows: p.Rows[:2]},
		{Slug: "markets", Title: viewstest.WideWord(), Sentence: viewstest.Spiteful, Rows: p.Rows[2:]},
	}
	return p
}

func sampleDecisions() DecisionsPage {
	at := viewstest.Now.Add(-time.Hour)
	item := func(id string, from, to models.Status) models.DecisionItem {
		return models.DecisionItem{Item: models.Item{Kind: models.KindReply, ID: id}, Rev: 1, From: from, To: to}
	}
	return DecisionsPage{
		LayoutData: viewstest.LayoutData("Decisions"), Subject: viewstest.Subject(models.StateOpen), OlderURL: "/moderation/decisions/empty-shops?before=1",
		Decisions: []DecisionRow{
			{Decision: models.Decision{Seq: 4, Action: models.ActionUndo, Undoes: 3, At: at}, Actor: "Moderator 1"},
			{Decision: models.Decision{Seq: 3, Action: models.ActionReject, Reason: viewstest.Spiteful, At: at, Items: []models.DecisionItem{item("r1", models.StatusPending, models.StatusRejected), item("r2", models.StatusPending, models.StatusRejected)}}, Actor: "Moderator 2", CanUndo: true},
			{Decision: models.Decision{Seq: 2, Action: models.ActionWithdraw, At: at, Items: []models.DecisionItem{item("r3", models.StatusPublished, models.StatusRemoved)}}, Actor: "author"},
			{Decision: models.Decision{Seq: 1, Action: models.ActionImport, At: at}, Actor: "import"},
		},
	}
}

func sampleManage(state models.State, moves ...models.State) ManagePage {
	own := models.Idea{Contribution: viewstest.Contribution("i1", "Ada", models.StatusPublished), Number: 1, Title: "A market twice a week", Organiser: true}
	theirs := models.Idea{Contribution: viewstest.Contribution("i2", viewstest.Spiteful, models.StatusPending), Title: viewstest.Spiteful}
	p := ManagePage{
		LayoutData: viewstest.LayoutData("Manage"), Subject: viewstest.Subject(state), Ideas: ManageIdeasOf([]models.Idea{own, theirs}),
		IdeaForm: ui.Form{}, Waiting: 2, OpenBallotLinks: 1, Unconfirmed: 3, Moves: moves,
	}
	p.C.StateReason = viewstest.Spiteful
	p.C.Settings.Bands = []models.Band{models.BandSole, models.BandMicro}
	return p
}

func sampleSealed() ManagePage {
	p := sampleManage(models.StateSealed, models.StateAnswered)
	p.Sealed = &ui.Seal{Version: 1, FullSHA256: strings.Repeat("0123456789abcdef", 4), PublicSHA256: strings.Repeat("fedcba9876543210", 4), At: viewstest.Now}
	return p
}

func sampleRespond() RespondPage {
	draft := &models.Response{Decision: models.ResponseDecline, Reason: viewstest.Spiteful}
	published := &models.Response{Decision: models.ResponseAdopt, PublishedAt: viewstest.Now}
	form := ui.Form{Values: map[string]string{"decision": "decline", "reason": viewstest.Spiteful, "owner": viewstest.ArabicName, "by": viewstest.WideWord()}, Errors: map[string]string{"reason": "Please say why."}}
	few := models.ResultIdea{Number: 4, Title: viewstest.WideWord(), Tally: models.Tally{Pass: 1}}
	return RespondPage{
		LayoutData: viewstest.LayoutData("Answer"), Subject: viewstest.Subject(models.StateSealed), Publish: true,
		Rows: []RespondRow{
			{Ranked: viewstest.Ranked(1), Must: true, Response: draft, Form: form},
			{Ranked: viewstest.Ranked(2), Must: true, Response: published},
			{Ranked: viewstest.Ranked(3), Must: true},
			{Ranked: few},
		},
	}
}

func sampleAdmin() AdminPage {
	person := func(id, name string, grants ...models.Grant) models.Participant {
		return models.Participant{ID: id, Name: name, Address: viewstest.Spiteful + viewstest.WideWord() + "@example.org", Grants: grants, CreatedAt: viewstest.Now}
	}
	mod := person("p1", viewstest.Spiteful, models.Grant{Role: models.RoleModerator}, models.Grant{Role: models.RoleBoard, ConsultationID: "c1"}, models.Grant{Role: models.RoleOrganiser, ConsultationID: "gone"})
	mod.Number = 1
	return AdminPage{
		LayoutData: viewstest.LayoutData("People"), People: []models.Participant{mod, person("p2", "", models.Grant{Role: models.RoleAdmin}), person("p3", viewstest.ArabicName)},
		Consultations: []models.Consultation{viewstest.Subject(models.StateOpen).C}, StaffOnly: true, NextURL: "/admin?after=x",
		Form: viewstest.Form("email"), Waiting: 3, Holds: true, Link: "http://127.0.0.1:8080/sign-in/" + strings.Repeat("x", 43), LinkFor: "p1",
	}
}

func sampleConsultationForm(isNew, opened bool) ConsultationFormPage {
	return ConsultationFormPage{
		LayoutData: viewstest.LayoutData("Form"), New: isNew, Opened: opened, Slug: "empty-shops", TimeZone: "Europe/London",
		Form: ui.Form{Values: map[string]string{"title": viewstest.Spiteful, "slug": "empty-shops", "capacities": "resident,organisation", "min_votes": "5", "rev": "7", "closes_at": "2027-03-15T17:00"}, Errors: map[string]string{"closes_at": "Give a closing date.", "time_zone": "There is no such zone."}},
	}
}
