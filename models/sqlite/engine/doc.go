// Package engine runs SQLite for the store and knows none of its features: one
// goroutine commits writes in groups (group_commit.go, transaction.go), a pool of
// readers works on the write-ahead log (query.go), the answers of hot reads are cached
// until a commit invalidates them (read_cache.go, invalidation.go, wal_index.go), and
// files are locked, migrated, backed up and restored (open.go, lock_unix.go, migrate.go,
// backup.go, restore.go). Another process may use the same file at the same time.
package engine
