package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/mongotest"
	"folkmoot/models/service"
	"folkmoot/models/sqlite"
)

// TestMain lets the test binary be the bench's other processes.
func TestMain(m *testing.M) {
	if role := os.Getenv(roleVariable); role != "" {
		os.Exit(runRole(role))
	}
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	os.Exit(code)
}

// TestQuick measures every row at tiny sizes. No figure matters: every row must
// find something, no answer may be wrong, and nothing may be left or lost outside
// the run's own folder.
func TestQuick(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and starts the real server: skipped by -short")
	}
	parent := t.TempDir()
	keep := filepath.Join(parent, "not-ours.txt")
	if err := os.WriteFile(keep, []byte("keep"), 0o600); err != nil {
		t.Fatal(err)
	}
	here := listing(t, ".")
	names := quick(t, "-dir", parent)
	for _, name := range rowNames() {
		if !slices.Contains(names, name) {
			t.Errorf("%s has no outcome", name)
		}
	}
	if left := listing(t, parent); !slices.Equal(left, []string{".", "not-ours.txt"}) {
		t.Errorf("the folder around the run's holds %q", left)
	}
	if now := listing(t, "."); !slices.Equal(now, here) {
		t.Errorf("the working folder held %q and holds %q", here, now)
	}
}

// built is the folder of the program that was built, "" if none was.
var built string

// program builds the real program with the flags of the tests, since most of that is in the
// build cache, and returns its file.
var program = sync.OnceValues(func() (string, error) {
	var err error
	if built, err = os.MkdirTemp("", "folkmoot-bench-test-"); err != nil {
		return "", err
	}
	file := filepath.Join(built, "folkmoot")
	if said, err := exec.Command("go", "build", "-o", file, "folkmoot/cmd/folkmoot").CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, said)
	}
	return file, nil
})

// quick measures at tiny sizes and returns the names of the rows, each of which must have
// found something.
func quick(t *testing.T, args ...string) (names []string) {
	t.Helper()
	file, err := program()
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	args = append([]string{"-quick", "-json", "-runs", "1", "-duration", "20ms", "-program", file}, args...)
	if err := run(t.Context(), args, &out, testLog{t}); err != nil {
		t.Fatal(err)
	}
	var got struct{ Rows []outcome }
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for _, o := range got.Rows {
		names = append(names, o.Row)
		if o.Verdict == verdictFailed || o.Ours <= 0 {
			t.Errorf("%s: %s, %v %s: %s", o.Row, o.Verdict, o.Ours, o.Unit, strings.Join(o.Notes, "; "))
		}
	}
	return names
}

// TestQuickOnMongo measures the rows that have a goal on MongoDB, and drops the databases
// that it makes.
func TestQuickOnMongo(t *testing.T) {
	uri := mongotest.Server(t)
	names := quick(t, "-dir", t.TempDir(), "-mongo", uri, "-rows", strings.Join(slices.Collect(maps.Keys(mongoGoals)), ","))
	for row := range mongoGoals {
		if !slices.Contains(names, "mongo/"+row) {
			t.Errorf("mongo/%s has no outcome", row)
		}
	}
	client, _, err := openMongo(uri)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Disconnect(t.Context()) }()
	left, err := client.ListDatabaseNames(t.Context(), bson.D{{Key: "name", Value: bson.Regex{Pattern: "^folkmoot_bench_"}}})
	if err != nil || len(left) > 0 {
		t.Errorf("databases are left: %q, %v", left, err)
	}
}

// testLog shows what the bench says in the log of a test.
type testLog struct{ t *testing.T }

func (l testLog) Write(b []byte) (int, error) {
	l.t.Log(time.Now().Format("05.000"), strings.TrimSpace(string(b)))
	return len(b), nil
}

