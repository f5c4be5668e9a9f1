package handlers

import (
	"encoding/json"
	"strings"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/views"
)

// pendingVotes is what a browser without a session chose in one consultation. It lives
// in an encrypted cookie of that browser alone until an address is given for it.
type pendingVotes struct {
	Slug    string                `json:"s"`
	Choices map[int]models.Choice `json:"c"`
	Asked   string                `json:"a,omitempty"` // the address asked, shortened
	Link    string                `json:"l,omitempty"` // the link asked for, by the hash of its token
	Browser string                `json:"b,omitempty"` // tells browsers that ask apart: none replaces another's message
}

// maxPending keeps the cookie under the 4,096 bytes that browsers take.
const maxPending = 120

// pendingCookie returns the name of the cookie for a consultation. Who looks at the cookies
// of a browser cannot tell for which.
func (s *Server) pendingCookie(slug string) string {
	return choicesPrefix + s.svc.Keyed("choices cookie", slug)[:12]
}

func (s *Server) pendingVotes(c *fiber.Ctx, slug string) pendingVotes {
	return s.readPending(visitOf(c).cookies[s.pendingCookie(slug)], slug)
}

func (s *Server) readPending(cookie, slug string) pendingVotes {
	var b pendingVotes
	if payload, ok := s.svc.Decrypt("choices", cookie); ok {
		if json.Unmarshal([]byte(payload), &b) == nil && (slug == "" || b.Slug == slug) && b.Choices != nil {
			return b
		}
	}
	return pendingVotes{Slug: slug, Choices: map[int]models.Choice{}}
}

func (s *Server) keepPending(c *fiber.Ctx, b pendingVotes) error {
	if len(b.Choices) == 0 {
		s.dropCookie(c, s.pendingCookie(b.Slug))
		return nil
	}
	if len(b.Choices) > maxPending {
		return models.Fail(models.CodeInvalid, "error.vote.too_many_pending", "count", maxPending)
	}
	payload, err := json.Marshal(b)
	if err != nil {
		return err
	}
	s.keepCookie(c, s.pendingCookie(b.Slug), s.svc.Encrypt("choices", string(payload)))
	return nil
}

// choose puts one choice into the pending votes, or takes it out again.
func (s *Server) choose(c *fiber.Ctx, slug string, number int, choice models.Choice) (pendingVotes, error) {
	b := s.pendingVotes(c, slug)
	if choice == models.ChoiceNone {
		delete(b.Choices, number)
	} else {
		b.Choices[number] = choice
	}
	b.Asked, b.Link = "", ""
	return b, s.keepPending(c, b)
}

func (s *Server) pendingVotesView(c *fiber.Ctx, con models.Consultation) views.PendingVotes {
	b := s.pendingVotes(c, con.Slug)
	show := actorOf(c).Participant == nil && len(b.Choices) > 0 && con.Accepts(models.ActVote, s.svc.Now()) == nil
	return views.PendingVotes{Slug: con.Slug, Count: len(b.Choices), Asked: b.Asked, Choose: show}
}

// countPending casts what this browser chose before it was signed in, and empties
// the pending votes. It returns how many votes changed something.
func (s *Server) countPending(c *fiber.Ctx, actor models.Actor) (counted int) {
	for name, cookie := range visitOf(c).cookies {
		if !strings.HasPrefix(name, choicesPrefix) {
			continue
		}
		b := s.readPending(cookie, "")
		n, err := s.countOne(c, actor, b)
		if err != nil { // what cannot be counted stays in the browser, visible
			s.log(c).Info("pending votes not counted", "error", err)
			continue
		}
		counted += n
		s.dropCookie(c, name)
	}
	return counted
}

// countedOnSignIn returns how many votes, chosen in this browser for no address yet, are cast
// for whoever signs in here.
func (s *Server) countedOnSignIn(c *fiber.Ctx) (n int) {
	for name, cookie := range visitOf(c).cookies {
		if b := s.readPending(cookie, ""); strings.HasPrefix(name, choicesPrefix) && b.Asked == "" {
			n += len(b.Choices)
		}
	}
	return n
}

// countOne casts those of one consultation. What a link was asked for counts as by that
// link, which may have been used elsewhere since.
func (s *Server) countOne(c *fiber.Ctx, actor models.Actor, b pendingVotes) (int, error) {
	if b.Asked != "" {
		return s.svc.CountAskedVotes(c.UserContext(), actor, b.Link)
	}
	return s.svc.CountPendingVotes(c.UserContext(), actor, b.Slug, b.Choices)
}
