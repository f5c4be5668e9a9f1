package main

import (
	"bufio"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
)

// asProgram makes the test binary run as the program, so that a test can kill a process
// of its own.
const asProgram = "FOLKMOOT_TEST_AS_PROGRAM"

// logKept is how many of its last lines a process shows when a test has failed.
const logKept = 60

// process is a server of its own.
type process struct {
	cmd     *exec.Cmd
	address string // host and port
	ended   chan struct{}

	mu   sync.Mutex
	last []string // of its log
}

// listening finds the address in the line of the log that says where a server listens.
var listening = regexp.MustCompile(`listening.*?(127\.0\.0\.1:\d+)`)

// startServer runs "folkmoot serve" with these arguments as a process of its own, and
// returns it once it listens.
func startServer(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(os.Args[0], append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...), ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), asProgram+"=1")
	out, err := p.cmd.StdoutPipe()
	check(t, err)
	p.cmd.Stderr = p.cmd.Stdout
	check(t, p.cmd.Start())
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("the last of the server's log:\n%s", strings.Join(p.last, "\n"))
		}
	})
	found := make(chan string, 1)
	go p.reads(bufio.NewScanner(out), found)
	at, ok := <-found
	if !ok {
		t.Fatal("the server did not start")
	}
	p.address = at
	return p
}

// reads keeps the end of the log and finds the address in it.
func (p *process) reads(log *bufio.Scanner, found chan<- string) {
	log.Buffer(nil, 1<<20)
	for log.Scan() {
		if m := listening.FindStringSubmatch(log.Text()); m != nil && found != nil {
			found <- m[1]
			close(found)
			found = nil
		}
		p.mu.Lock()
		if p.last = append(p.last, log.Text()); len(p.last) > logKept {
			p.last = p.last[1:]
		}
		p.mu.Unlock()
	}
	if found != nil {
		close(found)
	}
	close(p.ended)
}

// kill ends it as a power cut would, and waits until it is gone. A second time it does
// nothing.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.ended
	_ = p.cmd.Wait() // "signal: killed" is what was asked for
}
