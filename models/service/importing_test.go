package service

import (
	"slices"
	"strings"
	"testing"
	"time"

	"folkmoot/models"
)

func TestLastQuestion(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"One. Is it two? Three.":                   "Is it two?",
		"What now? And then what?":                 "And then what?",
		"First line?\nSecond: is it \"this one?\"": "Second: is it \"this one?\"",
		"See (https://example.org/?q=1) for more.": "",
		"Why?":                               "",
		"Really?! You think so?":             "You think so?",
		"No question.":                       "",
		strings.Repeat("very ", 90) + "ok?":  "",
		"1. Ask e.g. this one, or that one?": "this one, or that one?",
	} {
		if got := lastQuestion(text); got != want {
			t.Errorf("lastQuestion(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestCutAt(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"short":                       "short",
		"exactly 20 letters !":        "exactly 20 letters !",
		"one two three four five":     "one two three four…",
		"onetwothreefourfivesixseven": "onetwothreefourfive…",
	} {
		if got := cutAt(in, 20); got != want || models.Chars(got) > 20 {
			t.Errorf("cutAt(%q) = %q, want %q", in, got, want)
		}
	}
}

var longAgo = time.Date(2011, 1, 10, 9, 0, 0, 0, time.UTC)

// post is an import with every kind of comment.
func post() ImportPost {
	at := func(hours int) time.Time { return longAgo.Add(time.Duration(hours) * time.Hour) }
	return ImportPost{
		Source: "wordpress", SourceID: "blog-1", Title: "The Alternative LEP & Micro-enterprise",
		BodyHTML: "<p>Hello.</p><p>So what type? Other <em>policy</em> areas would they seek?</p><p>Bye.</p>",
		Language: "en-GB", Date: longAgo, Ideas: []string{"Short idea", " ", strings.Repeat("long words ", 30)},
		Replies: []ImportReply{
			{ID: "5", Parent: "4", Author: "Eve", BodyHTML: "Answer to an answer", Date: at(5), Approved: true},
			{ID: "2", Author: "Ann\u202e\x07", BodyHTML: "<b>First</b><script>x()</script>", Date: at(1), Approved: true},
			{ID: "3", Parent: "99", Author: "Bob", BodyHTML: "To nobody", Date: at(2), Approved: true},
			{ID: "4", Parent: "2", Author: " ", BodyHTML: "Answer", Date: at(9), Approved: true},
			{ID: "6", Parent: "2", Author: "Spam", BodyHTML: "Waiting", Date: at(6)},
			{ID: "7", Parent: "6", Author: "Flo", BodyHTML: "To what waits", Date: at(7), Approved: true},
			{ID: "8", Author: "Gus", BodyHTML: "<p> &nbsp; </p>", Date: at(8), Approved: true},
			{ID: "9", Parent: "8", Author: "Hal", BodyHTML: "To what shows nothing", Date: at(8), Approved: true},
			{ID: "10", Parent: "11", Author: "Ida", BodyHTML: "A circle", Date: at(10), Approved: true},
			{ID: "11", Parent: "10", Author: "Jo", BodyHTML: "Closed", Date: at(11), Approved: true},
		},
	}
}

func TestImportPost(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c, added, err := r.ImportPost(ctx, post())
	ok(t, err)
	text := c.Text("en-GB")
	if !added || c.Slug != "the-alternative-lep-micro-enterprise" || c.State != models.StateDraft || c.Source != "wordpress" {
		t.Errorf("added %v: %+v", added, c)
	}
	if text.Question != "Other policy areas would they seek?" || !strings.Contains(text.BodyHTML, "<em>policy</em>") {
		t.Errorf("text %+v", text)
	}
	if c.IdeaCount != 2 || c.ReplyCount != 8 || c.ChainLength != 1 {
		t.Errorf("%d ideas, %d replies, %d decisions", c.IdeaCount, c.ReplyCount, c.ChainLength)
	}
	var got []string
	ok(t, r.store.EachReply(ctx, c.ID, func(reply models.Reply) error {
		line := strings.Repeat(">", reply.Depth) + reply.AuthorName
		if reply.Orphan {
			line += " orphan"
		}
		got = append(got, line)
		return nil
	}))
	want := []string{
		">Ann", ">>Anonymous", ">>>Eve", ">Bob orphan", ">Flo orphan", ">Hal orphan", ">Jo orphan", ">>Ida",
	}
	if !slices.Equal(got, want) {
		t.Errorf("thread %q, want %q", got, want)
	}
	checkImported(t, r, c)
	again, added, err := r.ImportPost(ctx, post())
	if err != nil || added || again.ID != c.ID {
		t.Errorf("again: %v, %v", added, err)
	}
	other := post()
	other.SourceID = "blog-2"
	_, _, err = r.ImportPost(ctx, other)
	refused(t, err, models.CodeConflict, "")
	if got := r.verified(t); got != "" {
		t.Errorf("verify: %s", got)
	}
}

func checkImported(t *testing.T, r *staffRoom, c models.Consultation) {
	t.Helper()
	ideas := must(r.store.Ideas(t.Context(), models.IdeaFilter{ConsultationID: c.ID}))(t)
	if len(ideas) != 2 || ideas[0].Title != "Short idea" || ideas[0].Body != "" || !ideas[1].Organiser ||
		models.Chars(ideas[1].Title) > models.MaxTitle || models.Chars(ideas[1].Body) != 329 {
		t.Errorf("ideas %+v", ideas)
	}
	thread := must(r.store.Thread(t.Context(), models.ThreadQuery{ConsultationID: c.ID, Limit: 1}))(t)
	ann := thread.Replies[0]
	if ann.BodyHTML != "<p dir=\"auto\"><strong>First</strong></p>" || !ann.CreatedAt.Equal(longAgo.Add(time.Hour)) ||
		ann.Source != "wordpress" || ann.SourceID != "2" || ann.Address != "" {
		t.Errorf("reply %+v", ann)
	}
	both := person(t, r.Service, "bea", models.RoleOrganiser) // a draft's texts are for who may see it
	both.Participant.Grants = append(both.Participant.Grants, models.Grant{Role: models.RoleModerator})
	queue := must(r.Queue(t.Context(), both, ""))(t)
	if queue.Total != 1 || queue.Items[0].Entry.Contribution().AuthorName != "Spam" || queue.Items[0].Entry.Text.(models.Reply).Depth != 2 {
		t.Errorf("queue %+v", queue)
	}
}

// TestImportedGoesOn takes an import through the whole of its life.
func TestImportedGoesOn(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c, _, err := r.ImportPost(ctx, post())
	ok(t, err)
	in := editForm(c)
	in.Text.WhoDecides, in.Text.CanChange, in.Text.Contact, in.Text.OtherFormats = "We", "All", "desk@example.org", "Ask"
	in.ClosesAt, in.AnswerBy = r.Now().Add(21*testDay), r.Now().Add(60*testDay)
	in.OpensAt = time.Time{}
	c = must(r.EditConsultation(ctx, r.organiser, c.Slug, in))(t)
	ok(t, r.RemoveOrganiserIdea(ctx, r.organiser, c.Slug, ideaAt(t, r.Service, c, 1).ID))
	c = must(r.Open(ctx, r.organiser, c.Slug, time.Time{}, reload(t, r.Service, c.ID).Rev))(t)
	queue := must(r.Queue(ctx, r.mod, ""))(t)
	ok(t, r.act(t, r.mod, queue.Items[0].Entry.Item, models.ActionPublish, ""))
	r.votes(t, c.Slug, 1, 5, 1, 0)
	r.clock.set(c.ClosesAt.Add(models.LateLinks))
	sealed := must(r.Seal(ctx, r.organiser, c.Slug))(t)
	if sealed.Result.Ideas[0].Tally != (models.Tally{Agree: 5, Disagree: 1}) {
		t.Errorf("result %+v", sealed.Result)
	}
	if got := r.verified(t); got != "" {
		t.Errorf("verify: %s", got)
	}
}

func TestImportedLongText(t *testing.T) {
	t.Parallel()
	c := models.Consultation{ID: "c", Language: "en", CreatedAt: longAgo}
	r := importedReply(c, "wordpress", ImportReply{ID: "1", BodyHTML: "<b>Long</b> " + strings.Repeat("word ", 4000)})
	if models.Chars(r.Body) < 20_000 || !strings.Contains(r.BodyHTML, "<strong>Long</strong>") && !strings.Contains(r.BodyHTML, "<b>Long</b>") {
		t.Errorf("%d characters, %.40q", models.Chars(r.Body), r.BodyHTML)
	}
	if r.AuthorName != Anonymous || r.Status != models.StatusPending || !r.CreatedAt.Equal(longAgo) {
		t.Errorf("reply %+v", r.Contribution)
	}
	r = importedReply(c, "wordpress", ImportReply{BodyHTML: strings.Repeat("word ", 20_000)})
	if want := strings.TrimSpace(strings.Repeat("word ", 20_000)); r.Body != want || !strings.Contains(r.BodyHTML, want) {
		t.Errorf("%d characters", models.Chars(r.Body))
	}
}

// TestImportedLongPost completes and opens a consultation whose text is longer
// than an organiser may type.
func TestImportedLongPost(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	p := post()
	p.BodyHTML = strings.Repeat("<p>Die Straßen müssen größer werden.</p>", 2_500) + "<table><tr><td>Schluss</td></tr></table>"
	c, _, err := r.ImportPost(ctx, p)
	ok(t, err)
	whole := c.Texts[c.Language]
	if models.Chars(whole.Body) < 80_000 || !strings.Contains(whole.Body, "Schluss") || !strings.Contains(whole.BodyHTML, ">Schluss</td>") {
		t.Fatalf("%d characters", models.Chars(whole.Body))
	}
	in := editForm(c)
	in.Text.Body = strings.ReplaceAll(in.Text.Body, "\n", "\r\n") // as a browser sends it
	in.Text.WhoDecides, in.Text.CanChange, in.Text.Contact, in.Text.OtherFormats = "We", "All", "desk@example.org", "Ask"
	in.ClosesAt, in.AnswerBy = r.Now().Add(21*testDay), r.Now().Add(60*testDay)
	in.OpensAt = time.Time{}
	c = must(r.EditConsultation(ctx, r.organiser, c.Slug, in))(t)
	if text := c.Texts[c.Language]; text.Body != whole.Body || text.BodyHTML != whole.BodyHTML || text.WhoDecides != "We" {
		t.Errorf("%d characters after the edit", models.Chars(text.Body))
	}
	must(r.Open(ctx, r.organiser, c.Slug, time.Time{}, reload(t, r.Service, c.ID).Rev))(t)
	in = editForm(reload(t, r.Service, c.ID))
	in.Text.Body += " Mehr."
	if _, err := r.EditConsultation(ctx, r.organiser, c.Slug, in); err == nil {
		t.Error("a longer text than an organiser may type was taken")
	}
}

func TestTitleOf(t *testing.T) {
	long := strings.Repeat(" and more words", 12)
	for in, want := range map[string]string{
		"Programmes to promote local supply chains. They need" + long:            "Programmes to promote local supply chains",
		"Do we want St. John's market back? Yes" + long:                          "Do we want St. John's market back?",
		"A fund for apprentices, paid by all, so that small firms" + long + long: "A fund for apprentices, paid by all",
		"我们希望在老城区增加更多的自行车道，以及安全的路口。" + strings.Repeat("我们希望", 60):                "我们希望在老城区增加更多的自行车道，以及安全的路口",
		"Words" + long + long: cutAt("Words"+long+long, models.MaxTitle),
	} {
		if got := titleOf(in); got != want || models.Chars(got) > models.MaxTitle {
			t.Errorf("titleOf(%q) = %q, want %q", in, got, want)
		}
	}
}
