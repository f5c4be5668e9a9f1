package service

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"folkmoot/models"
)

func TestSlugify(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"Empty Shops":                    "empty-shops",
		"  What's next — for Café Rés? ": "whats-next-for-cafe-res",
		"Straße & Łódź":                  "stra-e-odz",
		"ﬁne ２０２７":                       "fine-2027",
		"...":                            "",
		"日本":                             "",
		strings.Repeat("long ", 30):      strings.TrimSuffix(strings.Repeat("long-", 12), "-"),
		strings.Repeat("x", 90):          strings.Repeat("x", 60),
	} {
		if got := slugify(title); got != want {
			t.Errorf("slugify(%q) = %q, want %q", title, got, want)
		}
	}
}

func TestNewConsultationDefaults(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	in := r.input("Émpty shops")
	in.AnswerBy = time.Date(2027, 6, 1, 8, 0, 0, 0, time.UTC)
	c := must(r.NewConsultation(ctx, r.organiser, in))(t)
	if c.Slug != "empty-shops" || c.State != models.StateDraft || c.Language != "en" || c.TimeZone != "Europe/London" {
		t.Errorf("draft %+v", c)
	}
	if c.Settings.MinVotes != 5 {
		t.Errorf("settings %+v", c.Settings)
	}
	if want := in.ClosesAt.Add(-7 * testDay); !c.SuggestionsCloseAt.Equal(want) {
		t.Errorf("suggestions close at %v, want %v", c.SuggestionsCloseAt, want)
	}
	if want := time.Date(2027, 6, 1, 22, 59, 59, 999e6, time.UTC); !c.AnswerBy.Equal(want) { // summer time
		t.Errorf("answer by %v, want %v", c.AnswerBy, want)
	}
	if html := c.Texts["en"].BodyHTML; html != "<p dir=\"auto\">Tell <em>us</em>.</p>" {
		t.Errorf("body %q", html)
	}
	if again := must(r.NewConsultation(ctx, r.organiser, in))(t); again.Slug != "empty-shops-2" {
		t.Errorf("second slug %q", again.Slug)
	}
	short := r.input("Short")
	short.ClosesAt = r.Now().Add(3 * testDay)
	if c := must(r.NewConsultation(ctx, r.organiser, short))(t); !c.SuggestionsCloseAt.Equal(c.ClosesAt) {
		t.Errorf("suggestions of a short one close at %v", c.SuggestionsCloseAt)
	}
	if c := must(r.NewConsultation(ctx, r.organiser, ConsultationInput{Text: models.ConsultationText{Title: "Bare"}}))(t); len(r.Missing(c)) == 0 {
		t.Error("nothing is missing in a bare draft")
	}
}

