package account

import (
	"testing"

	"github.com/a-h/templ"

	"folkmoot/models"
	"folkmoot/views/ui"
	"folkmoot/views/viewstest"
)

// accountPages returns each page in the states that matter.
func accountPages() map[string]templ.Component {
	link := models.Link{Purpose: models.PurposeSignIn, Address: viewstest.Spiteful + "@example.org", Name: viewstest.Spiteful, Grant: &models.Grant{Role: models.RoleModerator}}
	votes := models.Link{Purpose: models.PurposeBallot, Address: "ada@example.org", Capacity: models.CapacityBusiness, Band: models.BandMicro}
	open := viewstest.Subject(models.StateOpen)
	limited := open
	limited.C.Settings.Capacities = []models.Capacity{models.CapacityBusiness}
	return map[string]templ.Component{
		"sign-in":               SignIn(SignInPage{LayoutData: viewstest.LayoutData("Sign in"), Form: viewstest.Form("email"), Why: "That page is for people who are signed in.", NoMail: true}),
		"mail-sent":             MailSent(MailSentPage{LayoutData: viewstest.LayoutData("Sent"), Address: viewstest.Spiteful, Purpose: models.PurposeSignIn, Minutes: 15, DemoLink: "http://127.0.0.1:8080/sign-in/x", Return: "//evil.example"}),
		"mail-sent-votes":       MailSent(MailSentPage{LayoutData: viewstest.LayoutData("Sent"), Address: "ada@example.org", Purpose: models.PurposeBallot, Return: "/consultations/empty-shops"}),
		"mail-held":             MailSent(MailSentPage{LayoutData: viewstest.LayoutData("Sent"), Address: viewstest.Spiteful, NoMail: true}),
		"mail-deferred":         MailSent(MailSentPage{LayoutData: viewstest.LayoutData("Sent"), Address: viewstest.Spiteful}),
		"link":                  Link(LinkPage{LayoutData: viewstest.LayoutData("Link"), Token: "tok", Link: link}),
		"link-votes":            Link(LinkPage{LayoutData: viewstest.LayoutData("Link"), Token: "tok", Link: votes, Title: viewstest.Spiteful, Slug: "empty-shops", Choices: sampleChosen()}),
		"confirm-votes":         ConfirmVotes(ConfirmVotesPage{LayoutData: viewstest.LayoutData("Confirm votes"), Subject: open, Choices: sampleChosen(), Form: viewstest.Form("email", ""), Asked: "m…@example.org"}),
		"confirm-votes-limited": ConfirmVotes(ConfirmVotesPage{LayoutData: viewstest.LayoutData("Confirm votes"), Subject: limited, Choices: sampleChosen()[:1], Form: ui.Form{}}),
		"confirm-votes-empty":   ConfirmVotes(ConfirmVotesPage{LayoutData: viewstest.LayoutData("Confirm votes"), Subject: open}),
		"account":               Account(AccountPage{LayoutData: viewstest.LayoutData("Account"), Form: viewstest.Form("name"), Address: viewstest.Spiteful, Contributions: []ContributionRow{{Item: models.Item{Kind: models.KindReply, ID: "r1"}, Status: models.StatusPending, Title: viewstest.Spiteful, At: viewstest.Now, URL: "/x"}}}),
		"account-empty":         Account(AccountPage{LayoutData: viewstest.LayoutData("Account"), Contributions: []ContributionRow{}}),
		"edit":                  Edit(EditPage{LayoutData: viewstest.LayoutData("Edit"), Subject: open, Item: models.Item{Kind: models.KindIdea, ID: "x"}, Minutes: 3, Form: viewstest.Form("title"), Earlier: []models.TextRevision{{Title: viewstest.Spiteful, Body: viewstest.WideWord(), At: viewstest.Now}}}),
		"withdraw":              Withdraw(WithdrawPage{LayoutData: viewstest.LayoutData("Withdraw"), Subject: open, Item: models.Item{Kind: models.KindIdea, ID: "i1"}, Thing: ui.ContributionOf(viewstest.Contribution("i1", viewstest.Spiteful, models.StatusPublished)), Title: viewstest.Spiteful, HTML: "<p>Because.</p>", Action: "/withdraw/idea-i1", Back: "//evil.example"}),
		"confirm-votes-no-mail": ConfirmVotes(ConfirmVotesPage{LayoutData: viewstest.LayoutData("Confirm votes"), Subject: open, Choices: sampleChosen(), Form: viewstest.Form("email", ""), NoMail: true}),
		"contribution-waiting":  Contribution(sampleContribution(models.StatusPending)),
		"contribution-refused":  Contribution(sampleContribution(models.StatusRejected)),
		"contribution-spam":     Contribution(sampleContribution(models.StatusSpam)),
		"contribution-removed":  Contribution(sampleContribution(models.StatusRemoved)),
		"contribution-erased":   Contribution(sampleContribution(models.StatusErased)),
		"contribution-merged":   Contribution(sampleMerged()),
	}
}

func sampleChosen() []models.PendingVote {
	return []models.PendingVote{
		{Number: 1, Title: "Rent empty shops to makers for a peppercorn", Choice: models.ChoiceAgree},
		{Number: 2, Title: viewstest.Spiteful, Choice: models.ChoicePass},
		{Number: 12, Title: viewstest.WideWord(), Choice: models.ChoiceDisagree},
	}
}

func sampleContribution(status models.Status) ContributionPage {
	p := ContributionPage{
		LayoutData: viewstest.LayoutData("What became of it"), Subject: viewstest.Subject(models.StateSealed), Token: "tok", Item: models.Item{Kind: models.KindIdea, ID: "i1"},
		Thing: ui.ContributionOf(viewstest.Contribution("i1", viewstest.Spiteful, status)), Title: viewstest.Spiteful, HTML: "<p>Because.</p>", URL: "/consultations/empty-shops/ideas/2",
		Wait: "usually within a day", Withdraw: true, Confirm: true,
	}
	p.Thing.Reason = viewstest.Spiteful
	return p
}

func sampleMerged() ContributionPage {
	p := sampleContribution(models.StatusPublished)
	ranked := viewstest.Ranked(2)
	p.MergedNum, p.Number, p.Ranked = 5, 2, &ranked
	p.Response = &ui.Response{Decision: models.ResponseAdoptInPart, ReasonHTML: "<p>From June.</p>", Owner: viewstest.Spiteful, By: "by June", PublishedAt: viewstest.Now}
	return p
}

func TestPages(t *testing.T) { viewstest.CheckPages(t, accountPages()) }

// TestBuiltSentences asks for each sentence whose key is built from a value of the domain.
func TestBuiltSentences(t *testing.T) {
	viewstest.CheckSentences(t, map[string]string{
		"contribution.status.":  "pending published rejected spam removed erased withdrawn merged",
		"contribution.next.":    "pending published rejected spam removed erased withdrawn merged",
		"contribution.heading.": "reply idea",
		"withdraw.heading.":     "reply idea",
		"kind.":                 "reply idea",
		"capacity.":             "unsaid resident business_owner organisation",
		"band.":                 "none sole_trader micro small medium large",
	})
}
