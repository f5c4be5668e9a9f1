package service

import (
	"strings"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/storetest"
)

func TestPostReply(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c := addConsultation(t, s, "shops", nil, "Markets")
	sent := must(s.PostReply(t.Context(), guest("cookie"), ReplyInput{
		Slug: "shops", Name: " Ada ", Body: "One\r\ntwo\x00 *three* <b>\r\n\r\n",
	}))(t)
	if sent.Mailed || sent.Token == "" || sent.Address != "" || len(sent.Reference) != 9 {
		t.Errorf("sent: %+v", sent)
	}
	r := must(s.store.Reply(t.Context(), sent.Item.ID))(t)
	if r.Body != "One\ntwo *three* <b>" || !strings.Contains(r.BodyHTML, "<em>three</em> &lt;b&gt;") {
		t.Errorf("kept as %q, %q", r.Body, r.BodyHTML)
	}
	want := models.Contribution{
		ID: r.ID, ConsultationID: c.ID, AuthorName: "Ada", Guest: "cookie", Network: "network of cookie",
		TokenHash: models.HashToken(sent.Token), Reference: sent.Reference, Channel: models.ChannelOnline, Language: "en",
		Status: models.StatusPending, Rev: 1, Salt: r.Salt, CreatedAt: s.Now(),
	}
	if r.Contribution != want || r.Salt == "" {
		t.Errorf("got  %+v\nwant %+v", r.Contribution, want)
	}
	if jobs := waitingJobs(t, s); len(jobs) != 0 {
		t.Errorf("mail to nobody: %v", jobs)
	}
}

func TestPostReplyRefuses(t *testing.T) {
	t.Parallel()
	s, clk := newService(t)
	addConsultation(t, s, "shops", nil)
	ann := person(t, s, "Ann", models.RoleOrganiser)
	must(s.PostReply(t.Context(), guest("c"), ReplyInput{Slug: "shops", Name: "Ada", Body: strings.Repeat("ż", models.MaxText)}))(t)
	for name, c := range map[string]struct {
		in         ReplyInput
		field, key string
	}{
		"no name":          {ReplyInput{Body: "x"}, "name", "error.field.name_empty"},
		"the name of one":  {ReplyInput{Name: "ANN", Body: "x"}, "name", "error.field.name_reserved"},
		"no body":          {ReplyInput{Name: "Ada", Body: " \r\n\t"}, "body", "error.field.body_empty"},
		"nothing to see":   {ReplyInput{Name: "Ada", Body: "\u200b\u00ad\x07"}, "body", "error.field.body_empty"},
		"a long body":      {ReplyInput{Name: "Ada", Body: strings.Repeat("ż", models.MaxText+1)}, "body", "error.field.body_long"},
		"malformed":        {ReplyInput{Name: "Ada", Body: "x\xc3"}, "body", "error.field.encoding"},
		"no address":       {ReplyInput{Name: "Ada", Body: "x", Email: "ada"}, "email", "error.field.address"},
		"two addresses":    {ReplyInput{Name: "Ada", Body: "x", Email: "a@b.example, c@d.example"}, "email", "error.field.address"},
		"a header in it":   {ReplyInput{Name: "Ada", Body: "x", Email: "a@b.example\nBcc: c@d.example"}, "email", "error.field.address"},
		"a number for one": {ReplyInput{Name: "Ada", Body: "x", Email: "ada@[192.0.2.1]"}, "email", "error.field.address"},
	} {
		t.Run(name, func(t *testing.T) {
			c.in.Slug = "shops"
			_, err := s.PostReply(t.Context(), guest("c"), c.in)
			field(t, err, c.field, c.key)
		})
	}
	e := refused(t, errOf(s.PostReply(t.Context(), guest("c"), ReplyInput{Slug: "shops", Body: strings.Repeat("x", 10_001)})), models.CodeInvalid, "")
	if len(e.Fields) != 2 || e.Fields[1].Args["count"] != 10_001 {
		t.Errorf("both fields and the count: %+v", e.Fields)
	}
	clk.add(21 * testDay)
	refused(t, errOf(s.PostReply(t.Context(), guest("c"), ReplyInput{Slug: "shops"})), models.CodeClosed, "error.consultation.closed")
	refused(t, errOf(s.PostReply(t.Context(), ann, ReplyInput{Slug: "nowhere"})), models.CodeNotFound, "error.consultation.unknown")
}

// errOf drops the value of a call that is expected to fail.
func errOf[T any](_ T, err error) error { return err }

func TestPostReplyByState(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	ann := person(t, s, "Ann", models.RoleOrganiser)
	in := ReplyInput{Slug: "shops", Name: "Ada", Body: "x"}
	c := addConsultation(t, s, "shops", func(c *models.Consultation) { c.OpensAt = start.Add(time.Hour) })
	for _, step := range []struct {
		state models.State
		actor models.Actor
		code  models.Code
		key   string
	}{
		{models.StateOpen, guest("c"), models.CodeClosed, "error.consultation.coming"},
		{models.StateDraft, guest("c"), models.CodeNotFound, "error.consultation.unknown"},
		{models.StateDraft, ann, models.CodeClosed, "error.consultation.not_open"},
		{models.StatePaused, guest("c"), models.CodeClosed, "error.consultation.paused"},
		{models.StateWithdrawn, guest("c"), models.CodeClosed, "error.consultation.withdrawn"},
		{models.StateSealed, guest("c"), models.CodeClosed, "error.consultation.sealed"},
	} {
		c = reload(t, s, c.ID)
		if step.state != models.StateOpen {
			c.OpensAt = start
		}
		c.State, c.StateReason = step.state, "The hall is flooded."
		must(s.store.MoveConsultation(t.Context(), c, storetest.Entry(models.AuditConsultationOpened)))(t)
		e := refused(t, errOf(s.PostReply(t.Context(), step.actor, in)), step.code, step.key)
		if step.state == models.StatePaused && e.Args["reason"] != "The hall is flooded." {
			t.Errorf("the reason is %v", e.Args)
		}
	}
}

