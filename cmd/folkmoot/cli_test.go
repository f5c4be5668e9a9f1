package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/views/i18n"
)

// terminal is a shell whose output a test reads.
type terminal struct {
	*shell
	out, err *bytes.Buffer
}

func newTerminal(t *testing.T, clock models.Clock) terminal {
	t.Helper()
	tty := terminal{out: &bytes.Buffer{}, err: &bytes.Buffer{}}
	tty.shell = &shell{ctx: t.Context(), out: tty.out, err: tty.err, clock: clock, l: i18n.For("en")}
	return tty
}

// command runs one command line and returns exit code, output and errors.
func command(t *testing.T, args ...string) (code int, out, errs string) {
	t.Helper()
	tty := newTerminal(t, models.SystemClock{})
	code = tty.run(args)
	return code, tty.out.String(), tty.err.String()
}

func TestUsage(t *testing.T) {
	for _, c := range []struct {
		args string
		code int
		says string
	}{
		{"", exitUsage, "expected one of"},
		{"fly", exitUsage, "fly"},
		{"serve --no-such-flag", exitUsage, "no-such-flag"},
		{"serve --metrics-listen 127.0.0.1:9", exitUsage, "--metrics-listen is reserved"},
		{"backup --store mongodb://127.0.0.1/folkmoot x.db", exitUsage, "database's own tools"},
		{"serve --store postgres://x/y", exitUsage, "Invalid store"},
		{"serve --listen 0.0.0.0:8080", exitUsage, "--base-url"},
		{"serve --listen :8080", exitUsage, "--base-url"},
		{"serve --base-url moot.example.org", exitUsage, "Invalid base URL"},
		{"serve --base-url https://moot.example.org/sub", exitUsage, "Invalid base URL"},
		{"serve --smtp smtp://mail.example.org", exitUsage, "the sender is missing"},
		{"serve --smtp smtp://h?from=Dale,Thornley<a@b.example>", exitUsage, "the sender “Dale,Thornley<a@b.example>” the name needs double quotes"},
		{"serve --smtp http://mail.example.org", exitUsage, "not the URL of a mail server"},
		{"serve --trusted-proxy proxy.example.org", exitUsage, "Invalid trusted proxy"},
		{"serve --trusted-proxy fe80::1%eth0", exitUsage, "Invalid trusted proxy “fe80::1%eth0”"},
		{"serve --trusted-proxy 10.0.0.1:80", exitUsage, "Invalid trusted proxy"},
		{"serve --log-format yaml", exitUsage, "log-format"},
		{"token ann@example.org", exitUsage, "reserved"},
		{"copy --from a.db", exitUsage, "--to"},
		{"copy --from a.db --to b.db", exitFailed, "There is no store"},
		{"copy --from mongodb://h/a --to mongodb://h/a", exitUsage, "same store"},
		{"copy --from postgres://h/a --to b.db", exitUsage, "Invalid store"},
		{"check", exitUsage, "reserved"},
		{"import disqus x.xml", exitUsage, "“folkmoot import disqus” is reserved"},
		{"import csv x.csv", exitUsage, "reserved"},
		{"import polis folder --agree=-1", exitUsage, "reserved"},
		{"import", exitUsage, "expected"},
		{"export shops", exitUsage, "--format"},
		{"export shops --format docx", exitUsage, "format"},
		{"export shops --format xlsx", exitUsage, "xlsx is reserved"},
		{"export shops --format pdf", exitUsage, "pdf is reserved"},
		{"export shops --format html", exitUsage, "html is reserved"},
		{"export shops --format csv --part ballots", exitUsage, "part"},
		{"sign-in-link", exitUsage, "email"},
		{"sign-in-link ann@example.org --role king", exitUsage, "role"},
		{"sign-in-link ann@example.org", exitFailed, "There is no store at /"},
		{"sign-in-link nobody", exitUsage, "email: This does not look like an e-mail address"},
		{"export shops --format csv", exitFailed, "There is no store at /"},
		{"verify", exitFailed, "There is no store"},
		{"verify nothing.json", exitFailed, "Cannot open"},
		{"backup copy.db", exitFailed, "There is no store"},
		{"restore copy.db", exitFailed, "backup"},
		{"import wordpress nothing.xml", exitFailed, "Cannot open"},
		{"serve --listen 127.0.0.1:99999", exitUsage, "Invalid listen address"},
		{"serve --listen nonsense", exitUsage, "Invalid listen address “nonsense”"},
		{"serve --listen 8080 --base-url https://moot.example.org", exitUsage, "Invalid listen address"},
		{"serve --listen 127.0.0.1:", exitUsage, "Invalid listen address"},
		{"import wordpress x.xml --slug Bad_Slug!", exitUsage, "Invalid slug"},
		{"import wordpress .", exitFailed, "Cannot read .: is a directory.\n"},
		{"serve --help", exitDone, ""},
		{"--help", exitDone, ""},
		{"version", exitDone, ""},
	} {
		t.Chdir(t.TempDir())
		code, _, errs := command(t, strings.Fields(c.args)...)
		if code != c.code || !strings.Contains(errs, c.says) || strings.Contains(errs, "[") && strings.Contains(errs, "cli.") {
			t.Errorf("folkmoot %s: exit %d, %q; want %d, %q", c.args, code, errs, c.code, c.says)
		}
		if left, err := filepath.Glob("*"); err != nil || c.code == exitUsage && len(left) > 0 {
			t.Errorf("folkmoot %s left files: %q, %v", c.args, left, err)
		}
	}
}

