package storetest

import (
	"slices"
	"sync"
	"time"

	"folkmoot/models"
)

// interruptedWrites are the writes of models.Store that take more than one step.
var interruptedWrites = []interruptedWrite{
	{"a new consultation", interruptAdd},
	{"an edit of a consultation", interruptEdit},
	{"a move of a consultation", interruptMove},
	{"a suggested idea", interruptIdea},
	{"an organiser's idea", interruptOrganisersIdea},
	{"an edited idea", interruptEditIdea},
	{"an idea taken out of a draft", interruptRemove},
	{"an idea moved in a draft", interruptMoveIdea},
	{"a reply", interruptReply},
	{"an edited reply", interruptEditReply},
	{"a first vote", interruptVote},
	{"a vote on one more idea", interruptAnother},
	{"a vote of somebody who has taken back all others", interruptReturn},
	{"a changed vote", interruptChange},
	{"a vote taken back", interruptTakeBack},
	{"a decision on several items", interruptDecide},
	{"a report", interruptReport},
	{"a new account", interruptJoin},
	{"a role given", interruptGrant},
	{"a role taken away", interruptRevoke},
	{"a link and its message", interruptLink},
	{"a link used to sign in", interruptUse},
	{"a ballot used", interruptBallot},
	{"a reminder of a ballot", interruptRemind},
	{"jobs claimed", interruptClaim},
	{"jobs released", interruptRelease},
	{"a seal", interruptSeal},
	{"the last answer of the board", interruptAnswer},
	{"an import", interruptImport},
	{"an act of staff and its entry", interruptAudited},
}

// allOrNothing reports whether a write has happened, and fails the test if only half of it
// has.
func (e *env) allOrNothing(parts map[string]bool) bool {
	e.Helper()
	first, seen := false, false
	for _, done := range parts {
		if seen && done != first {
			e.Errorf("half of it has happened: %v", parts)
		}
		first, seen = done, true
	}
	return first
}

// there reports whether something was found.
func (e *env) there(err error) bool {
	e.Helper()
	if err != nil && !models.IsNotFound(err) {
		e.ok(err)
	}
	return err == nil
}

// wait reports whether all of the jobs wait, and fails the test if only some do.
func (e *env) wait(jobs ...models.Job) bool {
	e.Helper()
	parts, waiting := map[string]bool{}, e.waiting()
	for _, j := range jobs {
		parts[j.ID] = slices.Contains(waiting, j.ID)
	}
	return e.allOrNothing(parts)
}

// messages makes a job of each sort to somebody new.
func (e *env) messages() []models.Job {
	return []models.Job{e.newMessage(e.id()), e.unconfirmed(e.id())}
}

// worded returns a reply with a word of its own.
func (e *env) worded(r models.Reply) models.Reply {
	r.Body = ownWord(r.ID)
	return r
}

func (e *env) wordedIdea(i models.Idea) models.Idea {
	i.Body = ownWord(i.ID)
	return i
}

func interruptAdd(e *env) attempt {
	c := e.newConsultation()
	ideas := []models.Idea{e.wordedIdea(e.newOrganiserIdea(c, "First")), e.wordedIdea(e.newOrganiserIdea(c, "Second"))}
	return attempt{
		c, func(s models.Store) error {
			return s.AddConsultation(e.ctx, c, ideas, Entry(models.AuditConsultationAdded))
		},
		func() bool {
			_, byID := e.store.Consultation(e.ctx, c.ID)
			_, bySlug := e.store.ConsultationBySlug(e.ctx, c.Slug)
			_, first := e.store.IdeaByID(e.ctx, ideas[0].ID)
			_, second := e.store.Idea(e.ctx, c.ID, 2)
			return e.allOrNothing(map[string]bool{
				"by id": e.there(byID), "by slug": e.there(bySlug), "first": e.there(first), "second": e.there(second),
			})
		},
	}
}

