package storetest

import (
	"slices"
	"time"

	"folkmoot/models"
)

func interruptJoin(e *env) attempt {
	c, p := e.open(), e.newPerson(e.id())
	return attempt{
		c, func(s models.Store) error {
			_, err := s.EnsureParticipant(e.ctx, p, Entry(models.AuditRoleGranted))
			return err
		},
		func() bool {
			_, byID := e.store.Participant(e.ctx, p.ID)
			_, byAddress := e.store.ParticipantByAddress(e.ctx, p.AddressKey)
			return e.allOrNothing(map[string]bool{"by id": e.there(byID), "by address": e.there(byAddress)})
		},
	}
}

func interruptGrant(e *env) attempt {
	c := e.open("Markets", "Alms")
	p, grant := e.person(e.id()), models.Grant{Role: models.RoleModerator, ConsultationID: c.ID}
	for _, i := range e.ideas(c) {
		e.vote(i, p, models.ChoiceAgree)
	}
	asked := p
	asked.Grants = []models.Grant{grant}
	return attempt{
		c, func(s models.Store) error {
			_, err := s.EnsureParticipant(e.ctx, asked, Entry(models.AuditRoleGranted))
			return err
		},
		func() bool {
			got := must(e.store.Participant(e.ctx, p.ID))(e)
			return e.allOrNothing(map[string]bool{
				"role": slices.Contains(got.Grants, grant), "number": got.Number > 0,
				"votes": len(must(e.store.OwnVotes(e.ctx, c.ID, p.ID))(e)) == 0,
			})
		},
	}
}

func interruptRevoke(e *env) attempt {
	c, admin := e.open(), everywhere(models.RoleAdmin)
	e.person("Root", admin)
	name := e.id()
	p, l := e.person(name, admin), e.newLink(name)
	l.Grant = &admin
	l.ExpiresAt = e.now().Add(day)
	e.ok(e.store.AddHandLink(e.ctx, l, Entry(models.AuditLinkMade)))
	e.clock.Add(time.Second)
	return attempt{
		c, func(s models.Store) error { return s.RevokeGrant(e.ctx, p.ID, admin, Entry(models.AuditRoleRevoked)) },
		func() bool {
			link := must(e.store.Link(e.ctx, l.TokenHash))(e)
			return e.allOrNothing(map[string]bool{
				"role":  len(must(e.store.Participant(e.ctx, p.ID))(e).Grants) == 0,
				"staff": !slices.Contains(e.peoplePage(true, 50, nil), p.ID), "link": link.CheckUse(e.now()) != nil,
			})
		},
	}
}

func interruptLink(e *env) attempt {
	c, l := e.open(), e.newLink(e.id())
	l.ExpiresAt = e.now().Add(day)
	j := e.unconfirmed(l.Name)
	j.Kind, j.LinkID = models.JobSignIn, l.ID
	return attempt{
		c, func(s models.Store) error { return s.AddLink(e.ctx, l, []models.Job{j}) },
		func() bool {
			_, err := e.store.Link(e.ctx, l.TokenHash)
			return e.allOrNothing(map[string]bool{"link": e.there(err), "job": e.wait(j)})
		},
	}
}

func interruptUse(e *env) attempt {
	c, l := e.open(), e.newLink(e.id())
	l.ExpiresAt = e.now().Add(day)
	e.ok(e.store.AddLink(e.ctx, l, nil))
	return e.using(c, l)
}

// using is an attempt to use a link of an address which has a reply and, deferred, a message.
func (e *env) using(c models.Consultation, l models.Link) attempt {
	r := e.newReply(c)
	r.AddressKey, r.Address = l.AddressKey, l.Address
	r = e.pending(r)
	for range models.UnconfirmedMost + 1 {
		e.enqueue(c, e.unconfirmed(l.Name))
	}
	use := e.linkUse(l.TokenHash)
	return attempt{
		c, func(s models.Store) error {
			_, err := s.UseLink(e.ctx, use)
			return err
		},
		func() bool {
			_, byAddress := e.store.ParticipantByAddress(e.ctx, l.AddressKey)
			_, _, session := e.store.Session(e.ctx, use.Session.TokenHash)
			deferred := slices.ContainsFunc(e.waitingJobs(), func(j models.Job) bool { return j.Recipient == l.Address && j.Deferred })
			return e.allOrNothing(map[string]bool{
				"used": !must(e.store.Link(e.ctx, l.TokenHash))(e).UsedAt.IsZero(), "account": e.there(byAddress),
				"session": e.there(session), "taken over": e.reply(r.ID).ParticipantID == use.NewID, "released": !deferred,
			})
		},
	}
}

func interruptBallot(e *env) attempt {
	c := e.open("Markets", "Alms")
	name := e.id()
	l, spent := e.ballot(c, name, e.chosen(c, models.ChoiceAgree)...), e.ballot(c, name, e.chosen(c, models.ChoiceAgree)[:1]...)
	a := e.using(c, l)
	used := a.done
	a.done = func() bool {
		ideas := e.ideas(c)
		return e.allOrNothing(map[string]bool{
			"the link": used(), "first": ideas[0].Tally.Agree == 1, "second": ideas[1].Tally.Agree == 1,
			"voters": e.reload(c).VoterCount == 1, "spent": !must(e.store.Link(e.ctx, spent.TokenHash))(e).UsedAt.IsZero(),
			"none waits": must(e.store.UnconfirmedVotes(e.ctx, c.ID))(e) == 0,
		})
	}
	return a
}

func interruptRemind(e *env) attempt {
	c := e.open("Markets")
	e.remind() // those of earlier attempts
	l := e.ballot(c, e.id(), e.chosen(c, models.ChoiceAgree)...)
	e.clock.Add(models.ReminderAfter + time.Second)
	job := e.newMessage(l.Name)
	job.LinkID = l.ID
	return attempt{
		c, func(s models.Store) error {
			_, err := s.RemindBallots(e.ctx, func(models.Link) (string, models.Job) {
				return models.HashToken("reminder " + l.ID), job
			})
			return err
		},
		func() bool {
			got := must(e.store.Link(e.ctx, l.TokenHash))(e)
			return e.allOrNothing(map[string]bool{"reminded": !got.RemindedAt.IsZero(), "token": got.TokenHash2 != "", "job": e.wait(job)})
		},
	}
}
