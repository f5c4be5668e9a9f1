package models

import "slices"

// Role is what a person may do beyond taking part.
type Role string

// The roles.
const (
	RoleParticipant Role = "participant"
	RoleModerator   Role = "moderator"
	RoleOrganiser   Role = "organiser"
	RoleBoard       Role = "board"
	RoleAdmin       Role = "admin"
)

// Valid reports whether r is one of the roles.
func (r Role) Valid() bool {
	switch r {
	case RoleParticipant, RoleModerator, RoleOrganiser, RoleBoard, RoleAdmin:
		return true
	}
	return false
}

// Participant is a person with an account.
type Participant struct {
	ID         string
	Name       string // public
	Address    string // confirmed, as mail goes to it; never published
	AddressKey string // what the account is found by, see AddressKey
	Capacity   Capacity
	Band       Band
	Grants     []Grant
	Number     int // of a moderator, for "Moderator 1"; 0 until it is needed
	Language   string
	CreatedAt  Time
}

// Grant is one role, everywhere or in one consultation.
type Grant struct {
	Role           Role
	ConsultationID string // "": everywhere
}

// Voice is what the participant's votes count for.
func (p Participant) Voice() string { return p.ID }

// VotesAs returns the capacity in which p votes, CapacityUnsaid if the account names
// none, and the band of a business, "" for everybody else.
func (p Participant) VotesAs() (Capacity, Band) {
	if p.Capacity == CapacityBusiness {
		return p.Capacity, p.Band
	}
	return p.Capacity, ""
}

// Has reports whether p holds the role in the consultation ("": somewhere).
func (p *Participant) Has(role Role, consultationID string) bool {
	if p == nil {
		return false
	}
	return slices.ContainsFunc(p.Grants, func(g Grant) bool {
		return g.Role == role && (g.ConsultationID == "" || consultationID == "" || g.ConsultationID == consultationID)
	})
}

// Staff returns the role to show beside a staff member's name in the consultation, or "".
func (p *Participant) Staff(consultationID string) Role {
	for _, r := range []Role{RoleBoard, RoleOrganiser, RoleModerator, RoleAdmin} {
		if p.Has(r, consultationID) {
			return r
		}
	}
	return ""
}

// Scope lists the consultations in which p holds role; all is true when it is everywhere.
func (p *Participant) Scope(role Role) (ids []string, all bool) {
	if p == nil {
		return nil, false
	}
	for _, g := range p.Grants {
		if g.Role == role && g.ConsultationID == "" {
			return nil, true
		}
		if g.Role == role {
			ids = append(ids, g.ConsultationID)
		}
	}
	return ids, false
}

// Session is one signed-in browser; its token is kept only as a hash.
type Session struct {
	TokenHash     string
	ParticipantID string
	CreatedAt     Time
	ExpiresAt     Time
}

// How long somebody stays signed in on a device that they want to be remembered on, and
// at the longest on any other, where the browser's session may end sooner.
const (
	SessionLife        = 30 * 24 * 60 * 60 // seconds
	BrowserSessionLife = 24 * 60 * 60      // seconds
)
