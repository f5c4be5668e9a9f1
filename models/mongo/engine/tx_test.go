package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"folkmoot/models"
	"folkmoot/models/mongo/mongotest"
)

// count is a document that tests count in.
type count struct {
	Doc `bson:",inline"`
	N   int64
}

// open connects to a database with one thing to collide on.
func open(t *testing.T, uri string) *DB {
	t.Helper()
	db, err := Connect(uri, Options{Fence: Fence{Coll: "things", Fields: bson.D{}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if _, err := db.InsertOne(t.Context(), "things", Eq("_id", "thing")); err != nil {
		t.Fatal(err)
	}
	for _, coll := range []string{"counts", nodesColl} {
		if err := db.Make(t.Context(), coll, nil); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// add counts one more in a document.
func add(t *Tx, id string) error {
	d, found, err := Get[count](t, "counts", "", id)
	if err != nil {
		return err
	}
	if !found {
		d.Doc.ID = id
	}
	d.N++
	t.Put("counts", d)
	return nil
}

func counted(t *testing.T, db *DB, id string) int64 {
	t.Helper()
	d, _, err := Get[count](db.Read(t.Context()), "counts", "", id)
	if err != nil {
		t.Fatal(err)
	}
	return d.N
}

// TestDeadNode lets a node die in a transaction: another one goes on long before the
// server returns that up by itself.
func TestDeadNode(t *testing.T) {
	uri := mongotest.Database(t)
	dead, living := open(t, uri), open(t, uri)
	session, err := dead.client.StartSession()
	if err == nil {
		err = session.StartTransaction()
	}
	if err == nil {
		_, err = dead.Coll("things").UpdateOne(driver.NewSessionContext(t.Context(), session), Eq("_id", "thing"), Eq("$set", Eq("held", true)))
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := living.Do(t.Context(), "thing", nil, func(t *Tx) error { return add(t, "a") }); err != nil {
		t.Error(err)
	}
	if n := counted(t, living, "a"); n != 1 {
		t.Errorf("counted %d", n)
	}
}

// TestGroups counts on two nodes at once while some writes fail: before they have changed
// anything, after it, and after some of it was sent.
func TestGroups(t *testing.T) {
	uri := mongotest.Database(t)
	nodes := []*DB{open(t, uri), open(t, uri)}
	refused, panicked := models.Fail(models.CodeConflict, "error.test"), "oops"
	var all sync.WaitGroup
	for n := range 240 {
		all.Go(func() {
			err := nodes[n%2].Do(t.Context(), "thing", []Ref{{Coll: "counts", ID: "a"}}, func(t *Tx) error {
				if n%6 == 3 {
					return refused
				}
				if err := add(t, "a"); err != nil {
					return err
				}
				if n%6 == 2 {
					if _, err := Exists(t, "counts", Eq("n", int64(-1))); err != nil {
						return err
					}
				}
				switch n % 6 {
				case 1, 2:
					return refused
				case 5:
					panic(panicked)
				}
				return nil
			})
			switch {
			case n%6 == 0 || n%6 == 4:
				if err != nil {
					t.Error(n, err)
				}
			case n%6 == 5:
				if err == nil {
					t.Error("a panic went by")
				}
			case !errors.Is(err, refused):
				t.Error(n, err)
			}
		})
	}
	all.Wait()
	if n := counted(t, nodes[0], "a"); n != 80 {
		t.Errorf("counted %d, want 80", n)
	}
}

// TestLostCommit loses the answers of commits, so that the same commit is asked for again.
func TestLostCommit(t *testing.T) {
	db := open(t, mongotest.Database(t))
	lost := 0
	db.Disturb(func(step string) Verdict {
		if step == "commit" && lost%3 != 2 {
			lost++
			return Lose
		}
		lost++
		return Proceed
	})
	for range 5 {
		if err := db.Do(t.Context(), "thing", nil, func(t *Tx) error { return add(t, "a") }); err != nil {
			t.Fatal(err)
		}
	}
	if n := counted(t, db, "a"); n != 5 {
		t.Errorf("counted %d, want 5", n)
	}
}

// TestCommittedIsFound looks for groups by the names that they leave.
func TestCommittedIsFound(t *testing.T) {
	db := open(t, mongotest.Database(t))
	for _, c := range []string{"", "thing"} {
		var op string
		err := db.Do(t.Context(), c, nil, func(t *Tx) error {
			op = t.g.op
			return add(t, "a")
		})
		if err != nil {
			t.Fatal(err)
		}
		for op, want := range map[string]bool{op: true, bson.NewObjectID().Hex(): false} {
			g := &group{db: db, c: c, op: op}
			if done, err := g.committed(t.Context()); done != want || err != nil {
				t.Errorf("in the queue %q: %t, %v, want %t", c, done, err, want)
			}
		}
	}
}

// TestFlights lets callers come while a read is under way: they share the next one.
func TestFlights(t *testing.T) {
	var f Flights[int]
	begun, goOn := make(chan int), make(chan bool)
	var asked []string
	read := func(_ context.Context, ids []string) (map[string]int, error) {
		slices.Sort(ids)
		asked = append(asked, fmt.Sprint(ids))
		begun <- len(asked)
		<-goOn
		return map[string]int{"x": len(asked), "y": -len(asked)}, nil
	}
	got := make(chan string, 8)
	call := func(name, id string) {
		go func() {
			n, found, err := f.Do(t.Context(), "a", id, read)
			got <- fmt.Sprint(name, n, found, err)
		}()
	}
	call("first ", "x")
	<-begun
	for name, id := range map[string]string{"b ": "x", "c ": "y", "d ": "z", "e ": "x"} {
		call(name, id)
	}
	for f.waiting("a") < 4 {
		runtime.Gosched()
	}
	goOn <- true
	<-begun
	goOn <- true
	var all []string
	for range 5 {
		all = append(all, <-got)
	}
	slices.Sort(all)
	if want := []string{"b 2 true <nil>", "c -2 true <nil>", "d 0 false <nil>", "e 2 true <nil>", "first 1 true <nil>"}; !slices.Equal(all, want) {
		t.Errorf("got %v, want %v", all, want)
	}
	if want := []string{"[x]", "[x y z]"}; !slices.Equal(asked, want) {
		t.Errorf("asked for %v, want %v", asked, want)
	}
}

// waiting counts who waits for the next read of a key.
func (f *Flights[T]) waiting(key string) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	if next := f.next[key]; next != nil {
		return next.waiting
	}
	return 0
}
