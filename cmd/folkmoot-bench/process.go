package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"
)

// roleVariable makes this program be one of the bench's other processes.
const roleVariable = "FOLKMOOT_BENCH_ROLE"

// The other processes of the bench.
const (
	roleLoad     = "load"     // drives a server, see generate
	roleBaseline = "baseline" // what the machine can do at all, see serveBaseline
)

// runRole is a process of the bench that is not the bench itself.
func runRole(role string) int {
	var err error
	switch role {
	case roleLoad:
		err = generate(os.Stdin, os.Stdout)
	case roleBaseline:
		err = serveBaseline(os.Stdin, os.Stdout)
	default:
		err = fmt.Errorf("no role %q", role)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "folkmoot-bench:", role+":", err)
		return 1
	}
	return 0
}

// environment is the bench's own without anything that would configure a server,
// and with the same number of processors for all.
func environment(more ...string) []string {
	list := []string{fmt.Sprintf("GOMAXPROCS=%d", processors())}
	for _, e := range os.Environ() {
		if !strings.HasPrefix(e, "FOLKMOOT_") && !strings.HasPrefix(e, "GOMAXPROCS=") {
			list = append(list, e)
		}
	}
	return append(list, more...)
}

// build builds the real program, stripped as one would ship it, and returns its file.
func build(ctx context.Context, dir string, tags []string) (string, error) {
	file := filepath.Join(dir, "folkmoot")
	args := append([]string{"build", "-trimpath", "-ldflags", "-s -w", "-o", file}, tags...)
	cmd := exec.CommandContext(ctx, "go", append(args, "folkmoot/cmd/folkmoot")...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build folkmoot (run the bench inside its checkout): %w\n%s", err, out)
	}
	return file, nil
}

// process is a server that was started: folkmoot itself or a baseline.
type process struct {
	cmd   *exec.Cmd
	addr  string
	stdin io.Closer
	said  *tail
}

var printedAddress = regexp.MustCompile(`http://(127\.0\.0\.1:\d+)`)

// start starts a program in dir and waits until it prints where it listens.
func start(ctx context.Context, dir string, env []string, input []byte, name string, args ...string) (*process, error) {
	p := &process{cmd: exec.CommandContext(ctx, name, args...), said: &tail{}}
	p.cmd.Dir, p.cmd.Env, p.cmd.WaitDelay = dir, env, 30*time.Second
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	p.stdin, p.cmd.Stderr = in, p.said
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	if _, err := in.Write(input); err != nil && !errors.Is(err, syscall.EPIPE) {
		return nil, errors.Join(err, p.stop())
	}
	if p.addr = listens(out); p.addr == "" {
		err := p.stop() // first, so that all that it said is there
		return nil, errors.Join(fmt.Errorf("%s did not start: %s", filepath.Base(name), p.said), err)
	}
	return p, nil
}

// listens reads what a program prints until it names its address, and goes on
// reading behind the caller's back; "" if it ends before.
func listens(out io.Reader) string {
	found := make(chan string, 1)
	go func() {
		lines := bufio.NewScanner(out)
		for lines.Scan() {
			if m := printedAddress.FindStringSubmatch(lines.Text()); m != nil {
				found <- m[1]
				_, _ = io.Copy(io.Discard, out)
				return
			}
		}
		found <- ""
	}()
	return <-found
}

// stop ends the process and waits for it. One that ends by our signal ended well.
func (p *process) stop() error {
	_ = p.stdin.Close()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	err := p.cmd.Wait()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok && exit.ExitCode() < 0 {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%s ended badly: %w: %s", filepath.Base(p.cmd.Path), err, p.said)
	}
	return nil
}

// tail keeps the end of what a process wrote, for its error message.
type tail struct{ b []byte }

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.b = append(t.b, p...)
	t.b = t.b[max(0, len(t.b)-2000):]
	return len(p), nil
}

func (t *tail) String() string { return strings.TrimSpace(string(t.b)) }

// send drives a load from a process of its own. Any wrong answer is an error.
func (b *bench) send(l load) (report, error) {
	var r report
	in, err := json.Marshal(l)
	if err != nil {
		return r, err
	}
	cmd := exec.CommandContext(b.ctx, b.self)
	cmd.Dir, cmd.Env = b.dir, environment(roleVariable+"="+roleLoad)
	var problem tail
	cmd.Stdin, cmd.Stderr = bytes.NewReader(in), &problem
	profiled := b.prof.watch(l)
	out, err := cmd.Output()
	if err = errors.Join(err, profiled()); err != nil {
		return r, fmt.Errorf("load generator: %w %s", err, &problem)
	}
	if err := json.Unmarshal(out, &r); err != nil {
		return r, fmt.Errorf("load generator: %w", err)
	}
	return r, r.problem()
}
