package storetest

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// make contract runs the contract on both stores and returns their results here.
var (
	sqliteResults = flag.String("sqlite", "", "what go test -json said of the contract on SQLite")
	mongoResults  = flag.String("mongo", "", "what go test -json said of it on MongoDB")
)

const failed = "FAILS"

const tableFile = "../../docs/contract.md"

// TestTable fails when docs/contract.md lacks a case of the contract, has one that is
// there no more, or one that a store fails: make contract writes it anew.
func TestTable(t *testing.T) {
	if *sqliteResults != "" {
		writeTable(t)
	}
	written, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	var rows []string
	for _, row := range regexp.MustCompile(`(?m)^\| (.*) \| ([a-zA-Z ]+) \| ([a-zA-Z ]+) \|$`).FindAllStringSubmatch(string(written), -1) {
		if row[2] == failed || row[3] == failed {
			t.Errorf("docs/contract.md says that %q fails", row[1])
		}
		if row[1] != "case" {
			rows = append(rows, row[1])
		}
	}
	for _, name := range Names() {
		_, behaviour, _ := strings.Cut(name, "/")
		if at := slices.Index(rows, behaviour); at < 0 {
			t.Errorf("docs/contract.md lacks %q: run make contract", name)
		} else {
			rows = slices.Delete(rows, at, at+1)
		}
	}
	for _, row := range rows {
		t.Errorf("docs/contract.md has %q, which is no case any more: run make contract", row)
	}
}

// results are what go test said: each test by its name, and on which server it ran.
type results struct {
	server  string
	outcome map[string]string
}

var serverLine = regexp.MustCompile(`server: (.*)\n`)

func readResults(t *testing.T, path string) results {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := results{outcome: map[string]string{}}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		var e struct{ Action, Test, Output string }
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue
		}
		if found := serverLine.FindStringSubmatch(e.Output); found != nil {
			r.server = found[1]
		}
		if word := map[string]string{"pass": "passes", "fail": failed, "skip": "skipped"}[e.Action]; word != "" {
			r.outcome[e.Test] = word
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return r
}

// of returns what became of a case.
func (r results) of(feature, behaviour string) string {
	top := map[string]string{
		"race": "TestContractRaces/", "restart": "TestContractRestart/", "nodes": "TestContractNodes/", "interrupted": "TestContractInterrupted/",
	}[feature]
	if top == "" {
		top = "TestContract/" + feature + "/"
	}
	if word := r.outcome[top+strings.ReplaceAll(behaviour, " ", "_")]; word != "" {
		return word
	}
	return "not run"
}

// writeTable writes docs/contract.md: its introduction stays, the tables are made anew.
func writeTable(t *testing.T) {
	t.Helper()
	old, err := os.ReadFile(tableFile)
	if err != nil {
		t.Fatal(err)
	}
	const mark = "<!-- written by make contract from here on -->\n"
	intro, _, ok := strings.Cut(string(old), mark)
	if !ok {
		t.Fatalf("%s has no line %q", tableFile, mark)
	}
	lite, mongo := readResults(t, *sqliteResults), readResults(t, *mongoResults)
	var b strings.Builder
	fmt.Fprintf(&b, "%s%s\n%d cases, on %s and on %s.\n", intro, mark, len(Names()), lite.server, mongo.server)
	last := ""
	for _, name := range Names() {
		feature, behaviour, _ := strings.Cut(name, "/")
		if feature != last {
			fmt.Fprintf(&b, "\n## %s\n\n| case | SQLite | MongoDB |\n| --- | --- | --- |\n", feature)
		}
		last = feature
		fmt.Fprintf(&b, "| %s | %s | %s |\n", behaviour, lite.of(feature, behaviour), mongo.of(feature, behaviour))
	}
	if err := os.WriteFile(tableFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
