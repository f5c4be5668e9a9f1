package sqlite

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// forgeries are changes to the schema of a store, with the objects that differ then.
var forgeries = map[string]struct {
	sql  string
	want string
}{
	"nothing":             {"SELECT 1", ""},
	"statistics":          {"ANALYZE", ""},
	"a trigger":           {"CREATE TRIGGER counts AFTER INSERT ON votes BEGIN UPDATE ideas SET agree = agree + 1; END", "trigger counts"},
	"a view":              {"CREATE VIEW voters AS SELECT * FROM votes", "view voters"},
	"a table":             {"CREATE TABLE notes (x)", "table notes"},
	"a virtual table":     {"CREATE VIRTUAL TABLE spy USING fts4(x)", "index sqlite_autoindex_spy_segdir_1, table spy, table spy_content, table spy_docsize, table spy_segdir, table spy_segments, table spy_stat"},
	"an index":            {"CREATE UNIQUE INDEX one ON votes (choice)", "index one"},
	"a column":            {"ALTER TABLE votes ADD COLUMN seen TEXT", "table votes"},
	"a table less":        {"DROP TABLE audit", "index audit_act, index audit_actor, index audit_of, table audit"},
	"a view for a table":  {"DROP TABLE audit; CREATE VIEW audit AS SELECT 1 AS x", "index audit_act, index audit_actor, index audit_of, table audit, view audit"},
	"a name with escapes": {"CREATE VIEW \"\x1b[2J\" AS SELECT 1", "view \x1b[2J"},
	"a rule less": {`PRAGMA writable_schema = 1;
		UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL', '') WHERE type = 'table' AND name = 'votes';
		PRAGMA writable_schema = 0`, "table votes"},
	"a table with a name of SQLite's": {`CREATE TABLE spied (x); PRAGMA writable_schema = 1;
		UPDATE sqlite_master SET name = 'sqlite_spied', tbl_name = 'sqlite_spied', sql = 'CREATE TABLE sqlite_spied (x)' WHERE name = 'spied';
		PRAGMA writable_schema = 0`, "table sqlite_spied"},
}

// TestSchema finds what is not the store's own in a store, and refuses a backup with it.
func TestSchema(t *testing.T) {
	store, sound := backedUp(t)
	for what, c := range forgeries {
		backup := filepath.Join(t.TempDir(), "backup.db")
		data, err := os.ReadFile(sound)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(backup, data, 0o600); err != nil {
			t.Fatal(err)
		}
		db, err := sql.Open("sqlite3", backup)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = db.ExecContext(t.Context(), c.sql); err != nil {
			t.Fatal(what, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		s, err := Open(t.Context(), backup, Options{})
		if err != nil {
			t.Fatal(what, err)
		}
		diffs, err := s.CheckSchema(t.Context())
		if cerr := s.Close(); err != nil || cerr != nil {
			t.Fatal(what, err, cerr)
		}
		var names []string
		for _, d := range diffs {
			names = append(names, d.Object)
			if d.Want == d.Got {
				t.Errorf("%s: %s: the same: %q", what, d.Object, d.Got)
			}
		}
		if got := strings.Join(names, ", "); got != c.want {
			t.Errorf("%s: verify finds %q, want %q", what, got, c.want)
		}
		target := filepath.Join(t.TempDir(), "restored.db")
		_, err = Restore(t.Context(), backup, target)
		_, missing := os.Stat(target)
		if c.want == "" {
			if err != nil || missing != nil {
				t.Errorf("%s: %v, %v", what, err, missing)
			}
			continue
		}
		e, ok := errors.AsType[*models.Error](err)
		if !ok || e.Key != "error.backup.schema" || e.Args["objects"] != c.want || !os.IsNotExist(missing) {
			t.Errorf("%s: restore: %v, want %q", what, err, c.want)
		}
	}
	if got := holds(t, store); got != "old new" && got != "new old" {
		t.Errorf("the store holds %q", got)
	}
}

// TestSchemaOfAnOlderVersion compares a backup with its own version, not with the last.
func TestSchemaOfAnOlderVersion(t *testing.T) {
	_, older := backedUp(t)
	schema := schemaWith(withSecond(t))
	if _, err := schema.Restore(t.Context(), older, filepath.Join(t.TempDir(), "restored.db")); err != nil {
		t.Errorf("a backup of version 1, restored by version 2: %v", err)
	}
	db, err := engine.Open(t.Context(), older, schema, engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	diffs, err := db.CheckSchema(t.Context())
	if err != nil || len(diffs) > 0 {
		t.Errorf("after the migration: %+v, %v", diffs, err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := sql.Open("sqlite3", older)
	if err != nil {
		t.Fatal(err)
	}
	var tables []string
	rows, err := s.QueryContext(t.Context(), "SELECT name FROM sqlite_master WHERE type = 'trigger' OR type = 'view'")
	tables, err = engine.Collect(rows, err, engine.One[string])
	if err != nil || len(tables) > 0 {
		t.Errorf("the store has triggers or views of its own: %q, %v", slices.Sorted(slices.Values(tables)), err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}
