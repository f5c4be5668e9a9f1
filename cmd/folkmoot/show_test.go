package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"folkmoot/models"
	"folkmoot/models/sealed"
)

// hostile is text that would act on a terminal: it clears the screen, sets the title,
// overwrites a line, turns what follows round, and forges a line of output.
const hostile = "\x1b[2J\x1b]0;owned\x07\rAll is well\u202egnirts\u2066\u200e\u009b31m\x7f\nNo differences."

// shown is hostile as people may see it.
const shown = `\x1b[2J\x1b]0;owned\a\rAll is well\u202egnirts\u2066\u200e\u009b31m\x7f\nNo differences.`

// acts reports whether text holds anything but graphic characters and line ends.
func acts(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		return r != '\n' && r != '\t' && r != '\u200c' && r != '\u200d' && !unicode.IsGraphic(r)
	}) || strings.ToValidUTF8(text, "") != text
}

func TestShow(t *testing.T) {
	for in, want := range map[string][2]string{
		hostile: {shown, shown},
		"café — Größe, 语言, ไทย, عربي": {"café — Größe, 语言, ไทย, عربي", "café — Größe, 语言, ไทย, عربي"},
		"Quoi\u00a0?\u202f!":          {"Quoi\u00a0?\u202f!", `Quoi\u00a0?\u202f!`},
		"👩\u200d🌾 می\u200cخواهم":      {"👩\u200d🌾 می\u200cخواهم", `👩\u200d🌾 می\u200cخواهم`},
		"a\xffb\xc3":                  {`a\xffb\xc3`, `a\xffb\xc3`},
		"\x00\u2028\u2029\U000e0041":  {`\x00\u2028\u2029\U000e0041`, `\x00\u2028\u2029\U000e0041`},
		`C:\store "x" 'y'`:            {`C:\store "x" 'y'`, `C:\store "x" 'y'`},
		"":                            {"", ""},
	} {
		if got := show(in); got != want[0] || acts(got) {
			t.Errorf("%q is shown as %q, want %q", in, got, want[0])
		}
		if got := showExactly(in); got != want[1] || acts(got) {
			t.Errorf("%q is shown exactly as %q, want %q", in, got, want[1])
		}
	}
	for _, value := range []any{hostile, errors.New(hostile), models.Role(hostile), exactly(hostile), []string{hostile}} {
		if got := showArg(value); got != shown {
			t.Errorf("%T: %q", value, got)
		}
	}
	if got := showArg([]string{"a", "b"}); got != "a\nb" || showArg(3) != 3 {
		t.Errorf("%q", got)
	}
}

// TestTerminalWriter cuts a stream at every byte.
func TestTerminalWriter(t *testing.T) {
	in := "a\tcafé 語👩\u200d🌾\r\n\x1b[2J\u202e\xff\xe8\xaa"
	want := "a\tcafé 語👩\u200d🌾" + `\r` + "\n" + `\x1b[2J\u202e\xff\xe8\xaa`
	for cut := range len(in) + 1 {
		var b strings.Builder
		w := &terminalWriter{w: &b}
		for _, part := range []string{in[:cut], in[cut:]} {
			if n, err := io.WriteString(w, part); n != len(part) || err != nil {
				t.Fatal(n, err)
			}
		}
		check(t, w.Close())
		if b.String() != want {
			t.Errorf("cut at %d: %q, want %q", cut, b.String(), want)
		}
	}
}

// TestLogActsOnNoTerminal logs what a request or a file may hold. JSON keeps the value.
func TestLogActsOnNoTerminal(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		var b bytes.Buffer
		log := newLogger(&b, format)
		log.Warn(hostile, "text", hostile, "error", errors.New(hostile), hostile, "\U000e0041 café 語")
		if strings.Count(b.String(), "\n") != 1 || acts(b.String()) || !strings.Contains(b.String(), "café 語") {
			t.Errorf("%s: %q", format, b.String())
		}
		if format == "text" {
			continue
		}
		var got map[string]any
		check(t, json.Unmarshal(b.Bytes(), &got))
		if got["msg"] != hostile || got["text"] != hostile || got["error"] != hostile || got[hostile] != "\U000e0041 café 語" {
			t.Errorf("%q", got)
		}
	}
}