// TestEveryFlagHasItsVariable sets flags through the environment.
func TestEveryFlagHasItsVariable(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("FOLKMOOT_STORE", filepath.Join(dir, "env.db"))
	t.Setenv("FOLKMOOT_BASE_URL", "https://moot.example.org/")
	t.Setenv("FOLKMOOT_ROLE", "admin")
	write(t, filepath.Join(dir, "blog.xml"), post)
	if code, _, errs := command(t, "import", "wordpress", filepath.Join(dir, "blog.xml")); code != exitDone {
		t.Fatal(errs)
	}
	code, out, errs := command(t, "sign-in-link", "ann@example.org")
	if code != exitDone || !regexp.MustCompile(`^https://moot\.example\.org/sign-in/[A-Za-z0-9_-]{43}\n$`).MatchString(out) {
		t.Errorf("exit %d, %q, %q", code, out, errs)
	}
	if _, err := os.Stat(filepath.Join(dir, "env.db")); err != nil {
		t.Error(err)
	}
	t.Setenv("FOLKMOOT_METRICS_LISTEN", "127.0.0.1:9")
	if code, _, _ := command(t, "serve"); code != exitUsage {
		t.Errorf("serve with FOLKMOOT_METRICS_LISTEN: exit %d", code)
	}
}

const post = `<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<title>Pump</title><wp:wxr_version>1.2</wp:wxr_version>
<item><title>The café</title><content:encoded>&lt;ol&gt;&lt;li&gt;Buy it&lt;/li&gt;&lt;li&gt;Leave it&lt;/li&gt;&lt;/ol&gt;</content:encoded>
<wp:post_id>1</wp:post_id><wp:status>publish</wp:status><wp:post_type>post</wp:post_type>
<wp:comment><wp:comment_id>1</wp:comment_id><wp:comment_author>Ann</wp:comment_author><wp:comment_content>=Buy it.</wp:comment_content><wp:comment_approved>1</wp:comment_approved></wp:comment>
<wp:comment><wp:comment_id>2</wp:comment_id><wp:comment_author>Bob</wp:comment_author><wp:comment_content>No.</wp:comment_content><wp:comment_approved>0</wp:comment_approved><wp:comment_parent>1</wp:comment_parent></wp:comment>
</item><item><title>About</title><wp:post_type>page</wp:post_type></item></channel></rss>`

