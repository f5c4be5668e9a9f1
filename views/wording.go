package views

import (
	"strconv"
	"time"

	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// roleWord names a role: "moderator".
func roleWord(l *i18n.Localizer, r models.Role) string { return l.T("role." + string(r)) }

// capacityWord names in what capacity somebody takes part, a business with its size.
func capacityWord(l *i18n.Localizer, c models.Capacity, b models.Band) string {
	if c == models.CapacityBusiness && b != "" {
		return l.T("capacity.business_of", "band", l.T("band."+string(b)))
	}
	return l.T("capacity." + string(c))
}

var (
	allCapacities = []models.Capacity{models.CapacityResident, models.CapacityBusiness, models.CapacityOrganisation}
	allBands      = []models.Band{models.BandSole, models.BandMicro, models.BandSmall, models.BandMedium, models.BandLarge}
	allRoles      = []models.Role{models.RoleModerator, models.RoleOrganiser, models.RoleBoard, models.RoleAdmin}
	allResponses  = []models.ResponseDecision{models.ResponseAdopt, models.ResponseAdoptInPart, models.ResponseDecline, models.ResponseConsidering}
)

// choicesOf makes the options of a select from values whose labels stand in the
// catalogue under prefix.
func choicesOf[T ~string](l *i18n.Localizer, prefix string, values []T, chosen string) []ui.Choice {
	list := make([]ui.Choice, len(values))
	for i, v := range values {
		list[i] = ui.Choice{Value: string(v), Label: l.T(prefix + string(v)), Chosen: string(v) == chosen}
	}
	return list
}

// allowed gives the values that a setting allows; an empty setting allows all.
func allowed[T comparable](setting, all []T) []T {
	if len(setting) == 0 {
		return all
	}
	return setting
}

// when writes a date with the time beside it: "3 March 2027, 17:00 GMT (in 5 days)".
func when(f ui.Frame, t time.Time, zone string) string {
	if t.IsZero() {
		return f.L.T("when.never")
	}
	return f.L.T("when.both", "date", f.L.DateTime(t, zone), "relative", f.L.Days(f.Now, t, zone))
}

// day is when without the time of day.
func day(f ui.Frame, t time.Time, zone string) string {
	if t.IsZero() {
		return f.L.T("when.never")
	}
	return f.L.T("when.both", "date", f.L.Date(t, zone), "relative", f.L.Days(f.Now, t, zone))
}

// ideaURL gives the path of an idea's page.
func ideaURL(slug string, number int) string {
	return "/consultations/" + slug + "/ideas/" + strconv.Itoa(number)
}

// countedOrNone gives a sentence with a number in it, or the one for none at all.
func countedOrNone(l *i18n.Localizer, key string, n int) string {
	if n == 0 {
		return l.T(key + "_none")
	}
	return l.T(key, "count", n)
}