// TestCommandsShowWhatFilesHold passes forged files and names to commands, and looks at
// each byte that they print.
func TestCommandsShowWhatFilesHold(t *testing.T) {
	t.Chdir(t.TempDir())
	title := strings.NewReplacer("\x1b", "&#x9b;", "\x07", "", "\r", "", "\n", " ").Replace(hostile) // XML has no control characters but C1
	write(t, "blog.xml", strings.Replace(post, "The café", title, 1))
	second := post[strings.Index(post, "<item>") : strings.Index(post, "</item>")+7]
	write(t, "two.xml", strings.Replace(strings.Replace(post, "The café", title, 1), "</channel>", strings.Replace(second, "post_id>1", "post_id>2", 1)+"</channel>", 1))
	write(t, "bad.xml", strings.Replace(post, "</title>", "</"+"ti\u202etle>", 1))
	write(t, "backup.db", "SQLite format 3\x00"+hostile)
	forged := forgedFile(t)
	for _, c := range []struct {
		args []string
		code int
		says string
	}{
		{[]string{"import", "wordpress", "blog.xml", "--slug", "cafe"}, exitDone, `\u202egnirts`},
		{[]string{"import", "wordpress", "blog.xml", "--slug", "cafe"}, exitDone, `\u202egnirts`},
		{[]string{"import", "wordpress", "two.xml", "--slug", "x"}, exitFailed, `\u202egnirts`},
		{[]string{"import", "wordpress", "bad.xml"}, exitFailed, "not well-formed"},
		{[]string{"import", "wordpress", "none" + hostile}, exitFailed, shown},
		{[]string{"export", hostile, "--format", "csv"}, exitFailed, shown},
		{[]string{"export", "cafe", "--format", "csv", "-o", hostile + "/x"}, exitFailed, ""},
		{[]string{"restore", "backup.db", "--store", hostile}, exitFailed, ""},
		{[]string{"restore", hostile}, exitFailed, ""},
		{[]string{"verify", "--store", hostile}, exitFailed, shown},
		{[]string{"verify", forged}, exitFailed, `\x1b[2J`},
		{[]string{"verify", hostile}, exitFailed, shown},
		{[]string{"serve", "--listen", hostile}, exitUsage, shown},
		{[]string{"serve", "--base-url", "https://" + hostile}, exitUsage, shown},
		{[]string{hostile}, exitUsage, ""},
		{[]string{"serve", "--" + hostile}, exitUsage, ""},
	} {
		code, out, errs := command(t, c.args...)
		if code != c.code || !strings.Contains(out+errs, c.says) || acts(out+errs) || strings.Contains(out+errs, "\nNo differences.") {
			t.Errorf("folkmoot %q: exit %d, %q, %q; want %d, %q", c.args, code, out, errs, c.code, c.says)
		}
	}
}

// forgedFile writes a full file of the demonstration with hostile words in it, and returns
// its name.
func forgedFile(t *testing.T) string {
	t.Helper()
	store, _, _ := filled(t)
	c, err := store.ConsultationBySlug(t.Context(), demoSealed)
	check(t, err)
	version, err := store.SealedFile(t.Context(), c.ID, true)
	check(t, err)
	var file sealed.File
	check(t, json.Unmarshal(version.Full, &file))
	file.Ideas[0].Title, file.Ideas[1].Author, file.Result.Ideas[0].Title = hostile, hostile, hostile
	file.Ballots[0].Voice, file.Ballots[1].Choice = hostile, models.Choice(hostile)
	file.Decisions[0].Hash = hostile
	file.Digests[hostile], file.Digests["idea 3: title"] = hostile, hostile
	file.Consultation.Texts[hostile] = models.ConsultationText{Title: hostile}
	b, err := models.CanonicalJSON(file)
	check(t, err)
	name := filepath.Join(t.TempDir(), "full.json")
	check(t, os.WriteFile(name, b, 0o600))
	return name
}