func TestConsultationForm(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	must(r.NewConsultation(t.Context(), r.organiser, r.input("Taken")))(t)
	for name, try := range map[string]struct {
		change     func(*ConsultationInput)
		field, key string
	}{
		"no title":        {func(in *ConsultationInput) { in.Text.Title = "" }, "title", "error.staff.title"},
		"long title":      {func(in *ConsultationInput) { in.Text.Title = strings.Repeat("x", 161) }, "title", "error.field.line_long"},
		"two lines":       {func(in *ConsultationInput) { in.Text.Question = "a\nb" }, "question", "error.field.line_control"},
		"malformed":       {func(in *ConsultationInput) { in.Text.Body = "a\xff" }, "body", "error.field.encoding"},
		"long body":       {func(in *ConsultationInput) { in.Text.Body = strings.Repeat("x", 60_001) }, "body", "error.field.body_long"},
		"slug form":       {func(in *ConsultationInput) { in.Slug = "Empty Shops" }, "slug", "error.staff.slug"},
		"slug reserved":   {func(in *ConsultationInput) { in.Slug = "new" }, "slug", "error.staff.slug"},
		"slug of nothing": {func(in *ConsultationInput) { in.Text.Title = "日本" }, "slug", "error.staff.slug"},
		"slug taken":      {func(in *ConsultationInput) { in.Slug = "taken" }, "slug", "error.consultation.slug"},
		"language":        {func(in *ConsultationInput) { in.Language = "english language" }, "language", "error.staff.language"},
		"zone":            {func(in *ConsultationInput) { in.TimeZone = "Mars/Base" }, "time_zone", "error.field.time_zone"},
		"machine's zone":  {func(in *ConsultationInput) { in.TimeZone = "Local" }, "time_zone", "error.field.time_zone"},
		"min votes":       {func(in *ConsultationInput) { in.Settings.MinVotes = -1 }, "min_votes", "error.field.min_votes"},
		"capacities":      {func(in *ConsultationInput) { in.Settings.Capacities = []models.Capacity{"king"} }, "capacities", "error.staff.setting"},
		"bands":           {func(in *ConsultationInput) { in.Settings.Bands = []models.Band{"huge"} }, "bands", "error.staff.setting"},
		"tiers":           {func(in *ConsultationInput) { in.Settings.Tiers = []models.Tier{"oath"} }, "tiers", "error.staff.setting"},
		"answer top":      {func(in *ConsultationInput) { in.Settings.AnswerTop = -2 }, "answer_top", "error.staff.setting"},
		"order of dates":  {func(in *ConsultationInput) { in.ClosesAt = in.OpensAt }, "closes_at", "error.opening.closes_at"},
		"suggestions": {
			func(in *ConsultationInput) { in.SuggestionsCloseAt = in.ClosesAt.Add(time.Hour) },
			"suggestions_close_at", "error.opening.suggestions_close_at",
		},
		"answer": {func(in *ConsultationInput) { in.AnswerBy = in.ClosesAt.Add(-2 * testDay) }, "answer_by", "error.opening.answer_by"},
	} {
		t.Run(name, func(t *testing.T) {
			in := r.input("A good title")
			try.change(&in)
			_, err := r.NewConsultation(t.Context(), r.organiser, in)
			field(t, err, try.field, try.key)
		})
	}
	list, _, err := r.Organised(t.Context(), r.organiser, "")
	ok(t, err)
	if len(list) != 1 {
		t.Errorf("%d consultations are stored", len(list))
	}
}

func TestEligibilitySettings(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	in := r.input("Micro")
	in.Settings.Capacities = []models.Capacity{models.CapacityBusiness, models.CapacityBusiness}
	in.Settings.Bands = []models.Band{models.BandMicro, models.BandSole}
	in.Settings.Tiers = []models.Tier{models.TierOrganiser, models.TierEmail}
	s := must(r.NewConsultation(t.Context(), r.organiser, in))(t).Settings
	if !slices.Equal(s.Capacities, []models.Capacity{models.CapacityBusiness}) ||
		!slices.Equal(s.Bands, []models.Band{models.BandSole, models.BandMicro}) || len(s.Tiers) != 0 {
		t.Errorf("settings %+v", s)
	}
}

// edit returns the form of c as it would be shown again.
func editForm(c models.Consultation) ConsultationInput {
	cut := func(at time.Time) time.Time { return at.Truncate(time.Minute) }
	return ConsultationInput{
		Slug: c.Slug, Language: c.Language, Text: c.Text(c.Language), Settings: c.Settings, TimeZone: c.TimeZone,
		OpensAt: cut(c.OpensAt), SuggestionsCloseAt: cut(c.SuggestionsCloseAt), ClosesAt: cut(c.ClosesAt),
		AnswerBy: models.Day(c.AnswerBy, c.TimeZone), Rev: c.Rev,
	}
}

func TestEditDraft(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := must(r.NewConsultation(ctx, r.organiser, r.input("Shops")))(t)
	in := editForm(c)
	in.Slug, in.Language, in.Text.Title = "high-street", "cy", "Siopau"
	next := must(r.EditConsultation(ctx, r.organiser, "shops", in))(t)
	if next.Slug != "high-street" || next.Language != "cy" || len(next.Texts) != 1 || next.Text("cy").Title != "Siopau" {
		t.Errorf("edited %+v", next)
	}
	if kept := must(r.Changes(ctx, next))(t); len(kept) != 0 {
		t.Errorf("%d revisions of a draft", len(kept))
	}
	_, err := r.EditConsultation(ctx, r.organiser, "high-street", in)
	conflict(t, err, "error.consultation.changed")
}

