package handlers

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"folkmoot/handlers/pagecache"
	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views"
)

// waitingPage is how many texts a page of them lists.
const waitingPage = 50

// showWaiting lists the texts of who asks that wait for a moderator: the replies in one
// thread and, with the consultation's own, the ideas.
func (s *Server) showWaiting(c *fiber.Ctx) error {
	private(c)
	sub, err := s.subjectOf(c)
	if err != nil {
		return err
	}
	number, ideaID := 0, ""
	if slices.Contains(c.Route().Params, "number") {
		if number, err = ideaNumber(c); err != nil {
			return err
		}
		idea, err := s.svc.Idea(c.UserContext(), sub.C, number)
		if err != nil {
			return err
		}
		ideaID = idea.Idea.ID
	}
	p := views.WaitingPage{LayoutData: s.layout(c, localizer(c).T("title.waiting")), Subject: sub, Back: subjectPath(sub.C.Slug, number)}
	p.Private = true
	private(c)
	wait, err := waitText(c.UserContext(), s.svc, p.L, sub.C.ID)
	if err != nil {
		return err
	}
	here, of := waitingURL(sub.C.Slug, number), service.WaitingRequest{Consultation: sub.C, IdeaID: ideaID, After: c.Query("after"), Limit: waitingPage}
	replies, err := s.svc.WaitingReplies(c.UserContext(), actorOf(c), of)
	if err != nil {
		return err
	}
	p.Replies, p.RepliesNext = threadItems(replies.Items, wait), further(here, "after", replies.Next)
	if number > 0 {
		return ok(c, views.Waiting(p))
	}
	of.After = c.Query("ideas_after")
	ideas, err := s.svc.WaitingIdeas(c.UserContext(), actorOf(c), of)
	if err != nil {
		return err
	}
	for _, v := range ideas.Items {
		row := ideaRow(p.LayoutData, sub, v)
		row.Wait = wait
		p.Ideas = append(p.Ideas, row)
	}
	p.IdeasNext = further(here, "ideas_after", ideas.Next)
	return ok(c, views.Waiting(p))
}

// further is the address of the next page of a list, "" at its end.
func further(path, word, cursor string) string {
	if cursor == "" {
		return ""
	}
	return path + "?" + word + "=" + escape(cursor)
}

// ideaNumber reads the number of an idea in a path. CodeNotFound unless it is written as we
// write it.
func ideaNumber(c *fiber.Ctx) (int, error) {
	n, ok := pagecache.ParseNumber(c.Params("number"))
	if !ok {
		return 0, models.Fail(models.CodeNotFound, "error.page.unknown")
	}
	return n, nil
}
