package mongo

import (
	"context"

	"folkmoot/models"
)

const (
	secretID = "secret"
	demoID   = "demo"
)

// Secret implements models.SiteStore.
func (s *Store) Secret(ctx context.Context) ([]byte, error) {
	doc, found, err := get[struct {
		Value []byte `bson:"value"`
	}](ctx, s, "site", secretID)
	return doc.Value, missing(found, err, "error.not_found")
}

// Empty implements models.SiteStore.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	for _, coll := range []string{"consultations", "participants"} {
		if some, err := s.has(ctx, coll, eq("key", eq("$gt", ""))); some || err != nil {
			return false, err
		}
	}
	return true, nil
}

// Demo implements models.SiteStore.
func (s *Store) Demo(ctx context.Context) (bool, error) {
	return s.has(ctx, "site", eq("_id", demoID))
}

// MarkDemo implements models.SiteStore.
func (s *Store) MarkDemo(ctx context.Context) error {
	return s.act(ctx, func(a *act) error {
		ok, err := s.Empty(a.ctx)
		if err == nil && !ok {
			err = models.Fail(models.CodeConflict, "error.demo.not_empty")
		}
		if err != nil {
			return err
		}
		a.commit()
		_, err = s.insert(a.ctx, "site", demoID, "", eq("_id", demoID))
		return err
	})
}
