package sqlite

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"folkmoot/models"
)

// scanner is a row, or one of several.
type scanner interface{ Scan(dest ...any) error }

// ms is how a time is stored: Unix milliseconds, 0 for no time.
func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// fromMS reads what ms stored.
func fromMS(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// at scans a stored time into t.
func at(t *time.Time) sql.Scanner { return timeScanner{t} }

type timeScanner struct{ t *time.Time }

func (s timeScanner) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a time is stored as %T", src)
	}
	*s.t = fromMS(n)
	return nil
}

// asJSON scans a JSON text into v, NULL as nothing.
func asJSON(v any) sql.Scanner { return jsonScanner{v} }

type jsonScanner struct{ v any }

func (s jsonScanner) Scan(src any) error {
	switch src := src.(type) {
	case nil:
		return nil
	case string:
		return json.Unmarshal([]byte(src), s.v)
	case []byte:
		return json.Unmarshal(src, s.v)
	}
	return fmt.Errorf("JSON is stored as %T", src)
}

// toJSON writes v, which holds nothing that JSON cannot.
func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// collect reads all rows with scan.
func collect[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	var list []T
	err = each(rows, err, func(row scanner) error {
		v, err := scan(row)
		list = append(list, v)
		return err
	})
	return list, err
}

// each calls fn for every row and stops at its error.
func each(rows *sql.Rows, err error, fn func(scanner) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// one scans a value of a single column.
func one[T any](row scanner) (v T, err error) { return v, row.Scan(&v) }

// more is how many rows to ask for to fill a page and know whether another
// follows; a limit of 0 is none.
func more(limit int) int {
	if limit <= 0 {
		return -1
	}
	return limit + 1
}

// page cuts the row that was read beyond limit and gives the cursor of the next page.
func page[T any](list []T, limit int, key func(T) string) ([]T, string) {
	if limit <= 0 || len(list) <= limit {
		return list, ""
	}
	return list[:limit], key(list[limit-1])
}

// cursor names the place after a row in a list that is sorted by time and id.
func cursor(t time.Time, id string) string { return strconv.FormatInt(ms(t), 10) + "." + id }

// parseCursor reads what cursor wrote; "" is first, before or after everything.
func parseCursor(s string, first int64) (t int64, id string, err error) {
	if s == "" {
		return first, "", nil
	}
	number, id, ok := strings.Cut(s, ".")
	t, err = strconv.ParseInt(number, 10, 64)
	if !ok || err != nil {
		return 0, "", models.Fail(models.CodeInvalid, "error.cursor")
	}
	return t, id, nil
}
