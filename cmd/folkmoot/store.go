package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"
	"time"

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
	if !onMongo(store) {
		return sqlite.Open(ctx, store, sqlite.Options{Clock: clock})
	}
	if _, err := thereIs(ctx, store); err != nil {
		return nil, err
	}
	return mongo.Open(ctx, store, mongo.Options{})
}

// reachWithin is how long a database may take to answer when a command begins.
const reachWithin = 15 * time.Second

// thereIs tells whether there is a store: the file, or something in the database.
// CodeUnavailable cli.store.unreachable if the database does not answer.
func thereIs(ctx context.Context, store string) (bool, error) {
	if !onMongo(store) {
		_, err := os.Stat(store)
		return !errors.Is(err, fs.ErrNotExist), nil
	}
	reaching, cancel := context.WithTimeout(ctx, reachWithin)
	defer cancel()
	there, err := mongo.There(reaching, store)
	if ctx.Err() == nil && (models.CodeOf(err) == models.CodeUnavailable || errors.Is(err, context.DeadlineExceeded)) {
		return false, &models.Error{
			Code: models.CodeUnavailable, Key: "cli.store.unreachable", Err: err,
			Args: map[string]any{"store": storeName(store), "problem": whyNot(err)},
		}
	}
	return there, err
}

// whyNot is what the driver says of a database that cannot be reached: what the last
// attempt met with, or else the root of the error.
func whyNot(err error) string {
	if _, last, ok := strings.Cut(err.Error(), "Last error: "); ok {
		last, _, _ = strings.Cut(last, " }")
		return last
	}
	for cause := errors.Unwrap(err); cause != nil; cause = errors.Unwrap(err) {
		err = cause
	}
	return err.Error()
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
	if !create {
		there, err := thereIs(sh.ctx, p.Store)
		if err != nil {
			return nil, err
		}
		if !there {
			return nil, models.Fail(models.CodeNotFound, "cli.store.missing", "store", storeName(p.Store))
		}
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
