//go:build unix

package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"folkmoot/models"
)

// aliases returns names that lead to the file store.db in a folder.
func aliases(t *testing.T, folder string) map[string]string {
	t.Helper()
	elsewhere := t.TempDir()
	names := map[string]string{
		"a link to the file":          filepath.Join(elsewhere, "link.db"),
		"a relative link to the file": filepath.Join(folder, "relative.db"),
		"a link to a link":            filepath.Join(elsewhere, "chain.db"),
		"a link to the folder":        filepath.Join(elsewhere, "folder", "store.db"),
		"a path with ..":              folder + "/../" + filepath.Base(folder) + "/./store.db",
	}
	for link, target := range map[string]string{
		names["a link to the file"]:          filepath.Join(folder, "store.db"),
		names["a relative link to the file"]: "store.db",
		names["a link to a link"]:            "link.db",
		filepath.Join(elsewhere, "folder"):   folder,
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Fatal(err)
		}
	}
	return names
}

// TestRestoreUnderALink refuses whatever name leads to an open store, and afterwards puts
// the backup in the place of the file, not of the link.
func TestRestoreUnderALink(t *testing.T) {
	_, backup := backedUp(t)
	folder := t.TempDir()
	path := filepath.Join(folder, "store.db")
	for what, name := range aliases(t, folder) {
		s, err := Open(t.Context(), name, Options{}) // the first one creates it
		if err != nil {
			t.Fatal(what, err)
		}
		if s.Path() != path {
			t.Errorf("%s: the store is at %s, want %s", what, s.Path(), path)
		}
		for other, alias := range aliases(t, folder2(t, folder)) {
			_, err := Restore(t.Context(), backup, alias)
			refused(t, what+", then "+other, err, models.CodeConflict, "error.store.served")
		}
		_, err = Restore(t.Context(), backup, path)
		refused(t, what, err, models.CodeConflict, "error.store.served")
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		kept, err := Restore(t.Context(), backup, name)
		if err != nil || !strings.HasPrefix(kept, path+".before-restore-") {
			t.Errorf("%s: kept as %q, %v", what, kept, err)
		}
		if got := holds(t, path); got != "old" {
			t.Errorf("%s: restored: %q", what, got)
		}
		if got := holds(t, name); got != "old" {
			t.Errorf("%s: the link leads to %q", what, got)
		}
	}
}

// folder2 returns the folder by the name of a link to it.
func folder2(t *testing.T, folder string) string {
	t.Helper()
	link := filepath.Join(t.TempDir(), "again")
	if err := os.Symlink(folder, link); err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(filepath.Join(folder, "relative.db")) // aliases makes it
	return link
}

// TestServedOnce refuses a second server by any name, and not what does not serve.
func TestServedOnce(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "store.db")
	for what, name := range aliases(t, folder) {
		first, err := Open(t.Context(), path, Options{Serving: true})
		if err != nil {
			t.Fatal(err)
		}
		_, err = Open(t.Context(), name, Options{Serving: true})
		refused(t, what, err, models.CodeConflict, "error.store.serving")
		if e, ok := errors.AsType[*models.Error](err); !ok || e.Args["store"] != path {
			t.Errorf("%s: it names %v", what, err)
		}
		command, err := Open(t.Context(), name, Options{})
		if err != nil {
			t.Fatalf("%s: a command: %v", what, err)
		}
		for _, s := range []*Store{command, first} {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
		}
		next, err := Open(t.Context(), name, Options{Serving: true})
		if err != nil {
			t.Fatalf("%s: after the first has ended: %v", what, err)
		}
		if err := next.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestHardLink refuses a file with two names by either, and restores to neither: the log
// of SQLite stands beside the name.
func TestHardLink(t *testing.T) {
	path, backup := backedUp(t)
	other := filepath.Join(t.TempDir(), "other.db")
	if err := os.Link(path, other); err != nil {
		t.Skipf("no hard links here: %v", err)
	}
	for _, name := range []string{path, other} {
		_, err := Open(t.Context(), name, Options{})
		refused(t, name, err, models.CodeConflict, "error.store.linked")
		_, err = Restore(t.Context(), backup, name)
		refused(t, "restore to "+name, err, models.CodeConflict, "error.store.linked")
	}
	if err := os.Remove(other); err != nil {
		t.Fatal(err)
	}
	if got := holds(t, path); got != "old new" && got != "new old" {
		t.Errorf("with one name again: %q", got)
	}
}

// TestRestoreUndone has no second name left where the backup could not be put in place.
func TestRestoreUndone(t *testing.T) {
	path, backup := backedUp(t)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	check(os.MkdirAll(path+"-shm/x", 0o700)) // cannot be removed
	if _, err := Restore(t.Context(), backup, path); err == nil {
		t.Fatal("a restore over a folder in the way of the store's files went through")
	}
	check(os.RemoveAll(path + "-shm"))
	if left := kept(t, path); len(left) > 0 {
		t.Errorf("left %q", left)
	}
	if got := holds(t, path); got != "old new" && got != "new old" {
		t.Errorf("the store holds %q", got)
	}
	if _, err := os.Stat(path + ".restoring"); !os.IsNotExist(err) {
		t.Errorf("the copy of the backup is left: %v", err)
	}
}

// TestLinksInACircle ends.
func TestLinksInACircle(t *testing.T) {
	folder := t.TempDir()
	a, b := filepath.Join(folder, "a.db"), filepath.Join(folder, "b.db")
	if err := os.Symlink(a, b); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(b, a); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), a, Options{}); err == nil {
		t.Error("links in a circle lead to a store")
	}
}
