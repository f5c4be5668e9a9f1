package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/models/sqlite"
)

// checkStore refuses what is no file: other kinds of store are reserved.
func checkStore(store string) error {
	if strings.HasPrefix(store, "mongodb:") || strings.HasPrefix(store, "mongodb+srv:") {
		return usage("cli.reserved.mongodb")
	}
	if store == "" || strings.Contains(store, "://") {
		return usage("cli.store.form", "store", store)
	}
	return nil
}

// open opens the store of a command. One that is not there is made only where
// create says so, since nobody wants the backup of a mistyped name.
func (p *program) open(sh *shell, create bool) (*sqlite.Store, error) {
	if err := checkStore(p.Store); err != nil {
		return nil, err
	}
	if _, err := os.Stat(p.Store); !create && errors.Is(err, fs.ErrNotExist) {
		return nil, models.Fail(models.CodeNotFound, "cli.store.missing", "store", p.Store)
	}
	return sqlite.Open(sh.ctx, p.Store, sqlite.Options{Clock: sh.clock})
}

// with opens the store, runs fn with a service on it, and closes it again.
func (p *program) with(sh *shell, create bool, fn func(ctx context.Context, store *sqlite.Store, svc *service.Service) error) (err error) {
	store, err := p.open(sh, create)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	cfg := service.Config{BaseURL: p.siteURL()}
	svc, err := service.New(sh.ctx, store, sh.clock, service.NewLimiter(sh.clock), cfg)
	if err != nil {
		return err
	}
	return fn(sh.ctx, store, svc)
}
