package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"

	"github.com/mattn/go-sqlite3"

	"folkmoot/models/storetest"
)

// disturbance counts the statements of one store's writing connection, commits included,
// and injects a fault at one of them. After it the program counts as dead: nothing reaches
// the file any more, not even a rollback, so that uncommitted data is as kill -9 leaves it.
type disturbance struct {
	mu      sync.Mutex
	armed   bool
	left    int // statements before the fault
	fault   storetest.Fault
	reached bool
	dead    bool
}

var errDead = errors.New("stopped by a test")

// Disturb injects the fault at the nth statement from now on.
func (d *disturbance) Disturb(n int, f storetest.Fault) (reached func() bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.armed, d.left, d.fault = true, n, f
	return func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.armed = false
		return d.reached
	}
}

// step runs one statement unless the fault prevents it.
func (d *disturbance) step(run func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dead {
		return errDead
	}
	if d.armed && d.left == 0 {
		d.reached, d.dead = true, true
		if d.fault == storetest.Lose {
			_ = run()
		}
		return errDead
	}
	d.left--
	return run()
}

// OpenDisturbed opens a store and returns what injects faults into its statements.
func OpenDisturbed(ctx context.Context, path string, o Options) (*Store, *disturbance, error) {
	d := &disturbance{}
	o.tests.WriteDriver = "disturbed " + newName()
	sql.Register(o.tests.WriteDriver, disturbedDriver{d})
	s, err := Open(ctx, path, o)
	return s, d, err
}

var names struct {
	sync.Mutex
	last rune
}

func newName() string {
	names.Lock()
	defer names.Unlock()
	names.last++
	return string(names.last)
}

type disturbedDriver struct{ d *disturbance }

func (v disturbedDriver) Open(name string) (driver.Conn, error) {
	conn, err := (&sqlite3.SQLiteDriver{}).Open(name)
	if err != nil {
		return nil, err
	}
	return &disturbedConn{conn.(*sqlite3.SQLiteConn), v.d}, nil
}

type disturbedConn struct {
	*sqlite3.SQLiteConn
	d *disturbance
}

func (c *disturbedConn) ExecContext(ctx context.Context, q string, args []driver.NamedValue) (res driver.Result, err error) {
	err = c.d.step(func() (err error) {
		res, err = c.SQLiteConn.ExecContext(ctx, q, args)
		return err
	})
	return res, err
}

func (c *disturbedConn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (rows driver.Rows, err error) {
	err = c.d.step(func() (err error) {
		rows, err = c.SQLiteConn.QueryContext(ctx, q, args)
		return err
	})
	if err != nil && rows != nil {
		_ = rows.Close()
		rows = nil
	}
	return rows, err
}

// Version returns the version of SQLite.
func Version() string {
	version, _, _ := sqlite3.Version()
	return "SQLite " + version
}
