package mongotest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
)

const (
	setName = "rs0"
	// startWithin bounds how long a member may take to answer, and a set to have a primary.
	startWithin = time.Minute
	// electionTimeout is how long secondaries miss their primary before they elect another.
	electionTimeout = 2 * time.Second
)

// ReplicaSet is a replica set of mongod processes on loopback.
type ReplicaSet struct {
	members []*member
}

// member is one mongod of a replica set.
type member struct {
	mongod, dir, port string
	running           *exec.Cmd // nil: killed or never started
}

// StartReplicaSet starts a set of n members from the binary mongod, with their data and
// logs below dir, and returns it once it has a primary. If it fails, nothing runs on.
func StartReplicaSet(ctx context.Context, mongod, dir string, n int) (*ReplicaSet, error) {
	r := &ReplicaSet{}
	for i := range n {
		port, err := freePort()
		if err != nil {
			return nil, errors.Join(err, r.Stop())
		}
		m := &member{mongod: mongod, dir: filepath.Join(dir, fmt.Sprint("member-", i+1)), port: port}
		r.members = append(r.members, m)
		if err := m.start(ctx); err != nil {
			return nil, errors.Join(err, r.Stop())
		}
	}
	err := r.initiate(ctx)
	if err == nil {
		_, err = r.Primary(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, r.Stop())
	}
	return r, nil
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port), nil
}

// initiate makes a replica set of the members.
func (r *ReplicaSet) initiate(ctx context.Context) error {
	members := bson.A{}
	for i, m := range r.members {
		members = append(members, bson.D{{Key: "_id", Value: i}, {Key: "host", Value: m.addr()}})
	}
	return r.members[0].admin(ctx, bson.D{{Key: "replSetInitiate", Value: bson.D{
		{Key: "_id", Value: setName},
		{Key: "members", Value: members},
		{Key: "settings", Value: bson.D{
			{Key: "electionTimeoutMillis", Value: electionTimeout.Milliseconds()},
			{Key: "heartbeatIntervalMillis", Value: 500},
		}},
	}}}, nil)
}

// URI returns the address of the set, without a database.
func (r *ReplicaSet) URI() string {
	var hosts []string
	for _, m := range r.members {
		hosts = append(hosts, m.addr())
	}
	return "mongodb://" + strings.Join(hosts, ",") + "/?replicaSet=" + setName
}

// Database returns the address of a database in the set.
func (r *ReplicaSet) Database(name string) string { return named(r.URI(), name) }

// Primary waits until one member that answers is the primary, and returns its number.
func (r *ReplicaSet) Primary(ctx context.Context) (int, error) {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		for i, m := range r.members {
			if m.hello(ctx).Primary {
				return i, nil
			}
		}
		select {
		case <-ctx.Done():
			return 0, errors.New("the replica set has no primary")
		case <-tick.C:
		}
	}
}

// Healthy reports whether there is one primary and all other members follow it.
func (r *ReplicaSet) Healthy(ctx context.Context) bool {
	primaries := 0
	for _, m := range r.members {
		h := m.hello(ctx)
		if !h.Primary && !h.Secondary {
			return false
		}
		if h.Primary {
			primaries++
		}
	}
	return primaries == 1
}

// Start starts a member that was killed, and waits until it answers.
func (r *ReplicaSet) Start(ctx context.Context, n int) error { return r.members[n].start(ctx) }

// Stop kills all members.
func (r *ReplicaSet) Stop() error {
	var errs []error
	for _, m := range r.members {
		errs = append(errs, m.kill())
	}
	return errors.Join(errs...)
}

func (m *member) addr() string { return "127.0.0.1:" + m.port }

// start runs mongod on what dir holds. WiredTiger keeps a file open for each collection
// and each index: it is told to close what is idle, or many databases would exceed the
// limit on open files.
func (m *member) start(ctx context.Context) error {
	if err := os.MkdirAll(m.dir, 0o700); err != nil {
		return err
	}
	log := filepath.Join(m.dir, "mongod.log")
	m.running = exec.Command(m.mongod, "--replSet", setName, "--bind_ip", "127.0.0.1", "--port", m.port, "--nounixsocket",
		"--dbpath", m.dir, "--logpath", log, "--logappend", "--quiet", "--oplogSize", "256", "--wiredTigerCacheSizeGB", "0.25",
		"--wiredTigerEngineConfigString", "file_manager=(close_idle_time=3,close_scan_interval=1,close_handle_minimum=200)",
		"--setParameter", "diagnosticDataCollectionEnabled=false")
	if err := m.running.Start(); err != nil {
		m.running = nil
		return err
	}
	if err := m.admin(ctx, bson.D{{Key: "ping", Value: 1}}, nil); err != nil {
		raw, _ := os.ReadFile(log)
		return fmt.Errorf("%s does not answer: %w\n%s", m.mongod, errors.Join(err, m.kill()), raw[max(0, len(raw)-2000):])
	}
	return nil
}

// kill ends mongod with SIGKILL: what is not in its journal is lost.
func (m *member) kill() error {
	if m.running == nil {
		return nil
	}
	err := m.running.Process.Kill()
	_ = m.running.Wait() // "signal: killed" is expected
	m.running = nil
	return err
}

// hello is what a member says of its role.
type hello struct {
	Primary   bool `bson:"isWritablePrimary"`
	Secondary bool `bson:"secondary"`
}

// hello asks the member for its role, which is neither if it does not answer at once.
func (m *member) hello(ctx context.Context) (h hello) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if m.running == nil || m.admin(ctx, bson.D{{Key: "hello", Value: 1}}, &h) != nil {
		return hello{}
	}
	return h
}

// admin runs a command on this member, whatever its role, and decodes the answer into
// out unless that is nil.
func (m *member) admin(ctx context.Context, command bson.D, out any) error {
	ctx, cancel := context.WithTimeout(ctx, startWithin)
	defer cancel()
	client, err := driver.Connect(options.Client().ApplyURI("mongodb://" + m.addr() + "/?directConnection=true").
		SetServerSelectionTimeout(startWithin))
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(context.Background()) }()
	result := client.Database("admin").RunCommand(ctx, command, options.RunCmd().SetReadPreference(readpref.Nearest()))
	if out == nil {
		return result.Err()
	}
	return result.Decode(out)
}

// Mongod returns the binary that FOLKMOOT_TEST_MONGOD names, or else the one on the PATH.
func Mongod() (string, error) {
	mongod, err := exec.LookPath(cmp.Or(os.Getenv("FOLKMOOT_TEST_MONGOD"), "mongod"))
	if err != nil {
		return "", fmt.Errorf("no mongod to start: %w", err)
	}
	return mongod, nil
}
