package service

import (
	"strings"
	"sync"
	"testing"

	"folkmoot/models"
)

// TestFormSentTwice answers a form that comes again with the text that it made, and only
// that form: any difference makes another text.
func TestFormSentTwice(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	addConsultation(t, s, "shops", nil, "Markets", "Fairs")
	addConsultation(t, s, "roads", nil)
	parent := published(t, s, "shops", "other", "Before", "")
	bo := person(t, s, "bo", models.RoleParticipant)
	same := ReplyInput{Slug: "shops", Name: "Ada", Email: "ada@example.org", Body: "A van for all."}
	first := must(s.PostReply(t.Context(), guest("mine"), same))(t)
	seen := map[string]string{first.Item.ID: "the first"}
	for name, x := range map[string]struct {
		by     models.Actor
		change func(*ReplyInput)
		same   bool
	}{
		"again":                       {guest("mine"), func(*ReplyInput) {}, true},
		"with blanks around it":       {guest("mine"), func(in *ReplyInput) { in.Body = "\r\n A van for all. " }, true},
		"the address in capitals":     {guest("mine"), func(in *ReplyInput) { in.Email = "ADA@EXAMPLE.ORG" }, true},
		"another browser":             {guest("yours"), func(*ReplyInput) {}, false},
		"another name":                {guest("mine"), func(in *ReplyInput) { in.Name = "Bea" }, false},
		"another address":             {guest("mine"), func(in *ReplyInput) { in.Email = "bea@example.org" }, false},
		"no address":                  {guest("mine"), func(in *ReplyInput) { in.Email = "" }, false},
		"other words":                 {guest("mine"), func(in *ReplyInput) { in.Body = "A van for some." }, false},
		"under another reply":         {guest("mine"), func(in *ReplyInput) { in.ParentID = parent.ID }, false},
		"under an idea":               {guest("mine"), func(in *ReplyInput) { in.IdeaNumber = 1 }, false},
		"under another idea":          {guest("mine"), func(in *ReplyInput) { in.IdeaNumber = 2 }, false},
		"in another consultation":     {guest("mine"), func(in *ReplyInput) { in.Slug = "roads" }, false},
		"by an account":               {bo, func(*ReplyInput) {}, false},
		"without anything to know by": {models.Actor{Language: "en"}, func(*ReplyInput) {}, false},
	} {
		in := same
		x.change(&in)
		for range 2 {
			got := must(s.PostReply(t.Context(), x.by, in))(t)
			if got.Item.ID == "" || (got.Item == first.Item) != x.same {
				t.Errorf("%s: %v, the first is %v", name, got.Item, first.Item)
			}
			if x.same && (got.Reference != first.Reference || got.Mailed != first.Mailed) {
				t.Errorf("%s: answered with %+v, want %+v", name, got, first)
			}
			if before := seen[got.Item.ID]; before != "" && before != name && !x.same {
				t.Errorf("%s is the same as %s", name, before)
			}
			if !x.same {
				seen[got.Item.ID] = name
			}
		}
	}
	received := 0
	for _, j := range jobsOf(t, s, models.JobReceived) {
		if j.Args["reference"] == first.Reference {
			received++
		}
	}
	if received != 1 {
		t.Errorf("%d messages about the first", received)
	}
}

// TestSameWordsLater takes the same words as a new text once the first does not wait as it
// was sent.
func TestSameWordsLater(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	addConsultation(t, s, "shops", nil)
	reply := ReplyInput{Slug: "shops", Name: "Ada", Body: "A van for all."}
	idea := IdeaInput{Slug: "shops", Name: "Ada", Title: "Vans", Body: "A van for all."}
	for name, post := range map[string]func() Sent{
		"a reply": func() Sent { return must(s.PostReply(t.Context(), guest("mine"), reply))(t) },
		"an idea": func() Sent { return must(s.SuggestIdea(t.Context(), guest("mine"), idea))(t) },
	} {
		last := post()
		for what, change := range map[string]func(){
			"published": func() { publish(t, s, last.Item) },
			"rejected":  func() { decide(t, s, last.Item, models.ActionReject) },
			"withdrawn": func() { ok(t, errOf(s.WithdrawOwn(t.Context(), guest("mine"), last.Item))) },
			"edited": func() {
				ok(t, s.Edit(t.Context(), guest("mine"), EditInput{Item: last.Item, Rev: 1, Title: "Vans", Body: "Two vans for all."}))
			},
		} {
			change()
			next := post()
			if next.Item == last.Item || next.Reference == last.Reference {
				t.Errorf("%s once the first is %s: %v again", name, what, next.Item)
			}
			if again := post(); again.Item != next.Item {
				t.Errorf("%s sent twice once the first is %s: %v and %v", name, what, next.Item, again.Item)
			}
			last = next
		}
	}
}