func TestEditAfterOpening(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	r.clock.add(17 * time.Second)
	c := r.opened(t, "Shops", nil, "One")
	if same := must(r.EditConsultation(ctx, r.organiser, c.Slug, editForm(c)))(t); same.Rev != c.Rev || !same.EditedAt.IsZero() {
		t.Errorf("sending the form again changed it: rev %d to %d", c.Rev, same.Rev)
	}
	r.clock.add(testDay)
	in := editForm(c)
	in.Text.Question = "What then?"
	next := must(r.EditConsultation(ctx, r.organiser, c.Slug, in))(t)
	kept := must(r.Changes(ctx, next))(t)
	if len(kept) != 1 || kept[0].Before.Question != "What next?" || kept[0].After.Question != "What then?" || len(kept[0].Changes) != 0 {
		t.Fatalf("revisions %+v", kept)
	}
	for name, try := range map[string]struct {
		change     func(*ConsultationInput)
		field, key string
	}{
		"slug":          {func(in *ConsultationInput) { in.Slug = "other" }, "slug", "error.edit.slug"},
		"earlier":       {func(in *ConsultationInput) { in.ClosesAt = in.ClosesAt.Add(-time.Hour) }, "closes_at", "error.edit.earlier"},
		"no reason":     {func(in *ConsultationInput) { in.ClosesAt = in.ClosesAt.Add(time.Hour) }, "reason", "error.edit.reason"},
		"setting":       {func(in *ConsultationInput) { in.Settings.MinVotes = 3 }, "reason", "error.edit.reason"},
		"emptied":       {func(in *ConsultationInput) { in.Text.Contact = " " }, "contact", "error.opening.contact"},
		"emptied title": {func(in *ConsultationInput) { in.Text.Title = "" }, "title", "error.staff.title"},
	} {
		t.Run(name, func(t *testing.T) {
			in := editForm(next)
			try.change(&in)
			_, err := r.EditConsultation(ctx, r.organiser, c.Slug, in)
			field(t, err, try.field, try.key)
		})
	}
	in = editForm(next)
	in.ClosesAt, in.Reason = in.ClosesAt.Add(testDay), "The post was late."
	last := must(r.EditConsultation(ctx, r.organiser, c.Slug, in))(t)
	kept = must(r.Changes(ctx, last))(t)
	if len(kept) != 2 || kept[1].Reason != "The post was late." || len(kept[1].Changes) != 1 || kept[1].Changes[0].Name != "closes_at" {
		t.Errorf("revisions %+v", kept)
	}
	in = editForm(last)
	in.OpensAt = r.Now().Add(testDay)
	if again := must(r.EditConsultation(ctx, r.organiser, c.Slug, in))(t); !again.OpensAt.Equal(c.OpensAt) {
		t.Errorf("an opened consultation opens again at %v", again.OpensAt)
	}
}

func TestOpenPauseResumeWithdraw(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	bare := must(r.NewConsultation(ctx, r.organiser, ConsultationInput{Text: models.ConsultationText{Title: "Bare"}}))(t)
	_, err := r.Open(ctx, r.organiser, bare.Slug, time.Time{}, bare.Rev)
	field(t, err, "who_decides", "error.opening.who_decides")
	field(t, err, "closes_at", "error.opening.closes_at")

	c := must(r.NewConsultation(ctx, r.organiser, r.input("Shops")))(t)
	_, err = r.Open(ctx, r.organiser, c.Slug, time.Time{}, c.Rev+1)
	conflict(t, err, "error.consultation.changed")
	c = must(r.Open(ctx, r.organiser, c.Slug, r.Now().Add(testDay), c.Rev))(t)
	if !c.Coming(r.Now()) {
		t.Errorf("opens at %v", c.OpensAt)
	}
	_, err = r.Open(ctx, r.organiser, c.Slug, time.Time{}, c.Rev)
	conflict(t, err, "error.consultation.move")
	_, err = r.Pause(ctx, r.organiser, c.Slug, "  ", c.Rev)
	field(t, err, "reason", "error.field.reason")
	c = must(r.Pause(ctx, r.organiser, c.Slug, "Flood.", c.Rev))(t)
	if c.State != models.StatePaused || c.StateReason != "Flood." || !c.PausedAt.Equal(r.Now()) {
		t.Errorf("paused %+v", c)
	}
	c = must(r.Resume(ctx, r.organiser, c.Slug, "", c.Rev))(t)
	if c.State != models.StateOpen || !c.PausedAt.IsZero() {
		t.Errorf("resumed %+v", c)
	}
	_, err = r.Resume(ctx, r.organiser, c.Slug, "", c.Rev)
	conflict(t, err, "error.consultation.move")
	c = must(r.WithdrawConsultation(ctx, r.organiser, c.Slug, "It was a mistake.", c.Rev))(t)
	if c.State != models.StateWithdrawn {
		t.Errorf("withdrawn %+v", c)
	}
	_, err = r.Resume(ctx, r.organiser, c.Slug, "", c.Rev)
	conflict(t, err, "error.consultation.move")
}

