package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"strings"
	"time"
)

// mongoGoals are the goals of the rows that have one on MongoDB, by name.
var mongoGoals = map[string]goal{
	"page-stranger": ratio("≥", 0.80),
	"votes-64":      ratio("≥", 0.50),
	"replies-64":    ratio("≥", 0.50),
}

// overMongo measures the suites that read and write over a MongoDB: the store is filled as
// a file and copied there by the program's own copy command.
func (b *bench) overMongo() (all []outcome) {
	for _, r := range []suite{reading, voting, replying} {
		if rows := r.asked(b.options); len(rows) > 0 && b.ctx.Err() == nil {
			all = append(all, b.suite(r, rows, b.mongo)...)
		}
	}
	return all
}

// onMongo reports whether a store is a MongoDB.
func onMongo(store string) bool {
	return strings.HasPrefix(store, "mongodb://") || strings.HasPrefix(store, "mongodb+srv://")
}

// databaseOf returns the path of mongodb://hosts/path?options. Several hosts make that no
// URL of net/url.
func databaseOf(uri string) string {
	_, rest, _ := strings.Cut(uri, "://")
	rest, _, _ = strings.Cut(rest, "?")
	_, name, _ := strings.Cut(rest, "/")
	return name
}

// withDatabase returns the address of a database on the server of uri.
func withDatabase(uri, name string) string {
	scheme, rest, _ := strings.Cut(uri, "://")
	rest, query, options := strings.Cut(rest, "?")
	hosts, _, _ := strings.Cut(rest, "/")
	if options {
		query = "?" + query
	}
	return scheme + "://" + hosts + "/" + url.PathEscape(name) + query
}

// copyToMongo copies the store's file to a new database, which is dropped when the fixture
// closes, and returns its address.
func (s *fixture) copyToMongo() (string, error) {
	uri := withDatabase(s.mongo, "folkmoot_bench_"+newID())
	s.databases = append(s.databases, uri)
	cmd := exec.CommandContext(s.ctx, s.program, "copy", "--from", s.store, "--to", uri)
	cmd.Dir, cmd.Env = s.folder, environment()
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("copy the store to MongoDB: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return uri, nil
}

// dropDatabases drops what copyToMongo made, also if the run was interrupted.
func (s *fixture) dropDatabases() error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), time.Minute)
	defer cancel()
	var errs []error
	for _, uri := range s.databases {
		client, db, err := openMongo(uri)
		if err == nil {
			err = errors.Join(db.Drop(ctx), client.Disconnect(ctx))
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}
