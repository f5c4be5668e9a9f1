package models

import (
	"strconv"
	"time"
)

// SiteSettings are what the host chooses for the whole site: one value, changed as a whole.
type SiteSettings struct {
	Version int64  `json:"version"` // raised by each change; 0: never changed
	Limits  Limits `json:"limits"`
}

// Limits are how many of each kind one network, or one participant, may send within
// LimitWindow. What is beyond is refused until some of it is that old. Limits of mail last a
// day.
type Limits struct {
	Texts   int `json:"texts"`   // replies and ideas from one network
	Links   int `json:"links"`   // links by mail that one network asks for
	Reports int `json:"reports"` // from one network
	Votes   int `json:"votes"`   // of one participant
	Reads   int `json:"reads"`   // searches and exports from one network

	// Messages about ballots and texts, a day, repeats included. Those over a limit wait.
	MailMailbox int `json:"mail_mailbox"` // to one mailbox that is not confirmed
	MailDomain  int `json:"mail_domain"`  // to one mail domain
	MailSite    int `json:"mail_site"`    // to all
}

// LimitWindow is how long something counts towards its limit.
const LimitWindow = 10 * time.Minute

// MaxLimit is the highest limit that a host can set.
const MaxLimit = 100_000

// DefaultSiteSettings are those of a site whose settings were never changed. Their limits
// let a library or an office full of people take part behind one address.
func DefaultSiteSettings() SiteSettings {
	return SiteSettings{Limits: Limits{
		Texts: 60, Links: 60, Reports: 30, Votes: 600, Reads: 240,
		MailMailbox: UnconfirmedMost, MailDomain: 2_000, MailSite: 5_000,
	}}
}

// LimitKind names one of the Limits.
type LimitKind string

// The kinds of limit.
const (
	LimitTexts   LimitKind = "texts"
	LimitLinks   LimitKind = "links"
	LimitReports LimitKind = "reports"
	LimitVotes   LimitKind = "votes"
	LimitReads   LimitKind = "reads"

	LimitMailMailbox LimitKind = "mail_mailbox"
	LimitMailDomain  LimitKind = "mail_domain"
	LimitMailSite    LimitKind = "mail_site"
)

// LimitKinds lists them in the order in which a form shows them.
func LimitKinds() []LimitKind {
	return []LimitKind{
		LimitTexts, LimitLinks, LimitReports, LimitVotes, LimitReads, LimitMailMailbox, LimitMailDomain, LimitMailSite,
	}
}

// Of returns a pointer to one of the limits.
func (l *Limits) Of(kind LimitKind) *int {
	switch kind {
	case LimitTexts:
		return &l.Texts
	case LimitLinks:
		return &l.Links
	case LimitReports:
		return &l.Reports
	case LimitVotes:
		return &l.Votes
	case LimitReads:
		return &l.Reads
	case LimitMailMailbox:
		return &l.MailMailbox
	case LimitMailDomain:
		return &l.MailDomain
	case LimitMailSite:
		return &l.MailSite
	}
	panic("no limit of " + string(kind))
}

// Check reports what is wrong with the settings: nil, or CodeInvalid with the fields.
func (s SiteSettings) Check() error {
	var fields []FieldError
	for _, kind := range LimitKinds() {
		most := MaxLimit
		if kind == LimitMailMailbox {
			most = UnconfirmedMost
		}
		if n := *s.Limits.Of(kind); n < 1 || n > most {
			fields = append(fields, Field(string(kind), "error.settings.limit", "max", most))
		}
	}
	return Invalid(fields)
}

// Changes lists in what next differs from s, in the order of the form.
func (s SiteSettings) Changes(next SiteSettings) (changes []SettingChange) {
	for _, kind := range LimitKinds() {
		if a, b := *s.Limits.Of(kind), *next.Limits.Of(kind); a != b {
			changes = append(changes, SettingChange{string(kind), strconv.Itoa(a), strconv.Itoa(b)})
		}
	}
	return changes
}
