package mongo

import (
	"context"
	"encoding/json"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// The documents of the site.
const (
	secretID = "secret"
	demoID   = "demo"
	rolesID  = "roles"
	auditID  = "audit"

	settingsID = "settings"
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

// siteSettings is the document of models.SiteSettings.
type siteSettings struct {
	ID    string `bson:"_id"`
	Value string `bson:"value"` // JSON
}

// DocKey implements engine.Document.
func (d siteSettings) DocKey() (c, id string) { return "", d.ID }

func settingsOf(r engine.Reader) (models.SiteSettings, error) {
	v := models.DefaultSiteSettings()
	d, found, err := engine.Get[siteSettings](r, "site", settingsID)
	if err == nil && found {
		err = json.Unmarshal([]byte(d.Value), &v)
	}
	return v, err
}

// SiteSettings implements models.SiteStore.
func (s *Store) SiteSettings(ctx context.Context) (models.SiteSettings, error) {
	return settingsOf(s.read(ctx))
}

// PutSiteSettings implements models.SiteStore.
func (s *Store) PutSiteSettings(ctx context.Context, v models.SiteSettings, by models.AuditEntry) (models.SiteSettings, error) {
	next := v
	next.Version++
	return next, s.put(ctx, "", nil, func(t *tx) error {
		last, err := settingsOf(t)
		if err == nil && last.Version != v.Version {
			err = models.Fail(models.CodeConflict, "error.settings.changed")
		}
		if err == nil {
			err = t.Put("site", siteSettings{settingsID, toJSON(next)})
		}
		return errorOr(err, func() error { return addAuditEntry(t, by) })
	})
}
