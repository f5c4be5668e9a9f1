package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"folkmoot/models"
)

// TestShellQuote lets a shell read what was quoted.
func TestShellQuote(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no sh")
	}
	for word, want := range map[string]string{
		"/var/lib/folkmoot.db": "/var/lib/folkmoot.db", "": "''", "a b": "'a b'", "it's": `'it'\''s'`, "$HOME": "'$HOME'",
		"a;b&c|d": "'a;b&c|d'", "~/x": "'~/x'", "*": "'*'", "caf\u00e9": "'caf\u00e9'", "`id`": "'`id`'", "\"": "'\"'", "a\nb": "'a\nb'", "!!": "'!!'",
	} {
		if got := shellQuote(word); got != want {
			t.Errorf("%q is quoted as %s, want %s", word, got, want)
		}
		out, err := exec.Command(sh, "-c", "printf %s "+shellQuote(word)).Output()
		if err != nil || string(out) != word {
			t.Errorf("a shell reads %s as %q, %v", shellQuote(word), out, err)
		}
	}
}

// TestStoreFlag names a file in full, and a database without its passwords.
func TestStoreFlag(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	here, err := os.Getwd()
	check(t, err)
	for store, want := range map[string]string{
		"folkmoot.db":                         filepath.Join(here, "folkmoot.db"),
		"../x/folkmoot.db":                    filepath.Join(filepath.Dir(here), "x", "folkmoot.db"),
		"/srv/moot store":                     "/srv/moot store",
		"mongodb://a:1/moot":                  "mongodb://a:1/moot",
		"mongodb://moot@a/moot?replicaSet=rs": "mongodb://moot@a/moot?replicaSet=rs",
		"mongodb://moot:s%40cret@a:1,b:2/moot?replicaSet=rs0&tls=true":             "mongodb://moot:PASSWORD@a:1,b:2/moot?replicaSet=rs0&tls=true",
		"mongodb://moot:se@cret@a/moot":                                            "mongodb://moot:PASSWORD@a/moot",
		"mongodb+srv://moot:secret@cluster.example.org":                            "mongodb+srv://moot:PASSWORD@cluster.example.org",
		"mongodb://a/moot?tlsCertificateKeyFilePassword=secret&tls=true":           "mongodb://a/moot?tlsCertificateKeyFilePassword=PASSWORD&tls=true",
		"mongodb://a/?authMechanismProperties=AWS_SESSION_TOKEN:secret&w=majority": "mongodb://a/?authMechanismProperties=PASSWORD&w=majority",
	} {
		if got := storeFlag(store); got != want || strings.Contains(got, "cret") {
			t.Errorf("%s: %s, want %s", store, got, want)
		}
	}
}

// TestPrintedCommandsWork runs the commands that serve and import print, in another
// folder, as a shell reads them.
func TestPrintedCommandsWork(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "the moot's $HOME")
	check(t, os.Mkdir(dir, 0o700))
	t.Chdir(dir)
	write(t, "blog.xml", post)
	cfg := quiet(t, "own.db")
	tty := newTerminal(t, models.SystemClock{})
	cfg.Shell = tty.shell
	check(t, start(t, cfg, func(s running) {
		link := runPrinted(t, tty.out.String())
		token, ok := strings.CutPrefix(link, s.BaseURL+"/sign-in/")
		used, err := s.Service.UseLink(t.Context(), token)
		if !ok || err != nil || !used.Participant.Has(models.RoleAdmin, "") {
			t.Errorf("%q signs in %+v, %v", link, used.Participant, err)
		}
	}))
	code, out, errs := command(t, "import", "wordpress", "blog.xml", "--store", "blog.db", "--base-url", "https://Moot.example.org/")
	if code != exitDone {
		t.Fatal(errs)
	}
	if link := runPrinted(t, out); !strings.HasPrefix(link, "https://moot.example.org/sign-in/") {
		t.Errorf("%q", link)
	}
}

// runPrinted runs the command with "sign-in-link" in it for an address, and returns what
// it prints. It must leave the folder where it runs empty.
func runPrinted(t *testing.T, printed string) string {
	t.Helper()
	line := regexp.MustCompile(`(?m)^  .* sign-in-link .*$`).FindString(printed)
	if line == "" {
		t.Fatalf("no command was printed: %s", printed)
	}
	elsewhere := t.TempDir()
	cmd := exec.Command("sh", "-c", strings.Replace(line, "YOU@EXAMPLE.ORG", "ann@example.org", 1))
	cmd.Dir, cmd.Env = elsewhere, append(os.Environ(), asProgram+"=1")
	out, err := cmd.CombinedOutput()
	if left, _ := filepath.Glob(filepath.Join(elsewhere, "*")); err != nil || len(left) > 0 {
		t.Errorf("%s: %v, %s, left %q", line, err, out, left)
	}
	return strings.TrimSpace(string(out))
}

// TestWhoCreatesAStore lets serve and import create one and say where, and no other
// command: it says where it looked.
func TestWhoCreatesAStore(t *testing.T) {
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	check(t, err)
	write(t, "blog.xml", post)
	tty := newTerminal(t, models.SystemClock{})
	for n := range 2 {
		cfg := quiet(t, "served.db")
		cfg.Shell = tty.shell
		check(t, start(t, cfg, nil))
		_, out, _ := command(t, "import", "wordpress", "blog.xml", "--store", "imported.db")
		served, imported := filepath.Join(here, "served.db"), filepath.Join(here, "imported.db")
		if strings.Count(tty.out.String(), "Created a new store at "+served+"\n") != 1 || strings.Contains(out, "Created a new store at "+imported+"\n") != (n == 0) {
			t.Errorf("time %d: %s%s", n+1, tty.out, out)
		}
	}
	write(t, "empty.db", "")
	for _, args := range []string{
		"sign-in-link ann@example.org", "export cafe --format csv", "verify", "backup copy.db", "copy --to other.db",
	} {
		for _, store := range []string{"none.db", "empty.db"} {
			flag := "--store"
			if strings.HasPrefix(args, "copy") {
				flag = "--from"
			}
			code, _, errs := command(t, append(strings.Fields(args), flag, store)...)
			want := filepath.Join(here, store)
			if code != exitFailed || !strings.Contains(errs, "There is no store at "+want+".") || !strings.Contains(errs, " serve --store "+want+"\n") {
				t.Errorf("%s: exit %d, %q", args, code, errs)
			}
		}
	}
	left, err := filepath.Glob("*")
	check(t, err)
	if got := strings.Join(left, " "); got != "blog.xml empty.db imported.db imported.db.lock served.db served.db.lock served.db.serve.lock" {
		t.Errorf("left %s", got)
	}
	if info, err := os.Stat("empty.db"); err != nil || info.Size() != 0 {
		t.Errorf("the empty file: %v, %v", info, err)
	}
}
