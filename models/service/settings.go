package service

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"folkmoot/models"
)

// settingsAge is how long a node goes by the settings that it has read: so soon it follows a
// change that was made on another one.
const settingsAge = 5 * time.Second

// readSettings are the site's settings and when they were read.
type readSettings struct {
	models.SiteSettings
	at time.Time
}

// settingsCache keeps the settings, which every vote asks for. Its only key is the site; an
// entry is stale after settingsAge, and replaced by a change on this node.
type settingsCache struct{ atomic.Pointer[readSettings] }

// settings returns the site's settings, of at most settingsAge ago.
func (s *Service) settings(ctx context.Context) (models.SiteSettings, error) {
	now := s.Now()
	if last := s.lastSettings.Load(); last != nil {
		if age := now.Sub(last.at); age >= 0 && age < settingsAge {
			return last.SiteSettings, nil
		}
	}
	return s.readSettings(ctx)
}

func (s *Service) readSettings(ctx context.Context) (models.SiteSettings, error) {
	now := s.Now()
	v, err := s.store.SiteSettings(ctx)
	if err != nil {
		return v, fmt.Errorf("read the settings: %w", err)
	}
	s.lastSettings.Store(&readSettings{v, now})
	return v, nil
}

// Settings returns the site's settings, to an admin.
func (s *Service) Settings(ctx context.Context, actor models.Actor) (models.SiteSettings, error) {
	if err := models.Require(actor.Participant, models.MayAdminister, ""); err != nil {
		return models.SiteSettings{}, err
	}
	return s.readSettings(ctx)
}

// EditSettings replaces the settings that next was made from (next.Version), and logs what
// changed and why. What changes nothing writes nothing. CodeInvalid with the fields;
// CodeConflict (error.settings.changed) if they were changed since.
func (s *Service) EditSettings(ctx context.Context, actor models.Actor, next models.SiteSettings, reason string) (models.SiteSettings, error) {
	last, err := s.Settings(ctx, actor)
	if err != nil {
		return last, err
	}
	if next.Version != last.Version {
		return last, models.Fail(models.CodeConflict, "error.settings.changed")
	}
	var f form
	reason = f.text("reason", reason, models.MaxReason)
	if err := f.take(next.Check()); err != nil {
		return last, err
	}
	if err := f.err(); err != nil {
		return last, err
	}
	changes := last.Changes(next)
	if len(changes) == 0 {
		return last, nil
	}
	act := models.AuditSettingsChanged
	by := models.NewAuditEntry(act, actor.AuditActor(act, ""), models.AuditSubject{Kind: models.SubjectSite}, "")
	for _, c := range changes {
		by = by.With(c.Name, c.Before+" → "+c.After)
	}
	if _, err := s.store.PutSiteSettings(ctx, next, by.Because(reason)); err != nil {
		return last, err
	}
	return s.readSettings(ctx)
}
