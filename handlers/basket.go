package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/views"
)

// basket is what a browser without a session chose in one consultation. It lives
// in a signed cookie of that browser alone until an address is given for it.
type basket struct {
	Slug    string                `json:"s"`
	Choices map[int]models.Choice `json:"c"`
	Asked   string                `json:"a,omitempty"` // the address asked, shortened
}

// maxBasket keeps the cookie under the 4,096 bytes that browsers take.
const maxBasket = 120

func basketCookie(slug string) string {
	sum := sha256.Sum256([]byte(slug))
	return choicesPrefix + hex.EncodeToString(sum[:6])
}

func (s *Server) basket(c *fiber.Ctx, slug string) basket {
	return s.readBasket(visitOf(c).cookies[basketCookie(slug)], slug)
}

func (s *Server) readBasket(cookie, slug string) basket {
	var b basket
	if payload, ok := s.svc.Unsign("choices", cookie); ok {
		if json.Unmarshal([]byte(payload), &b) == nil && (slug == "" || b.Slug == slug) && b.Choices != nil {
			return b
		}
	}
	return basket{Slug: slug, Choices: map[int]models.Choice{}}
}

func (s *Server) keepBasket(c *fiber.Ctx, b basket) error {
	if len(b.Choices) == 0 {
		s.dropCookie(c, basketCookie(b.Slug))
		return nil
	}
	if len(b.Choices) > maxBasket {
		return models.Fail(models.CodeInvalid, "error.vote.basket_full", "count", maxBasket)
	}
	payload, err := json.Marshal(b)
	if err != nil {
		return err
	}
	s.setCookie(c, basketCookie(b.Slug), s.svc.Sign("choices", string(payload)), 30*24*time.Hour)
	return nil
}

// choose puts one choice into the basket, or takes it out again.
func (s *Server) choose(c *fiber.Ctx, slug string, number int, choice models.Choice) (basket, error) {
	b := s.basket(c, slug)
	if choice == models.ChoiceNone {
		delete(b.Choices, number)
	} else {
		b.Choices[number] = choice
	}
	b.Asked = ""
	return b, s.keepBasket(c, b)
}

func (s *Server) basketView(c *fiber.Ctx, con models.Consultation) views.PendingVotes {
	b := s.basket(c, con.Slug)
	show := actorOf(c).Participant == nil && len(b.Choices) > 0 && con.Accepts(models.ActVote, s.svc.Now()) == nil
	return views.PendingVotes{Slug: con.Slug, Count: len(b.Choices), Asked: b.Asked, Choose: show}
}

// countBaskets casts what this browser chose before it was signed in, and empties
// the baskets. It gives how many votes changed something.
func (s *Server) countBaskets(c *fiber.Ctx, actor models.Actor) (counted int) {
	for name, cookie := range visitOf(c).cookies {
		if !strings.HasPrefix(name, choicesPrefix) {
			continue
		}
		b := s.readBasket(cookie, "")
		n, err := s.countBasket(c, actor, b)
		if err != nil { // what cannot be counted stays in the browser, visible
			s.log(c).Info("basket not counted", "error", err)
			continue
		}
		counted += n
		s.dropCookie(c, name)
	}
	return counted
}

// countBasket casts one basket. What an address was asked for is left to the link
// in that mail, which may have been used elsewhere since.
func (s *Server) countBasket(c *fiber.Ctx, actor models.Actor, b basket) (int, error) {
	if b.Asked != "" {
		return 0, nil
	}
	return s.svc.CountPendingVotes(c.UserContext(), actor, b.Slug, b.Choices)
}
