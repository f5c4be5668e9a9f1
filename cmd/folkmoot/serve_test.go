package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"folkmoot/models"
	"folkmoot/models/sqlite"
)

func TestServeAnswersAndStops(t *testing.T) {
	file := filepath.Join(t.TempDir(), "folkmoot.db")
	cfg := quiet(t, file)
	tty := newTerminal(t, models.SystemClock{})
	cfg.Shell = tty.shell
	var base string
	err := start(t, cfg, func(s running) {
		base = s.BaseURL
		for _, path := range []string{"/healthz", "/readyz", "/"} {
			if code, body := get(t, base+path); code != http.StatusOK {
				t.Errorf("%s: %d %s", path, code, body)
			}
		}
		if _, err := sqlite.Restore(t.Context(), file, file); models.CodeOf(err) != models.CodeConflict {
			t.Errorf("restore under a running server: %v", err)
		}
	})
	check(t, err)
	for _, want := range []string{base, "first admin", "mail waits", "Ctrl+C"} {
		if !strings.Contains(tty.out.String(), want) {
			t.Errorf("the terminal does not say %q: %s", want, tty.out)
		}
	}
	if _, err := net.Dial("tcp", strings.TrimPrefix(base, "http://")); err == nil {
		t.Error("it still listens")
	}
	store, err := sqlite.Open(t.Context(), file, sqlite.Options{})
	check(t, err)
	check(t, store.Close())
}

// stopping is a log writer that is closed when the server starts to stop.
type stopping chan struct{}

func (s stopping) Write(b []byte) (int, error) {
	if strings.Contains(string(b), "msg=stopping") {
		close(s)
	}
	return len(b), nil
}

// TestServeFinishesRequests stops the server between the head and the body of a
// request, which is answered all the same.
func TestServeFinishesRequests(t *testing.T) {
	cfg, begun := quiet(t, filepath.Join(t.TempDir(), "folkmoot.db")), make(stopping)
	cfg.Log = slog.New(slog.NewTextHandler(begun, nil))
	answer := make(chan string, 1)
	err := start(t, cfg, func(s running) {
		conn, err := net.Dial("tcp", s.Addr.String())
		check(t, err)
		body := "email=ann%40example.org"
		_, err = fmt.Fprintf(conn, "POST /sign-in HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n"+
			"Content-Length: %d\r\nExpect: 100-continue\r\n\r\n", s.Addr, s.BaseURL, len(body))
		check(t, err)
		read := bufio.NewReader(conn)
		line, err := read.ReadString('\n') // the server has the head and waits for the body
		check(t, err)
		if !strings.Contains(line, "100") {
			t.Errorf("to the head of the request: %q", line)
		}
		go func() {
			defer conn.Close()
			<-begun
			_, _ = io.WriteString(conn, body)
			rest, _ := io.ReadAll(read)
			answer <- string(rest)
		}()
	})
	check(t, err)
	if got := strings.TrimLeft(<-answer, "\r\n"); !strings.HasPrefix(got, "HTTP/1.1 200") {
		t.Errorf("the request under way got %.80q", got)
	}
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	check(t, err)
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	check(t, err)
	return res.StatusCode, string(b)
}

func TestServeListens(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	defer taken.Close()
	cfg := quiet(t, filepath.Join(t.TempDir(), "folkmoot.db"))
	cfg.Listen = taken.Addr().String()
	if err := run(context.Background(), cfg, nil); err == nil || !strings.Contains(err.Error(), "cli.listen") {
		t.Errorf("%v, want that it cannot listen", err)
	}
	cfg.Listen = "localhost:0"
	check(t, start(t, cfg, func(s running) {
		if !strings.HasPrefix(s.BaseURL, "http://localhost:") || strings.HasSuffix(s.BaseURL, ":0") {
			t.Errorf("base URL %s", s.BaseURL)
		}
	}))
	cfg.Listen, cfg.BaseURL = "0.0.0.0:0", "https://moot.example.org/"
	check(t, start(t, cfg, func(s running) {
		if s.BaseURL != "https://moot.example.org" {
			t.Errorf("base URL %s", s.BaseURL)
		}
	}))
}

func TestLogFormats(t *testing.T) {
	for format, want := range map[string]string{"json": `"msg":"hello"`, "text": "msg=hello", "auto": `"msg":"hello"`} {
		var b strings.Builder
		newLogger(&b, format).Info("hello")
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s: %s", format, b.String())
		}
	}
}

// TestServeOnce refuses a second server on one file, and a restore, by whatever name they
// reach it; commands that may run beside a server do.
func TestServeOnce(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	check(t, os.Mkdir("data", 0o700))
	check(t, os.Symlink("data", "linked"))
	check(t, os.Symlink(filepath.Join("data", "moot.db"), "moot.db"))
	file := filepath.Join(folder, "data", "moot.db")
	check(t, start(t, quiet(t, "moot.db"), func(s running) { // a link to nothing: the file is made where it leads
		code, _, errs := command(t, "backup", "copy.db", "--store", "moot.db")
		if code != exitDone {
			t.Fatal(errs)
		}
		for _, name := range []string{"moot.db", "data/moot.db", "linked/moot.db", file} {
			code, out, errs := command(t, "serve", "--listen", "127.0.0.1:0", "--store", name)
			if code != exitFailed || out != "" || !strings.HasPrefix(errs, "Another server is running on "+file+".") {
				t.Errorf("serve --store %s: exit %d, %q, %q", name, code, out, errs)
			}
			code, out, errs = command(t, "restore", "copy.db", "--store", name)
			if code != exitFailed || out != "" || !strings.HasPrefix(errs, "A server has this store open.") {
				t.Errorf("restore --store %s: exit %d, %q, %q", name, code, out, errs)
			}
			if code, _, errs := command(t, "verify", "--store", name); code != exitDone {
				t.Errorf("verify --store %s: %s", name, errs)
			}
		}
	}))
	code, out, errs := command(t, "restore", "copy.db", "--store", "moot.db")
	aside, _ := filepath.Glob("data/moot.db.before-restore-*")
	if code != exitDone || len(aside) != 1 || !strings.Contains(out, "kept as "+filepath.Join(folder, aside[0])+".") {
		t.Errorf("exit %d, %q, %q, kept %q", code, out, errs, aside)
	}
	if target, err := os.Readlink("moot.db"); err != nil || target != filepath.Join("data", "moot.db") {
		t.Errorf("the link leads to %q, %v", target, err)
	}
	check(t, start(t, quiet(t, "linked/moot.db"), nil))
}
