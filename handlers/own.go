package handlers

import (
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/maypok86/otter/v2"

	"folkmoot/views"
	"folkmoot/views/ui"
)

// ownPage is the page that one reader was given last at an address. Their next one takes
// its place: kept by their keys, they would fill the memory with pages nobody asks for.
type ownPage struct {
	*page
	key string
}

func newOwn() *otter.Cache[string, *ownPage] {
	return otter.Must(&otter.Options[string, *ownPage]{
		MaximumWeight: ownMemory,
		Weigher:       func(at string, p *ownPage) uint32 { return uint32(len(at)+len(p.key)) + p.weight },
	})
}

// ownConsultation answers whose page is not everybody's. Where their waiting texts make
// it so, it is kept for them alone; their ballots are put into it like into any other.
func (s *Server) ownConsultation(c *fiber.Ctx, sub ui.Subject) error {
	key, keep, err := s.ownKey(c, sub)
	if err != nil {
		return err
	}
	if !keep {
		p, err := s.consultationPage(c, sub)
		if err != nil {
			return err
		}
		return ok(c, views.Consultation(p))
	}
	kept, err := s.keepOwn(c, key, func() (made, error) {
		p, err := s.consultationPage(c, sub)
		for i := range p.Ideas {
			b := &p.Ideas[i].Vote
			b.Choice, b.Waiting, b.Why = "", false, ""
		}
		return made{views.Consultation(p), p.Ideas}, err
	})
	if err != nil {
		return err
	}
	return s.sendConsultation(c, sub, kept)
}

// ownKey is pageKey for a reader of texts that nobody else sees: a page of their own.
func (s *Server) ownKey(c *fiber.Ctx, sub ui.Subject) (key string, ok bool, err error) {
	if key, ok = s.sharedKey(c, sub); !ok || c.Query("reply_to") != "" {
		return "", false, nil
	}
	own, err := s.svc.OwnTexts(c.UserContext(), actorOf(c), sub.C)
	return key + "\n" + own, err == nil, err
}

// keepOwn gives the reader's page of key, made by build unless it is the one that they
// were given last.
func (s *Server) keepOwn(c *fiber.Ctx, key string, build func() (made, error)) (p *page, err error) {
	who := actorOf(c).Author()
	at := strings.Join([]string{address(c), who.ParticipantID, who.Guest}, "\n")
	if own, ok := s.pages.own.GetIfPresent(at); ok && own.key == key {
		return own.page, nil
	}
	err = as(c, &visit{Actor: actorOf(c)}, func() error {
		m, err := build()
		if err != nil {
			return err
		}
		p, err = s.pages.makeOwn(c.UserContext(), m)
		return err
	})
	if err == nil {
		s.pages.own.Set(at, &ownPage{p, key})
	}
	return p, err
}
