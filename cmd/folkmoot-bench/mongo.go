package main

import (
	"fmt"
	"net/url"
	"os/exec"
	"strings"
)

// overMongo measures the rooms that read and write over a MongoDB, without goals:
// the store is filled as a file and copied there by the program's own copy command.
func (b *bench) overMongo() (all []outcome) {
	for _, r := range []room{reading, voting, replying} {
		if rows := r.asked(b.options); len(rows) > 0 && b.ctx.Err() == nil {
			all = append(all, b.room(r, rows, b.mongo)...)
		}
	}
	return all
}

// copyToMongo copies the store's file to a database of its own and gives its URI.
func (s *stage) copyToMongo(uri, room string) (string, error) {
	u, err := url.Parse(uri)
	if err != nil {
		return "", fmt.Errorf("-mongo: %w", err)
	}
	u.Path = "/folkmoot_bench_" + room
	cmd := exec.CommandContext(s.ctx, s.program, "copy", "--from", s.store, "--to", u.String())
	cmd.Dir, cmd.Env = s.folder, environment()
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("copy the store to MongoDB: %w: %s", err, strings.TrimSpace(string(out)))
	}
	return u.String(), nil
}
