// Package views turns typed pages into HTML. A page is a struct that a handler
// fills and a templ component of the same file name that shows it.
package views

import (
	"folkmoot/models"
	"folkmoot/views/ui"
)

// Subject is the consultation that a page is about, in the reader's language.
type Subject struct {
	C     models.Consultation
	Text  models.ConsultationText
	State models.State // at this moment
	Clock ui.Clock
}

// URL gives the path of the consultation.
func (s Subject) URL() string { return "/consultations/" + s.C.Slug }

// HomePage is "/".
type HomePage struct {
	ui.Frame
	Open, Coming, Past []Subject
	NextPast           string // URL of the next page of past ones, or ""
	NoAdmin            bool   // an empty store: tell how to make the first admin
}

// ConsultationPage is "/consultations/{slug}".
type ConsultationPage struct {
	ui.Frame
	Subject
	Preview    bool      // an organiser looks at a draft: the real page with a banner
	Ideas      []IdeaRow // one page of them
	IdeaOrder  string    // "shuffled", "number" or "newest"
	IdeasNext  string    // "more ideas"; "": the end
	IdeasFirst bool      // this page of ideas begins at the start
	Thread     ThreadView
	Reply      ReplyForm
	Suggest    bool   // ideas may be suggested now
	Basket     Basket // votes chosen here that wait for an address
	Changed    bool   // it was edited after opening: link to its changes
	Staff      bool   // link to managing it
}

// IdeaPage is "/consultations/{slug}/ideas/{number}".
type IdeaPage struct {
	ui.Frame
	Subject
	Row    IdeaRow
	Thread ThreadView
	Reply  ReplyForm
	Basket Basket
	Ranked *models.ResultIdea // once results are shown
}

// IdeaRow is one idea with the reader's own vote on it.
type IdeaRow struct {
	Idea    models.Idea
	Slug    string
	Ballot  Ballot
	Tally   *models.Tally // nil while hidden
	Waiting bool          // the reader's own, not published yet
	Wait    string        // "usually within a day", of a waiting one
	CanEdit bool
}

// Ballot is the three-part control of one idea.
type Ballot struct {
	Slug    string
	Number  int
	Title   string
	Choice  models.Choice // ChoiceNone or "": nothing chosen
	Waiting bool          // chosen in this browser, not confirmed yet
	Closed  bool          // no votes are taken now
	Why     string        // why this person cannot vote, a sentence; "": they can
	Return  string        // where the form comes back to
}

// Basket counts the votes chosen in this browser that wait for an address or a link.
type Basket struct {
	Slug   string
	Count  int
	Asked  string // the address that was asked, shortened: "m…@example.org"; "": none yet
	Choose bool   // show the bar
}

// ThreadView is one slice of a thread.
type ThreadView struct {
	Items   []ThreadItem
	Total   int64
	Sort    string // "oldest" or "newest"
	Base    string // path of the page the thread stands on
	NextURL string // "load more"; "": the end
	First   bool   // this slice begins at the start
	Closed  bool   // no replies are taken now
}

// ThreadItem is one reply as this reader sees it.
type ThreadItem struct {
	Reply   models.Reply
	Waiting bool   // the reader's own, not published yet
	Wait    string // "usually within a day", of a waiting one
	CanEdit bool
}

// ReplyForm is the box right after the question.
type ReplyForm struct {
	ui.Form
	Action   string
	SignedIn string        // the name it will appear under; "": ask for one
	Member   bool          // somebody is signed in: no address is asked for
	Parent   *models.Reply // whom it answers
	Quote    bool          // put the parent's words into the box
	Idea     int           // number of the idea whose thread it is; 0: the consultation
	Closed   string        // why nothing can be sent now, a sentence; "": it can
	Wait     string        // how long publishing usually takes here
}

// SuggestPage is "/consultations/{slug}/suggest".
type SuggestPage struct {
	ui.Frame
	Subject
	Form     ui.Form
	SignedIn string
	Member   bool
	Wait     string
}

// EditPage lets an author change a text while the window of 15 minutes is open.
type EditPage struct {
	ui.Frame
	Subject
	Item    models.Item
	Form    ui.Form
	Minutes int // left
	Earlier []models.TextRevision
}

// ChangesPage is "/consultations/{slug}/changes": what was edited after opening.
type ChangesPage struct {
	ui.Frame
	Subject
	Changes []Change
}

// Change is one edit with its differences, field by field.
type Change struct {
	At       models.Time
	Reason   string
	Fields   []FieldDiff
	Settings []models.SettingChange
}

// FieldDiff is what became of one text: runs of kept, removed and added words.
type FieldDiff struct {
	Name string // a key of the catalogue: "field.question"
	Runs []DiffRun
}

// DiffRun is one run of words.
type DiffRun struct {
	Op   string // "same", "removed" or "added"
	Text string
}

// SearchPage is "/search".
type SearchPage struct {
	ui.Frame
	Query string
	Hits  []models.Hit
}

// HostPage is one of the host's own pages: privacy, terms, accessibility, rules, contact.
type HostPage struct {
	ui.Frame
	Name string // "privacy" …
}

// ErrorPage says what happened and what to do.
type ErrorPage struct {
	ui.Frame
	Status    int
	Kind      string // "closed" or "role" where the status alone would mislead; else ""
	Sentence  string
	Reference string // of an internal error, to quote
	Back      string // where to go on
}
