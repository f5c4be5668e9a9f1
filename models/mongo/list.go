package mongo

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// lastKey comes after every key.
const lastKey = "~"

// key is a time and an id as one text that sorts by both, so that a list goes by
// one field and a page begins with one comparison.
func key(t time.Time, id string) string {
	return fmt.Sprintf("%016x.%s", uint64(engine.MS(t))^1<<63, id)
}

// hex writes a number so that texts sort as the numbers do.
func hex(n int64) string { return fmt.Sprintf("%016x", uint64(n)) }

// cursor names the place after a row in a list that is sorted by time and id.
func cursor(t time.Time, id string) string {
	return strconv.FormatInt(engine.MS(t), 10) + "." + id
}

// parseCursor returns the key of the row that cursor named; "" is first.
func parseCursor(s, first string) (string, error) {
	if s == "" {
		return first, nil
	}
	number, id, ok := strings.Cut(s, ".")
	n, err := strconv.ParseInt(number, 10, 64)
	if !ok || err != nil {
		return "", models.Fail(models.CodeInvalid, "error.cursor")
	}
	return key(engine.FromMS(n), id), nil
}

// more is how many rows to ask for to fill a page and know whether another
// follows; 0, for no limit, is none.
func more(limit int) int64 {
	if limit <= 0 {
		return 0
	}
	return int64(limit) + 1
}

// page cuts the row that was read beyond limit and returns the cursor of the next page.
func page[T any](list []T, limit int, key func(T) string) ([]T, string) {
	if limit <= 0 || len(list) <= limit {
		return list, ""
	}
	return list[:limit], key(list[limit-1])
}

// mapped returns f of each; nil for nil.
func mapped[T, U any](list []T, f func(T) U) []U {
	if list == nil {
		return nil
	}
	out := make([]U, len(list))
	for i, v := range list {
		out[i] = f(v)
	}
	return out
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// pageByKey reads the page of q after a cursor, by a key made of time and id.
func pageByKey[D, M any](
	r engine.Reader, coll string, filter bson.D, after string, limit int, model func(D) M, place func(M) string,
) ([]M, string, error) {
	from, err := parseCursor(after, "")
	if err != nil {
		return nil, "", err
	}
	filter = append(filter, eq("key", eq("$gt", from))...)
	docs, err := engine.All[D](r, engine.Query{Coll: coll, Filter: filter, Sort: eq("key", 1), Limit: more(limit)})
	list, next := page(mapped(docs, model), limit, place)
	return list, next, err
}
