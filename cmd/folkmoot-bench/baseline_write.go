package main

import (
	"strings"
	"sync/atomic"

	"github.com/gofiber/fiber/v2"
)

// writeSpec is what a bare writer writes.
type writeSpec struct {
	Consultation string            // id
	Group        int               // writes in one transaction at most; 1: each has its own
	Ideas        []string          // ids by number, from 0
	People       map[string]string // participants by session token
}

// bareWriter answers the same requests as the real server and commits what has gathered, as
// many writes as Group at once.
type bareWriter struct {
	spec     writeSpec
	queue    chan bareWrite
	transact func([]bareWrite) error // writes a batch and commits it
}

// bareWrite is a vote or a reply on its way to a store.
type bareWrite struct {
	person       string
	idea, choice string // of a vote
	id, body     string // of a reply
	seq          int64
	done         chan error
}

// bareWrites serves votes and replies, which transact writes.
func bareWrites(app *fiber.App, spec writeSpec, transact func([]bareWrite) error) {
	w := &bareWriter{spec: spec, queue: make(chan bareWrite, 4096), transact: transact}
	go w.run()
	app.Post("/consultations/:slug/ideas/:number<int>/vote", w.takeVote)
	app.Post("/consultations/:slug/replies", w.takeReply)
}

// person returns the participant of the session cookie, and checks where the form
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
	if err := w.commit(bareWrite{person: id, idea: w.spec.Ideas[number-1], choice: choice}); err != nil {
		return err
	}
	return c.JSON(fiber.Map{"choice": choice})
}

// replySeq numbers the bare replies, above those that the store was filled with.
var replySeq atomic.Int64

func (w *bareWriter) takeReply(c *fiber.Ctx) error {
	person, err := w.person(c)
	if err != nil {
		return err
	}
	id := newID()
	if err := w.commit(bareWrite{person: person, id: id, body: strings.Clone(c.FormValue("body")), seq: 10_000_000 + replySeq.Add(1)}); err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(fiber.Map{"item": "reply-" + id})
}

// commit waits until a write is on disk.
func (w *bareWriter) commit(b bareWrite) error {
	b.done = make(chan error, 1)
	w.queue <- b
	return <-b.done
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