func interruptEdit(e *env) attempt {
	c := e.draft("Markets")
	next := c
	next.Slug = "moved-" + c.ID
	next.Texts = map[string]models.ConsultationText{"en": {Title: ownWord(c.ID)}}
	revisions := []models.ConsultationRevision{{ID: e.id(), ConsultationID: c.ID, Reason: "one"}, {ID: e.id(), ConsultationID: c.ID, Reason: "two"}}
	return attempt{
		c, func(s models.Store) error {
			_, err := s.EditConsultation(e.ctx, next, revisions, Entry(models.AuditConsultationEdited))
			return err
		},
		func() bool {
			_, before := e.store.ConsultationBySlug(e.ctx, c.Slug)
			_, after := e.store.ConsultationBySlug(e.ctx, next.Slug)
			kept := len(must(e.store.ConsultationRevisions(e.ctx, c.ID))(e))
			return e.allOrNothing(map[string]bool{
				"the old slug is free": !e.there(before), "the new one is taken": e.there(after),
				"title": e.reload(c).Texts["en"].Title == ownWord(c.ID), "revisions": kept > 0, "all of them": kept == 2,
			})
		},
	}
}

func interruptMove(e *env) attempt {
	c := e.draft("Markets")
	next := c
	next.State, next.StateReason = models.StateOpen, "Ready"
	return attempt{
		c, func(s models.Store) error {
			_, err := s.MoveConsultation(e.ctx, next, Entry(models.AuditConsultationOpened))
			return err
		},
		func() bool {
			got := e.reload(c)
			return e.allOrNothing(map[string]bool{"state": got.State == models.StateOpen, "reason": got.StateReason == "Ready", "rev": got.Rev > c.Rev})
		},
	}
}

func interruptIdea(e *env) attempt {
	c := e.open()
	i, jobs := e.wordedIdea(e.newIdea(c, "Alms")), e.messages()
	return e.arrival(c, i.ID, jobs, func(s models.Store) error {
		_, err := s.AddIdea(e.ctx, i, jobs)
		return err
	})
}

func interruptOrganisersIdea(e *env) attempt {
	c := e.open("Markets")
	i := e.wordedIdea(e.newOrganiserIdea(c, "Alms"))
	return e.arrival(c, i.ID, nil, func(s models.Store) error {
		_, err := s.AddOrganiserIdea(e.ctx, i, Entry(models.AuditIdeaAdded))
		return err
	})
}

// arrival is an attempt to add an item with jobs.
func (e *env) arrival(c models.Consultation, id string, jobs []models.Job, call func(s models.Store) error) attempt {
	return attempt{c, call, func() bool {
		there := slices.ContainsFunc(e.items(c), func(a models.VerifyItem) bool { return a.Item.ID == id })
		if len(jobs) == 0 {
			return there
		}
		return e.allOrNothing(map[string]bool{"item": there, "jobs": e.wait(jobs...)})
	}}
}

func interruptEditIdea(e *env) attempt {
	c := e.open()
	i := e.pendingIdea(c, "Alms")
	i.Title = "Fewer alms"
	return attempt{
		c, func(s models.Store) error {
			_, err := s.EditIdea(e.ctx, i)
			return err
		},
		func() bool {
			got := must(e.store.IdeaByID(e.ctx, i.ID))(e)
			return e.allOrNothing(map[string]bool{
				"title": got.Title == i.Title, "rev": got.Rev > i.Rev,
				"wordings": len(must(e.store.TextRevisions(e.ctx, i.Item()))(e)) == 1,
			})
		},
	}
}

func interruptRemove(e *env) attempt {
	c := e.draft("First", "Second", "Third")
	gone, last := e.ideas(c)[1], e.ideas(c)[2]
	return attempt{
		c, func(s models.Store) error {
			if err := s.RemoveDraftIdea(e.ctx, c.ID, gone.ID, Entry(models.AuditIdeaRemoved)); !models.IsNotFound(err) {
				return err
			}
			return nil // sent again
		},
		func() bool {
			_, err := e.store.IdeaByID(e.ctx, gone.ID)
			return e.allOrNothing(map[string]bool{"gone": !e.there(err), "closed up": e.number(last) == 2, "count": e.reload(c).IdeaCount == 2})
		},
	}
}

func interruptMoveIdea(e *env) attempt {
	c := e.draft("First", "Second", "Third")
	first, last := e.ideas(c)[0], e.ideas(c)[2]
	return attempt{
		c, func(s models.Store) error {
			return s.MoveDraftIdea(e.ctx, c.ID, last.ID, 1, Entry(models.AuditIdeaMoved))
		},
		func() bool {
			return e.allOrNothing(map[string]bool{"moved": e.number(last) == 1, "made room": e.number(first) == 2})
		},
	}
}

func interruptReply(e *env) attempt {
	c := e.open("Markets")
	root := e.newReply(c)
	root.IdeaID = e.ideas(c)[0].ID
	r, jobs := e.worded(e.answerTo(e.published(root))), e.messages()
	return e.arrival(c, r.ID, jobs, func(s models.Store) error {
		_, err := s.AddReply(e.ctx, r, jobs)
		return err
	})
}

