//go:build unix

package mongotest

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readpref"
)

// Own is a server that the test has for itself and may kill.
type Own struct {
	t       testing.TB
	line    []string // its command line
	port    string
	running *exec.Cmd
	said    bytes.Buffer
}

// StartOwn starts the server whose command line FOLKMOOT_TEST_MONGODB_SERVER gives,
// with {port} and {dir} to fill in, on an empty folder. Where it gives none the test is
// skipped and says how to run it; in CI that is a failure.
func StartOwn(t testing.TB) *Own {
	t.Helper()
	line := os.Getenv("FOLKMOOT_TEST_MONGODB_SERVER")
	switch {
	case line != "":
	case os.Getenv("CI") != "":
		t.Fatal("FOLKMOOT_TEST_MONGODB_SERVER is not set, and in CI nothing is skipped for want of a database")
	default:
		skip(t, "needs a MongoDB of its own to kill: set FOLKMOOT_TEST_MONGODB_SERVER to its command line with {port} and {dir} "+
			"(.ci/mongodb has one) and run this test again")
	}
	s := &Own{t: t, port: freePort(t)}
	fill := strings.NewReplacer("{port}", s.port, "{dir}", t.TempDir())
	for _, word := range strings.Fields(line) {
		s.line = append(s.line, fill.Replace(word))
	}
	s.Start()
	t.Cleanup(s.end)
	return s
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// URI is its address.
func (s *Own) URI() string { return "mongodb://" + s.Addr() + "/" }

// Addr is its host and port.
func (s *Own) Addr() string { return "127.0.0.1:" + s.port }

// Start starts it on what it has stored, and waits until it answers.
func (s *Own) Start() {
	s.t.Helper()
	s.running = exec.Command(s.line[0], s.line[1:]...)
	s.running.Stdout, s.running.Stderr = &s.said, &s.said
	s.running.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // signals reach its children too
	if err := s.running.Start(); err != nil {
		s.t.Fatal(err)
	}
	if err := s.answers(time.Minute); err != nil {
		s.end()
		s.t.Fatalf("the database does not answer: %v\n%s", err, s.said.String())
	}
}

// answers waits until it answers, or until within is over.
func (s *Own) answers(within time.Duration) error {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	client, err := driver.Connect(options.Client().ApplyURI(s.URI()).SetServerSelectionTimeout(within))
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(context.Background()) }()
	return client.Ping(ctx, readpref.Primary())
}

// Kill ends it with SIGKILL: what it has not written is lost.
func (s *Own) Kill() {
	s.t.Helper()
	s.signal(syscall.SIGKILL)
	_ = s.running.Wait() // "signal: killed" is what was asked for
	s.running = nil
}

// Freeze stops it with SIGSTOP: it keeps its connections and says nothing.
func (s *Own) Freeze() { s.t.Helper(); s.signal(syscall.SIGSTOP) }

// Thaw lets it go on.
func (s *Own) Thaw() { s.t.Helper(); s.signal(syscall.SIGCONT) }

func (s *Own) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := syscall.Kill(-s.running.Process.Pid, sig); err != nil {
		s.t.Fatal(fmt.Errorf("%v to the database: %w", sig, err))
	}
}

// end takes it away at the end of the test.
func (s *Own) end() {
	if s.running != nil {
		s.Kill()
	}
}
