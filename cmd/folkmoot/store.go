package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"folkmoot/models"
	"folkmoot/models/mongo"
	"folkmoot/models/service"
	"folkmoot/models/sqlite"
)

// onMongo tells whether a store is a MongoDB.
func onMongo(store string) bool {
	return strings.HasPrefix(store, "mongodb://") || strings.HasPrefix(store, "mongodb+srv://")
}

// checkStore refuses what is neither a file nor a MongoDB.
func checkStore(store string) error {
	if store == "" || strings.Contains(store, "://") && !onMongo(store) {
		return usage("cli.store.form", "store", store)
	}
	return nil
}

// storeName is what --store says without the password that may be in it.
func storeName(store string) string {
	scheme, rest, ok := strings.Cut(store, "://")
	if !ok {
		return store
	}
	hosts, path, _ := strings.Cut(rest, "/")
	path, _, _ = strings.Cut(path, "?")
	return scheme + "://" + hosts[strings.LastIndex(hosts, "@")+1:] + "/" + path
}

// openStore opens a file or a MongoDB. clock is the file's; a MongoDB has its own.
func openStore(ctx context.Context, store string, clock models.Clock) (models.Store, error) {
	if onMongo(store) {
		return mongo.Open(ctx, store, mongo.Options{})
	}
	return sqlite.Open(ctx, store, sqlite.Options{Clock: clock})
}

// clockOf gives the clock by which everything on a store goes: a MongoDB's own, which
// all nodes share, or else the machine's.
func clockOf(ctx context.Context, store models.Store, machine models.Clock) (models.Clock, error) {
	if s, ok := store.(*mongo.Store); ok {
		return s.Clock(ctx)
	}
	return machine, nil
}

// limiterOf gives the limits on abuse: shared by all nodes on a MongoDB, or else in
// memory.
func limiterOf(store models.Store, clock models.Clock) models.Limiter {
	if s, ok := store.(*mongo.Store); ok {
		return s.Limiter(clock)
	}
	return service.NewLimiter(clock)
}

// open opens the store of a command. One that is not there is made only where
// create says so, since nobody wants the backup of a mistyped name.
func (p *program) open(sh *shell, create bool) (models.Store, error) {
	if err := checkStore(p.Store); err != nil {
		return nil, err
	}
	if _, err := os.Stat(p.Store); !create && !onMongo(p.Store) && errors.Is(err, fs.ErrNotExist) {
		return nil, models.Fail(models.CodeNotFound, "cli.store.missing", "store", p.Store)
	}
	return openStore(sh.ctx, p.Store, sh.clock)
}

// with opens the store, runs fn with a service on it, and closes it again.
func (p *program) with(sh *shell, create bool, fn func(ctx context.Context, store models.Store, svc *service.Service) error) (err error) {
	store, err := p.open(sh, create)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	cfg := service.Config{BaseURL: p.siteURL()}
	clock, err := clockOf(sh.ctx, store, sh.clock)
	if err != nil {
		return err
	}
	svc, err := service.New(sh.ctx, store, clock, limiterOf(store, clock), cfg)
	if err != nil {
		return err
	}
	return fn(sh.ctx, store, svc)
}
