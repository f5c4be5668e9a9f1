package models

import (
	"go/parser"
	"go/token"
	"slices"
	"testing"
)

// TestZonesAreEmbedded looks for the import that lets Zone work on a machine without
// time zones; no test can take them from the machine that it runs on.
func TestZonesAreEmbedded(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "time.go", nil, parser.ImportsOnly)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, spec := range file.Imports {
		paths = append(paths, spec.Path.Value)
	}
	if !slices.Contains(paths, `"time/tzdata"`) {
		t.Errorf("time.go imports %v, not time/tzdata", paths)
	}
}