// TestFormsAtOnce sends each form from many sides at once: one text, one report.
func TestFormsAtOnce(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c := addConsultation(t, s, "shops", nil)
	shown := published(t, s, "shops", "other", "Before", "")
	olive := person(t, s, "olive", models.RoleOrganiser)
	gone := reply(t, s, "shops", "mine", "To be withdrawn", "").Item
	edited := reply(t, s, "shops", "mine", "To be changed", "").Item
	for name, send := range map[string]func() (string, error){
		"a reply": func() (string, error) {
			sent, err := s.PostReply(t.Context(), guest("mine"), ReplyInput{Slug: "shops", Name: "Ada", Body: "Vans"})
			return sent.Reference, err
		},
		"an idea": func() (string, error) {
			sent, err := s.SuggestIdea(t.Context(), guest("mine"), IdeaInput{Slug: "shops", Name: "Ada", Title: "Vans", Body: "Vans"})
			return sent.Reference, err
		},
		"an organiser's idea": func() (string, error) {
			idea, err := s.AddOrganiserIdea(t.Context(), olive, "shops", "Vans", "Vans")
			return idea.ID, err
		},
		"a report": func() (string, error) { return s.Report(t.Context(), guest("mine"), shown, "It is rude.") },
		"an edit": func() (string, error) {
			return "", s.Edit(t.Context(), guest("mine"), EditInput{Item: edited, Rev: 1, Body: "Changed"})
		},
		"a withdrawal": func() (string, error) { return "", errOf(s.WithdrawOwn(t.Context(), guest("mine"), gone)) },
	} {
		const sides = 8
		got, errs := make([]string, sides), make([]error, sides)
		var all sync.WaitGroup
		for n := range sides {
			all.Go(func() { got[n], errs[n] = send() })
		}
		all.Wait()
		for n := range sides {
			if errs[n] != nil || got[n] != got[0] {
				t.Errorf("%s, side %d: %q, %v; the first got %q", name, n, got[n], errs[n], got[0])
			}
		}
	}
	texts := map[string]int{}
	ok(t, s.store.EachItem(t.Context(), c.ID, func(i models.VerifyItem) error {
		texts[strings.TrimSpace(string(i.Item.Kind)+" "+i.Body)]++
		if i.Item == edited && len(i.Revisions) != 1 {
			t.Errorf("%d earlier wordings of the edited text", len(i.Revisions))
		}
		return nil
	}))
	if texts["reply Vans"] != 1 || texts["idea Vans"] != 2 || texts["reply Changed"] != 1 {
		t.Errorf("stored: %v", texts)
	}
	if entry := must(s.store.QueueEntry(t.Context(), shown))(t); len(entry.Reports) != 1 {
		t.Errorf("%d reports", len(entry.Reports))
	}
}

// TestReportAgain tells apart what is not the same report, and takes the same one again once
// the first is closed.
func TestReportAgain(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	addConsultation(t, s, "shops", nil)
	shown := published(t, s, "shops", "other", "Before", "")
	report := func(by models.Actor, reason string) string {
		t.Helper()
		return must(s.Report(t.Context(), by, shown, reason))(t)
	}
	first := report(guest("mine"), "It is rude.")
	for name, got := range map[string]string{
		"another reason":  report(guest("mine"), "It is a lie."),
		"another network": report(guest("yours"), "It is rude."),
		"an account":      report(person(t, s, "bo", models.RoleParticipant), "It is rude."),
	} {
		if got == first {
			t.Errorf("%s is the same report", name)
		}
	}
	if again := report(guest("mine"), "It is rude."); again != first {
		t.Errorf("the same report is %s and %s", first, again)
	}
	publish(t, s, shown) // the moderator lets it stand
	if later := report(guest("mine"), "It is rude."); later == first {
		t.Error("a closed report answers a new one")
	}
}
