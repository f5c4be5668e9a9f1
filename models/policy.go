package models

// Permission is something that only some roles may do.
type Permission string

// The permissions, as in the design's list of roles.
const (
	MayModerate       Permission = "moderate"         // the queue
	MayOrganise       Permission = "organise"         // create, edit, open, pause, count, seal
	MayDownloadFull   Permission = "download_full"    // the sealed file with ballots
	MayDraftResponse  Permission = "draft_response"   // of the board
	MayReadBoard      Permission = "read_board"       // results and packs
	MayPublishRespond Permission = "publish_response" // of the board
	MayAdminister     Permission = "administer"       // people, settings, erasing, held mail
)

// holders says which roles have a permission.
var holders = map[Permission][]Role{
	MayModerate:       {RoleModerator},
	MayOrganise:       {RoleOrganiser},
	MayDownloadFull:   {RoleOrganiser},
	MayDraftResponse:  {RoleOrganiser, RoleBoard},
	MayReadBoard:      {RoleBoard, RoleOrganiser},
	MayPublishRespond: {RoleBoard},
	MayAdminister:     {RoleAdmin},
}

// Require checks that p may do what in the consultation ("": somewhere): nil,
// CodeUnauthenticated if nobody is signed in, else CodeForbidden.
func Require(p *Participant, what Permission, consultationID string) error {
	for _, role := range holders[what] {
		if p.Has(role, consultationID) {
			return nil
		}
	}
	if p == nil {
		return Fail(CodeUnauthenticated, "error.sign_in_first")
	}
	return Fail(CodeForbidden, "error.role")
}

// Actor is who asks: a participant or nobody, in a browser of some network.
type Actor struct {
	Participant *Participant
	Guest       string // keyed hash of the guest cookie; "" if there is none
	Network     string // keyed hash of the masked address
	Language    string
}

// Author returns the identities under which the actor's own things are found.
func (a Actor) Author() Author {
	au := Author{Guest: a.Guest}
	if a.Participant != nil {
		au.ParticipantID = a.Participant.ID
	}
	return au
}

// ID returns the participant's id, or "".
func (a Actor) ID() string { return a.Author().ParticipantID }

func contains[T comparable](list []T, v T) bool {
	for _, x := range list {
		if x == v {
			return true
		}
	}
	return false
}
