package handlers

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/views"
)

// postVote casts a participant's vote. Without a session the choice waits in this
// browser until an address is given for it.
func (s *Server) postVote(c *fiber.Ctx) error {
	slug, choice := c.Params("slug"), field(c, "choice")
	number, err := ideaNumber(c)
	if err != nil {
		return err
	}
	if actorOf(c).Participant == nil {
		return s.postPendingVote(c, slug, number, choice)
	}
	done, err := s.svc.CastVote(c.UserContext(), actorOf(c), slug, number, choice)
	if err != nil {
		return err
	}
	form := s.voteFormAfter(c, slug, number, done.Choice, false)
	return s.voted(c, form, views.PendingVotes{Slug: slug}, voteJSON{done.Choice, done.Voters, false})
}

func (s *Server) postPendingVote(c *fiber.Ctx, slug string, number int, choice string) error {
	chosen, err := s.svc.CheckChoice(c.UserContext(), slug, number, choice)
	if err != nil {
		return err
	}
	b, err := s.choose(c, slug, number, chosen)
	if err != nil {
		return err
	}
	waiting := chosen != models.ChoiceNone
	pending := views.PendingVotes{Slug: slug, Count: len(b.Choices), Choose: true}
	answer := pendingVoteJSON{chosen, len(b.Choices), waiting}
	return s.voted(c, s.voteFormAfter(c, slug, number, chosen, waiting), pending, answer)
}

// partHeader is how the script says that it needs no more than the vote form.
const partHeader = "X-Folkmoot-Part"

// voted answers in the way that was asked for: the changed parts for the script,
// JSON, or the page from which the vote came.
func (s *Server) voted(c *fiber.Ctx, form views.VoteForm, pending views.PendingVotes, answer any) error {
	private(c)
	switch {
	case wantsJSON(c):
		return c.JSON(answer)
	case c.Get(partHeader) == "vote":
		return ok(c, views.VoteUpdate(localizer(c), form, pending))
	}
	path, _, _ := strings.Cut(form.Return, "#")
	return seeOther(c, path+"#idea-"+strconv.Itoa(form.Number))
}

func (s *Server) voteFormAfter(c *fiber.Ctx, slug string, number int, choice models.Choice, waiting bool) views.VoteForm {
	back := localPath(field(c, "return"))
	if back == "/" {
		back = subjectPath(slug, 0)
	}
	return views.VoteForm{Slug: slug, Number: number, Choice: choice, Waiting: waiting, Return: back}
}
