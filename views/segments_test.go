package views

import (
	"bytes"
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/views/ui"
)

// TestThreadKey changes each field of a reply and each thing around it: where the HTML of a
// segment changes, its key does.
func TestThreadKey(t *testing.T) {
	for _, status := range []models.Status{models.StatusPublished, models.StatusRemoved, models.StatusPending} {
		base := func() (ui.LayoutData, ui.Subject, ThreadView) {
			v := testThread()
			v.Items = v.Items[:1]
			v.Items[0].Reply.Status, v.Items[0].Waiting = status, status == models.StatusPending
			return testLayout(), testSubject(models.StateOpen), v
		}
		was := keyAndHTML(t, base)
		seen := 0
		for name, change := range changes() {
			now := keyAndHTML(t, func() (ui.LayoutData, ui.Subject, ThreadView) {
				f, s, v := base()
				change(&f, &s, &v)
				return f, s, v
			})
			if now.html != was.html {
				seen++
			}
			if now.html != was.html && now.key == was.key {
				t.Errorf("%s: %s changes what is shown and not the key", status, name)
			}
		}
		if seen < 8 {
			t.Errorf("%s: only %d changes were seen", status, seen)
		}
	}
}

type keyed struct{ key, html string }

func keyAndHTML(t *testing.T, make func() (ui.LayoutData, ui.Subject, ThreadView)) keyed {
	t.Helper()
	f, s, v := make()
	segment := wordsFor(f, s, v).segment(v, 0, v.Items)
	var b bytes.Buffer
	if err := segment.Render(context.Background(), &b); err != nil {
		t.Fatal(err)
	}
	return keyed{segment.Key(), b.String()}
}

// changes lists what can be changed: every field of the item, of the reply and of what
// it has in common with ideas, the day, the place and whether replies are taken.
func changes() map[string]func(*ui.LayoutData, *ui.Subject, *ThreadView) {
	list := map[string]func(*ui.LayoutData, *ui.Subject, *ThreadView){
		"the day":    func(f *ui.LayoutData, _ *ui.Subject, _ *ThreadView) { f.Now = f.Now.AddDate(0, 0, 1) },
		"the zone":   func(_ *ui.LayoutData, s *ui.Subject, _ *ThreadView) { s.C.TimeZone = "Pacific/Auckland" },
		"the page":   func(_ *ui.LayoutData, _ *ui.Subject, v *ThreadView) { v.Base += "/ideas/1" },
		"closing":    func(_ *ui.LayoutData, _ *ui.Subject, v *ThreadView) { v.Closed = !v.Closed },
		"the length": func(_ *ui.LayoutData, _ *ui.Subject, v *ThreadView) { v.Items = append(v.Items, v.Items[0]) },
	}
	fields := func(what string, of reflect.Type, at func(*ThreadItem) reflect.Value) {
		for i := range of.NumField() {
			list[what+"."+of.Field(i).Name] = func(_ *ui.LayoutData, _ *ui.Subject, v *ThreadView) { alter(at(&v.Items[0]).Field(i)) }
		}
	}
	fields("item", reflect.TypeFor[ThreadItem](), func(i *ThreadItem) reflect.Value { return reflect.ValueOf(i).Elem() })
	fields("reply", reflect.TypeFor[PublicReply](), func(i *ThreadItem) reflect.Value { return reflect.ValueOf(&i.Reply).Elem() })
	fields("contribution", reflect.TypeFor[ui.Contribution](), func(i *ThreadItem) reflect.Value {
		return reflect.ValueOf(&i.Reply.Contribution).Elem()
	})
	return list
}

// alter returns a field another value.
func alter(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(v.String() + "x")
	case reflect.Bool:
		v.SetBool(!v.Bool())
	case reflect.Int, reflect.Int64:
		v.SetInt(v.Int() + 1)
	case reflect.Struct:
		if at, ok := v.Interface().(time.Time); ok {
			v.Set(reflect.ValueOf(at.AddDate(0, 0, -400)))
		}
	}
}

// TestThreadSegments splits a thread so that a new reply changes few segments.
func TestThreadSegments(t *testing.T) {
	var items []ThreadItem
	for n := range 1000 {
		items = append(items, ThreadItem{Reply: PublicReply{Contribution: ui.Contribution{ID: fmt.Sprint("reply ", n)}}})
	}
	names := func(items []ThreadItem) map[string]bool {
		set, whole := map[string]bool{}, []ThreadItem(nil)
		for _, segment := range threadSegments(items) {
			if whole = append(whole, segment...); len(segment) == 0 || len(segment) > segmentMax {
				t.Errorf("a segment of %d", len(segment))
			}
			set[segment[0].Reply.ID+" – "+segment[len(segment)-1].Reply.ID] = true
		}
		if !reflect.DeepEqual(whole, items) {
			t.Error("the segments are not the thread")
		}
		return set
	}
	before := names(items)
	after := names(slices.Insert(slices.Clone(items), 500, ThreadItem{Reply: PublicReply{Contribution: ui.Contribution{ID: "new"}}}))
	for segment := range before {
		delete(after, segment)
	}
	if len(before) < 16 || len(after) > 4 {
		t.Errorf("%d segments, of which one new reply changes %d", len(before), len(after))
	}
}

// TestVoteKey does the same with a vote.
func TestVoteKey(t *testing.T) {
	shows := func(v VoteForm) keyed {
		segment := v.Segment(testLayout().L)
		var out bytes.Buffer
		if err := segment.Render(context.Background(), &out); err != nil {
			t.Fatal(err)
		}
		return keyed{segment.Key(), out.String()}
	}
	for _, base := range []VoteForm{
		{Slug: "a", Number: 1, Title: "T", Choice: models.ChoiceAgree, Return: "/a"},
		{Slug: "a", Number: 1, Choice: models.ChoiceAgree, Closed: true},
		{Slug: "a", Number: 1, Why: "not now"},
	} {
		for i := range reflect.TypeFor[VoteForm]().NumField() {
			b := base
			if alter(reflect.ValueOf(&b).Elem().Field(i)); b.Choice == models.ChoiceAgree+"x" {
				b.Choice = models.ChoicePass
			}
			if was, now := shows(base), shows(b); was.html != now.html && was.key == now.key {
				t.Errorf("%s changes what is shown and not the key", reflect.TypeFor[VoteForm]().Field(i).Name)
			}
		}
	}
}
