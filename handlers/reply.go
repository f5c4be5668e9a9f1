package handlers

import (
	"maps"
	"strconv"

	"folkmoot/handlers/pagecache"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views"
)

func (s *Server) postReply(c *fiber.Ctx) error {
	if err := checkUTF8(c); err != nil {
		return err
	}
	number, err := ideaField(c)
	if err != nil {
		return err
	}
	if asked, err := s.cookieFirst(c); asked {
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
	s.doneAt(c, sent.Item.String(), "notice.reply.sent", map[string]any{"reference": sent.Reference})
	if wantsJSON(c) {
		return c.Status(fiber.StatusCreated).JSON(sentJSONOf(sent))
	}
	path, err := s.svc.WaitingPlace(c.UserContext(), sent.Item)
	if err != nil { // it is sent all the same
		s.log(c).Warn("place of a waiting reply", "error", err)
		path.Slug, path.IdeaNumber = c.Params("slug"), number
	}
	return seeOther(c, placeURL(path)+"#"+sent.Item.String())
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

// replyAgain shows the page again with what was typed and what is wrong with it.
func (s *Server) replyAgain(c *fiber.Ctx, number int, cause error) error {
	form := typed(c, "name", "email", "body", "parent")
	status, can := s.formProblem(c, &form, cause)
	if !can {
		return cause
	}
	key, err := s.keys.Parse(subjectPath(c.Params("slug"), number), localizer(c).Language(), pagecache.Query{})
	if err != nil {
		return cause
	}
	p, con, err := s.pageOf(c, key)
	if err != nil || p == nil {
		return cause
	}
	slots := s.consultationSlots
	if number > 0 {
		slots = s.ideaSlots
	}
	contents, err := slots(c, p, con)
	if err != nil {
		return cause
	}
	box, err := s.readersReply(c, p, con)
	if err != nil {
		return cause
	}
	// What was typed is shown even where nothing can be sent any more; why stands above it.
	box.Form, box.Closed = form, ""
	maps.Copy(contents, views.ReplySlot(s.readersLayout(c, p), box))
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Status(status)
	return s.sendPageWith(c, p, contents)
}

// signedInName is the name under which this person's texts appear; "": they type one.
func signedInName(c *fiber.Ctx) string {
	if p := actorOf(c).Participant; p != nil {
		return p.Name
	}
	return ""
}

// rememberName returns an account without a name the one that was just typed.
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
