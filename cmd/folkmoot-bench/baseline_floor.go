package main

import (
	"bytes"
	"database/sql"

	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"
	_ "github.com/mattn/go-sqlite3" // the driver "sqlite3"
)

// floorSpec is the page that the floor puts together.
type floorSpec struct {
	Consultation string // id
	Replies      int
	Text         []byte // the page as read; cut into as many fragments as there are replies
}

// floorSQL reads what a reply shows, by the same index as the real store.
const floorSQL = `SELECT id, author_name, staff_role, parent_id, parent_name, source, status, edited_at, created_at, depth, path, body_html
	FROM replies WHERE consultation_id = ? AND idea_id = '' AND shown = 1 AND path > '' ORDER BY path LIMIT ?`

// bareFloor answers "/" with what a first read after a write cannot do without:
// the rows read again, a prepared fragment appended for each, gzip at level 1.
func bareFloor(app *fiber.App, store string, spec floorSpec) error {
	db, err := openRaw(store, "ro")
	if err != nil {
		return err
	}
	read, err := db.Prepare(floorSQL)
	if err != nil {
		return err
	}
	fragments := cut(spec.Text, spec.Replies)
	app.Get("/", func(c *fiber.Ctx) error {
		rows, err := read.Query(spec.Consultation, spec.Replies)
		if err != nil {
			return err
		}
		text, err := appendFragments(rows, fragments, len(spec.Text))
		if err != nil {
			return err
		}
		out, err := compressed(text)
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(out)
	})
	return nil
}

// cut parts a text into n pieces of about one length.
func cut(text []byte, n int) [][]byte {
	pieces := make([][]byte, n)
	for i := range pieces {
		pieces[i] = text[i*len(text)/n : (i+1)*len(text)/n]
	}
	return pieces
}

// appendFragments reads the rows and appends a fragment for each.
func appendFragments(rows *sql.Rows, fragments [][]byte, size int) ([]byte, error) {
	defer rows.Close()
	text := make([]byte, 0, size)
	var cells [12]sql.RawBytes
	dest := make([]any, len(cells))
	for i := range cells {
		dest[i] = &cells[i]
	}
	for n := 0; rows.Next() && n < len(fragments); n++ {
		if err := rows.Scan(dest...); err != nil {
			return nil, err
		}
		text = append(text, fragments[n]...)
	}
	return text, rows.Err()
}

// compressed is gzip at level 1.
func compressed(text []byte) ([]byte, error) {
	var out bytes.Buffer
	z, err := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(text); err != nil {
		return nil, err
	}
	err = z.Close()
	return out.Bytes(), err
}
