package sqlite

import (
	"path/filepath"
	"testing"

	"folkmoot/models"
)

// TestMemoSeesOtherProcesses reads through one store what another wrote to the
// same file, right after each write was acknowledged.
func TestMemoSeesOtherProcesses(t *testing.T) {
	ctx, file := t.Context(), filepath.Join(t.TempDir(), "folkmoot.db")
	reader, err := Open(ctx, file, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	writer, err := Open(ctx, file, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	c := models.Consultation{ID: "c", Slug: "shops", Language: "en", State: models.StateDraft, Settings: models.DefaultSettings()}
	if err := writer.AddConsultation(ctx, c, nil); err != nil {
		t.Fatal(err)
	}
	for i := range int64(200) {
		got, err := reader.ConsultationBySlug(ctx, "shops")
		if err != nil || got.Settings.MinVotes != 5+i {
			t.Fatalf("after %d writes the other store reads %d: %v", i, got.Settings.MinVotes, err)
		}
		if again, err := reader.ConsultationBySlug(ctx, "shops"); err != nil || again.Rev != got.Rev {
			t.Fatalf("a read without a write between differs: %+v, %v", again, err)
		}
		got.Settings.MinVotes++
		if _, err := writer.EditConsultation(ctx, got, nil); err != nil {
			t.Fatal(err)
		}
	}
}

// TestMemoIsNotShared changes what a read gave: the next read gives the store's.
func TestMemoIsNotShared(t *testing.T) {
	ctx := t.Context()
	s, err := Open(ctx, filepath.Join(t.TempDir(), "folkmoot.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	texts := map[string]models.ConsultationText{"en": {Title: "Shops"}}
	c := models.Consultation{ID: "c", Slug: "shops", Language: "en", State: models.StateDraft, Texts: texts, Settings: models.DefaultSettings()}
	if err := s.AddConsultation(ctx, c, nil); err != nil {
		t.Fatal(err)
	}
	got, err := s.Consultation(ctx, "c")
	if err != nil {
		t.Fatal(err)
	}
	got.Texts["en"] = models.ConsultationText{Title: "Changed"}
	if again, err := s.Consultation(ctx, "c"); err != nil || again.Texts["en"].Title != "Shops" {
		t.Errorf("the store gives %q, %v", again.Texts["en"].Title, err)
	}
}