func TestOpenNeedsMail(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	r.cfg.CanMail = false
	c := must(r.NewConsultation(t.Context(), r.organiser, r.input("Shops")))(t)
	_, err := r.Open(t.Context(), r.organiser, c.Slug, time.Time{}, c.Rev)
	field(t, err, "state", "error.opening.no_mail")
	if m := r.Missing(c); len(m) != 1 || m[0].Key != "error.opening.no_mail" {
		t.Errorf("missing %+v", m)
	}
}

func TestOrganiserIdeas(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := must(r.NewConsultation(ctx, r.organiser, r.input("Shops")))(t)
	_, err := r.AddOrganiserIdea(ctx, r.organiser, c.Slug, " ", "")
	field(t, err, "title", "error.field.title_empty")
	for _, title := range []string{"One", "Two", "Three"} {
		i := must(r.AddOrganiserIdea(ctx, r.organiser, c.Slug, title, "**Why** not"))(t)
		if i.Status != models.StatusPublished || i.AuthorName != "olga" || i.BodyHTML != "<p dir=\"auto\"><strong>Why</strong> not</p>" {
			t.Errorf("idea %+v", i)
		}
	}
	ok(t, r.RemoveOrganiserIdea(ctx, r.organiser, c.Slug, ideaAt(t, r.Service, c, 2).ID))
	m := must(r.Manage(ctx, r.organiser, c.Slug))(t)
	if len(m.Ideas) != 2 || m.Ideas[1].Title != "Three" || m.Ideas[1].Number != 2 {
		t.Errorf("ideas %+v", m.Ideas)
	}
	if !slices.Equal(m.Moves, []models.State{models.StateOpen}) {
		t.Errorf("moves of a draft: %v", m.Moves)
	}
	must(r.Open(ctx, r.organiser, c.Slug, time.Time{}, reload(t, r.Service, c.ID).Rev))(t)
	one := ideaAt(t, r.Service, c, 1)
	conflict(t, r.RemoveOrganiserIdea(ctx, r.organiser, c.Slug, one.ID), "error.consultation.not_draft")
	conflict(t, r.MoveOrganiserIdea(ctx, r.organiser, c.Slug, one.ID, 2), "error.consultation.not_draft")
	conflict(t, r.EditOrganiserIdea(ctx, r.organiser, c.Slug, one.ID, one.Rev, "Other", ""), "error.consultation.not_draft")
	r.votes(t, c.Slug, 1, 2, 1, 0)
	if m = must(r.Manage(ctx, r.organiser, c.Slug))(t); m.Ideas[0].Tally.Total() != 0 || !m.Ideas[0].FirstVote.IsZero() {
		t.Error("the organiser sees tallies while they are hidden")
	}
	if !slices.Equal(m.Moves, []models.State{models.StatePaused, models.StateWithdrawn}) {
		t.Errorf("moves of an open one: %v", m.Moves)
	}
}

