package ui

import (
	"folkmoot/models"
	"folkmoot/views/i18n"
)

// The values that forms offer, in their order.
var (
	AllCapacities = []models.Capacity{models.CapacityResident, models.CapacityBusiness, models.CapacityOrganisation}
	AllBands      = []models.Band{models.BandSole, models.BandMicro, models.BandSmall, models.BandMedium, models.BandLarge}
)

// ChoicesOf returns the options of a select or a group, one for each value; prefix + value
// is the catalogue key of its label.
func ChoicesOf[T ~string](l *i18n.Localizer, prefix string, values []T, chosen string) []Choice {
	list := make([]Choice, len(values))
	for i, v := range values {
		list[i] = Choice{Value: string(v), Label: l.T(prefix + string(v)), Chosen: string(v) == chosen}
	}
	return list
}
