package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// writeSpec is what a bare writer writes.
type writeSpec struct {
	Consultation string            // id
	Group        int               // writes in one transaction at most; 1: each has its own
	Ideas        []string          // ids by number, from 0
	People       map[string]string // participants by session token
}

// bareWriter commits what has gathered, as many as group at once.
type bareWriter struct {
	spec       writeSpec
	begin, end *sql.Stmt
	prepared   map[string]*sql.Stmt
	queue      chan bareWrite
}

// bareWrite is one write on its way: its statements, and who waits for them.
type bareWrite struct {
	steps []step
	done  chan error
}

// step is one statement with its arguments.
type step struct {
	sql  string
	args []any
}

// bareWrites answers the same requests as the real server, with the same rows.
func bareWrites(app *fiber.App, store string, spec writeSpec) error {
	db, err := openRaw(store, "rw")
	if err != nil {
		return err
	}
	w := &bareWriter{spec: spec, queue: make(chan bareWrite, 4096), prepared: map[string]*sql.Stmt{}}
	if err := w.prepare(db); err != nil {
		return err
	}
	go w.run()
	app.Post("/consultations/:slug/ideas/:number<int>/vote", w.takeVote)
	app.Post("/consultations/:slug/replies", w.takeReply)
	return nil
}

func (w *bareWriter) prepare(db *sql.DB) error {
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	var errs []error
	stmt := func(q string) *sql.Stmt {
		s, err := conn.PrepareContext(ctx, q)
		errs = append(errs, err)
		return s
	}
	w.begin, w.end = stmt("BEGIN IMMEDIATE"), stmt("COMMIT")
	for _, q := range bareStatements {
		w.prepared[q] = stmt(q)
	}
	return errors.Join(errs...)
}

// person gives the participant of the session cookie, and checks where the form
// came from.
func (w *bareWriter) person(c *fiber.Ctx) (string, error) {
	id := w.spec.People[c.Cookies("folkmoot_session")]
	if id == "" || c.Get(fiber.HeaderOrigin) != "http://"+string(c.Request().Host()) {
		return "", fiber.ErrForbidden
	}
	return id, nil
}

func (w *bareWriter) takeVote(c *fiber.Ctx) error {
	id, err := w.person(c)
	number, _ := c.ParamsInt("number")
	if err != nil || number < 1 || number > len(w.spec.Ideas) {
		return fiber.ErrBadRequest
	}
	choice := strings.Clone(c.FormValue("choice"))
	if err := w.commit(voteSteps(w.spec, w.spec.Ideas[number-1], id, choice)); err != nil {
		return err
	}
	return c.JSON(fiber.Map{"choice": choice})
}

func (w *bareWriter) takeReply(c *fiber.Ctx) error {
	id, err := w.person(c)
	if err != nil {
		return err
	}
	item := newID()
	if err := w.commit(replySteps(w.spec, item, id, strings.Clone(c.FormValue("body")))); err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(fiber.Map{"item": "reply-" + item})
}

// commit waits until the rows are on disk.
func (w *bareWriter) commit(steps []step) error {
	done := make(chan error, 1)
	w.queue <- bareWrite{steps, done}
	return <-done
}

func (w *bareWriter) run() {
	for first := range w.queue {
		batch := []bareWrite{first}
		for len(batch) < w.spec.Group && len(w.queue) > 0 {
			batch = append(batch, <-w.queue)
		}
		err := w.transact(batch)
		for _, b := range batch {
			b.done <- err
		}
	}
}

// transact runs a batch. An error ends the measurement, so nothing is rolled back.
func (w *bareWriter) transact(batch []bareWrite) error {
	if _, err := w.begin.Exec(); err != nil {
		return err
	}
	for _, b := range batch {
		for _, s := range b.steps {
			if _, err := w.prepared[s.sql].Exec(s.args...); err != nil {
				return fmt.Errorf("bare write: %w", err)
			}
		}
	}
	_, err := w.end.Exec()
	return err
}
