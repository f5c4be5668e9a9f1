package mongo

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"

	"folkmoot/models"
	"folkmoot/models/storetest"
)

// asked is one question to the database that a method of the store has led to.
type asked struct {
	method  string
	command string // find, update …
	coll    string
	filter  bson.D
	sort    bson.D
}

func (q asked) String() string {
	return fmt.Sprintf("%s: %s %s %v", q.method, q.command, q.coll, shape(q.filter))
}

// shape is a filter without its values.
func shape(filter bson.D) (names []string) {
	for _, f := range filter {
		name := f.Key
		if ops, ok := f.Value.(bson.D); ok && len(ops) > 0 && strings.HasPrefix(ops[0].Key, "$") {
			name += strings.Join(mapped(ops, func(op bson.E) string { return op.Key }), "")
		}
		names = append(names, name)
	}
	return names
}

// recorder keeps every question that a client asks, once in each shape.
type recorder struct {
	mu     sync.Mutex
	method string
	list   map[string]asked
	raw    []string // what was wrong with a command at first sight
}

func (r *recorder) arrive(method string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.method = method
}

func (r *recorder) started(_ context.Context, e *event.CommandStartedEvent) {
	var command bson.D
	if bson.Unmarshal(e.Command, &command) != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.method != "" {
		r.look(e.CommandName, e.Command, command)
	}
}

// look takes the questions out of a command.
func (r *recorder) look(name string, raw bson.Raw, command bson.D) {
	r.concerns(name, raw)
	q := asked{method: r.method, command: name}
	q.coll, _ = value(command, name).(string)
	switch name {
	case "find":
		q.filter, _ = value(command, "filter").(bson.D)
		q.sort, _ = value(command, "sort").(bson.D)
	case "findAndModify":
		q.filter, _ = value(command, "query").(bson.D)
	case "aggregate":
		stages, _ := value(command, "pipeline").(bson.A)
		q.filter, _ = value(stages[0].(bson.D), "$match").(bson.D)
	case "update", "delete":
		for _, one := range value(command, name+"s").(bson.A) {
			q.filter, _ = value(one.(bson.D), "q").(bson.D)
			r.keep(q)
			_, named := value(q.filter, "_id").(string)
			if upsert, _ := value(one.(bson.D), "upsert").(bool); upsert && !named {
				r.raw = append(r.raw, q.String()+" is an upsert of no document in particular")
			}
		}
		return
	default:
		return
	}
	r.keep(q)
}

func (r *recorder) keep(q asked) { r.list[fmt.Sprint(q, shape(q.sort))] = q }

// concerns notes a command that does not wait for the majority's journals, or reads
// what they have not acknowledged or somewhere else. In a transaction the first command
// says what all of them read, and the commit what they wait for.
func (r *recorder) concerns(name string, raw bson.Raw) {
	_, within := raw.LookupErr("autocommit")
	_, begins := raw.LookupErr("startTransaction")
	written, err := raw.LookupErr("writeConcern")
	writes := name == "insert" || name == "update" || name == "delete" || name == "findAndModify"
	waits := writes && within != nil || name == "commitTransaction"
	if w, ok := written.DocumentOK(); waits && (err != nil || !ok || w.Lookup("w").String() != `"majority"` || !w.Lookup("j").Boolean()) {
		r.raw = append(r.raw, fmt.Sprintf("%s: %s is written with %v", r.method, name, written))
	}
	read, err := raw.LookupErr("readConcern", "level")
	level, asks := "majority", (name == "find" || name == "aggregate") && within != nil
	if begins == nil {
		level, asks = "snapshot", true
	}
	if got, _ := read.StringValueOK(); asks && (err != nil || got != level && got != "snapshot") {
		r.raw = append(r.raw, fmt.Sprintf("%s: %s reads with %v", r.method, name, read))
	}
	if mode, err := raw.LookupErr("$readPreference", "mode"); err == nil && !strings.HasPrefix(mode.StringValue(), "primary") {
		r.raw = append(r.raw, r.method+": "+name+" reads from "+mode.StringValue())
	}
}

func value(d bson.D, name string) any {
	for _, f := range d {
		if f.Key == name {
			return f.Value
		}
	}
	return nil
}

// TestPlans lets a tour call every method of the store and looks at each question that
// it asks the database: none may need a scan of a collection.
func TestPlans(t *testing.T) {
	r := &recorder{list: map[string]asked{}}
	var look *Store
	uri := freshDatabase(t)
	storetest.Tour(t, func(t *testing.T, clock models.Clock) models.Store {
		o := underTest(clock)
		look = openAt(t, uri, o)
		o.monitor = &event.CommandMonitor{Started: r.started}
		return openAt(t, uri, o)
	}, r.arrive)
	r.arrive("")
	for _, wrong := range r.raw {
		t.Error(wrong)
	}
	for _, name := range slices.Sorted(maps.Keys(r.list)) {
		q := r.list[name]
		checkShard(t, q)
		checkPlan(t, look, q)
	}
	t.Logf("%d questions", len(r.list))
}

// byIDAlone are the methods that are given an id, a token or an address and nothing of
// the consultation: they may ask all shards. No page's list is among them.
var byIDAlone = []string{
	"IdeaByID", "Reply", "ContributionByToken", "TextRevisions", "EditIdea", "EditReply", "AddReport", "PutResponse",
	"ThreadBefore", "Queue", "QueueLength", "Queued", "QueueEntry", "Search", "EnsureParticipant", "RevokeGrant", "UseLink", "AddIdea",
	"Decide", "Seal", "ConfirmAddress", "Text", "AddHandLink",
}

// checkShard expects the shard key in what is written to the collections that grow, and
// in what is read from them wherever the caller knows it.
func checkShard(t *testing.T, q asked) {
	t.Helper()
	grows := false
	for _, of := range collections {
		grows = grows || of.name == q.coll && len(of.indexes) > 0 && of.indexes[0] == "shard: c _id"
	}
	if !grows || value(q.filter, "c") != nil {
		return
	}
	if q.command != "find" && q.command != "aggregate" {
		t.Errorf("%v writes without the shard key", q)
	} else if !slices.Contains(byIDAlone, q.method) {
		t.Errorf("%v reads without the shard key", q)
	}
}

// checkPlan asks the server how it would answer.
func checkPlan(t *testing.T, s *Store, q asked) {
	t.Helper()
	if q.coll == "nodes" { // a handful
		return
	}
	plan := explain(t, s, q, q.filter)
	if !strings.Contains(plan, "IXSCAN") || strings.Contains(plan, "COLLSCAN") {
		t.Errorf("%v: the plan is %s", q, plan)
	}
}

func explain(t *testing.T, s *Store, q asked, filter bson.D) string {
	t.Helper()
	find := eq("find", q.coll)
	if filter != nil {
		find = eq("find", q.coll, "filter", filter)
	}
	if len(q.sort) > 0 {
		find = append(find, bson.E{Key: "sort", Value: q.sort})
	}
	var answer bson.M
	if err := s.db.Command(t.Context(), eq("explain", find, "verbosity", "queryPlanner"), &answer); err != nil {
		t.Errorf("%v: %v", q, err)
	}
	return strings.ReplaceAll(fmt.Sprint(answer["queryPlanner"]), "IDHACK", "IXSCAN of _id")
}
