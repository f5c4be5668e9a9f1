package handlers

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views/account"
)

func (s *Server) showSignIn(c *fiber.Ctx) error {
	p := s.signInPage(c)
	p.Form.Values["return_to"] = localPath(c.Query("return_to", "/"))
	return ok(c, account.SignIn(p))
}

func (s *Server) signInPage(c *fiber.Ctx) account.SignInPage {
	p := account.SignInPage{
		LayoutData: s.layout(c, localizer(c).T("title.sign_in")), NoMail: !s.CanMail,
		Form: typed(c, "email", "name", "return_to"),
	}
	if c.Query("return_to") != "" {
		p.Why = p.L.T("sign_in.why")
	}
	p.Private = true
	private(c)
	return p
}

func (s *Server) postSignIn(c *fiber.Ctx) error {
	if err := checkUTF8(c); err != nil {
		return err
	}
	back := localPath(field(c, "return_to"))
	asked, err := s.svc.AskSignIn(c.UserContext(), actorOf(c), service.SignInInput{
		Email: field(c, "email"), Name: field(c, "name"), ReturnTo: back,
	})
	if err != nil {
		p := s.signInPage(c)
		status, can := s.formProblem(c, &p.Form, err)
		if !can {
			return err
		}
		return render(c, status, account.SignIn(p))
	}
	s.wake()
	return s.mailSent(c, asked, models.PurposeSignIn, back, typed(c, "email", "name", "return_to"))
}

// showLink says what will happen, and has a button: mail scanners open links, but
// press nothing.
func (s *Server) showLink(c *fiber.Ctx) error {
	link, err := s.svc.Link(c.UserContext(), c.Params("token"))
	if err != nil {
		return err
	}
	p := account.LinkPage{LayoutData: s.layout(c, localizer(c).T("title.link."+string(link.Purpose))), Token: c.Params("token"), Link: link}
	p.Pending = s.countedOnSignIn(c)
	p.Private = true
	private(c)
	if link.ConsultationID != "" {
		if err := s.fillBallot(c, &p); err != nil {
			return err
		}
	}
	return ok(c, account.Link(p))
}

func (s *Server) fillBallot(c *fiber.Ctx, p *account.LinkPage) error {
	chosen, con, gone, err := s.svc.LinkVotes(c.UserContext(), p.Link)
	if err != nil {
		return err
	}
	p.Slug, p.Title, p.Gone = con.Slug, con.Text(p.L.Language().String()).Title, gone
	p.Choices = chosen
	return nil
}

func (s *Server) postLink(c *fiber.Ctx) error {
	used, err := s.svc.UseLinkFor(c.UserContext(), actorOf(c), c.Params("token"), sessionLife(c))
	if err != nil {
		return err
	}
	return s.signedIn(c, used)
}

// sessionLife returns how long somebody stays signed in who sends this form.
func sessionLife(c *fiber.Ctx) time.Duration {
	if field(c, "remember") != "" {
		return models.SessionLife * time.Second
	}
	return models.BrowserSessionLife * time.Second
}

// signedIn opens the session, counts what this browser had chosen, and goes on.
func (s *Server) signedIn(c *fiber.Ctx, used service.Used) error {
	private(c)
	s.wake()
	if v := visitOf(c); v.session != "" { // one browser, one session
		if err := s.svc.SignOut(c.UserContext(), v.session); err != nil {
			s.log(c).Warn("end the session before", "error", err)
		}
	}
	s.rememberDevice(c)
	s.keepCookie(c, sessionCookie, used.SessionToken)
	actor := models.Actor{Participant: &used.Participant, Guest: visitOf(c).Guest, Language: visitOf(c).Language, Network: visitOf(c).Network}
	more := s.countPending(c, actor)
	n := notice{Kind: "done", Key: "notice.signed_in", Args: map[string]any{"name": first(used.Participant.Name, used.Participant.Address), "count": used.Counted + more}}
	switch {
	case used.TooLate+used.Refused > 0:
		n.Kind, n.Key, n.Args["late"] = "problem", "notice.votes_partly", used.TooLate+used.Refused
	case used.Counted+more > 0:
		n.Key = "notice.votes_counted"
	}
	s.notify(c, n)
	return seeOther(c, toNotice(landing(used)))
}

// landing is where somebody goes on after signing in: back to where they came from,
// or staff to their own desk.
func landing(used service.Used) string {
	if back := localPath(used.ReturnTo); back != "/" {
		return back
	}
	for _, desk := range []struct {
		role models.Role
		path string
	}{{models.RoleModerator, "/moderation"}, {models.RoleOrganiser, "/organise"}, {models.RoleBoard, "/board"}, {models.RoleAdmin, "/admin"}} {
		if used.Participant.Has(desk.role, "") {
			return desk.path
		}
	}
	return "/"
}

func (s *Server) postSignOut(c *fiber.Ctx) error {
	if v := visitOf(c); v.session != "" {
		if err := s.svc.SignOut(c.UserContext(), v.session); err != nil {
			return err
		}
	}
	s.dropCookie(c, sessionCookie)
	s.done(c, "notice.signed_out", nil)
	return seeOther(c, "/")
}
