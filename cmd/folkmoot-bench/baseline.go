package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"

	"github.com/gofiber/fiber/v2"
)

// The baselines: what this machine can do at all with Fiber and a driver, and nothing
// of ours in the way.
const (
	baselinePages = "pages" // the same bytes, ready in memory; a bare 304
	baselineFloor = "floor" // read the rows, append prepared fragments, compress
	baselineWrite = "write" // the same rows or documents in group commits, or one transaction each
	baselineCSV   = "csv"   // the same rows by encoding/csv
)

// baselineSpec tells the process of a baseline what to be.
type baselineSpec struct {
	Kind  string
	Store string // floor, write: an SQLite file; write: or a MongoDB
	Page  page   // pages
	Floor floorSpec
	Write writeSpec
	File  string // csv: the rows
}

// page is an answer as the real server gave it.
type page struct {
	Kind, Encoding, ETag string
	Body                 []byte
	Database             string // a MongoDB to ask before each answer; "": none
	Consultation         string // id of what is asked for
}

// serveBaseline is the process of a baseline: it prints where it listens and ends with its input.
func serveBaseline(in io.Reader, out io.Writer) error {
	var spec baselineSpec
	line, err := bufio.NewReaderSize(in, 1<<20).ReadBytes('\n')
	if err != nil {
		return fmt.Errorf("read what to be: %w", err)
	}
	if err := json.Unmarshal(line, &spec); err != nil {
		return err
	}
	app := fiber.New(fiber.Config{DisableStartupMessage: true})
	switch spec.Kind {
	case baselinePages:
		err = barePage(app, spec.Page)
	case baselineFloor:
		err = bareFloor(app, spec.Store, spec.Floor)
	case baselineWrite:
		write := bareSQLite
		if onMongo(spec.Store) {
			write = bareMongo
		}
		err = write(app, spec.Store, spec.Write)
	case baselineCSV:
		err = bareCSV(app, spec.File)
	default:
		err = fmt.Errorf("no baseline is called %q", spec.Kind)
	}
	if err != nil {
		return err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "http://%s\n", l.Addr())
	go func() { // the bench is gone, or done with it
		_, _ = io.Copy(io.Discard, in)
		_ = l.Close()
	}()
	_ = app.Listener(l) // ends with the listener
	return nil
}

// barePage answers with bytes that lie ready, and "not modified" without asking: at the
// page's own address, with the fields that such an answer must have (RFC 9110, 15.4.5).
func barePage(app *fiber.App, p page) error {
	if p.Database != "" {
		if err := findEach(app, p.Database, p.Consultation); err != nil {
			return err
		}
	}
	app.Get("/page", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderContentType, p.Kind)
		c.Set(fiber.HeaderContentEncoding, p.Encoding)
		c.Set(fiber.HeaderETag, p.ETag)
		return c.Send(p.Body)
	})
	app.Get("/consultations/page", func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderVary, "Cookie, Accept-Encoding")
		c.Set(fiber.HeaderCacheControl, "no-cache")
		c.Set(fiber.HeaderETag, p.ETag)
		c.Status(fiber.StatusNotModified)
		return nil
	})
	return nil
}