func interruptEditReply(e *env) attempt {
	c := e.open()
	r := e.pending(e.newReply(c))
	r.Body = "Better said"
	return attempt{
		c, func(s models.Store) error {
			_, err := s.EditReply(e.ctx, r)
			return err
		},
		func() bool {
			got := e.reply(r.ID)
			return e.allOrNothing(map[string]bool{
				"body": got.Body == r.Body, "rev": got.Rev > r.Rev,
				"wordings": len(must(e.store.TextRevisions(e.ctx, r.Item()))(e)) == 1,
			})
		},
	}
}

func interruptVote(e *env) attempt {
	c := e.open("Markets")
	return e.voting(c, newVote(e.ideas(c)[0], e.person(e.id()), models.ChoiceAgree))
}

func interruptAnother(e *env) attempt {
	c := e.open("Markets", "Alms")
	p := e.person(e.id())
	e.vote(e.ideas(c)[0], p, models.ChoicePass)
	return e.voting(e.reload(c), newVote(e.ideas(c)[1], p, models.ChoiceAgree))
}

func interruptReturn(e *env) attempt {
	c := e.open("Markets", "Alms")
	p := e.person(e.id())
	e.vote(e.ideas(c)[0], p, models.ChoicePass)
	e.vote(e.ideas(c)[0], p, models.ChoiceNone)
	return e.voting(e.reload(c), newVote(e.ideas(c)[1], p, models.ChoiceAgree))
}

func interruptChange(e *env) attempt {
	c := e.open("Markets")
	i, p := e.ideas(c)[0], e.person(e.id())
	e.vote(i, e.person(e.id()), models.ChoiceAgree)
	e.vote(i, p, models.ChoiceAgree)
	return e.voting(e.reload(c), newVote(i, p, models.ChoiceDisagree))
}

func interruptTakeBack(e *env) attempt {
	c := e.open("Markets", "Alms")
	i, p := e.ideas(c)[0], e.person(e.id())
	e.vote(i, p, models.ChoiceAgree)
	return e.voting(e.reload(c), newVote(i, p, models.ChoiceNone))
}

// voting is an attempt to cast v; whole sees to what is counted.
func (e *env) voting(c models.Consultation, v models.Vote) attempt {
	return attempt{
		c, func(s models.Store) error {
			_, _, err := s.PutVote(e.ctx, v)
			return err
		},
		func() bool {
			cast := slices.ContainsFunc(e.votes(c), func(w models.Vote) bool {
				return w.ParticipantID == v.ParticipantID && w.Choice == v.Choice
			})
			return e.allOrNothing(map[string]bool{"entry": cast, "sequence": e.reload(c).VoteSeq > c.VoteSeq})
		},
	}
}

func interruptDecide(e *env) attempt {
	c := e.open("Markets")
	inIdea := e.worded(e.newReply(c))
	inIdea.IdeaID = e.ideas(c)[0].ID
	r, i, gone := e.pending(inIdea), must(e.store.AddIdea(e.ctx, e.wordedIdea(e.newIdea(c, "Alms")), nil))(e), e.published(e.worded(e.newReply(c)))
	e.ok(e.store.AddReport(e.ctx, e.newReport(gone.Item(), c), nil))
	d, jobs := e.decision(models.ActionPublish, r.Item(), i.Item()), e.messages()
	d.Items = append(d.Items, e.decision(models.ActionRemove, gone.Item()).Items...)
	before := e.reload(c).ChainLength
	return attempt{
		c, func(s models.Store) error {
			_, err := s.Decide(e.ctx, d, jobs)
			return err
		},
		func() bool {
			return e.allOrNothing(map[string]bool{
				"chain": e.reload(c).ChainLength == before+1, "reply": e.reply(r.ID).Status == models.StatusPublished,
				"idea": e.number(i) == 2, "removed": e.reply(gone.ID).Status == models.StatusRemoved, "jobs": e.wait(jobs...),
			})
		},
	}
}

