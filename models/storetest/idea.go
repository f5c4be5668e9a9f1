package storetest

import (
	"time"

	"folkmoot/models"
)

var ideaCases = []testCase{
	{"every field of a participant's idea comes back", ideaRoundTrip},
	{"every field of an organiser's idea comes back, with the next number", ideaOrganiser},
	{"it leaves the jobs that it causes", ideaJobs},
	{"what the consultation does not take is refused and leaves nothing", ideaClosed},
	{"one whose id is there already is refused and leaves nothing", ideaTwice},
	{"suggestions close before voting does", ideaSuggestionsClosed},
	{"the organiser adds only to a draft or while open", ideaOrganiserClosed},
	{"one without a number or of elsewhere is not found", ideaNotFound},
	{"the list goes by number and shows what was published", ideaList},
	{"the places of ideas match the list", ideaPlaces},
	{"an idea alone reads as it does in the list", ideaAlone},
	{"authors find their own that are not shown", ideaOwn},
	{"an edit replaces the words and keeps the old ones", ideaEdit},
	{"words are fixed once there is a vote", ideaFixed},
	{"an organiser's idea of a draft gets other words", ideaEditDraft},
	{"ideas of a draft are put in order, and each number exists once", ideaMoveDraft},
	{"an idea taken out of a draft closes up the numbers", ideaRemoveDraft},
	{"nothing of a draft's is done once it is open", ideaDraftOpen},
}

// fullContribution sets everything that comes with what somebody sends.
func fullContribution(e *env, c models.Consultation) models.Contribution {
	full := e.contribution(c)
	full.ParticipantID, full.AuthorName, full.StaffRole = e.person("Żaneta").ID, "Żaneta 👩🏽‍🔧", models.RoleBoard
	full.Address, full.AddressKey = "Zaneta@Example.org", "zaneta@example.org"
	full.Guest, full.Network = "guest-hash", "network-hash"
	full.Channel, full.Language = models.ChannelTelephone, "pl"
	full.Source, full.SourceID = "wordpress", "17"
	return full
}

func ideaRoundTrip(e *env) {
	c := e.open()
	in := models.Idea{Contribution: fullContribution(e, c), Title: "日本語の題", Body: long, BodyHTML: "<p>" + long + "</p>"}
	out := must(e.store.AddIdea(e.ctx, in, nil))(e)
	in.CreatedAt = e.now()
	e.equal("as given back", out, in)
	e.equal("as read", must(e.store.IdeaByID(e.ctx, in.ID))(e), out)
}

func ideaTwice(e *env) {
	c := e.open("Markets")
	first := e.pendingIdea(c, "Alms")
	second, organisers := e.newIdea(c, "Alms"), e.newOrganiserIdea(c, "Alms")
	second.ID, organisers.ID = first.ID, first.ID
	_, err := e.store.AddIdea(e.ctx, second, []models.Job{e.newMessage("Ada")})
	e.refused("a participant's", err, models.CodeConflict, "")
	_, err = e.store.AddOrganiserIdea(e.ctx, organisers, Entry(models.AuditIdeaAdded))
	e.refused("an organiser's", err, models.CodeConflict, "")
	e.equal("the first", must(e.store.IdeaByID(e.ctx, first.ID))(e), first)
	e.equal("jobs", len(e.waiting()), 0)
	e.equal("ideas", len(e.ideas(c)), 1)
	e.whole("after it", c)
}

func ideaOrganiser(e *env) {
	c := e.draft("First")
	in := e.newOrganiserIdea(c, "Second")
	in.Texts = map[string]models.IdeaText{"cy": {Title: "Ail", Body: long, BodyHTML: "<p>Ail</p>"}, "ar": {Title: "ثان"}}
	out := must(e.store.AddOrganiserIdea(e.ctx, in, Entry(models.AuditIdeaAdded)))(e)
	in.CreatedAt, in.PublishedAt, in.Number, in.Status = e.now(), e.now(), 2, models.StatusPublished
	e.equal("as given back", out, in)
	e.equal("as read", must(e.store.Idea(e.ctx, c.ID, 2))(e), out)
	c = e.move(c, models.StateOpen)
	e.equal("a participant's", e.idea(c, "Third").Number, 3)
	fourth := must(e.store.AddOrganiserIdea(e.ctx, e.newOrganiserIdea(c, "Fourth"), Entry(models.AuditIdeaAdded)))(e)
	e.equal("the organiser's while open", fourth.Number, 4)
	e.equal("IdeaCount", e.reload(c).IdeaCount, int64(4))
}

