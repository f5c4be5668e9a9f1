package engine

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"folkmoot/models"
)

// Scanner is a row, or one of several.
type Scanner interface{ Scan(dest ...any) error }

// Millis returns a time as it is stored: Unix milliseconds, 0 for no time.
func Millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// FromMillis returns the time that Millis stored.
func FromMillis(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// ScanTime returns a Scanner of a stored time into t.
func ScanTime(t *time.Time) sql.Scanner { return timeScanner{t} }

type timeScanner struct{ t *time.Time }

func (s timeScanner) Scan(src any) error {
	n, ok := src.(int64)
	if !ok {
		return fmt.Errorf("a time is stored as %T", src)
	}
	*s.t = FromMillis(n)
	return nil
}

// ScanJSON returns a Scanner of a JSON text into v; NULL leaves v as it is.
func ScanJSON(v any) sql.Scanner { return jsonScanner{v} }

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

// JSON returns v as JSON. v must be of a type that JSON can represent.
func JSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// Collect returns all rows, read with scan, or err if that is set: rows and err are the
// results of a query.
func Collect[T any](rows *sql.Rows, err error, scan func(Scanner) (T, error)) ([]T, error) {
	var list []T
	err = Each(rows, err, func(row Scanner) error {
		v, err := scan(row)
		list = append(list, v)
		return err
	})
	return list, err
}

// Each calls fn for every row and stops at its error; it returns err if that is set.
func Each(rows *sql.Rows, err error, fn func(Scanner) error) error {
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

// One scans a row of a single column.
func One[T any](row Scanner) (v T, err error) { return v, row.Scan(&v) }

// PageLimit returns the LIMIT that fills a page and shows whether another one follows; a
// limit of 0 is none.
func PageLimit(limit int) int {
	if limit <= 0 {
		return -1
	}
	return limit + 1
}

// Page cuts the row that was read beyond limit and returns the cursor of the next page,
// "" if there is none.
func Page[T any](list []T, limit int, key func(T) string) ([]T, string) {
	if limit <= 0 || len(list) <= limit {
		return list, ""
	}
	return list[:limit], key(list[limit-1])
}

// Cursor returns the cursor after a row in a list that is sorted by time and id.
func Cursor(t time.Time, id string) string { return strconv.FormatInt(Millis(t), 10) + "." + id }

// ParseCursor parses what Cursor returned; "" is first, a time before or after every row.
// CodeInvalid error.cursor.
func ParseCursor(s string, first int64) (t int64, id string, err error) {
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
