package ui

import (
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"folkmoot/views/i18n"
)

// LayoutData is what Layout needs besides the page itself.
type LayoutData struct {
	L          *i18n.Localizer
	Site       string // the host's name, from the settings
	Title      string // of the page
	Path       string // path and query of this page on this site, to come back to
	Demo       bool   // the store holds demonstration data
	Who        *Who   // nil: nobody is signed in
	Unsure     bool   // somebody may be signed in, which cannot be read at the moment
	Remembered bool   // this browser holds a cookie of ours: show "Forget me on this device"
	Remember   bool   // and keeps it beyond its session: the box "Remember me" is ticked
	Notice     *Notice
	Private    bool // not for search engines, no referrer
	Now        time.Time
}

// Who is the signed-in person as the layout shows them.
type Who struct {
	Name                               string
	Moderator, Organiser, Board, Admin bool
	Queue                              int64 // items waiting, for a moderator
}

// Notice is one message on a page about what was just done.
type Notice struct {
	Kind string // "done", "waiting" or "problem"
	Text string // a whole sentence, already in the person's language
	At   string // the place on the page where it is shown, by SaidHere or in a waiting text; "": above the page
	Undo *Undo  // of a moderation decision
}

// Undo is the form that takes back one decision.
type Undo struct {
	Slug string
	Seq  int64
}

// hostPages are the host's own pages, in the order of the foot.
var hostPages = []string{"privacy", "terms", "accessibility", "rules", "contact"}

func (f LayoutData) fullTitle() string {
	if f.Title == "" || f.Title == f.Site {
		return f.Site
	}
	return f.Title + " · " + f.Site
}

// navLink is one entry of the masthead.
type navLink struct {
	url, words, icon string
	count            int64
	here             bool
}

func (n navLink) attributes() templ.Attributes {
	if n.here {
		return templ.Attributes{"aria-current": "page"}
	}
	return nil
}

// links returns where this person may go.
func (f LayoutData) links() (list []navLink) {
	add := func(show bool, path, words, icon string, count int64) {
		if show {
			here := f.Path == path || strings.HasPrefix(f.Path, path+"?")
			list = append(list, navLink{path, words, icon, count, here})
		}
	}
	add(true, "/search", f.L.T("layout.search"), "search", 0)
	if f.Who == nil && f.Unsure {
		return list
	}
	if f.Who == nil {
		list = append(list, navLink{url: signIn(f.Path), words: f.L.T("layout.sign_in"), icon: "person"})
		return list
	}
	add(f.Who.Moderator, "/moderation", f.L.T("layout.moderation"), "", f.Who.Queue)
	add(f.Who.Organiser, "/organise", f.L.T("layout.organise"), "", 0)
	add(f.Who.Board, "/board", f.L.T("layout.board"), "", 0)
	add(f.Who.Admin, "/admin", f.L.T("layout.admin"), "", 0)
	add(true, "/account", f.accountName(), "person", 0)
	return list
}

func (f LayoutData) accountName() string {
	if f.Who.Name == "" {
		return f.L.T("layout.account")
	}
	return f.Who.Name
}

// unreturned are the pages whose address is not handed on: it may hold a token.
var unreturned = []string{"/sign-in", "/contributions", "/edit", "/report", "/withdraw"}

// signIn returns the address of the sign-in page that comes back to path.
func signIn(path string) string {
	if path == "" || path == "/" {
		return "/sign-in"
	}
	for _, private := range unreturned {
		if rest, ok := strings.CutPrefix(path, private); ok && (rest == "" || strings.ContainsAny(rest[:1], "/?")) {
			return "/sign-in"
		}
	}
	return "/sign-in?return_to=" + url.QueryEscape(path)
}

// LocalPath returns p if it is a plain path on this site, and "/" otherwise.
func LocalPath(p string) string {
	if !strings.HasPrefix(p, "/") || strings.HasPrefix(p, "//") || strings.Contains(p, "\\") {
		return "/"
	}
	return p
}
