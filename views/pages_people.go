package views

import (
	"folkmoot/models"
	"folkmoot/views/ui"
)

// SignInPage is "/sign-in".
type SignInPage struct {
	ui.Frame
	Form   ui.Form // email, name, return_to
	Why    string  // a sentence: what signing in is needed for; or ""
	NoMail bool    // no mail can be sent: tell how the admin makes a link
}

// MailSentPage says where a link went.
type MailSentPage struct {
	ui.Frame
	Address  string
	Purpose  models.Purpose
	Minutes  int    // life of a sign-in link
	Deferred bool   // goes out later: this address was written to within a day
	NoMail   bool   // mail is held: the admin has it
	DemoLink string // the link itself, in the demonstration on this machine only
	Return   string
}

// LinkPage is GET "/sign-in/{token}": what will happen, and a button.
type LinkPage struct {
	ui.Frame
	Token   string
	Link    models.Link
	Title   string // of the consultation, for a ballot
	Slug    string
	Choices []ChosenRow
	Gone    int // chosen votes on ideas that are no longer public
}

// BallotPage asks for the address under which chosen votes will count.
type BallotPage struct {
	ui.Frame
	Subject
	Choices []ChosenRow
	Form    ui.Form // email, name, capacity, band
	Asked   string  // the address already asked for in this browser, shortened
}

// ChosenRow is one vote that waits.
type ChosenRow struct {
	Number int
	Title  string
	Choice models.Choice
}

// AccountPage is "/account".
type AccountPage struct {
	ui.Frame
	Form          ui.Form // name, capacity, band
	Address       string
	Contributions []ContributionRow
}

// ContributionRow is one of a participant's own texts.
type ContributionRow struct {
	Item   models.Item
	Status models.Status
	Title  string
	URL    string
	At     models.Time
}

// ContributionPage is "/contributions/{token}": what became of it.
type ContributionPage struct {
	ui.Frame
	Subject
	Token     string
	Item      models.Item
	Thing     models.Contribution
	Title     string // of an idea
	HTML      string
	URL       string // where it stands once published; ""
	Number    int    // of a published idea
	MergedNum int    // the idea it was merged into; 0
	Wait      string
	Ranked    *models.ResultIdea
	Response  *models.Response
	Withdraw  bool // it may be withdrawn
	Confirm   bool // the address behind it is not confirmed: offer to
}

// ReportPage is GET "/report/{item}".
type ReportPage struct {
	ui.Frame
	Item  models.Item
	Name  string
	Title string // of an idea
	HTML  string
	Back  string
	Form  ui.Form // reason
}

// QueuePage is "/moderation".
type QueuePage struct {
	ui.Frame
	Rows    []QueueRow
	Total   int64
	NextURL string
	Form    ui.Form // decision, reason, as they came back
	Chosen  map[string]bool
	One     bool      // a single item, looked up
	Logs    []LogLink // the logs of decisions this moderator may read; nil: those of the rows
}

// LogLink leads to the decisions of one consultation.
type LogLink struct{ Slug, Title string }

// QueueRow is one item of the queue in its context.
type QueueRow struct {
	Entry   models.QueueEntry
	Own     bool // the moderator's own: somebody else decides
	Changed []FieldDiff
}

// DecisionsPage is "/moderation/decisions/{slug}": the chain, newest first.
type DecisionsPage struct {
	ui.Frame
	Subject
	Decisions []DecisionRow
	OlderURL  string
}

// DecisionRow is one decision as staff see it.
type DecisionRow struct {
	Decision models.Decision
	Actor    string // "Moderator 1"
	CanUndo  bool
}