// TestImportExportVerify goes from a file to a file.
func TestImportExportVerify(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "blog.xml", post)
	code, out, errs := command(t, "import", "wordpress", "blog.xml", "--ideas-from-list", "--slug", "cafe")
	if code != exitDone || !strings.Contains(out, "/consultations/cafe") || !strings.Contains(out, "2 ideas, 2 replies, 1 of them waits") ||
		!strings.Contains(out, "Left out: 1 page.") {
		t.Fatalf("exit %d, %q, %q", code, out, errs)
	}
	code, out, _ = command(t, "import", "wordpress", "blog.xml", "--ideas-from-list", "--slug", "cafe")
	if code != exitDone || !strings.Contains(out, "was imported before; nothing was added") {
		t.Errorf("again: exit %d, %q", code, out)
	}
	write(t, "bad.xml", post[:len(post)-20])
	code, _, errs = command(t, "import", "wordpress", "bad.xml", "--slug", "worse")
	if code != exitFailed || !strings.Contains(errs, "not well-formed at line 7") {
		t.Errorf("malformed: exit %d, %q", code, errs)
	}
	code, out, errs = command(t, "export", "cafe", "--format", "json", "--part", "replies", "--draft")
	var rows []map[string]any
	if err := json.Unmarshal([]byte(out), &rows); err != nil || code != exitDone || len(rows) != 1 || rows[0]["author"] != "Ann" {
		t.Errorf("replies: exit %d, %v, %q, %q", code, err, out, errs)
	}
	code, _, errs = command(t, "export", "cafe", "--format", "csv", "--part", "replies", "--draft", "-o", "replies.csv")
	if csv, err := os.ReadFile("replies.csv"); err != nil || code != exitDone || !bytes.Contains(csv, []byte("'=Buy it.")) {
		t.Errorf("replies.csv: exit %d, %q, %v, %q", code, csv, err, errs)
	}
	if code, out, _ = command(t, "verify"); code != exitDone || !strings.Contains(out, "1 consultation\n") || !strings.Contains(out, "No differences.") {
		t.Errorf("verify: exit %d, %q", code, out)
	}
}

// TestHiddenFiguresStayHidden asks the command line for what no page shows.
func TestHiddenFiguresStayHidden(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "blog.xml", post)
	if code, _, errs := command(t, "import", "wordpress", "blog.xml", "--slug", "cafe"); code != exitDone {
		t.Fatal(errs)
	}
	for _, format := range []string{"json", "csv"} {
		code, out, errs := command(t, "export", "cafe", "--format", format, "-o", "figures")
		if _, err := os.Stat("figures"); code != exitFailed || out != "" || !strings.Contains(errs, "hidden") || !os.IsNotExist(err) {
			t.Errorf("%s: exit %d, %q, %q, %v", format, code, out, errs, err)
		}
	}
	if code, _, errs := command(t, "export", "nowhere", "--format", "csv"); code != exitFailed || !strings.Contains(errs, "It has: cafe.") {
		t.Errorf("unknown: exit %d, %q", code, errs)
	}
}

// TestRefusedImportMakesNoStore looks at what a file that is no use leaves behind.
func TestRefusedImportMakesNoStore(t *testing.T) {
	t.Chdir(t.TempDir())
	second := strings.Replace(post[strings.Index(post, "<item>"):strings.Index(post, "</item>")+7], "post_id>1", "post_id>2", 1)
	write(t, "bad.xml", post[:len(post)-20])
	write(t, "two.xml", strings.Replace(post, "</channel>", strings.Replace(second, "The café", "The pump", 1)+"</channel>", 1))
	for args, says := range map[string]string{
		"bad.xml":            "not well-formed at line 7",
		"two.xml --slug x":   "  1  The café\n  2  The pump\n",
		"two.xml --post 99":  "id 99",
		"nothing.xml":        "Cannot open",
		"bad.xml --slug B_D": "Invalid slug",
	} {
		code, _, errs := command(t, append([]string{"import", "wordpress"}, strings.Fields(args)...)...)
		if left, err := filepath.Glob("folkmoot.db*"); code == exitDone || !strings.Contains(errs, says) || err != nil || len(left) > 0 {
			t.Errorf("%s: exit %d, %q, left %q, %v", args, code, errs, left, err)
		}
	}
}