// listing names everything beneath a folder.
func listing(t *testing.T, folder string) (names []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(folder), ".", func(path string, _ fs.DirEntry, err error) error {
		names = append(names, path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestFilledStoresVerify fills every suite's store and lets the service compare all
// that follows from something else, bulk votes included.
func TestFilledStoresVerify(t *testing.T) {
	b := &bench{ctx: t.Context(), options: options{sizes: small()}, log: io.Discard}
	for _, r := range suites {
		if r.fill == nil {
			continue
		}
		file := filepath.Join(t.TempDir(), r.name+".db")
		if _, err := b.fill(file, r.fill); err != nil {
			t.Fatal(err)
		}
		store, err := sqlite.Open(t.Context(), file, sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		clock := models.SystemClock{}
		svc, err := service.New(t.Context(), store, clock, models.NewMemoryLimiter(clock), service.Config{})
		if err != nil {
			t.Fatal(err)
		}
		checked, diffs, err := svc.VerifyStore(t.Context())
		if err != nil || len(diffs) > 0 || checked.Consultations == 0 {
			t.Errorf("%s: %+v, %v, %v", r.name, checked, diffs, err)
		}
		if want := map[string]int{"exporting": b.sizes.resultVotes, "reading": 3 * b.sizes.people}[r.name]; checked.Votes < want {
			t.Errorf("%s holds %d votes, not %d", r.name, checked.Votes, want)
		}
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestVotesAlwaysChange(t *testing.T) {
	last := map[string]string{}
	next := operation{Kind: "vote", Paths: []string{"/c"}, Ideas: 7}.maker("host", 3, 64)
	for n := range 100 {
		raw := string(next(n))
		path, _, _ := strings.Cut(raw, " HTTP")
		choice := raw[strings.LastIndex(raw, "choice="):]
		if last[path] == choice {
			t.Fatalf("request %d repeats %s on %s", n, choice, path)
		}
		last[path] = choice
	}
	if len(last) != 7 {
		t.Errorf("votes on %d ideas", len(last))
	}
}

// TestGunzip refuses what browsers would not show.
func TestGunzip(t *testing.T) {
	member := func(text string) []byte {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write([]byte(text))
		_ = z.Close()
		return b.Bytes()
	}
	if text, err := gunzip(member("whole")); err != nil || string(text) != "whole" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := gunzip(append(member("one"), member("two")...)); err == nil {
		t.Error("a second member was taken")
	}
	broken := member("whole")
	broken[len(broken)-8]++
	if _, err := gunzip(broken); err == nil {
		t.Error("a wrong checksum was taken")
	}
}

func TestCheckRefuses(t *testing.T) {
	a := answer{status: 200, length: 5, body: []byte("aabbb")}
	for name, w := range map[string]want{
		"status": {Status: 201}, "length": {Status: 200, Length: 4},
		"holds": {Status: 200, Contains: []string{"c"}}, "times": {Status: 200, Times: map[string]int{"b": 2}},
	} {
		if w.check(a, true) == nil {
			t.Errorf("%s was not checked", name)
		}
	}
	if err := (want{Status: 200, Length: 5, Contains: []string{"aa"}, Times: map[string]int{"b": 3}}).check(a, true); err != nil {
		t.Error(err)
	}
}

func TestVerdicts(t *testing.T) {
	for _, c := range []struct {
		o    outcome
		want string
	}{
		{outcome{Value: 0.81, Goal: ratio("≥", 0.8)}, verdictMet},
		{outcome{Value: 0.79, Goal: ratio("≥", 0.8)}, verdictMissed},
		{outcome{Value: 2.5, Goal: ratio("≤", 2.5)}, verdictMet},
		{outcome{Value: 2.6, Goal: ratio("≤", 2.5)}, verdictMissed},
		{outcome{Value: 1}, verdictNone},
		{outcome{Value: 9, Goal: ratio("≥", 0.8), Verdict: verdictFailed}, verdictFailed},
	} {
		c.o.fillIn(row{name: "r"}, options{}, false)
		if c.o.Verdict != c.want {
			t.Errorf("%v against %v: %s", c.o.Value, c.o.Goal, c.o.Verdict)
		}
	}
}

func TestOptions(t *testing.T) {
	for _, args := range [][]string{
		{"-rows", "no-such-row"}, {"-page", "1001"}, {"-people", "64"}, {"-runs", "0"}, {"-nonsense"}, {"stray"},
	} {
		if _, err := parseOptions(args, io.Discard); err == nil {
			t.Errorf("%q was taken", args)
		}
	}
	if _, err := parseOptions([]string{"-h"}, io.Discard); err != flag.ErrHelp {
		t.Errorf("-h: %v", err)
	}
	o, err := parseOptions([]string{"-rows", "page*,binary", "-quick", "-deep", "700"}, io.Discard)
	if err != nil || o.sizes.deep != 700 || o.sizes.page != small().page || o.runs != 2 {
		t.Errorf("%+v, %v", o, err)
	}
	if n := len(reading.asked(o)); n != 5 {
		t.Errorf("page* asks for %d rows of reading", n)
	}
	if len(voting.asked(o)) != 0 || len(alone.asked(o)) != 1 {
		t.Error("rows that were not asked for")
	}
}
