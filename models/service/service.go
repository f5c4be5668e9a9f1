// Package service holds the use cases of Folkmoot, one file per feature: each
// loads what it needs, asks whether the actor may, checks what came in, and
// makes one atomic call to the store. It knows nothing of HTTP, of pages or of
// any database. Refusals are models.Error values with a key of the catalogue.
package service

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/google/uuid"

	"folkmoot/models"
)

// Config is what the program that starts the service decides.
type Config struct {
	BaseURL  string // absolute links begin with it; no slash at the end
	CanMail  bool   // messages are sent; without it nobody could confirm an address
	NoLimits bool   // no limits at all but those of one mailbox
}

// Store is what the use cases need of a store, feature by feature.
type Store interface {
	models.SiteStore
	models.ConsultationStore
	models.IdeaStore
	models.ReplyStore
	models.VoteStore
	models.PeopleStore
	models.LinkStore
	models.ModerationStore
	models.ResultStore
	models.ResponseStore
	models.SearchStore
	models.ImportStore
	models.AuditStore
	models.VerifyStore

	WaitingJobs(ctx context.Context, after string, limit int) ([]models.Job, string, error)
	Ready(ctx context.Context) error
}

// Service carries out the use cases on one store.
type Service struct {
	store   Store
	clock   models.Clock
	limiter models.Limiter
	secret  []byte
	cfg     Config

	lastSettings settingsCache
}

// New makes a Service. It reads the store's secret, with which cookies, cursors
// and private links are signed, and checks that the time zones of all consultations
// are known. CodeInvalid error.store.zone (slug, zone) if one is not.
func New(ctx context.Context, store Store, clock models.Clock, limiter models.Limiter, cfg Config) (*Service, error) {
	secret, err := store.Secret(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the store's secret: %w", err)
	}
	if err := checkZones(ctx, store); err != nil {
		return nil, err
	}
	return &Service{store: store, clock: clock, limiter: limiter, secret: secret, cfg: cfg}, nil
}

// checkZones returns an error for the first consultation whose time zone this program
// does not know, since it would print wrong dates.
func checkZones(ctx context.Context, store models.ConsultationStore) error {
	for after := ""; ; {
		list, next, err := store.Consultations(ctx, models.ConsultationFilter{After: after, Limit: 500})
		if err != nil {
			return fmt.Errorf("check the time zones: %w", err)
		}
		for _, c := range list {
			if !models.KnownZone(c.TimeZone) {
				return models.Fail(models.CodeInvalid, "error.store.zone", "slug", c.Slug, "zone", c.TimeZone)
			}
		}
		if next == "" {
			return nil
		}
		after = next
	}
}

// Now returns the time in UTC and whole milliseconds, as stores keep it.
func (s *Service) Now() time.Time { return models.Millis(s.clock.Now()) }

// Ready returns nil if the store answers.
func (s *Service) Ready(ctx context.Context) error { return s.store.Ready(ctx) }

// newID makes the id of a row: UUID version 7, so that rows of one time lie together.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// allow counts one event of a kind for key and refuses what is over the site's limit
// with CodeLimited. Without a key (the command line) nothing is counted.
func (s *Service) allow(ctx context.Context, kind models.LimitKind, key string) error {
	if s.cfg.NoLimits || key == "" {
		return nil
	}
	v, err := s.settings(ctx)
	if err != nil {
		return err
	}
	ok, wait, err := s.limiter.Allow(ctx, string(kind)+":"+key, *v.Limits.Of(kind), models.LimitWindow)
	if err != nil {
		return fmt.Errorf("count against the limit: %w", err)
	}
	if !ok {
		return models.Fail(models.CodeLimited, "error.limit."+string(kind), "count", minutes(wait), "wait", wait)
	}
	return nil
}

// AllowRead counts a read that costs much, a search or an export. CodeLimited beyond the
// site's limit for one network.
func (s *Service) AllowRead(ctx context.Context, actor models.Actor) error {
	return s.allow(ctx, models.LimitReads, actor.Network)
}

// minutes rounds a wait up to whole minutes, at least one.
func minutes(wait time.Duration) int { return max(1, int(math.Ceil(wait.Minutes()))) }

// signedIn returns the actor's participant or CodeUnauthenticated.
func signedIn(actor models.Actor) (*models.Participant, error) {
	if actor.Participant == nil {
		return nil, models.Fail(models.CodeUnauthenticated, "error.sign_in_first")
	}
	return actor.Participant, nil
}
