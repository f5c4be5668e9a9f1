package models

import (
	"slices"
	"testing"
)

var allRoles = []Role{RoleParticipant, RoleModerator, RoleOrganiser, RoleBoard, RoleAdmin}

// TestRequire asks for every permission in every role: everywhere, here, elsewhere and as nobody.
func TestRequire(t *testing.T) {
	for what, roles := range map[Permission][]Role{
		MayModerate:       {RoleModerator},
		MayOrganise:       {RoleOrganiser},
		MayDownloadFull:   {RoleOrganiser},
		MayDraftResponse:  {RoleOrganiser, RoleBoard},
		MayReadBoard:      {RoleOrganiser, RoleBoard},
		MayPublishRespond: {RoleBoard},
		MayAdminister:     {RoleAdmin},
		"fly":             {},
	} {
		for _, in := range []string{"", "here"} {
			refused(t, string(what)+" as nobody", Require(nil, what, in), CodeUnauthenticated, "error.sign_in_first")
			refused(t, string(what)+" without a role", Require(&Participant{ID: "p"}, what, in), CodeForbidden, "error.role")
		}
		for _, role := range allRoles {
			code := CodeForbidden
			if slices.Contains(roles, role) {
				code = ""
			}
			for _, c := range []struct {
				name, scope, in string
				code            Code
			}{
				{"everywhere, somewhere", "", "", code},
				{"everywhere, here", "", "here", code},
				{"here, here", "here", "here", code},
				{"here, somewhere", "here", "", code},
				{"elsewhere, here", "elsewhere", "here", CodeForbidden},
			} {
				p := &Participant{Grants: []Grant{{role, c.scope}}}
				refused(t, string(what)+" as "+string(role)+" "+c.name, Require(p, what, c.in), c.code, "error.role")
			}
		}
	}
}

// TestGrants reads several grants together.
func TestGrants(t *testing.T) {
	p := &Participant{Grants: []Grant{{RoleModerator, "c1"}, {RoleModerator, "c2"}, {RoleBoard, "c2"}, {RoleOrganiser, ""}}}
	for _, c := range []struct {
		in   string
		want Role
	}{{"c1", RoleOrganiser}, {"c2", RoleBoard}, {"c3", RoleOrganiser}, {"", RoleBoard}} {
		if got := p.Staff(c.in); got != c.want {
			t.Errorf("the badge in %q: %s, want %s", c.in, got, c.want)
		}
	}
	if ids, all := p.Scope(RoleModerator); all || !slices.Equal(ids, []string{"c1", "c2"}) {
		t.Errorf("moderates %v, %v", ids, all)
	}
	if ids, all := p.Scope(RoleOrganiser); !all || ids != nil {
		t.Errorf("organises %v, %v", ids, all)
	}
	if ids, all := (*Participant)(nil).Scope(RoleAdmin); all || ids != nil {
		t.Errorf("nobody administers %v, %v", ids, all)
	}
	if got := (*Participant)(nil).Staff(""); got != "" {
		t.Errorf("nobody is %s", got)
	}
}

// TestCheckVote refuses staff where they are staff, and nobody.
func TestCheckVote(t *testing.T) {
	con := testConsultation()
	refused(t, "nobody", (*Participant)(nil).CheckVote(con), CodeUnauthenticated, "error.sign_in_first")
	refused(t, "no grants", (&Participant{Capacity: CapacityResident}).CheckVote(con), "", "")
	for _, role := range allRoles {
		code := CodeForbidden
		if role == RoleParticipant {
			code = ""
		}
		for scope, want := range map[string]Code{"": code, con.ID: code, "elsewhere": ""} {
			p := &Participant{Capacity: CapacityResident, Grants: []Grant{{role, scope}}}
			refused(t, string(role)+" in "+scope, p.CheckVote(con), want, "error.vote.staff")
		}
	}
	con.Settings.Capacities = []Capacity{CapacityBusiness}
	refused(t, "a resident among businesses", (&Participant{Capacity: CapacityResident}).CheckVote(con), CodeForbidden, "error.vote.capacity")
}

func TestCheckEligible(t *testing.T) {
	for _, c := range []struct {
		name       string
		capacities []Capacity
		bands      []Band
		capacity   Capacity
		band       Band
		key        string
	}{
		{"everyone", nil, nil, CapacityResident, "", ""},
		{"everyone, without a capacity", nil, nil, "", "", ""},
		{"a business among all", nil, nil, CapacityBusiness, BandLarge, ""},
		{"named", []Capacity{CapacityResident, CapacityBusiness}, nil, CapacityBusiness, BandSole, ""},
		{"not named", []Capacity{CapacityResident, CapacityBusiness}, nil, CapacityOrganisation, "", "error.vote.capacity"},
		{"no capacity given", []Capacity{CapacityResident}, nil, "", "", "error.vote.capacity_unsaid"},
		{"bands alone do not concern who has not said", nil, []Band{BandSole}, "", "", ""},
		{"a band named", nil, []Band{BandSole, BandMicro}, CapacityBusiness, BandMicro, ""},
		{"a band not named", nil, []Band{BandSole, BandMicro}, CapacityBusiness, BandSmall, "error.vote.band"},
		{"a business without a band", nil, []Band{BandSole}, CapacityBusiness, "", "error.vote.band"},
		{"bands do not concern residents", nil, []Band{BandSole}, CapacityResident, "", ""},
		{"nor organisations", nil, []Band{BandSole}, CapacityOrganisation, BandLarge, ""},
		{"capacity before band", []Capacity{CapacityResident}, []Band{BandSole}, CapacityBusiness, BandLarge, "error.vote.capacity"},
	} {
		code := CodeForbidden
		if c.key == "" {
			code = ""
		}
		s := ConsultationSettings{Capacities: c.capacities, Bands: c.bands}
		refused(t, c.name, s.CheckEligible(c.capacity, c.band), code, c.key)
	}
}

// TestValid knows the listed words and no others.
func TestValid(t *testing.T) {
	for name, got := range map[string]struct{ got, want bool }{
		"a role":             {RoleBoard.Valid(), true},
		"no role":            {Role("").Valid(), false},
		"an unknown role":    {Role("king").Valid(), false},
		"a capacity":         {CapacityOrganisation.Valid(), true},
		"no capacity":        {Capacity("").Valid(), false},
		"a band":             {BandLarge.Valid(), true},
		"no band":            {Band("").Valid(), false},
		"a status":           {StatusErased.Valid(), true},
		"an unknown status":  {Status("merged").Valid(), false},
		"a response":         {ResponseAdoptInPart.Valid(), true},
		"an unknown one":     {ResponseDecision("maybe").Valid(), false},
		"nothing to ask for": {Author{}.Nobody(), true},
		"a guest":            {Author{Guest: "g"}.Nobody(), false},
	} {
		if got.got != got.want {
			t.Errorf("%s: %v", name, got.got)
		}
	}
	if a := (Actor{Guest: "g"}); a.ID() != "" || a.Author() != (Author{Guest: "g"}) {
		t.Errorf("a guest is %+v", a.Author())
	}
	if a := (Actor{Guest: "g", Participant: &Participant{ID: "p"}}); a.ID() != "p" || a.Author() != (Author{"p", "g"}) {
		t.Errorf("a participant is %+v", a.Author())
	}
}