func ideaJobs(e *env) {
	c := e.open()
	jobs := []models.Job{e.newMessage("Ada"), e.newMessage("Bo")}
	must(e.store.AddIdea(e.ctx, e.newIdea(c, "Markets"), jobs))(e)
	e.once("jobs", e.waiting(), ids(jobs, jobID))
}

// refusals put a draft into each state in which the public may not act.
var refusals = map[string]func(e *env, c models.Consultation){
	"a draft": func(*env, models.Consultation) {},
	"coming": func(e *env, c models.Consultation) {
		c.State, c.OpensAt = models.StateOpen, e.now().Add(time.Millisecond)
		must(e.store.MoveConsultation(e.ctx, c, Entry(models.AuditConsultationOpened)))(e)
	},
	"paused": func(e *env, c models.Consultation) {
		e.move(e.move(c, models.StateOpen), models.StatePaused)
	},
	"withdrawn": func(e *env, c models.Consultation) {
		e.move(e.move(c, models.StateOpen), models.StateWithdrawn)
	},
	"closed": func(e *env, c models.Consultation) {
		e.move(c, models.StateOpen)
		e.clock.Set(c.ClosesAt)
	},
}

func ideaClosed(e *env) {
	for what, refuse := range refusals {
		e.clock.Set(start)
		c := e.draft()
		refuse(e, c)
		i := e.newIdea(c, "Too late")
		_, err := e.store.AddIdea(e.ctx, i, []models.Job{e.newMessage("Ada")})
		e.refused(what, err, models.CodeClosed, "")
		_, err = e.store.IdeaByID(e.ctx, i.ID)
		e.refused(what+": the idea", err, models.CodeNotFound, "")
	}
	e.equal("jobs", e.waiting(), []string(nil))
	_, err := e.store.AddIdea(e.ctx, e.newIdea(models.Consultation{ID: "none"}, "Nowhere"), nil)
	e.refused("no consultation", err, models.CodeNotFound, "")
}

func ideaSuggestionsClosed(e *env) {
	c := e.open()
	e.clock.Set(c.SuggestionsCloseAt.Add(-time.Millisecond))
	e.pendingIdea(c, "Just in time")
	e.clock.Set(c.SuggestionsCloseAt)
	_, err := e.store.AddIdea(e.ctx, e.newIdea(c, "Too late"), nil)
	e.refused("after the end of suggestions", err, models.CodeClosed, "error.consultation.suggestions_closed")
	e.pending(e.newReply(c))
}

func ideaOrganiserClosed(e *env) {
	for _, what := range []string{"paused", "withdrawn", "closed"} {
		e.clock.Set(start)
		c := e.draft("First")
		refusals[what](e, c)
		_, err := e.store.AddOrganiserIdea(e.ctx, e.newOrganiserIdea(c, "Second"), Entry(models.AuditIdeaAdded))
		e.refused(what, err, models.CodeClosed, "")
		e.equal(what+": ideas", len(e.ideas(c)), 1)
	}
}

func ideaNotFound(e *env) {
	c := e.open("First")
	e.pendingIdea(c, "Pending")
	for _, number := range []int{0, -1, 2} {
		_, err := e.store.Idea(e.ctx, c.ID, number)
		e.refused("Idea", err, models.CodeNotFound, "")
		_, err = e.store.IdeaAlone(e.ctx, c.ID, number)
		e.refused("IdeaAlone", err, models.CodeNotFound, "")
	}
	_, err := e.store.Idea(e.ctx, "none", 1)
	e.refused("Idea of no consultation", err, models.CodeNotFound, "")
	_, err = e.store.Idea(e.ctx, e.open().ID, 1)
	e.refused("Idea of another consultation", err, models.CodeNotFound, "")
	_, err = e.store.IdeaByID(e.ctx, "none")
	e.refused("IdeaByID", err, models.CodeNotFound, "")
}

