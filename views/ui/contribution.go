package ui

import "folkmoot/models"

// Contribution is what a page shows of a reply or an idea: neither who sent it and from
// where, nor what enters its digest.
type Contribution struct {
	ID         string
	AuthorName string
	StaffRole  models.Role // the badge; "" for everybody else
	Language   string
	Reference  string // for its author to quote
	Source     string // of an import; else ""
	Status     models.Status
	Reason     string // the public reason of the last decision
	Withdrawn  bool
	CreatedAt  models.Time
	EditedAt   models.Time // zero: never
}

// ContributionOf returns what a page shows of c.
func ContributionOf(c models.Contribution) Contribution {
	return Contribution{
		ID: c.ID, AuthorName: c.AuthorName, StaffRole: c.StaffRole, Language: c.Language, Reference: c.Reference, Source: c.Source,
		Status: c.Status, Reason: c.Reason, Withdrawn: c.Withdrawn, CreatedAt: c.CreatedAt, EditedAt: c.EditedAt,
	}
}

// Response is a published answer of the board, without who drafted and published it.
type Response struct {
	Decision    models.ResponseDecision
	ReasonHTML  string
	Owner, By   string
	PublishedAt models.Time
}

// ResponseOf returns what a page shows of r, and nil for none and for a draft.
func ResponseOf(r *models.Response) *Response {
	if r == nil || r.PublishedAt.IsZero() {
		return nil
	}
	return &Response{Decision: r.Decision, ReasonHTML: r.ReasonHTML, Owner: r.Owner, By: r.By, PublishedAt: r.PublishedAt}
}

// Seal names a sealed version and the digests of its files.
type Seal struct {
	Version                  int
	At                       models.Time
	FullSHA256, PublicSHA256 string
}

// SealOf returns what a page shows of s, nil for nil.
func SealOf(s *models.Sealed) *Seal {
	if s == nil {
		return nil
	}
	return &Seal{Version: s.Version, At: s.At, FullSHA256: s.FullSHA256, PublicSHA256: s.PublicSHA256}
}
