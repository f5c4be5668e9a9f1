package main

import (
	"bytes"
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"folkmoot/models"
)

// builtKeys are the keys that are put together while the program runs: how they
// begin or end, and the file that builds them.
var builtKeys = []struct{ prefix, suffix, file string }{
	{"about.", "", "views/consultation.go"},
	{"admin.role_may.", "", "views/staff/admin.templ"},
	{"answer.", "", "views/ui/status.templ"},
	{"vote.closed.", "", "views/vote.templ"},
	{"vote.late.", "", "views/vote.templ"},
	{"vote.said.", "", "views/vote.go"},
	{"vote.waiting.", "", "views/vote.go"},
	{"band.", "", "views/staff/consultation_form.templ"},
	{"capacities.", "", "views/ui/subject.go"},
	{"capacity.", "", "views/staff/consultation_form.templ"},
	{"choice.", "", "views/store_unavailable.go"},
	{"cli.copy.kind.", "", "cmd/folkmoot/copy.go"},
	{"cli.import.", "", "cmd/folkmoot/import.go"},
	{"cli.verify.", "", "cmd/folkmoot/verify.go"},
	{"cli.verify.file.", "", "cmd/folkmoot/verify.go"},
	{"clock.", "", "views/ui/clock.go"},
	{"consultation.", "", "views/consultation.templ"},
	{"contribution.heading.", "", "views/account/contribution.templ"},
	{"contribution.next.", "", "views/account/contribution.templ"},
	{"contribution.status.", "", "views/account/contribution.templ"},
	{"date.month.", "", "views/i18n/dates.go"},
	{"decisions.by.", "", "views/staff/decisions.go"},
	{"decisions.did.", "", "views/staff/decisions.go"},
	{"edit.title.", "", "views/account/edit.templ"},
	{"error.field.", "", "models/service/form.go"},
	{"error.limit.", "", "models/service/service.go"},
	{"error.opening.", "", "models/consultation_rules.go"},
	{"error_page.", "", "views/errors.templ"},
	{"field.", "", "views/results_changes.templ"},
	{"waiting.word.", "", "views/thread.templ"},
	{"withdraw.heading.", "", "views/account/withdraw.templ"},
	{"", "_held", "views/account/signin.go"},
	{"gap.", "", "views/thread.go"},
	{"home.", "", "views/home.templ"},
	{"host.", "", "views/host.templ"},
	{"idea.order.", "", "views/consultation.templ"},
	{"kind.", "", "views/staff/queue.templ"},
	{"layout.page.", "", "views/ui/layout.templ"},
	{"mail.choice.", "", "views/mail/messages.go"},
	{"mail.decided.", "", "views/mail/messages.go"},
	{"manage.", "", "views/staff/manage.templ"},
	{"notice.", "", "handlers/reply.go"},
	{"notice.decided.", "", "handlers/moderation.go"},
	{"ordinal.", "", "views/i18n/numbers.go"},
	{"organise_form.field.", "", "views/staff/consultation_form.go"},
	{"organise_form.hint.", "", "views/staff/consultation_form.go"},
	{"report.heading.", "", "views/report.templ"},
	{"respond.open.", "", "views/staff/respond.templ"},
	{"respond.stands.", "", "views/staff/respond.templ"},
	{"results.column.", "", "views/results_table.templ"},
	{"results.file.", "", "views/results_table.templ"},
	{"results.undecided.reported.", "", "views/results_changes.go"},
	{"results.undecided.waiting.", "", "views/results_changes.go"},
	{"role.", "", "views/ui/status.templ"},
	{"search.kind.", "", "views/search.templ"},
	{"store_unavailable.field.", "", "views/store_unavailable.go"},
	{"settings.hint.", "", "views/staff/settings.templ"},
	{"settings.limit.", "", "views/staff/settings.templ"},
	{"source.", "", "views/thread.go"},
	{"state.", "", "views/ui/status.templ"},
	{"status.", "", "views/ui/status.templ"},
	{"tally.", "", "views/idea.templ"},
	{"thread.sort.", "", "views/thread.templ"},
	{"title.", "", "handlers/home.go"},
	{"title.link.", "", "handlers/signin.go"},
	{"", "_none", "views/i18n/numbers.go"},
	{"", "_open", "views/staff/queue.templ"},
	{"", "_ticked", "views/staff/queue.templ"},
	{"when.", ".months", "views/ui/status.go"},
	{"when.", ".years", "views/ui/status.go"},
}

// notKeys look like keys and are none: the names of jobs.
var notKeys = []string{
	string(models.JobSignIn), string(models.JobBallot), string(models.JobBallotReminder), string(models.JobReceived),
	string(models.JobDecided), string(models.JobQueue), string(models.JobResponse),
}

// stems are the beginnings of built keys that stand alone in the source.
var stems = []string{"when.ago", "when.ahead"}

// completed are refusals to which the service adds what a store cannot know.
var completed = map[string]string{"error.link.limit": "count"}

var (
	looksLikeKey = regexp.MustCompile(`^[a-z_]+(\.[a-z0-9_]+)+$`)
	placeholder  = regexp.MustCompile(`\{\{-?\s*\.(\w+)`)
)

// catalogueText is one sentence of the catalogue.
type catalogueText struct {
	file   string
	plural bool
	needs  []string // the arguments that its words name
}

