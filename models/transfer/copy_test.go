package transfer

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/sqlite"
	"folkmoot/models/storetest"
)

// openFile opens a store that is to be copied, and makes it if it is not there.
func openFile(t *testing.T, path string) *sqlite.Store {
	t.Helper()
	s, err := sqlite.Open(t.Context(), path, sqlite.Options{Copying: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func emptyFile(t *testing.T) *sqlite.Store {
	t.Helper()
	return openFile(t, filepath.Join(t.TempDir(), "folkmoot.db"))
}

// filled makes a store with so many participants.
func filled(t *testing.T, people int) *sqlite.Store {
	t.Helper()
	s := emptyFile(t)
	var list []models.CopyRecord
	for n := range people {
		list = append(list, models.CopiedParticipant{Participant: person(n)})
	}
	if err := s.CopyIn(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	return s
}

func person(n int) models.Participant {
	address := fmt.Sprintf("p%04d@example.org", n)
	return models.Participant{ID: fmt.Sprintf("p%04d", n), Name: "Ada", Address: address, AddressKey: address, CreatedAt: begun}
}

func addPerson(t *testing.T, s models.Store, n int) {
	t.Helper()
	if _, err := s.EnsureParticipant(t.Context(), person(n), storetest.Entry(models.AuditRoleGranted)); err != nil {
		t.Fatal(err)
	}
}

var begun = time.Date(2027, 3, 1, 9, 0, 0, 0, time.UTC)

func quietly(CopyProgress) {}

// copied copies what has to be copied without an error and the same.
func copied(t *testing.T, from, to models.Store) CopyReport {
	t.Helper()
	report, err := Copy(t.Context(), from, to, begun, quietly)
	if err != nil || !report.Same() {
		t.Fatalf("%+v, %v", report, err)
	}
	return report
}

// refused expects that a copy is refused with the key, before anything is written.
func refused(t *testing.T, from, to models.Store, key string) {
	t.Helper()
	before := digests(t, to)
	report, err := Copy(t.Context(), from, to, begun, quietly)
	e, ok := errors.AsType[*models.Error](err)
	if !ok || e.Code != models.CodeConflict || e.Key != key || len(report.Kinds) > 0 {
		t.Fatalf("%+v, %v, want %s", report, err, key)
	}
	if after := digests(t, to); after != before {
		t.Errorf("something was written: %v, before it was %v", after, before)
	}
}

// digests reads what a store holds, with its mark.
func digests(t *testing.T, s models.Store) string {
	t.Helper()
	c := &copying{ctx: t.Context(), from: s, to: s, tell: quietly}
	mark, err := s.CopyMark(t.Context())
	if err = errors.Join(err, c.compare()); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("%+v %+v", mark, c.report)
}

func TestCopyReports(t *testing.T) {
	from, to := filled(t, 1203), emptyFile(t)
	var told []string
	report, err := Copy(t.Context(), from, to, begun, func(p CopyProgress) {
		if p.Kind == models.CopyParticipants {
			told = append(told, fmt.Sprint(p.Comparing, p.Count))
		}
	})
	if err != nil || !report.Same() || report.Resumed || report.Already || len(report.Kinds) != len(models.CopyKinds()) {
		t.Fatalf("%+v, %v", report, err)
	}
	if k := report.Kinds[3]; k.Kind != models.CopyParticipants || k.From.Count != 1203 || k.From != k.To || len(k.From.SHA256) != 64 {
		t.Errorf("%+v", k)
	}
	if got, want := fmt.Sprint(told), "[false 0 false 500 false 1000 false 1203 true 500 true 1000]"; got != want {
		t.Errorf("told %s, want %s", got, want)
	}
	if mark, err := to.CopyMark(t.Context()); err != nil || mark != (models.CopyMark{}) {
		t.Errorf("the mark at the end: %+v, %v", mark, err)
	}
}

func TestCopyRefuses(t *testing.T) {
	from := filled(t, 3)
	filledSlightly := emptyFile(t)
	if err := filledSlightly.MarkDemo(t.Context()); err != nil {
		t.Fatal(err)
	}
	half := emptyFile(t)
	if err := half.BeginCopy(t.Context(), models.CopyMark{Source: "another", BegunAt: begun}); err != nil {
		t.Fatal(err)
	}
	refused(t, from, filled(t, 1), "error.copy.filled")
	refused(t, from, filledSlightly, "error.copy.filled")
	refused(t, from, half, "error.copy.other")
	refused(t, half, emptyFile(t), "error.copy.unfinished")
}

func TestCopyAgain(t *testing.T) {
	from, to := filled(t, 3), emptyFile(t)
	first := copied(t, from, to)
	again := copied(t, from, to)
	if !again.Already || fmt.Sprint(again.Kinds) != fmt.Sprint(first.Kinds) {
		t.Errorf("a second time: %+v, the first %+v", again, first)
	}
	copies, _, err := to.AuditEntries(t.Context(), models.AuditFilter{Act: models.AuditCopied})
	if err != nil || len(copies) != 1 {
		t.Errorf("the copy's log says of %d copies, %v", len(copies), err)
	}
	addPerson(t, to, 7)
	report, err := Copy(t.Context(), from, to, begun, quietly)
	if err != nil || report.Same() || report.Kinds[3].Differs != "p0007" || report.Kinds[3].To.Count != 4 {
		t.Errorf("after a change: %+v, %v", report, err)
	}
}

// dying is a store whose program dies after so many batches: what is written of the
// last one is not noted in the mark.
type dying struct {
	models.Store
	batches int
}

var errDied = errors.New("died")

// CopyIn implements models.CopyStore.
func (d *dying) CopyIn(ctx context.Context, list []models.CopyRecord) error {
	if d.batches--; d.batches < 0 {
		return errDied
	}
	return d.Store.CopyIn(ctx, list)
}

func TestCopyGoesOn(t *testing.T) {
	from, to := filled(t, 1700), emptyFile(t)
	for n := range 4 {
		if _, err := Copy(t.Context(), from, &dying{to, 1}, begun, quietly); !errors.Is(err, errDied) {
			t.Fatalf("run %d: %v", n+1, err)
		}
	}
	mark, err := to.CopyMark(t.Context())
	if err != nil || mark.Kind != models.CopyParticipants || mark.After != "p1499" || !mark.BegunAt.Equal(begun) {
		t.Fatalf("the mark: %+v, %v", mark, err)
	}
	var told []int64
	report, err := Copy(t.Context(), from, to, begun.Add(time.Hour), func(p CopyProgress) {
		if p.Kind == models.CopyParticipants && !p.Comparing {
			told = append(told, p.Count)
		}
	})
	if err != nil || !report.Same() || !report.Resumed || report.Kinds[3].To.Count != 1700 {
		t.Fatalf("%+v, %v", report, err)
	}
	if fmt.Sprint(told) != "[0 200]" {
		t.Errorf("the last run copied %v", told)
	}
}

// changing is a source that somebody writes to while it is copied.
type changing struct {
	models.Store
	change func()
}

// CopyOut implements models.CopyStore.
func (c *changing) CopyOut(ctx context.Context, kind models.CopyKind, after string, fn func(models.CopyRecord) error) error {
	if kind == models.CopySessions && c.change != nil {
		c.change()
		c.change = nil
	}
	return c.Store.CopyOut(ctx, kind, after, fn)
}

func TestCopyFindsWhatChanged(t *testing.T) {
	from, to := filled(t, 30), emptyFile(t)
	source := &changing{from, func() {
		p, err := from.Participant(t.Context(), "p0017")
		if p.Name = "Ida"; err == nil {
			err = from.EditParticipant(t.Context(), p)
		}
		if err != nil {
			t.Error(err)
		}
		addPerson(t, from, 31)
	}}
	for range 2 { // a second run writes nothing over what is there
		report, err := Copy(t.Context(), source, to, begun, quietly)
		if err != nil || report.Same() || report.Kinds[3].Differs != "p0017" || report.Kinds[3].From.Count != 31 {
			t.Fatalf("%+v, %v", report, err)
		}
		if report.Kinds[1].Differs != "" {
			t.Errorf("%+v", report.Kinds[1])
		}
		if mark, err := to.CopyMark(t.Context()); err != nil || mark.Source == "" {
			t.Errorf("the mark is gone: %+v, %v", mark, err)
		}
	}
}

// shuffled is a store that does not keep to the order of keys.
type shuffled struct{ models.Store }

// CopyOut implements models.CopyStore.
func (s shuffled) CopyOut(ctx context.Context, kind models.CopyKind, after string, fn func(models.CopyRecord) error) error {
	var list []models.CopyRecord
	err := s.Store.CopyOut(ctx, kind, after, func(r models.CopyRecord) error { list = append([]models.CopyRecord{r}, list...); return nil })
	for _, r := range list {
		if err == nil {
			err = fn(r)
		}
	}
	return err
}

func TestCopyNeedsOrder(t *testing.T) {
	if _, err := Copy(t.Context(), shuffled{filled(t, 3)}, emptyFile(t), begun, quietly); err == nil {
		t.Error("records out of order were copied")
	}
}

// TestCopyRefusesUnknownZone copies no consultation whose dates would be wrong.
func TestCopyRefusesUnknownZone(t *testing.T) {
	from, to := emptyFile(t), emptyFile(t)
	c := models.Consultation{ID: "c", Slug: "bins", State: models.StateDraft, Language: "en", TimeZone: "Mars/Base", Settings: models.DefaultSettings()}
	if err := from.AddConsultation(t.Context(), c, nil, storetest.Entry(models.AuditConsultationAdded)); err != nil {
		t.Fatal(err)
	}
	_, err := Copy(t.Context(), from, to, begun, quietly)
	if e, ok := errors.AsType[*models.Error](err); !ok || e.Key != "error.store.zone" || e.Args["slug"] != "bins" || e.Args["zone"] != "Mars/Base" {
		t.Errorf("%v", err)
	}
}
