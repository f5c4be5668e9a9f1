package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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

// storePlace returns where a store is, for messages: the absolute path of a file, or the
// MongoDB URI as storeName has it.
func storePlace(store string) string {
	if isMongoDB(store) {
		return storeName(store)
	}
	if path, err := filepath.Abs(store); err == nil {
		return path
	}
	return store
}

// openStore opens a file, with the options given, or a MongoDB database, which has a
// clock of its own and any number of servers.
func openStore(ctx context.Context, store string, file sqlite.Options) (models.Store, error) {
	if isMongoDB(store) {
		return mongo.Open(ctx, store, mongo.Options{})
	}
	return sqlite.Open(ctx, store, file)
}

// openOrCreate opens a store, and says so if it had to be created.
func (sh *shell) openOrCreate(ctx context.Context, store string, file sqlite.Options) (models.Store, error) {
	exists, err := storeExists(ctx, store)
	if err != nil {
		return nil, err
	}
	s, err := openStore(ctx, store, file)
	if err == nil && !exists {
		sh.say(sh.out, "cli.store.created", "store", storePlace(store))
	}
	return s, err
}

// connectTimeout is how long a database may take to answer when a command starts.
const connectTimeout = 15 * time.Second

// storeExists reports whether the file exists and is not empty, or whether the database
// holds anything. Errors: CodeUnavailable cli.store.unreachable if the database does not
// answer.
func storeExists(ctx context.Context, store string) (bool, error) {
	if !isMongoDB(store) {
		info, err := os.Stat(store)
		return !errors.Is(err, fs.ErrNotExist) && (err != nil || info.Size() > 0), nil
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
	if create {
		return sh.openOrCreate(sh.ctx, p.Store, sqlite.Options{Clock: sh.clock})
	}
	exists, err := storeExists(sh.ctx, p.Store)
	if err != nil {
		return nil, err
	}
	if !exists {
		return nil, missingStore(p.Store)
	}
	return openStore(sh.ctx, p.Store, sqlite.Options{Clock: sh.clock})
}

// missingStore returns the error for a store that a command does not create.
func missingStore(store string) error {
	return models.Fail(models.CodeNotFound, "cli.store.missing", "store", storePlace(store), "command", commandLine("serve", "--store", storeFlag(store)))
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