// readCatalogue reads views/i18n/en; a duplicate key fails the test.
func readCatalogue(t *testing.T) map[string]catalogueText {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "views", "i18n", "en", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no catalogue: %v", err)
	}
	all := map[string]catalogueText{}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d := json.NewDecoder(bytes.NewReader(b))
		if _, err := d.Token(); err != nil { // the opening brace
			t.Fatalf("%s: %v", file, err)
		}
		for d.More() {
			var value json.RawMessage
			key, err := d.Token()
			if err == nil {
				err = d.Decode(&value)
			}
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			name := key.(string)
			if before, ok := all[name]; ok {
				t.Errorf("%s stands in %s and in %s", name, filepath.Base(before.file), filepath.Base(file))
			}
			all[name] = readText(file, value)
		}
	}
	return all
}

func readText(file string, value json.RawMessage) catalogueText {
	text := catalogueText{file: file, plural: value[0] == '{'}
	for _, m := range placeholder.FindAllSubmatch(value, -1) {
		if name := string(m[1]); !slices.Contains(text.needs, name) {
			text.needs = append(text.needs, name)
		}
	}
	return text
}

// eachSource parses every Go file of the program but tests; pages are read in the
// Go that they were generated to.
func eachSource(t *testing.T, fn func(path string, fset *token.FileSet, file *ast.File)) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() && path != root && (name == "node_modules" || name == "testdata" || name == "folkmoot-bench" || strings.HasPrefix(name, ".")) {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err == nil {
			fn(path, fset, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// literal returns the text of a string literal.
func literal(n ast.Node) (string, bool) {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// TestCatalogueKeys compares the keys that the program names with those that the catalogue has.
func TestCatalogueKeys(t *testing.T) {
	all := readCatalogue(t)
	families := map[string]bool{}
	for key := range all {
		family, _, _ := strings.Cut(key, ".")
		families[family] = true
	}
	named := map[string]bool{}
	eachSource(t, func(path string, fset *token.FileSet, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			key, ok := literal(n)
			if !ok || !looksLikeKey.MatchString(key) {
				return true
			}
			named[key] = true
			family, _, _ := strings.Cut(key, ".")
			if _, there := all[key]; !there && families[family] && !isOther(key) {
				t.Errorf("%s: the catalogue has no %q", fset.Position(n.Pos()), key)
			}
			return true
		})
	})
	used := make([]bool, len(builtKeys))
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if named[key] {
			continue
		}
		i := builder(key)
		if i < 0 {
			t.Errorf("nothing says %q (%s)", key, filepath.Base(all[key].file))
			continue
		}
		used[i] = true
	}
	for i, b := range builtKeys {
		if !used[i] {
			t.Errorf("no key is built from %q … %q any more", b.prefix, b.suffix)
		}
	}
}

// isOther reports whether a literal only looks like a key; generated pages name their sources.
func isOther(literal string) bool {
	return slices.Contains(notKeys, literal) || slices.Contains(stems, literal) || strings.HasSuffix(literal, ".templ")
}

// builder returns the place of the longest beginning in builtKeys that makes key, or -1.
func builder(key string) int {
	best, length := -1, -1
	for i, b := range builtKeys {
		fits := strings.HasPrefix(key, b.prefix) && strings.HasSuffix(key, b.suffix) && len(key) > len(b.prefix)+len(b.suffix)
		if fits && len(b.prefix)+len(b.suffix) > length {
			best, length = i, len(b.prefix)+len(b.suffix)
		}
	}
	return best
}

// TestBuiltKeysAreBuilt finds every beginning and ending in the file that is said to build it.
func TestBuiltKeysAreBuilt(t *testing.T) {
	for _, b := range builtKeys {
		source, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(b.file)))
		if err != nil {
			t.Error(err)
			continue
		}
		if (b.suffix == "" && !bytes.Contains(source, []byte(`"`+b.prefix))) || (b.suffix != "" && !bytes.Contains(source, []byte(b.suffix+`"`))) {
			t.Errorf("%s builds no key from %q … %q", b.file, b.prefix, b.suffix)
		}
	}
}

// keyAt says which argument of a call is a key; its arguments follow it in pairs.
var keyAt = map[string]int{"T": 0, "usage": 0, "Fail": 1, "Field": 1, "say": 1, "add": 1}

// TestCatalogueArguments holds each call with a literal key to what its sentence
// needs: the arguments that it names, and a count where it has plural forms.
func TestCatalogueArguments(t *testing.T) {
	all, checked := readCatalogue(t), 0
	eachSource(t, func(path string, fset *token.FileSet, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			key, names, ok := arguments(call)
			text, known := all[key]
			if !ok || !known {
				return true
			}
			checked++
			if strings.Contains(path, "models") && completed[key] != "" {
				names = append(names, completed[key])
			}
			for _, need := range text.needs {
				if !slices.Contains(names, need) {
					t.Errorf("%s: %q needs %s, and gets %v", fset.Position(n.Pos()), key, need, names)
				}
			}
			if text.plural && !slices.Contains(names, "count") {
				t.Errorf("%s: %q has plural forms, and gets no count", fset.Position(n.Pos()), key)
			}
			return true
		})
	})
	if checked < 300 {
		t.Errorf("only %d calls were looked at", checked)
	}
}

// arguments returns the literal key of a call and the names of its arguments; ok is
// false where they are not to be seen in the source.
func arguments(call *ast.CallExpr) (key string, names []string, ok bool) {
	var name string
	switch fun := call.Fun.(type) {
	case *ast.SelectorExpr:
		name = fun.Sel.Name
	case *ast.Ident:
		name = fun.Name
	}
	at, known := keyAt[name]
	if !known || call.Ellipsis.IsValid() || len(call.Args) <= at {
		return "", nil, false
	}
	key, ok = literal(call.Args[at])
	for i := at + 1; ok && i < len(call.Args); i += 2 {
		var name string
		name, ok = literal(call.Args[i])
		names = append(names, name)
	}
	return key, names, ok
}
