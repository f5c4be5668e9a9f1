package mail

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"folkmoot/models"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

var renderer = Renderer{BaseURL: "https://moot.example.org/", Site: "Folkmoot of Anyshire"}

var _ models.Renderer = renderer

func job(kind models.JobKind, args ...string) models.Job {
	j := models.Job{ID: "0190-job", Kind: kind, Language: "en", Recipient: "ada@example.org", Args: map[string]string{}}
	for i := 0; i < len(args); i += 2 {
		j.Args[args[i]] = args[i+1]
	}
	return j
}

func examples() map[string]models.Job {
	about := []string{"slug", "empty-shops", "title", "What about the <empty> shops?", "token", "tok_EN-1", "reference", "K7QF-2M9P"}
	with := func(more ...string) []string { return append(append([]string{}, about...), more...) }
	chosen := "1\tagree\tRent & repair\n2\tpass\t<b>Bold</b>\n3:disagree\nnonsense\n4\tmaybe\tno"
	return map[string]models.Job{
		"sign_in":         job(models.JobSignIn, "token", "tok_EN-1"),
		"ballot":          job(models.JobBallot, with("choices", chosen)...),
		"ballot_bare":     job(models.JobBallot, "token", "t"),
		"ballot_reminder": job(models.JobBallotReminder, with()...),
		"received":        job(models.JobReceived, with()...),
		"decided_publish": job(models.JobDecided, "slug", "empty-shops", "title", "Shops", "reference", "K7QF-2M9P", "action", "publish", "token", "tok_EN-1", "link", "/replies/0190-reply"),
		"decided_reject":  job(models.JobDecided, with("action", "reject", "reason", "It names a private person.\nPlease leave out the name & <address>.")...),
		"decided_unknown": job(models.JobDecided, "slug", "empty-shops", "title", "Shops", "action", "merge"),
		"queue":           job(models.JobQueue, "slug", "empty-shops", "title", "Shops"),
		"response":        job(models.JobResponse, "slug", "empty-shops", "title", "Shops", "number", "4"),
	}
}

func TestGoldens(t *testing.T) {
	for name, j := range examples() {
		t.Run(name, func(t *testing.T) {
			m, err := renderer.RenderMail(j)
			if err != nil {
				t.Fatal(err)
			}
			if m.ID != j.ID || m.To != j.Recipient {
				t.Errorf("id %q, to %q", m.ID, m.To)
			}
			got := fmt.Sprintf("Subject: %s\n\n%s\n----\n%s", m.Subject, m.Text, m.HTML)
			if left := regexp.MustCompile(`\[mail\.[^\]]*\]|<no value>|no value`).FindString(got); left != "" {
				t.Errorf("a sentence or an argument is missing: %s", left)
			}
			path := filepath.Join("testdata", name+".golden")
			if *update {
				if err := os.MkdirAll("testdata", 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestChoices names an idea by its title where one came, else by its number alone.
func TestChoices(t *testing.T) {
	for given, want := range map[string]string{
		"1\tagree\tA market": "- Idea 1, “A market”: agree\n",
		"1\tagree\t ":        "- Idea 1: agree\n",
		"1\tagree":           "- Idea 1: agree\n",
		"1:agree":            "- Idea 1: agree\n",
	} {
		m, err := renderer.RenderMail(job(models.JobBallot, "token", "t", "choices", given))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(m.Text, want) {
			t.Errorf("%q: no %q in\n%s", given, want, m.Text)
		}
	}
}

func TestNothingEntersTheHeaders(t *testing.T) {
	for _, title := range []string{
		"a\r\nBcc: all@example.org", "a\nb", "a\u2028b", "a\u0085b", "a\x00b", "a\u202eb", "bad \xff bytes", strings.Repeat("é", 500), "  ",
	} {
		for name, j := range examples() {
			if j.Kind == models.JobSignIn {
				continue
			}
			j.Args["title"] = title
			m, err := renderer.RenderMail(j)
			if err != nil {
				t.Fatal(err)
			}
			if models.HasControl(m.Subject) || models.HasBidiOverride(m.Subject) || !models.ValidUTF8(m.Subject) || models.Chars(m.Subject) > maxLine {
				t.Errorf("%s with the title %q: subject %q", name, title, m.Subject)
			}
		}
	}
}

func TestLinksStayHere(t *testing.T) {
	for _, link := range []string{"https://evil.example/", "//evil.example/", "javascript:alert(1)", "/x\" onclick=\"", "/\\evil.example"} {
		j := job(models.JobDecided, "action", "publish", "title", "Shops", "link", link)
		m, err := renderer.RenderMail(j)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(m.HTML, "evil") || strings.Contains(m.HTML, "javascript:") || strings.Contains(m.HTML, "onclick") {
			t.Errorf("%q leads away:\n%s", link, m.HTML)
		}
	}
}

func TestRefused(t *testing.T) {
	bad := job(models.JobSignIn, "token", "t")
	bad.Recipient = "a@example.org\r\nBcc: b@example.org"
	nobody := job(models.JobSignIn, "token", "t")
	nobody.Recipient = ""
	for name, j := range map[string]models.Job{
		"unknown kind":       job("mail.nonsense"),
		"no token":           job(models.JobSignIn),
		"no number":          job(models.JobResponse, "slug", "s"),
		"address of 2 lines": bad,
		"no address":         nobody,
	} {
		if _, err := renderer.RenderMail(j); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