func ideaList(e *env) {
	c, other := e.open("First", "Second"), e.open("Other")
	third := e.idea(c, "Third")
	waits := []string{e.pendingIdea(c, "Pending").ID, e.pendingIdea(c, "Pending too").ID}
	rejected := e.pendingIdea(c, "Rejected")
	e.clock.Add(time.Minute)
	latest := e.newIdea(c, "Later")
	latest.ID = "0" + latest.ID
	must(e.store.AddIdea(e.ctx, latest, nil))(e)
	e.decide(models.ActionReject, rejected.Item())
	e.decide(models.ActionRemove, third.Item())
	number := func(i models.Idea) int { return i.Number }
	list := func(f models.IdeaFilter) []int {
		f.ConsultationID = c.ID
		return ids(must(e.store.Ideas(e.ctx, f))(e), number)
	}
	e.equal("shown", list(models.IdeaFilter{}), []int{1, 2, 3})
	e.equal("limited", list(models.IdeaFilter{Limit: 2}), []int{1, 2})
	e.equal("the next", list(models.IdeaFilter{Limit: 2, AfterNumber: 2}), []int{3})
	e.equal("beyond the end", list(models.IdeaFilter{AfterNumber: 3}), []int(nil))
	e.equal("some", list(models.IdeaFilter{Numbers: []int{3, 1, 9}}), []int{1, 3})
	e.equal("some after one", list(models.IdeaFilter{Numbers: []int{3, 2, 1}, AfterNumber: 1, Limit: 1}), []int{2})
	all := must(e.store.Ideas(e.ctx, models.IdeaFilter{ConsultationID: c.ID, All: true}))(e)
	e.equal("all: those with a number first", ids(all[:3], number), []int{1, 2, 3})
	e.equal("the words of a removed one, for staff", all[2].Title, "Third")
	rest := ids(all[3:], ideaID)
	e.once("all: the others", rest, append(waits, rejected.ID, latest.ID))
	if len(rest) != 4 || rest[0] > rest[1] || rest[1] > rest[2] || rest[3] != latest.ID {
		e.Errorf("those without a number go by time, then by id, got %v", rest)
	}
	e.equal("the other consultation", e.ideas(other)[0].Title, "Other")
}

func ideaPlaces(e *env) {
	c := e.open("First", "Second")
	e.open("Elsewhere")
	e.clock.Add(time.Hour)
	third := e.idea(c, "Third")
	e.pendingIdea(c, "Pending")
	r := e.newReply(c)
	r.IdeaID = e.ideas(c)[1].ID
	e.published(r)
	e.decide(models.ActionRemove, third.Item())
	want := make([]models.IdeaPlace, 0, 3)
	for _, i := range e.ideas(c) {
		want = append(want, models.IdeaPlace{Number: i.Number, PublishedAt: i.PublishedAt, ReplyCount: i.ReplyCount})
	}
	e.equal("places", must(e.store.IdeaPlaces(e.ctx, c.ID))(e), want)
	e.equal("numbers", ids(want, func(p models.IdeaPlace) int { return p.Number }), []int{1, 2, 3})
	e.equal("replies", ids(want, func(p models.IdeaPlace) int64 { return p.ReplyCount }), []int64{0, 1, 0})
	e.equal("none of nothing", must(e.store.IdeaPlaces(e.ctx, "none"))(e), []models.IdeaPlace(nil))
}

func ideaAlone(e *env) {
	c := e.open("First")
	for n, choice := range []models.Choice{models.ChoiceAgree, models.ChoiceAgree, models.ChoicePass} {
		e.vote(e.ideas(c)[0], e.person(string(rune('A'+n))), choice)
	}
	in := e.newReply(c)
	in.IdeaID = e.ideas(c)[0].ID
	e.published(in)
	listed := e.ideas(c)[0]
	e.equal("tally", listed.Tally, models.Tally{Agree: 2, Pass: 1})
	e.equal("replies", listed.ReplyCount, int64(1))
	e.equal("by number", must(e.store.Idea(e.ctx, c.ID, 1))(e), listed)
	e.equal("by id", must(e.store.IdeaByID(e.ctx, listed.ID))(e), listed)
	listed.FirstVote, listed.Tally = time.Time{}, models.Tally{}
	e.equal("without what votes move", must(e.store.IdeaAlone(e.ctx, c.ID, 1))(e), listed)
}

func ideaOwn(e *env) {
	c, p := e.open(), e.person("Ada")
	add := func(title, participant, guest string) models.Idea {
		i := e.newIdea(c, title)
		i.ParticipantID, i.Guest = participant, guest
		e.clock.Add(time.Minute)
		return must(e.store.AddIdea(e.ctx, i, nil))(e)
	}
	first, second := add("First", p.ID, ""), add("Second", "", "cookie")
	published, rejected, spam := add("Published", p.ID, ""), add("Rejected", p.ID, ""), add("Spam", p.ID, "")
	add("Another's", e.person("Bo").ID, "")
	add("Another guest's", "", "cookie 2")
	e.decide(models.ActionPublish, published.Item())
	e.decide(models.ActionReject, rejected.Item())
	e.decide(models.ActionSpam, spam.Item())
	own := func(what string, a models.Author, limit int, total int64, want ...string) {
		e.Helper()
		list, n, err := e.store.OwnIdeas(e.ctx, models.OwnQuery{ConsultationID: c.ID, Author: a, Limit: limit})
		e.ok(err)
		e.equal(what, ids(list, ideaID), want)
		e.equal(what+": counted", n, total)
	}
	own("the participant's", models.Author{ParticipantID: p.ID}, 5, 1, first.ID)
	own("the guest's", models.Author{Guest: "cookie"}, 5, 1, second.ID)
	both := models.Author{ParticipantID: p.ID, Guest: "cookie"}
	own("of both", both, 5, 2, second.ID, first.ID)
	own("the newest of both", both, 1, 2, second.ID)
	own("nobody's", models.Author{}, 5, 0)
	list, _, err := e.store.OwnIdeas(e.ctx, models.OwnQuery{ConsultationID: c.ID, Author: both, Before: second.OwnPlace(), Limit: 5})
	e.ok(err)
	e.equal("older than the newest", ids(list, ideaID), []string{first.ID})
}

