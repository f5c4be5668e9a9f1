package markup

import (
	"net/url"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
)

var (
	integer  = regexp.MustCompile(`^[0-9]{1,9}$`)
	span     = regexp.MustCompile(`^[1-9][0-9]?$`)
	webLink  = regexp.MustCompile(`^(?i:https?://|mailto:).`)
	siteLink = regexp.MustCompile(`^(?:(?i:https?://|mailto:).|/(?:[^/\\]|$))`)
)

var (
	lightPolicy     = newLightPolicy()
	richPolicy      = newRichPolicy(webLink)
	organiserPolicy = newRichPolicy(siteLink).AllowRelativeURLs(true)
	noPolicy        = bluemonday.StrictPolicy()
)

// newLightPolicy allows what Public can make and nothing else.
func newLightPolicy() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "em", "strong", "ul", "ol", "li", "blockquote", "pre", "code")
	allowLists(p)
	allowLinks(p, webLink)
	return p
}

// newRichPolicy allows what an organiser or an imported blog post may hold.
func newRichPolicy(links *regexp.Regexp) *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "em", "strong", "del", "ins", "sub", "sup", "q", "cite",
		"h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code",
		"table", "caption", "thead", "tbody", "tfoot", "tr", "th", "td")
	p.AllowAttrs("colspan", "rowspan").Matching(span).OnElements("td", "th")
	allowLists(p)
	allowLinks(p, links)
	return p
}

func allowLists(p *bluemonday.Policy) {
	p.AllowAttrs("start").Matching(integer).OnElements("ol")
	p.AllowAttrs("value").Matching(integer).OnElements("li")
}

func allowLinks(p *bluemonday.Policy, links *regexp.Regexp) {
	p.AllowAttrs("href").Matching(links).OnElements("a")
	p.RequireParseableURLs(true)
	hasHost := func(u *url.URL) bool { return u.Host != "" }
	p.AllowURLSchemeWithCustomPolicy("http", hasHost)
	p.AllowURLSchemeWithCustomPolicy("https", hasHost)
	p.AllowURLSchemeWithCustomPolicy("mailto", func(u *url.URL) bool { return u.Opaque != "" })
	p.RequireNoFollowOnLinks(true)
}

// finish is the one way out: the allow-list, then the full rel and the
// directions. The quotation marks and the signs < and > of texts and of attribute
// values leave the policy escaped, so what is replaced can only be an attribute or
// a tag that the policy wrote itself.
func finish(p *bluemonday.Policy, s string) string {
	s = p.Sanitize(s)
	return strings.TrimSpace(directions(strings.ReplaceAll(s, `rel="nofollow"`, `rel="nofollow ugc noopener"`)))
}
