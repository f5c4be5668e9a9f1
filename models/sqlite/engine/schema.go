package engine

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/pressly/goose/v3"

	"folkmoot/models"
)

// object is one table, index, trigger or view of a file.
type object struct{ kind, name string }

func (o object) String() string { return o.kind + " " + o.name }

// ofGoose reports whether an object is that of the migration library, whose text may
// change with its version.
func (o object) ofGoose() bool { return strings.HasPrefix(o.name, "goose_db_version") }

// CheckSchema compares the tables, indexes, triggers and views of the file with those that
// the migrations make, by their text. A trigger of somebody else's would run with every
// write, and a view could take a table's place.
func (d *DB) CheckSchema(ctx context.Context) ([]models.SchemaDifference, error) {
	return d.schema.compare(ctx, d.read)
}

// compare returns how the objects of db differ from those of its version, sorted.
func (s Schema) compare(ctx context.Context, db *sql.DB) ([]models.SchemaDifference, error) {
	version, err := s.version(ctx, db)
	if err != nil {
		return nil, err
	}
	want, err := s.objectsOf(ctx, version)
	if err != nil {
		return nil, fmt.Errorf("schema of version %d: %w", version, err)
	}
	have, err := objects(ctx, db)
	if err != nil {
		return nil, err
	}
	var diffs []models.SchemaDifference
	for o, text := range have {
		if expected, ok := want[o]; !ok {
			diffs = append(diffs, models.SchemaDifference{Object: o.String(), Got: text})
		} else if expected != text && !o.ofGoose() {
			diffs = append(diffs, models.SchemaDifference{Object: o.String(), Want: expected, Got: text})
		}
	}
	for o, text := range want {
		if _, ok := have[o]; !ok {
			diffs = append(diffs, models.SchemaDifference{Object: o.String(), Want: text})
		}
	}
	slices.SortFunc(diffs, func(a, b models.SchemaDifference) int { return strings.Compare(a.Object, b.Object) })
	return diffs, nil
}

// objectsOf returns the objects of a version, made by its migrations in memory.
func (s Schema) objectsOf(ctx context.Context, version int64) (map[object]string, error) {
	db, err := sql.Open("sqlite3", "file::memory:?_fk=1")
	if err != nil {
		return nil, Wrap("open memory", err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1) // each connection would have a memory of its own
	p, err := goose.NewProvider(goose.DialectSQLite3, db, s.Migrations,
		goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	if _, err := p.UpTo(ctx, version); err != nil {
		return nil, fmt.Errorf("migrate: %w", err)
	}
	return objects(ctx, db)
}

// statistics are the tables that SQLite's ANALYZE makes, with their text.
var statistics = map[object]string{
	{"table", "sqlite_stat1"}: "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
	{"table", "sqlite_stat4"}: "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
}

// objects returns the text of each object in a file but statistics. An index that SQLite
// makes for a constraint has the name of its table as text.
func objects(ctx context.Context, db *sql.DB) (map[object]string, error) {
	rows, err := db.QueryContext(ctx, "SELECT type, name, coalesce(sql, 'on ' || tbl_name) FROM sqlite_master")
	if err != nil {
		return nil, Wrap("read schema", err)
	}
	defer rows.Close()
	found := map[object]string{}
	for rows.Next() {
		var o object
		var text string
		if err := rows.Scan(&o.kind, &o.name, &text); err != nil {
			return nil, Wrap("read schema", err)
		}
		for n := 2; ; n++ { // a forged file may have two of one name
			if _, twice := found[o]; !twice {
				break
			}
			o.name = fmt.Sprintf("%s (%d)", strings.TrimSuffix(o.name, fmt.Sprintf(" (%d)", n-1)), n)
		}
		found[o] = text
	}
	maps.DeleteFunc(found, func(o object, text string) bool { return text != "" && statistics[o] == text })
	return found, Wrap("read schema", rows.Err())
}