// TestExportRefuses says plainly where nothing can be written, and keeps a draft's thread.
func TestExportRefuses(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "blog.xml", post)
	if code, _, errs := command(t, "import", "wordpress", "blog.xml", "--slug", "cafe"); code != exitDone {
		t.Fatal(errs)
	}
	for args, says := range map[string]string{
		"--draft -o nodir/x.csv": "Cannot write nodir/x.csv: no such file or directory.\n",
		"--draft -o .":           "Cannot write .: is a directory.\n",
		"":                       "“cafe” is a draft",
	} {
		code, out, errs := command(t, append(strings.Fields("export cafe --format csv --part replies"), strings.Fields(args)...)...)
		if left, _ := filepath.Glob(".*"); code != exitFailed || out != "" || !strings.HasPrefix(errs, says) || len(left) > 0 {
			t.Errorf("%q: exit %d, %q, %q, left %q", args, code, out, errs, left)
		}
	}
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestBackupAndRestore loses nothing, and keeps what it replaces.
func TestBackupAndRestore(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	write(t, "blog.xml", post)
	for _, args := range []string{"import wordpress blog.xml --slug cafe", "backup copy.db", "import wordpress blog.xml --post 1"} {
		if code, _, errs := command(t, strings.Fields(args)...); code != exitDone {
			t.Fatal(args, errs)
		}
	}
	if info, err := os.Stat("copy.db"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup's mode: %v, %v", info, err)
	}
	if code, _, errs := command(t, "backup", "copy.db"); code != exitFailed || errs == "" {
		t.Errorf("a backup over another: exit %d, %q", code, errs)
	}
	if code, out, errs := command(t, "restore", "copy.db", "--store", "other.db"); code != exitDone || strings.Contains(out, "kept") {
		t.Fatal(code, out, errs)
	}
	if code, out, _ := command(t, "verify", "--store", "other.db"); code != exitDone || !strings.Contains(out, "1 consultation\n") || !strings.Contains(out, "1 entry of the audit log\n") {
		t.Errorf("the restored store: exit %d, %q", code, out)
	}
	if code, _, errs := command(t, "restore", "blog.xml"); code != exitFailed || errs == "" {
		t.Errorf("a restore of something else: exit %d, %q", code, errs)
	}
	if kept, _ := filepath.Glob("*before-restore*"); len(kept) > 0 {
		t.Errorf("a refused restore moved the store: %q", kept)
	}
	code, out, errs := command(t, "restore", "copy.db")
	if code != exitDone {
		t.Error(errs)
	}
	if kept, _ := filepath.Glob("*before-restore*"); len(kept) != 1 || !strings.Contains(out, "kept as "+filepath.Join(here, kept[0])+".") {
		t.Errorf("the old store was not kept, or not named: %q, %q", kept, out)
	}
}

// TestBackupFolder: backups in a folder are named by the time, and old ones go.
func TestBackupFolder(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "blog.xml", post)
	if code, _, errs := command(t, "import", "wordpress", "blog.xml"); code != exitDone {
		t.Fatal(errs)
	}
	if err := os.Mkdir("nightly", 0o700); err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	for _, name := range []string{backupName(now.AddDate(0, 0, -29)), backupName(now.AddDate(0, 0, -27)), "folkmoot-notes.db", "other-2020-01-01T000000Z.db"} {
		write(t, filepath.Join("nightly", name), "x")
	}
	if code, out, errs := command(t, "backup", "nightly", "--keep", "28"); code != exitDone || strings.Count(out, "deleted") != 1 {
		t.Fatal(code, out, errs)
	}
	left, err := filepath.Glob("nightly/*")
	if err != nil || len(left) != 4 {
		t.Errorf("left: %q, %v", left, err)
	}
	for _, name := range left {
		if strings.HasSuffix(name, backupName(now.AddDate(0, 0, -29))) {
			t.Errorf("an old backup is left: %s", name)
		}
	}
	for _, args := range []string{"backup nightly --keep 31", "backup nightly --keep -1", "backup one.db --keep 3"} {
		if code, _, errs := command(t, strings.Fields(args)...); code != exitUsage || errs == "" {
			t.Errorf("%s: exit %d, %q", args, code, errs)
		}
	}
}
