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

// isMongoDB reports whether store is a MongoDB URI.
func isMongoDB(store string) bool {
	return strings.HasPrefix(store, "mongodb://") || strings.HasPrefix(store, "mongodb+srv://")
}

// checkStore returns a usage error unless store is a file name or a MongoDB URI.
func checkStore(store string) error {
	if store == "" || strings.Contains(store, "://") && !isMongoDB(store) {
		return usage("cli.store.form", "store", store)
	}
	return nil
}

// storeName returns the value of --store without user, password and options.
func storeName(store string) string {
	scheme, rest, ok := strings.Cut(store, "://")
	if !ok {
		return store
	}
	hosts, path, _ := strings.Cut(rest, "/")
	path, _, _ = strings.Cut(path, "?")
	return scheme + "://" + hosts[strings.LastIndex(hosts, "@")+1:] + "/" + path
}

// openStore opens a file or a MongoDB database. clock is used for a file; a MongoDB
// store uses the database's clock.
func openStore(ctx context.Context, store string, clock models.Clock) (models.Store, error) {
	if !isMongoDB(store) {
		return sqlite.Open(ctx, store, sqlite.Options{Clock: clock})
	}
	if _, err := storeExists(ctx, store); err != nil {
		return nil, err
	}
	return mongo.Open(ctx, store, mongo.Options{})
}

// connectTimeout is how long a database may take to answer when a command starts.
const connectTimeout = 15 * time.Second

// storeExists reports whether the file exists, or whether the database holds anything.
// Errors: CodeUnavailable cli.store.unreachable if the database does not answer.
func storeExists(ctx context.Context, store string) (bool, error) {
	if !isMongoDB(store) {
		_, err := os.Stat(store)
		return !errors.Is(err, fs.ErrNotExist), nil
	}
	reaching, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()
	there, err := mongo.There(reaching, store)
	if ctx.Err() == nil && (models.CodeOf(err) == models.CodeUnavailable || errors.Is(err, context.DeadlineExceeded)) {
		return false, &models.Error{
			Code: models.CodeUnavailable, Key: "cli.store.unreachable", Err: err,
			Args: map[string]any{"store": storeName(store), "problem": connectProblem(err)},
		}
	}
	return there, err
}

// connectProblem returns the driver's reason for a failed connection: the error of the
// last attempt, or else the innermost error.
func connectProblem(err error) string {
	if _, last, ok := strings.Cut(err.Error(), "Last error: "); ok {
		last, _, _ = strings.Cut(last, " }")
		return last
	}
	for cause := errors.Unwrap(err); cause != nil; cause = errors.Unwrap(err) {
		err = cause
	}
	return err.Error()
}

// open opens the store of a command. A store that does not exist is created only if
// create is true.
func (p *program) open(sh *shell, create bool) (models.Store, error) {
	if err := checkStore(p.Store); err != nil {
		return nil, err
	}
	if !create {
		there, err := storeExists(sh.ctx, p.Store)
		if err != nil {
			return nil, err
		}
		if !there {
			return nil, models.Fail(models.CodeNotFound, "cli.store.missing", "store", storeName(p.Store))
		}
	}
	return openStore(sh.ctx, p.Store, sh.clock)
}

// with opens the store, calls fn with a service on it, and closes the store.
func (p *program) with(sh *shell, create bool, fn func(ctx context.Context, svc *service.Service) error) error {
	return p.withStore(sh, create, func(ctx context.Context, _ models.Store, svc *service.Service) error { return fn(ctx, svc) })
}

// withStore is with for commands that also read the store itself.
func (p *program) withStore(sh *shell, create bool, fn func(ctx context.Context, store models.Store, svc *service.Service) error) (err error) {
	store, err := p.open(sh, create)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	cfg := service.Config{BaseURL: p.siteURL()}
	clock, err := store.Clock(sh.ctx)
	if err != nil {
		return err
	}
	svc, err := service.New(sh.ctx, store, clock, store.Limiter(clock), cfg)
	if err != nil {
		return err
	}
	return fn(sh.ctx, store, svc)
}