func TestReplyPlaces(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	addConsultation(t, s, "shops", nil, "Markets", "Fairs")
	addConsultation(t, s, "other", nil, "Markets")
	post := func(slug, parent string, idea int) (models.Reply, error) {
		sent, err := s.PostReply(t.Context(), guest("c"), ReplyInput{Slug: slug, Name: "Ada", Body: "x", ParentID: parent, IdeaNumber: idea})
		if err != nil {
			return models.Reply{}, err
		}
		publish(t, s, sent.Item)
		return must(s.store.Reply(t.Context(), sent.Item.ID))(t), nil
	}
	root, inIdea := must(post("shops", "", 0))(t), must(post("shops", "", 2))(t)
	answer := must(post("shops", root.ID, 0))(t)
	if answer.ParentID != root.ID || answer.Depth != 2 || answer.ParentName != "Ada" || answer.IdeaID != "" {
		t.Errorf("an answer: %+v", answer)
	}
	if below := must(post("shops", inIdea.ID, 0))(t); below.IdeaNumber != 2 || below.IdeaID != inIdea.IdeaID {
		t.Errorf("an answer in an idea's thread stands in idea %d", below.IdeaNumber)
	}
	waiting := reply(t, s, "shops", "c", "waits", "").Item.ID
	for name, c := range map[string]struct {
		slug, parent string
		idea         int
		key          string
	}{
		"unpublished":          {"shops", waiting, 0, "error.reply.parent"},
		"not there":            {"shops", "nobody", 0, "error.reply.parent"},
		"another consultation": {"other", root.ID, 0, "error.reply.parent"},
		"another idea":         {"shops", inIdea.ID, 1, "error.reply.parent"},
		"not in that idea":     {"shops", root.ID, 1, "error.reply.parent"},
		"no such idea":         {"shops", "", 9, "error.reply.idea"},
	} {
		if _, err := post(c.slug, c.parent, c.idea); err == nil || refused(t, err, models.CodeInvalid, c.key) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	deep := root
	for range 9 {
		deep = must(post("shops", deep.ID, 0))(t)
	}
	if deep.Depth != models.MaxDepth || deep.ParentName != "Ada" {
		t.Errorf("the tenth level is at %d", deep.Depth)
	}
}

func TestParentForReply(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	c := addConsultation(t, s, "shops", nil, "Markets")
	item := published(t, s, "shops", "cookie", "x", "")
	p := must(s.ParentForReply(t.Context(), c, 0, item.ID))(t)
	if p.ID != item.ID || p.Guest != "" || p.Salt != "" || p.TokenHash != "" || p.Network != "" {
		t.Errorf("the parent: %+v", p)
	}
	if p := must(s.ParentForReply(t.Context(), c, 0, ""))(t); p != nil {
		t.Errorf("no parent: %+v", p)
	}
	refused(t, errOf(s.ParentForReply(t.Context(), c, 1, item.ID)), models.CodeInvalid, "error.reply.parent")
	refused(t, errOf(s.ParentForReply(t.Context(), c, 0, "x")), models.CodeInvalid, "error.reply.parent")
}

func TestPostReplySignedIn(t *testing.T) {
	t.Parallel()
	s, _ := newService(t)
	addConsultation(t, s, "shops", nil)
	mo, bo := person(t, s, "Mo", models.RoleModerator), person(t, s, "Bo", models.RoleParticipant)
	for _, actor := range []models.Actor{mo, bo} {
		actor.Guest = "an old cookie"
		sent := must(s.PostReply(t.Context(), actor, ReplyInput{Slug: "shops", Name: "ignored", Email: "x@y.example", Body: "x"}))(t)
		if !sent.Mailed || sent.Token != "" || sent.Address != actor.Participant.Address {
			t.Errorf("sent: %+v", sent)
		}
		r := must(s.store.Reply(t.Context(), sent.Item.ID))(t)
		if r.AuthorName != actor.Participant.Name || r.ParticipantID != actor.ID() || r.Guest != "" || r.Address != "" {
			t.Errorf("kept as %+v", r.Contribution)
		}
		if want := actor.Participant.Staff(""); r.StaffRole != want {
			t.Errorf("%s has the badge %q, want %q", r.AuthorName, r.StaffRole, want)
		}
	}
	nameless := person(t, s, "", models.RoleParticipant)
	_, err := s.PostReply(t.Context(), nameless, ReplyInput{Slug: "shops", Name: "Mo", Body: "x"})
	field(t, err, "name", "error.field.name_reserved")
	must(s.PostReply(t.Context(), nameless, ReplyInput{Slug: "shops", Name: "Cy", Body: "x"}))(t)
}

func TestPostReplyLimit(t *testing.T) {
	t.Parallel()
	s, _ := newLimited(t, models.LimitTexts, 2)
	addConsultation(t, s, "shops", nil)
	reply(t, s, "shops", "c", "one", "")
	_, err := s.PostReply(t.Context(), guest("c"), ReplyInput{Slug: "shops"})
	refused(t, err, models.CodeInvalid, "error.fields") // what is refused does not count
	reply(t, s, "shops", "c", "two", "")
	_, err = s.PostReply(t.Context(), guest("c"), ReplyInput{Slug: "shops", Name: "Ada", Body: "three"})
	refused(t, err, models.CodeLimited, "error.limit.texts")
	reply(t, s, "shops", "another", "three", "")
}