func ideaEdit(e *env) {
	c := e.open()
	i := e.pendingIdea(c, "Before")
	stale := i
	e.clock.Add(time.Minute)
	next := i
	next.Title, next.Body, next.BodyHTML = "After", long, "<p>After</p>"
	next.AuthorName, next.Number, next.Status = "Forged", 9, models.StatusRemoved
	got := must(e.store.EditIdea(e.ctx, next))(e)
	i.Title, i.Body, i.BodyHTML, i.EditedAt = next.Title, next.Body, next.BodyHTML, e.now()
	e.equal("as given back", got, i, ignore[models.Contribution]("Rev"))
	e.equal("as read", must(e.store.IdeaByID(e.ctx, i.ID))(e), got)
	if got.Rev <= stale.Rev {
		e.Errorf("the revision went from %d to %d", stale.Rev, got.Rev)
	}
	_, err := e.store.EditIdea(e.ctx, stale)
	e.refused("an edit of what changed since", err, models.CodeConflict, "")
	e.decide(models.ActionPublish, i.Item())
	_, err = e.store.EditIdea(e.ctx, got)
	e.refused("an edit once it is published", err, models.CodeClosed, "error.edit.published")
	e.equal("its words", must(e.store.IdeaByID(e.ctx, i.ID))(e).Title, "After")
	want := []models.TextRevision{{Item: i.Item(), Rev: stale.Rev, Title: "Before", Body: "Why not", At: e.now()}}
	e.equal("revisions", must(e.store.TextRevisions(e.ctx, i.Item()))(e), want)
}

func ideaFixed(e *env) {
	c := e.open("Markets")
	i, p := e.ideas(c)[0], e.person("Ada")
	e.equal("FirstVote before", i.FirstVote, time.Time{})
	first := e.clock.Add(time.Minute)
	e.vote(i, p, models.ChoicePass)
	e.clock.Add(time.Minute)
	e.vote(i, e.person("Bo"), models.ChoiceAgree)
	e.vote(i, p, models.ChoiceNone)
	voted := e.ideas(c)[0]
	e.equal("FirstVote", voted.FirstVote, first)
	next := voted
	next.Title = "Something else"
	_, err := e.store.EditIdea(e.ctx, next)
	e.refused("an edit after the first vote", err, models.CodeClosed, "error.idea.fixed")
	e.equal("the idea", e.ideas(c)[0], voted)
	e.equal("revisions", must(e.store.TextRevisions(e.ctx, i.Item()))(e), []models.TextRevision(nil))
}

func ideaRemoveDraft(e *env) {
	c := e.draft("First", "Second", "Third")
	gone := e.ideas(c)[1]
	e.ok(e.store.RemoveDraftIdea(e.ctx, c.ID, gone.ID, Entry(models.AuditIdeaRemoved)))
	e.refused("taking it out again", e.store.RemoveDraftIdea(e.ctx, c.ID, gone.ID, Entry(models.AuditIdeaRemoved)), models.CodeNotFound, "error.idea.unknown")
	left := e.ideas(c)
	title := func(i models.Idea) string { return i.Title }
	e.equal("ideas", ids(left, title), []string{"First", "Third"})
	e.equal("the number of the last", left[1].Number, 2)
	e.equal("IdeaCount", e.reload(c).IdeaCount, int64(2))
	_, err := e.store.IdeaByID(e.ctx, gone.ID)
	e.refused("the one taken out", err, models.CodeNotFound, "")
	next := must(e.store.AddOrganiserIdea(e.ctx, e.newOrganiserIdea(c, "Fourth"), Entry(models.AuditIdeaAdded)))(e)
	e.equal("the next number", next.Number, 3)
}

