package handlers

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"folkmoot/handlers/pagecache"
	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views"
	"folkmoot/views/ui"
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
	p.Replies, p.RepliesNext = s.ownItems(replies.Items, wait), further(here, "after", replies.Next)
	if number > 0 {
		return ok(c, views.Waiting(p))
	}
	of.After = c.Query("ideas_after")
	ideas, err := s.svc.WaitingIdeas(c.UserContext(), actorOf(c), of)
	if err != nil {
		return err
	}
	for _, v := range ideas.Items {
		p.Ideas = append(p.Ideas, s.ownIdeaRow(p.LayoutData, sub, v, wait))
	}
	p.IdeasNext = further(here, "ideas_after", ideas.Next)
	return ok(c, views.Waiting(p))
}

// ownItems are the reader's own waiting replies. wait says how long publishing usually
// takes here.
func (s *Server) ownItems(list []service.ReplyView, wait string) []views.ThreadItem {
	items := threadItems(list)
	for i, r := range list {
		items[i].Own = s.ownText(r.Own, wait)
	}
	return items
}

// ownIdeaRow is one of the reader's own waiting ideas.
func (s *Server) ownIdeaRow(layout ui.LayoutData, subject ui.Subject, v service.IdeaView, wait string) views.IdeaRow {
	row := ideaRow(layout, subject, v)
	row.Own = s.ownText(v.Own, wait)
	return row
}

func (s *Server) ownText(own service.Own, wait string) views.OwnText {
	mailing := "mailed"
	switch {
	case !own.Addressed:
		mailing = "no_address"
	case !s.CanMail:
		mailing = "no_mail"
	case own.Confirmed:
		mailing = "confirmed"
	}
	return views.OwnText{Wait: wait, Link: "/contributions/" + own.Token, Mailing: mailing, CanEdit: own.CanEdit}
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
