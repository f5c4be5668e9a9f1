package sqlite

import (
	"maps"
	"slices"
	"testing"

	"folkmoot/models"
)

// TestItemKinds: each kind of item has its table and its reading.
func TestItemKinds(t *testing.T) {
	if got := slices.Sorted(maps.Keys(itemKinds)); !slices.Equal(got, models.Kinds()) {
		t.Errorf("the kinds are %v", got)
	}
	if got := slices.Sorted(maps.Keys(itemTables)); !slices.Equal(got, models.Kinds()) {
		t.Errorf("the tables are those of %v", got)
	}
}
