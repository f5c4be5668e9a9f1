package handlers

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views"
	"folkmoot/views/ui"
)

func (s *Server) postReply(c *fiber.Ctx) error {
	if err := checkUTF8(c); err != nil {
		return err
	}
	number, err := ideaField(c)
	if err != nil {
		return err
	}
	sent, err := s.svc.PostReply(c.UserContext(), s.rememberGuest(c), service.ReplyInput{
		Slug: c.Params("slug"), Name: field(c, "name"), Email: field(c, "email"), Body: field(c, "body"),
		ParentID: field(c, "parent"), IdeaNumber: number,
	})
	if err != nil {
		return s.replyAgain(c, number, err)
	}
	s.wake()
	s.rememberName(c)
	s.sentNotice(c, "reply", sent)
	if wantsJSON(c) {
		return c.Status(fiber.StatusCreated).JSON(fiber.Map{"reference": sent.Reference, "item": sent.Item.String()})
	}
	return seeOther(c, subjectPath(c.Params("slug"), number)+"#"+sent.Item.String())
}

// ideaField reads the number of the idea whose thread it is; 0 for none.
func ideaField(c *fiber.Ctx) (int, error) {
	raw := field(c, "idea")
	if raw == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(raw)
	if err != nil || n < 1 {
		return 0, models.Fail(models.CodeInvalid, "error.reply.idea")
	}
	return n, nil
}

func subjectPath(slug string, number int) string {
	path := "/consultations/" + slug
	if number > 0 {
		path += "/ideas/" + strconv.Itoa(number)
	}
	return path
}

// sentNotice says where it is and what happens next. The private link is shown
// only where no mail carries it.
func (s *Server) sentNotice(c *fiber.Ctx, kind string, sent service.Sent) {
	n := notice{Kind: "waiting", Key: "notice." + kind + ".sent", Args: map[string]any{"reference": sent.Reference}}
	switch {
	case sent.Deferred:
		n.Key += "_deferred"
	case sent.Mailed:
		n.Key += "_mailed"
	}
	if sent.Token != "" {
		n.Link = s.BaseURL + "/contributions/" + sent.Token
	}
	s.notify(c, n)
}

// replyAgain shows the page again with what was typed and what is wrong with it.
func (s *Server) replyAgain(c *fiber.Ctx, number int, cause error) error {
	form := typed(c, "name", "email", "body", "parent")
	status, can := s.problem(c, &form, cause)
	if !can {
		return cause
	}
	sub, err := s.subjectOf(c)
	if err != nil {
		return cause
	}
	var page replyPage
	if number > 0 {
		page, err = s.ideaPage(c, sub, number)
	} else {
		page, err = s.mainPage(c, sub)
	}
	if err != nil {
		return cause
	}
	// What was typed is shown even where nothing can be sent any more; why stands above it.
	return page.again(c, status, func(f *views.ReplyForm) { f.Form, f.Closed = form, "" })
}

// replyPage is a page with a reply box on it.
type replyPage interface {
	again(c *fiber.Ctx, status int, fill func(*views.ReplyForm)) error
}

type mainReplyPage views.ConsultationPage

func (p mainReplyPage) again(c *fiber.Ctx, status int, fill func(*views.ReplyForm)) error {
	fill(&p.Reply)
	return render(c, status, views.Consultation(views.ConsultationPage(p)))
}

type ideaReplyPage views.IdeaPage

func (p ideaReplyPage) again(c *fiber.Ctx, status int, fill func(*views.ReplyForm)) error {
	fill(&p.Reply)
	return render(c, status, views.Idea(views.IdeaPage(p)))
}

func (s *Server) mainPage(c *fiber.Ctx, sub ui.Subject) (replyPage, error) {
	p, err := s.consultationPage(c, sub)
	return mainReplyPage(p), err
}

// signedInName is the name under which this person's texts appear; "": they type one.
func signedInName(c *fiber.Ctx) string {
	if p := actorOf(c).Participant; p != nil {
		return p.Name
	}
	return ""
}

// rememberName gives an account without a name the one that was just typed.
func (s *Server) rememberName(c *fiber.Ctx) {
	p := actorOf(c).Participant
	if p == nil || p.Name != "" {
		return
	}
	in := service.AccountInput{Name: field(c, "name"), Capacity: p.Capacity, Band: p.Band}
	if err := s.svc.EditAccount(c.UserContext(), actorOf(c), in); err != nil { // the text is sent; they can type it again
		s.log(c).Info("name not remembered", "error", err)
	}
}

// replyForm is the empty box, or the one that answers ?reply_to=.
func (s *Server) replyForm(c *fiber.Ctx, sub ui.Subject, number int) (views.ReplyForm, error) {
	f := views.ReplyForm{Action: sub.URL() + "/replies", Idea: number, Quote: c.Query("quote") != ""}
	f.Values, f.Errors = map[string]string{}, map[string]string{}
	f.SignedIn, f.Member = signedInName(c), actorOf(c).Participant != nil
	f.Closed = s.sentence(localizer(c), sub.C.Accepts(models.ActReply, s.svc.Now()))
	parentID := c.Query("reply_to")
	if c.Method() == fiber.MethodPost {
		parentID = field(c, "parent")
	}
	if parentID != "" {
		parent, err := s.svc.ParentForReply(c.UserContext(), sub.C, number, parentID)
		if err != nil && c.Method() == fiber.MethodGet {
			return f, err
		}
		if parent != nil {
			f.Parent = &views.ReplyParent{ID: parent.ID, AuthorName: parent.AuthorName, Body: parent.Body}
		}
	}
	var err error
	f.Wait, err = s.waitText(c, sub.C.ID)
	return f, err
}
