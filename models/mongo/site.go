package mongo

import (
	"context"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// The documents of the site.
const (
	secretID   = "secret"
	demoID     = "demo"
	auditID    = "audit"
	settingsID = "settings"
)

// Secret implements models.SiteStore.
func (s *Store) Secret(ctx context.Context) ([]byte, error) {
	doc, found, err := engine.Get[struct {
		Value []byte `bson:"value"`
	}](s.read(ctx), "site", "", secretID)
	return doc.Value, engine.Missing(found, err, "error.not_found")
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
	_, marked, err := engine.Get[Doc](s.read(ctx), "site", "", demoID)
	return marked, err
}

// MarkDemo implements models.SiteStore.
func (s *Store) MarkDemo(ctx context.Context) error {
	return s.put(ctx, "", nil, func(t *tx) error {
		ok, err := empty(t)
		if err == nil && !ok {
			err = models.Fail(models.CodeConflict, "error.demo.not_empty")
		}
		t.Put("site", Doc{ID: demoID})
		return err
	})
}

type siteSettings struct {
	Doc                 `bson:",inline"`
	models.SiteSettings `bson:",inline"`
}

func settingsOf(r engine.Reader) (models.SiteSettings, error) {
	d := siteSettings{SiteSettings: models.DefaultSiteSettings()}
	stored, found, err := engine.Get[siteSettings](r, "site", "", settingsID)
	if found {
		d = stored
	}
	return d.SiteSettings, err
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
		t.Put("site", siteSettings{Doc{ID: settingsID}, next})
		addAuditEntry(t, by)
		return err
	})
}
