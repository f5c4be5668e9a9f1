package mongo

import (
	"context"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// The documents of the site.
const (
	secretID = "secret"
	demoID   = "demo"
	rolesID  = "roles"
)

// flag is a document that stands for something by being there.
type marker struct {
	ID string `bson:"_id"`
}

func (d marker) DocKey() (c, id string) { return "", d.ID }

// Secret implements models.SiteStore.
func (s *Store) Secret(ctx context.Context) ([]byte, error) {
	doc, found, err := engine.Get[struct {
		Value []byte `bson:"value"`
	}](s.read(ctx), "site", secretID)
	return doc.Value, missing(found, err, "error.not_found")
}

// Empty implements models.SiteStore.
func (s *Store) Empty(ctx context.Context) (bool, error) { return empty(s.read(ctx)) }

func empty(r engine.Reader) (bool, error) {
	for _, coll := range []string{"consultations", "participants"} {
		if some, err := engine.Exists(r, coll, eq("key", eq("$gt", ""))); some || err != nil {
			return false, err
		}
	}
	return true, nil
}

// Demo implements models.SiteStore.
func (s *Store) Demo(ctx context.Context) (bool, error) {
	_, marked, err := engine.Get[marker](s.read(ctx), "site", demoID)
	return marked, err
}

// MarkDemo implements models.SiteStore.
func (s *Store) MarkDemo(ctx context.Context) error {
	return s.put(ctx, "", nil, func(t *tx) error {
		ok, err := empty(t)
		if err == nil && !ok {
			err = models.Fail(models.CodeConflict, "error.demo.not_empty")
		}
		if err != nil {
			return err
		}
		return t.Put("site", marker{demoID})
	})
}
