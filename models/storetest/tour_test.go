package storetest

import (
	"reflect"
	"testing"

	"folkmoot/models"
)

// TestTourIsComplete fails when a method of models.Store is added and the tour does
// not call it.
func TestTourIsComplete(t *testing.T) {
	visited := map[string]bool{}
	e, g := &env{}, &guide{}
	for _, some := range [][]stop{
		e.siteStops(), e.consultationStops(g), e.textStops(g), e.voteStops(g), e.peopleStops(g), e.moderationStops(g), e.jobStops(g), e.endStops(g),
	} {
		for _, s := range some {
			visited[s.method] = true
		}
	}
	store, copying := reflect.TypeFor[models.Store](), reflect.TypeFor[models.CopyStore]()
	for n := range store.NumMethod() {
		name := store.Method(n).Name
		if _, copies := copying.MethodByName(name); !visited[name] && !copies {
			t.Errorf("the tour does not call %s", name)
		}
	}
}
