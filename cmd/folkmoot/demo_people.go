package main

import (
	"strings"

	"folkmoot/models"
)

// The names of the demonstration's staff. Their addresses are in a reserved domain.
const (
	moderatorName = "Ruth Osei"
	organiserName = "Hilde Brandvold"
	boardName     = "Marcus Tindall"
	adminName     = "Elin Hughes"
)

var demoStaff = []struct {
	name, address string
	role          models.Role
}{
	{moderatorName, "moderator@thornleydale.example", models.RoleModerator},
	{organiserName, "organiser@thornleydale.example", models.RoleOrganiser},
	{boardName, "board@thornleydale.example", models.RoleBoard},
	{adminName, "admin@thornleydale.example", models.RoleAdmin},
}

// demoVoter is somebody with an account.
type demoVoter struct {
	name     string
	capacity models.Capacity
	band     models.Band
}

// address derives an address from the name, in a reserved top-level domain.
func (v demoVoter) address() string {
	return strings.ToLower(strings.ReplaceAll(v.name, " ", ".")) + "@people.example"
}

func owner(name string, band models.Band) demoVoter {
	return demoVoter{name, models.CapacityBusiness, band}
}

func resident(name string) demoVoter { return demoVoter{name, models.CapacityResident, ""} }

func organisation(name string) demoVoter { return demoVoter{name, models.CapacityOrganisation, ""} }

// lepVoters vote in the open consultation; the first seven also post under their
// account.
var lepVoters = []demoVoter{
	owner("Dilwyn Pugh", models.BandMicro), owner("Amara Okafor", models.BandMicro), owner("Sol Feingold", models.BandSole),
	owner("Priya Raman", models.BandSole), owner("Bethan Rees", models.BandSole), owner("Hamish Baird", models.BandMicro),
	owner("Noor Siddiqui", models.BandSole),
	owner("Owen Tate", models.BandSole), owner("Sinead Kerr", models.BandMicro), owner("Rafi Cohen", models.BandSole),
	owner("Judith Amos", models.BandMicro), owner("Pavel Horak", models.BandSole), owner("Ngozi Eze", models.BandMicro),
	owner("Tilly Marsh", models.BandSole), owner("Devon Clarke", models.BandMicro), owner("Anwen Lloyd", models.BandSole),
	owner("Mei Tan", models.BandMicro), owner("George Pappas", models.BandMicro), owner("Farah Aziz", models.BandSole),
	owner("Colm Brady", models.BandSmall), owner("Ursula Beck", models.BandSmall), owner("Stan Kowal", models.BandSole),
	owner("Ivy Chukwu", models.BandSole), owner("Ewan Moffat", models.BandMicro), owner("Lena Fischer", models.BandSole),
	owner("Bilal Rahman", models.BandMicro), owner("Peggy Noakes", models.BandSole), owner("Zoltan Kiss", models.BandMicro),
	owner("Harriet Vane", models.BandSmall), owner("Abel Mensah", models.BandSole), owner("Cerys Bowen", models.BandMicro),
	owner("Dougal Innes", models.BandSole), resident("Wendy Furlong"), resident("Tunde Balogun"), resident("Erica Sands"),
	resident("Mick Dolan"), resident("Parveen Gill"), resident("Lorna Speight"), resident("Hugo Martins"),
	organisation("Thornley Credit Union"), organisation("Dale Crafts Guild"), organisation("Lockside Trust"),
}

// shopsVoters vote in the sealed consultation.
var shopsVoters = []demoVoter{
	owner("Imran Sheikh", models.BandSole), resident("Callum Reid"),
	resident("Nora Finch"), resident("Idris Vaughan"), resident("Sadie Holt"), resident("Leon Baptiste"), resident("Carys Pritchard"),
	resident("Hanna Lund"), resident("Viktor Dragan"), resident("Moira Shaw"), resident("Jamal Karim"), resident("Betty Rudd"),
	resident("Simon Ogden"), resident("Asha Patel"), resident("Duncan Frame"), resident("Rhona Macrae"), resident("Ted Whelan"),
	resident("Olive Hart"), resident("Ravi Menon"), resident("Greta Holm"), resident("Alun Probert"), resident("Efua Boateng"),
	resident("Clive Banner"), resident("Marta Silva"), resident("Joyce Ings"), resident("Nico Ferri"), resident("Una Creed"),
	resident("Walter Beale"), resident("Samira Nasser"), resident("Pip Lowther"), resident("Conrad Eames"), resident("Dilys Owen"),
	resident("Frank Tully"), resident("Anya Petrova"), resident("Keith Marr"), resident("Flo Garside"), resident("Umar Farooq"),
	resident("Hettie Crane"), resident("Bruno Costa"), resident("Sheila Dunn"), owner("Kofi Asante", models.BandMicro),
	owner("Brenda Lyle", models.BandSole), owner("Ali Rezaei", models.BandMicro), owner("Jo Cartwright", models.BandSole),
	owner("Paulo Nunes", models.BandMicro), owner("Vera Simms", models.BandSole), owner("Glyn Tudor", models.BandSmall),
	owner("Rosie Peel", models.BandSole), owner("Hassan Noor", models.BandMicro), organisation("Market Street Traders"),
	organisation("Thornley Civic Society"), organisation("St Oswald Parish"),
}