func ideaEditDraft(e *env) {
	c := e.draft("First", "Second")
	i := e.ideas(c)[1]
	stale := i
	next := i
	next.Title, next.Body, next.BodyHTML = "Quokkas", long, "<p>Quokkas</p>"
	next.Texts = map[string]models.IdeaText{"en": {Title: "Quokkas", Body: long, BodyHTML: "<p>Quokkas</p>"}}
	next.AuthorName, next.Number, next.Status = "Forged", 9, models.StatusRemoved
	got := must(e.store.EditDraftIdea(e.ctx, next, Entry(models.AuditIdeaEdited)))(e)
	i.Title, i.Body, i.BodyHTML, i.Texts = next.Title, next.Body, next.BodyHTML, next.Texts
	e.equal("as given back", got, i, ignore[models.Contribution]("Rev"))
	e.equal("as read", e.ideas(c)[1], got)
	if got.Rev <= stale.Rev {
		e.Errorf("the revision went from %d to %d", stale.Rev, got.Rev)
	}
	e.equal("wordings kept", must(e.store.TextRevisions(e.ctx, i.Item()))(e), []models.TextRevision(nil))
	_, err := e.store.EditDraftIdea(e.ctx, stale, Entry(models.AuditIdeaEdited))
	e.refused("an edit of what changed since", err, models.CodeConflict, "error.idea.changed")
	got.ID = "none"
	_, err = e.store.EditDraftIdea(e.ctx, got, Entry(models.AuditIdeaEdited))
	e.refused("an edit of nothing", err, models.CodeNotFound, "error.idea.unknown")
	got.ID = i.ID
	got.ConsultationID = e.draft("Other").ID
	_, err = e.store.EditDraftIdea(e.ctx, got, Entry(models.AuditIdeaEdited))
	e.refused("an edit in another consultation", err, models.CodeNotFound, "error.idea.unknown")
	e.move(c, models.StateOpen)
	hits := must(e.store.Search(e.ctx, "quokkas", 5))(e)
	e.equal("found by its new words", len(hits), 1)
}

func ideaMoveDraft(e *env) {
	c := e.draft("A", "B", "C", "D", "E")
	other := e.draft("Z")
	at := map[string]models.Idea{}
	for _, i := range e.ideas(c) {
		at[i.Title] = i
	}
	for _, m := range []struct {
		title string
		to    int
		want  string
	}{
		{"A", 2, "BACDE"},
		{"E", 1, "EBACD"},
		{"E", 5, "BACDE"},
		{"C", 3, "BACDE"},
		{"D", 2, "BDACE"},
		{"B", 99, "DACEB"},
		{"C", 0, "CDAEB"},
		{"A", -7, "ACDEB"},
	} {
		e.ok(e.store.MoveDraftIdea(e.ctx, c.ID, at[m.title].ID, m.to, Entry(models.AuditIdeaMoved)))
		got := ""
		for n, i := range e.ideas(c) {
			got += i.Title
			e.equal(m.title+" moved: the number of "+i.Title, i.Number, n+1)
			e.equal("by its number", must(e.store.Idea(e.ctx, c.ID, n+1))(e).ID, i.ID)
		}
		e.equal(m.title+" moved", got, m.want)
	}
	e.refused("one of elsewhere", e.store.MoveDraftIdea(e.ctx, c.ID, e.ideas(other)[0].ID, 1, Entry(models.AuditIdeaMoved)), models.CodeNotFound, "error.idea.unknown")
	e.equal("that one", e.ideas(other)[0].Number, 1)
	next := must(e.store.AddOrganiserIdea(e.ctx, e.newOrganiserIdea(c, "F"), Entry(models.AuditIdeaAdded)))(e)
	e.equal("the next number", next.Number, 6)
}

func ideaDraftOpen(e *env) {
	c := e.open("First", "Second")
	i := e.ideas(c)[0]
	before := e.ideas(c)
	_, err := e.store.EditDraftIdea(e.ctx, i, Entry(models.AuditIdeaEdited))
	e.refused("EditDraftIdea", err, models.CodeConflict, "error.consultation.not_draft")
	e.refused("MoveDraftIdea", e.store.MoveDraftIdea(e.ctx, c.ID, i.ID, 2, Entry(models.AuditIdeaMoved)), models.CodeConflict, "error.consultation.not_draft")
	e.refused("RemoveDraftIdea", e.store.RemoveDraftIdea(e.ctx, c.ID, i.ID, Entry(models.AuditIdeaRemoved)), models.CodeConflict, "error.consultation.not_draft")
	e.equal("ideas", e.ideas(c), before)
}
