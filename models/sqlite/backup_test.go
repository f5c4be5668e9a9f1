package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// TestBackupWhileWriting: a backup made under load is a snapshot of one moment.
func TestBackupWhileWriting(t *testing.T) {
	s := openTest(t, Options{Clock: &testClock{testStart}})
	c := voting(t, s, "c", 1)
	stop := make(chan struct{})
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			for m := 0; ; m++ {
				select {
				case <-stop:
					return
				default:
				}
				v := models.NewVote(c.ID, models.Participant{ID: fmt.Sprint(n, m)}, models.ChosenVote{IdeaID: "c-idea0", Choice: models.ChoiceAgree}, models.Time{})
				if _, _, err := s.PutVote(context.Background(), v); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	var copies []string
	for n := range 5 {
		dest := filepath.Join(t.TempDir(), fmt.Sprintf("backup%d.db", n))
		if err := s.Backup(t.Context(), dest); err != nil {
			t.Error(err)
		}
		copies = append(copies, dest)
	}
	close(stop)
	wg.Wait()
	for _, dest := range copies {
		checkCopy(t, dest, c.ID)
	}
	refused(t, "a second time", s.Backup(t.Context(), copies[0]), models.CodeConflict, "error.backup.exists")
}

func checkCopy(t *testing.T, dest, id string) {
	t.Helper()
	if got := mode(t, dest); got != 0o600 {
		t.Errorf("the backup has mode %o", got)
	}
	if err := engine.CheckSound(t.Context(), dest); err != nil {
		t.Error(err)
	}
	for _, more := range []string{"-wal", "-shm", "-journal"} {
		if _, err := os.Stat(dest + more); err == nil {
			t.Errorf("the backup left %s beside it", more)
		}
	}
	s, err := Open(t.Context(), dest, Options{Clock: &testClock{testStart}})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	same(t, s, id)
}

// backedUp returns a closed store with the consultations "old" and "new", and a backup
// made before "new" was added.
func backedUp(t *testing.T) (store, backup string) {
	t.Helper()
	s := openTest(t, Options{Clock: &testClock{testStart}})
	voting(t, s, "old", 1)
	backup = filepath.Join(t.TempDir(), "backup.db")
	if err := s.Backup(t.Context(), backup); err != nil {
		t.Fatal(err)
	}
	voting(t, s, "new", 1)
	_, err := Restore(t.Context(), backup, s.Path())
	refused(t, "while the store is open", err, models.CodeConflict, "error.store.served")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return s.Path(), backup
}

// holds returns the slugs of a store's consultations.
func holds(t *testing.T, path string) string {
	t.Helper()
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	list, _, err := s.Consultations(t.Context(), models.ConsultationFilter{})
	if err != nil {
		t.Fatal(err)
	}
	var slugs []string
	for _, c := range list {
		slugs = append(slugs, c.Slug)
	}
	return strings.Join(slugs, " ")
}

func kept(t *testing.T, store string) []string {
	t.Helper()
	found, err := filepath.Glob(store + ".before-restore-*")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestRestore(t *testing.T) {
	store, backup := backedUp(t)
	name, err := Restore(t.Context(), backup, store)
	if err != nil {
		t.Fatal(err)
	}
	if got := mode(t, store); got != 0o600 {
		t.Errorf("the restored store has mode %o", got)
	}
	if got := holds(t, store); got != "old" {
		t.Errorf("restored: %q", got)
	}
	aside := kept(t, store)
	if len(aside) != 1 || aside[0] != name {
		t.Fatalf("kept aside: %v, said to be %s", aside, name)
	}
	if got := holds(t, aside[0]); got != "old new" && got != "new old" {
		t.Errorf("kept aside: %q", got)
	}
	fresh := filepath.Join(t.TempDir(), "fresh.db")
	if name, err := Restore(t.Context(), backup, fresh); err != nil || name != "" {
		t.Fatal(name, err)
	}
	if got := holds(t, fresh); got != "old" {
		t.Errorf("restored where nothing was: %q", got)
	}
}

// TestRestoreAfterACrash: the log of a crashed store must be kept with it and must not be
// applied to the restored file.
func TestRestoreAfterACrash(t *testing.T) {
	_, backup := backedUp(t)
	s := openTest(t, Options{Clock: &testClock{testStart}})
	voting(t, s, "late", 1)
	crashed := filepath.Join(t.TempDir(), "folkmoot.db")
	for _, more := range []string{"", "-wal"} {
		data, err := os.ReadFile(s.Path() + more)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(crashed+more, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Restore(t.Context(), backup, crashed); err != nil {
		t.Fatal(err)
	}
	if got := holds(t, crashed); got != "old" {
		t.Errorf("restored: %q", got)
	}
	if got := holds(t, kept(t, crashed)[0]); got != "late" {
		t.Errorf("kept aside: %q", got)
	}
}

func TestRestoreRefuses(t *testing.T) {
	store, backup := backedUp(t)
	data, err := os.ReadFile(backup)
	if err != nil {
		t.Fatal(err)
	}
	folder := t.TempDir()
	write := func(name string, b []byte) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	// Index pages are overwritten: the header and the version can still be read.
	noise := append([]byte(nil), data...)
	for n := len(noise) / 2; n < len(noise)/2+16*4096 && n < len(noise); n++ {
		noise[n] = byte(n * 7)
	}
	newer := filepath.Join(folder, "newer.db")
	s, err := openWith(t.Context(), newer, Options{}, withSecond(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string]struct {
		code models.Code
		key  string
	}{
		filepath.Join(folder, "none.db"):              {models.CodeNotFound, "error.backup.missing"},
		write("notes.txt", []byte("not a backup")):    {models.CodeConflict, "error.store.foreign"},
		write("empty.db", nil):                        {models.CodeConflict, "error.store.foreign"},
		write("noise.db", noise):                      {models.CodeInvalid, "error.backup.damaged"},
		write("cut.db", data[:len(data)/2/4096*4096]): {models.CodeInvalid, "error.backup.damaged"},
		newer: {models.CodeConflict, "error.store.newer"},
	} {
		_, err := Restore(t.Context(), file, store)
		refused(t, filepath.Base(file), err, want.code, want.key)
	}
	if got := holds(t, store); got != "old new" && got != "new old" {
		t.Errorf("after refusals the store holds %q", got)
	}
	if found, _ := filepath.Glob(store + ".*"); len(found) != 1 {
		t.Errorf("left beside the store: %v", found)
	}
}

// TestBackupOfDamage: a store whose index disagrees with its rows is not backed up, and
// nothing is left that looks like a backup.
func TestBackupOfDamage(t *testing.T) {
	store, _ := backedUp(t)
	var page, size int64
	db, err := sql.Open("sqlite3", store)
	if err == nil {
		err = db.QueryRow("SELECT rootpage, (SELECT page_size FROM pragma_page_size) FROM sqlite_schema WHERE name = 'consultations_newest'").Scan(&page, &size)
	}
	if err = errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(store, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.WriteAt([]byte("damaged"), page*size-7) // the last bytes of the page are an entry
	if err = errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), store, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	dest := filepath.Join(t.TempDir(), "backup.db")
	refused(t, "a damaged store", s.Backup(t.Context(), dest), models.CodeConflict, "error.store.damaged")
	if _, err := os.Stat(dest); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file is left: %v", err)
	}
}