func interruptReport(e *env) attempt {
	c := e.open()
	r := e.published(e.newReply(c))
	report, jobs := e.newReport(r.Item(), c), e.messages()
	return attempt{
		c, func(s models.Store) error { return s.AddReport(e.ctx, report, jobs) },
		func() bool {
			queue := e.queue(models.QueueFilter{ConsultationIDs: []string{c.ID}})
			reports := must(e.store.QueueEntry(e.ctx, r.Item()))(e).Reports
			return e.allOrNothing(map[string]bool{"queue": len(queue) == 1, "report": len(reports) == 1, "jobs": e.wait(jobs...)})
		},
	}
}

func interruptImport(e *env) attempt {
	in := e.newImport()
	in.c.SourceID = in.c.ID
	for n := range in.replies {
		in.replies[n] = e.worded(in.replies[n])
		if n < len(in.decision.Items) {
			in.decision.Items[n].Digest = models.TextDigest(in.replies[n].Salt, "", in.replies[n].Body)
		}
	}
	return attempt{
		in.c, func(s models.Store) error {
			_, err := s.AddImport(e.ctx, in.c, in.ideas, in.replies, in.decision)
			return err
		},
		func() bool {
			_, there := e.store.Consultation(e.ctx, in.c.ID)
			_, idea := e.store.IdeaByID(e.ctx, in.ideas[1].ID)
			_, reply := e.store.Reply(e.ctx, in.replies[4].ID)
			_, decision := e.store.Decision(e.ctx, in.c.ID, 1)
			return e.allOrNothing(map[string]bool{
				"consultation": e.there(there), "idea": e.there(idea), "reply": e.there(reply), "decision": e.there(decision),
			})
		},
	}
}

func interruptSeal(e *env) attempt {
	c := e.closed()
	version, fence := e.newSealed(c, 1), c.Fence()
	return attempt{
		c, func(s models.Store) error { return s.Seal(e.ctx, version, fence, Entry(models.AuditSealed)) },
		func() bool {
			_, last := e.store.Sealed(e.ctx, c.ID)
			full, file := e.store.SealedFile(e.ctx, c.ID, true)
			return e.allOrNothing(map[string]bool{
				"version": e.there(last), "file": e.there(file), "all of it": len(full.Full) == len(version.Full),
				"state": e.reload(c).State == models.StateSealed,
			})
		},
	}
}

func interruptAnswer(e *env) attempt {
	c, ideas := e.sealed()
	e.answer(ideas[0], models.ResponseAdopt, []string{ideas[0].ID, ideas[1].ID})
	last, jobs := e.newResponse(ideas[1], models.ResponseDecline), e.messages()
	last.PublishedBy, last.PublishedAt = "board", e.now()
	return attempt{
		c, func(s models.Store) error {
			return s.PutResponse(e.ctx, last, []string{ideas[0].ID, ideas[1].ID}, jobs, Entry(models.AuditResponsePublished))
		},
		func() bool {
			_, response := must(e.store.Responses(e.ctx, c.ID))(e)[ideas[1].ID]
			return e.allOrNothing(map[string]bool{
				"response": response, "shown": e.ideas(c)[1].Response != nil, "state": e.reload(c).State == models.StateAnswered,
				"jobs": e.wait(jobs...),
			})
		},
	}
}

func interruptClaim(e *env) attempt {
	c := e.open()
	e.clock.Add(2 * time.Minute)
	e.drain() // those of earlier attempts, whose leases have ended
	jobs := []models.Job{e.newMessage(e.id()), e.newMessage(e.id())}
	e.enqueue(c, jobs...)
	var mu sync.Mutex
	claimed := map[string]bool{}
	return attempt{
		c, func(s models.Store) error {
			got, err := s.ClaimJobs(e.ctx, 5, time.Minute) // shorter than until the next program looks
			mu.Lock()
			defer mu.Unlock()
			for _, j := range got {
				claimed[j.ID] = true
			}
			return err
		},
		func() bool { return claimed[jobs[0].ID] && claimed[jobs[1].ID] },
	}
}

func interruptRelease(e *env) attempt {
	c := e.open()
	jobs := []models.Job{e.newMessage(e.id()), e.newMessage(e.id())}
	for n := range jobs {
		jobs[n].NotBefore = e.now().Add(day)
	}
	e.enqueue(c, jobs...)
	return attempt{
		c, func(s models.Store) error { return s.ReleaseJobs(e.ctx) },
		func() bool {
			due := 0
			for _, j := range e.waitingJobs() {
				if !j.NotBefore.After(e.now()) && (j.ID == jobs[0].ID || j.ID == jobs[1].ID) {
					due++
				}
			}
			return due == 2
		},
	}
}