// TestDraftIdeas edits ideas of a draft and puts them in order until it opens.
func TestDraftIdeas(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := must(r.NewConsultation(ctx, r.organiser, r.input("Shops")))(t)
	for _, title := range []string{"One", "Two", "Three"} {
		must(r.AddOrganiserIdea(ctx, r.organiser, c.Slug, title, "Why not"))(t)
	}
	order := func(want string) {
		t.Helper()
		got := ""
		for _, i := range must(r.Manage(ctx, r.organiser, c.Slug))(t).Ideas {
			got += fmt.Sprint(i.Number, i.Title, " ")
		}
		if got != want {
			t.Errorf("ideas %q, want %q", got, want)
		}
	}
	three := ideaAt(t, r.Service, c, 3)
	ok(t, r.MoveOrganiserIdea(ctx, r.organiser, c.Slug, three.ID, 1))
	order("1Three 2One 3Two ")
	_, read, err := r.DraftIdea(ctx, r.organiser, c.Slug, three.ID)
	if err != nil || read.Title != "Three" || read.Number != 1 {
		t.Errorf("read %+v, %v", read, err)
	}
	ok(t, r.EditOrganiserIdea(ctx, r.organiser, c.Slug, three.ID, three.Rev, "  The third ", "**Because**."))
	got := ideaAt(t, r.Service, c, 1)
	if got.Title != "The third" || got.BodyHTML != "<p dir=\"auto\"><strong>Because</strong>.</p>" || got.Texts["en"].Title != "The third" || got.Texts["en"].BodyHTML != got.BodyHTML {
		t.Errorf("edited %+v", got)
	}
	ok(t, r.EditOrganiserIdea(ctx, r.organiser, c.Slug, three.ID, got.Rev, "The third", "**Because**."))
	if again := ideaAt(t, r.Service, c, 1); again.Rev != got.Rev {
		t.Error("an edit of nothing writes")
	}
	conflict(t, r.EditOrganiserIdea(ctx, r.organiser, c.Slug, three.ID, three.Rev, "Stale", ""), "error.idea.changed")
	field(t, r.EditOrganiserIdea(ctx, r.organiser, c.Slug, three.ID, got.Rev, " ", ""), "title", "error.field.title_empty")
	refused(t, r.EditOrganiserIdea(ctx, r.organiser, c.Slug, "none", 1, "X", ""), models.CodeNotFound, "error.idea.unknown")
	refused(t, r.EditOrganiserIdea(ctx, r.mod, c.Slug, three.ID, got.Rev, "X", ""), models.CodeForbidden, "error.role")
	refused(t, r.MoveOrganiserIdea(ctx, r.mod, c.Slug, three.ID, 2), models.CodeForbidden, "error.role")
	other := must(r.NewConsultation(ctx, r.organiser, r.input("Other")))(t)
	refused(t, r.MoveOrganiserIdea(ctx, r.organiser, other.Slug, three.ID, 2), models.CodeNotFound, "error.idea.unknown")
	order("1The third 2One 3Two ")
	must(r.Open(ctx, r.organiser, c.Slug, time.Time{}, reload(t, r.Service, c.ID).Rev))(t)
	_, _, err = r.DraftIdea(ctx, r.organiser, c.Slug, three.ID)
	conflict(t, err, "error.consultation.not_draft")
	if got := r.verified(t); got != "" {
		t.Errorf("verify: %s", got)
	}
}

// TestImportedIdeaIsEdited keeps an imported text that is longer than people may type.
func TestImportedIdeaIsEdited(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	p := post()
	long := "Buy from small firms first. " + strings.Repeat("word ", 3000)
	p.Ideas = []string{long, "Second"}
	c, _, err := r.ImportPost(ctx, p)
	ok(t, err)
	i := ideaAt(t, r.Service, c, 1)
	if models.Chars(i.Body) <= models.MaxText {
		t.Fatalf("the case is not what it should be: %d characters", models.Chars(i.Body))
	}
	ok(t, r.EditOrganiserIdea(ctx, r.organiser, c.Slug, i.ID, i.Rev, "Buy from the smallest first", i.Body))
	got := ideaAt(t, r.Service, c, 1)
	if got.Title != "Buy from the smallest first" || got.Body != i.Body {
		t.Errorf("edited %.60q, %d characters", got.Title, models.Chars(got.Body))
	}
	ok(t, r.MoveOrganiserIdea(ctx, r.organiser, c.Slug, i.ID, 2))
	if second := ideaAt(t, r.Service, c, 2); second.ID != i.ID {
		t.Error("an imported idea is not moved")
	}
}
