package sqlite

import (
	"context"
	"crypto/rand"

	"folkmoot/models/sqlite/engine"
)

// RunTwice returns o for a store that runs every write function twice, as happens to
// those that share a transaction with one that fails half-way.
func RunTwice(o Options) Options {
	o.tests.RunTwice = true
	return o
}

// RenewSecret sets a new secret in a store that was copied from another one.
func RenewSecret(ctx context.Context, s *Store) error {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	return s.write(ctx, func(t *engine.Tx) error { return t.Run("UPDATE site SET value = ? WHERE name = 'secret'", secret) })
}
