package storetest

import (
	"errors"
	"reflect"
	"sync"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"folkmoot/models"
)

// must hands on the value of a call that has to succeed: must(f())(e).
func must[T any](v T, err error) func(e *env) T {
	return func(e *env) T {
		e.Helper()
		e.ok(err)
		return v
	}
}

// ok stops the case at an error.
func (e *env) ok(err error) {
	e.Helper()
	if err != nil {
		e.Fatalf("unexpected error: %v", err)
	}
}

// refused expects an error of the code and, where key is given, of that key.
func (e *env) refused(what string, err error, code models.Code, key string) *models.Error {
	e.Helper()
	var refusal *models.Error
	if !errors.As(err, &refusal) || refusal.Code != code {
		e.Fatalf("%s: got error %v, want code %s", what, err, code)
	}
	if key != "" && refusal.Key != key {
		e.Errorf("%s: got key %s, want %s", what, refusal.Key, key)
	}
	return refusal
}

// equal compares by value; empty and nil lists are the same.
func (e *env) equal(what string, got, want any, opts ...cmp.Option) {
	e.Helper()
	opts = append(opts, cmpopts.EquateEmpty())
	if diff := cmp.Diff(want, got, opts...); diff != "" {
		e.Errorf("%s differs (-want +got):\n%s", what, diff)
	}
	e.stored(what, reflect.ValueOf(got))
}

// stored expects every time in v in UTC and whole milliseconds.
func (e *env) stored(what string, v reflect.Value) {
	e.Helper()
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			e.stored(what, v.Elem())
		}
	case reflect.Struct:
		e.storedStruct(what, v)
	case reflect.Slice:
		for i := range v.Len() {
			e.stored(what, v.Index(i))
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			e.stored(what, v.MapIndex(key))
		}
	}
}

func (e *env) storedStruct(what string, v reflect.Value) {
	e.Helper()
	if at, ok := v.Interface().(time.Time); ok {
		if at.Location() != time.UTC || at.Nanosecond()%1e6 != 0 {
			e.Errorf("%s: the time %v is not in UTC and whole milliseconds", what, at)
		}
		return
	}
	for i := range v.NumField() {
		e.stored(what+"."+v.Type().Field(i).Name, v.Field(i))
	}
}

// ignore leaves fields of T out of a comparison: those that the store fills in.
func ignore[T any](fields ...string) cmp.Option {
	var zero T
	return cmpopts.IgnoreFields(zero, fields...)
}

// walk reads all pages of a list, calling between (if any) after each one. Pages
// hold at most limit entries, only the first may be empty (or one that was
// emptied meanwhile), and the walk ends.
func walk[T any](e *env, limit int, page func(after string) ([]T, string, error), between func()) (all []T) {
	e.Helper()
	after := ""
	for n := 0; ; n++ {
		items, next, err := page(after)
		e.ok(err)
		all = append(all, items...)
		switch {
		case len(items) > limit:
			e.Fatalf("a page of %d entries, the limit is %d", len(items), limit)
		case len(items) == 0 && n > 0 && between == nil:
			e.Fatalf("page %d is empty: the page before it should have been the last", n+1)
		case next == "":
			return all
		case next == after || n > 10_000:
			e.Fatalf("the cursor %q leads nowhere after %d entries", next, len(all))
		}
		if between != nil {
			between()
		}
		after = next
	}
}

// once expects each of want in got once, whatever else is there.
func (e *env) once(what string, got, want []string) {
	e.Helper()
	seen := map[string]int{}
	for _, id := range got {
		if seen[id]++; seen[id] > 1 {
			e.Errorf("%s: %s came twice", what, id)
		}
	}
	for _, id := range want {
		if seen[id] == 0 {
			e.Errorf("%s: %s is missing", what, id)
		}
	}
}

// together runs f(0) … f(n-1) at once and returns their errors by index.
func together(n int, f func(i int) error) []error {
	errs := make([]error, n)
	gate := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-gate
			errs[i] = f(i)
		})
	}
	close(gate)
	wg.Wait()
	return errs
}

// all stops the case at the first of many errors.
func (e *env) all(errs []error) {
	e.Helper()
	for i, err := range errs {
		if err != nil {
			e.Fatalf("writer %d: %v", i, err)
		}
	}
}

// oneWins expects exactly one success among errs and the code for all others.
func (e *env) oneWins(errs []error, code models.Code) (winner int) {
	e.Helper()
	winner = -1
	for i, err := range errs {
		switch {
		case err == nil && winner >= 0:
			e.Fatalf("both %d and %d won", winner, i)
		case err == nil:
			winner = i
		case models.CodeOf(err) != code:
			e.Fatalf("writer %d: got error %v, want code %s", i, err, code)
		}
	}
	if winner < 0 {
		e.Fatalf("nobody won: %v", errs[0])
	}
	return winner
}

// ids returns the ids (or whatever id takes) of list in its order.
func ids[T, ID any](list []T, id func(T) ID) []ID {
	out := make([]ID, len(list))
	for i, v := range list {
		out[i] = id(v)
	}
	return out
}

func replyID(r models.Reply) string               { return r.ID }
func ideaID(i models.Idea) string                 { return i.ID }
func consultationID(c models.Consultation) string { return c.ID }
func participantID(p models.Participant) string   { return p.ID }
func jobID(j models.Job) string                   { return j.ID }
func entryID(q models.QueueEntry) string          { return q.Item.ID }

// sortedGrants compares roles in any order.
var sortedGrants = cmpopts.SortSlices(func(a, b models.Grant) bool {
	return a.Role < b.Role || a.Role == b.Role && a.ConsultationID < b.ConsultationID
})
