package staff

import (
	"strings"
	"testing"

	"folkmoot/models"
	"folkmoot/views/viewstest"
)

func TestPages(t *testing.T) { viewstest.CheckPages(t, staffPages()) }

// TestBuiltSentences asks for each sentence whose key is built from a value of the domain.
func TestBuiltSentences(t *testing.T) {
	viewstest.CheckSentences(t, map[string]string{
		"decisions.did.":       "publish reject spam remove restore withdraw import undo",
		"decisions.by.":        "author import moderator organiser board admin",
		"kind.":                "reply idea",
		"capacity.":            "resident business_owner organisation",
		"band.":                "none sole_trader micro small medium large",
		"role.":                "moderator organiser board admin",
		"admin.role_may.":      "moderator organiser board admin",
		"answer.":              "adopt adopt_in_part decline considering",
		"respond.stands.":      "none draft published",
		"respond.open.":        "none draft published",
		"organise_form.hint.":  strings.Join(formFields, " "),
		"organise_form.field.": strings.Join(formFields, " "),
	})
}

func TestWhatTheQueueSends(t *testing.T) {
	text := viewstest.Render(t, Queue(sampleQueue()))
	for _, want := range []string{
		`action="/moderation/reply-r1"`, `action="/moderation/idea-i1"`, `action="/moderation"`,
		`<input type="hidden" name="rev:reply-r1" value="2">`, `name="items" value="reply-r1" form="bulk"`,
		`name="rev:reply-r1" value="2" form="bulk"`, `value="publish"`, `value="spam"`, `value="reject"`, `value="remove"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s", want)
		}
	}
	if strings.Contains(text, `action="/moderation/reply-r3"`) || strings.Contains(text, `value="reply-r3"`) {
		t.Error("a moderator may decide on their own text")
	}
}

func TestProblemLinks(t *testing.T) {
	viewstest.CheckProblemLinks(t, staffPages(), map[string]string{
		"queue-single":  "reply-r1-reason",
		"queue-bulk":    "bulk-reason",
		"manage-failed": "withdraw-reason",
		"respond":       "idea-1-reason",
	})
}

func TestWhatMayBeDecided(t *testing.T) {
	for _, c := range []struct {
		status models.Status
		want   string
	}{
		{models.StatusPending, "publish spam reject"},
		{models.StatusPublished, "publish spam remove"},
		{models.StatusRejected, "restore"},
		{models.StatusSpam, "restore"},
		{models.StatusRemoved, "restore"},
	} {
		var got []string
		for _, k := range plainKeys(c.status) {
			got = append(got, string(k.action))
		}
		if k, ok := reasonKey(c.status); ok {
			got = append(got, string(k.action))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", c.status, got, c.want)
		}
		for _, a := range got {
			action := models.Action(a)
			if _, err := action.Next(models.Contribution{Status: c.status}); err != nil {
				t.Errorf("%s offers %s, which the rules refuse", c.status, a)
			}
		}
	}
}
