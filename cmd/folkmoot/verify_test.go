package main

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
)

// TestVerifyForeignObjects has triggers and the like in a store and in a backup noticed,
// and their names and texts shown.
func TestVerifyForeignObjects(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "blog.xml", post)
	for _, args := range []string{"import wordpress blog.xml --slug cafe", "verify", "backup sound.db", "backup forged.db"} {
		if code, _, errs := command(t, strings.Fields(args)...); code != exitDone {
			t.Fatal(args, errs)
		}
	}
	for _, file := range []string{"folkmoot.db", "forged.db"} {
		db, err := sql.Open("sqlite3", file)
		check(t, err)
		_, err = db.ExecContext(t.Context(), "CREATE TRIGGER \""+hostile+"\" AFTER INSERT ON votes BEGIN SELECT '\u202e'; END; CREATE VIEW voters AS SELECT * FROM votes; ALTER TABLE votes ADD COLUMN seen TEXT")
		check(t, err)
		check(t, db.Close())
	}
	code, out, errs := command(t, "verify")
	for _, want := range []string{
		"  trigger " + shown + ": is CREATE TRIGGER ", "must be nothing: it is not Folkmoot's",
		"  view voters: is CREATE VIEW voters AS SELECT * FROM votes, must be nothing",
		"  table votes: is …", ", seen TEXT,", "\n3 differences.\n",
	} {
		if code != exitFailed || !strings.Contains(out, want) || acts(out+errs) {
			t.Errorf("exit %d, %q, %q; want %q", code, out, errs, want)
		}
	}
	code, out, errs = command(t, "restore", "forged.db")
	want := "This backup is not as Folkmoot writes it, so nothing was restored. Added, altered or missing: table votes, trigger " + shown + ", view voters.\n"
	if code != exitFailed || out != "" || errs != want {
		t.Errorf("exit %d, %q, %q; want %q", code, out, errs, want)
	}
	if aside, _ := filepath.Glob("*before-restore*"); len(aside) > 0 {
		t.Errorf("the store was moved: %q", aside)
	}
	if code, _, errs := command(t, "restore", "sound.db"); code != exitDone {
		t.Error(errs)
	}
	if code, out, _ := command(t, "verify"); code != exitDone || !strings.Contains(out, "No differences.") {
		t.Errorf("after restoring the sound backup: exit %d, %q", code, out)
	}
	if code, _, errs := command(t, "restore", "none.db"); code != exitFailed || !strings.HasPrefix(errs, "There is no backup at /") {
		t.Errorf("exit %d, %q", code, errs)
	}
}

func TestFirstDifference(t *testing.T) {
	long := strings.Repeat("é", 100)
	for _, c := range [][4]string{
		{"", "", "", ""},
		{"", "abc", "", "abc"},
		{"abc", "abd", "abc", "abd"},
		{long + "x", long + "y" + long, "…" + strings.Repeat("é", 20) + "x", "…" + strings.Repeat("é", 20) + "y" + strings.Repeat("é", 59) + "…"},
		{long, long + "z", "…" + strings.Repeat("é", 20), "…" + strings.Repeat("é", 20) + "z"},
	} {
		if a, b := firstDifference(c[0], c[1]); a != c[2] || b != c[3] {
			t.Errorf("%q, %q: %q, %q, want %q, %q", c[0], c[1], a, b, c[2], c[3])
		}
	}
}
