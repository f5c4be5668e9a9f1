package main

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// arrows says which packages of ours each package may import, as the design
// draws them; a package that is missing here is a package that nobody planned.
var arrows = map[string][]string{
	"models":                   {},
	"models/ranking":           {"models"},
	"models/markup":            {"models"},
	"models/sealed":            {"models", "models/ranking"},
	"models/service":           {"models", "models/ranking", "models/sealed", "models/markup"},
	"models/sqlite":            {"models", "models/sqlite/engine", "models/words"},
	"models/sqlite/engine":     {"models"},
	"models/mongo":             {"models", "models/mongo/engine", "models/words"},
	"models/mongo/engine":      {"models"},
	"models/mongo/mongotest":   {},
	"models/sqlite/sqlitetest": {"models/sqlite"},
	"models/storetest":         {"models"},
	"models/words":             {"models"},
	"models/mail":              {"models"},
	"models/jobs":              {"models", "models/service"},
	"models/transfer":          {"models", "models/service"},
	"public":                   {},
	"views/i18n":               {"models"},
	"views/ui":                 {"models", "views/i18n", "public"},
	"views":                    {"models", "views/i18n", "views/ui"},
	"views/staff":              {"models", "views/i18n", "views/ui"},
	"views/account":            {"models", "views/i18n", "views/ui"},
	"views/viewstest":          {"models", "views/i18n", "views/ui"},
	"views/mail":               {"models", "views/i18n", "views/ui"},
	"views/boardpack":          {"models", "views/i18n", "views/ui"},
	"handlers":                 {"handlers/pagecache", "handlers/httpconn", "models", "models/service", "views", "views/staff", "views/account", "views/ui", "views/i18n", "views/boardpack", "public"},
	"handlers/pagecache":       {"models", "views/i18n", "views/ui"},
	"handlers/httpconn":        {},
	"cmd/folkmoot":             {"*"},
	"cmd/folkmoot-bench":       {"*"},

	"models/mongo/mongotest/replicaset": {"models/mongo/mongotest"},
}

// drivers may be imported by one package alone (and by the benchmark).
var drivers = map[string]string{
	"github.com/gofiber/fiber":       "handlers",
	"github.com/valyala/fasthttp":    "handlers",
	"github.com/mattn/go-sqlite3":    "models/sqlite/engine",
	"github.com/pressly/goose":       "models/sqlite/engine",
	"go.mongodb.org/mongo-driver":    "models/mongo",
	"github.com/wneessen/go-mail":    "models/mail",
	"github.com/alecthomas/kong":     "cmd/folkmoot",
	"github.com/nicksnyder/go-i18n":  "views/i18n",
	"github.com/yuin/goldmark":       "models/markup",
	"github.com/microcosm-cc/bluemo": "models/markup",
}

// TestArrows reads the imports of every Go file.
func TestArrows(t *testing.T) {
	root := filepath.Join("..", "..")
	seen := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (name == "node_modules" || name == "testdata" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") {
			return nil
		}
		folder, err := filepath.Rel(root, filepath.Dir(path))
		if err != nil {
			return err
		}
		folder = filepath.ToSlash(folder)
		seen[folder] = true
		checkImports(t, folder, path)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if !seen["models"] || !seen["handlers"] {
		t.Errorf("the walk found %v", seen)
	}
	for folder := range seen {
		if _, planned := arrows[folder]; !planned {
			t.Errorf("%s is in no place that the design knows", folder)
		}
	}
}

// checkImports checks one file. Test files may import a store and the contract
// besides, and drive anything from outside.
func checkImports(t *testing.T, folder, path string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
	if err != nil {
		t.Error(err)
		return
	}
	test := strings.HasSuffix(path, "_test.go")
	for _, spec := range file.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Error(err)
			continue
		}
		if ours, ok := strings.CutPrefix(imported, "folkmoot/"); ok {
			if !allowed(folder, ours, test) {
				t.Errorf("%s imports %s: the design has no such arrow", path, imported)
			}
			continue
		}
		if folder == "models" && strings.Contains(strings.Split(imported, "/")[0], ".") && !test {
			t.Errorf("%s imports %s: models imports the standard library alone", path, imported)
		}
		if at := driverOf(imported); at != "" && !within(folder, at) && folder != "cmd/folkmoot-bench" && !test {
			t.Errorf("%s imports %s, which belongs to %s", path, imported, at)
		}
	}
}

// allowed reports whether folder may import ours.
func allowed(folder, ours string, test bool) bool {
	list := arrows[folder]
	if slices.Contains(list, ours) || slices.Contains(list, "*") {
		return true
	}
	if test && ours == "views/viewstest" {
		return strings.HasPrefix(folder, "views")
	}
	return test && (ours == folder || slices.Contains([]string{"models/sqlite", "models/sqlite/sqlitetest", "models/mongo", "models/mongo/mongotest", "models/storetest", "models/service", "views/mail"}, ours) &&
		!strings.HasPrefix(folder, "views"))
}

// within reports whether folder is at or a helper of its tests.
func within(folder, at string) bool {
	return folder == at || folder == at+"/"+filepath.Base(at)+"test" || folder == at+"/engine"
}

// driverOf returns the package to which an import belongs alone, or "".
func driverOf(imported string) string {
	for prefix, at := range drivers {
		if strings.HasPrefix(imported, prefix) {
			return at
		}
	}
	return ""
}

// TestArrowsAreEnforced breaks the rules on purpose.
func TestArrowsAreEnforced(t *testing.T) {
	for _, c := range []struct {
		folder, ours string
		test, want   bool
	}{
		{"models", "models/service", false, false},
		{"views", "handlers", false, false},
		{"views", "models/service", true, false},
		{"views/staff", "views", false, false},
		{"views/staff", "views/viewstest", true, true},
		{"views", "views/viewstest", false, false},
		{"models/sqlite", "models/service", false, false},
		{"models/jobs", "models/sqlite", false, false},
		{"models/jobs", "models/sqlite", true, true},
		{"handlers", "models/sqlite", false, false},
		{"handlers", "models/sqlite", true, true},
		{"handlers", "models/service", false, true},
		{"models/service", "models/markup", false, true},
		{"cmd/folkmoot", "models/sqlite", false, true},
	} {
		if got := allowed(c.folder, c.ours, c.test); got != c.want {
			t.Errorf("%s importing %s (test %v): %v", c.folder, c.ours, c.test, got)
		}
	}
}
