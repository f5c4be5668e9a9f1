package service

import (
	"context"
	"fmt"

	"folkmoot/models"
)

// recipient is where a message goes.
type recipient struct {
	Address     string // "": nowhere
	Language    string
	Unconfirmed bool // typed by somebody who may not hold it
	PerDay      int  // how many messages its mailbox gets in a day then
	Account     bool // it is the address stored with an account
}

// job makes a message to r with alternating argument names and values.
func (r recipient) job(kind models.JobKind, args ...string) models.Job {
	m := make(map[string]string, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		m[args[i]] = args[i+1]
	}
	return models.Job{
		ID: newID(), Kind: kind, Language: r.Language, Recipient: r.Address,
		Args: m, Unconfirmed: r.Unconfirmed, Mailbox: MailboxKey(r.Address), PerDay: r.PerDay,
	}
}

// guestAt returns the recipient for an address that somebody typed: mail goes to
// the address stored with its account, if it has one (design: one voice).
func (s *Service) guestAt(ctx context.Context, address, language string) (recipient, error) {
	v, err := s.settings(ctx)
	if err != nil {
		return recipient{}, err
	}
	to := recipient{Address: address, Language: language, Unconfirmed: true, PerDay: v.Limits.MailMailbox}
	p, err := s.accountAt(ctx, address)
	if p != nil {
		to.Address, to.Language, to.Account = p.Address, orElse(p.Language, language), true
	}
	return to, err
}

// accountAt finds the account of an address; nil, nil if there is none.
func (s *Service) accountAt(ctx context.Context, address string) (*models.Participant, error) {
	p, err := s.store.ParticipantByAddress(ctx, AddressKey(address))
	if models.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for an account: %w", err)
	}
	return &p, nil
}

// authorOf returns where news of a contribution goes: its author's account, else
// the address typed with it, else nowhere.
func (s *Service) authorOf(ctx context.Context, c models.Contribution) (recipient, error) {
	if c.ParticipantID == "" {
		if c.Address == "" {
			return recipient{}, nil
		}
		return s.guestAt(ctx, c.Address, c.Language)
	}
	p, err := s.store.Participant(ctx, c.ParticipantID)
	if models.IsNotFound(err) {
		return recipient{}, nil
	}
	if err != nil {
		return recipient{}, fmt.Errorf("find the author: %w", err)
	}
	return recipient{Address: p.Address, Language: orElse(p.Language, c.Language)}, nil
}

// receivedJobs returns the message that tells the author that the text came in,
// with the private link. There are none when there is nowhere to write to.
func (s *Service) receivedJobs(ctx context.Context, c models.Consultation, item models.Item, by models.Contribution) ([]models.Job, error) {
	to, err := s.authorOf(ctx, by)
	if err != nil || to.Address == "" {
		return nil, err
	}
	job := to.job(
		models.JobReceived,
		"token", s.contributionToken(item), "reference", by.Reference,
		"slug", c.Slug, "title", c.Text(to.Language).Title,
	)
	job.Topic = s.topic("text", item.String())
	return []models.Job{job}, nil
}

// topic returns what a message is about, so that one that waits is not followed by another
// but replaced. It tells nobody what that is. Who asks is part of what is asked for: nobody
// replaces a message that another browser has asked for.
func (s *Service) topic(kind, what string) string { return s.Keyed("topic", kind+" "+what) }

// askedBy names who asks for a link: an account, a browser, or else a network.
func askedBy(actor models.Actor) string {
	return orElse(actor.ID(), orElse(actor.Guest, actor.Network))
}

// queueJobs returns the messages to the moderators of c whose queue stops being empty: each
// at most once a day, because the job's id holds the date and a job that is
// there already is ignored. Who wrote the text is not told, nor who has work anyway.
func (s *Service) queueJobs(ctx context.Context, c models.Consultation, authorID string) ([]models.Job, error) {
	if busy, err := s.queued(ctx, models.QueueFilter{ConsultationIDs: []string{c.ID}}); err != nil || busy {
		return nil, err
	}
	var jobs []models.Job
	for after := ""; ; {
		staff, next, err := s.store.Participants(ctx, true, after, 200)
		if err != nil {
			return nil, fmt.Errorf("find the moderators: %w", err)
		}
		for _, p := range staff {
			job, wanted, err := s.queueJob(ctx, c, p)
			if err != nil {
				return nil, err
			}
			if wanted && p.ID != authorID {
				jobs = append(jobs, job)
			}
		}
		if next == "" {
			return jobs, nil
		}
		after = next
	}
}

// queueJob returns the message to one member of staff, if they moderate c and
// their whole queue is empty.
func (s *Service) queueJob(ctx context.Context, c models.Consultation, p models.Participant) (models.Job, bool, error) {
	if !p.Has(models.RoleModerator, c.ID) {
		return models.Job{}, false, nil
	}
	scope, all := p.Scope(models.RoleModerator)
	if all {
		scope = nil
	}
	drafts, err := s.otherDrafts(ctx, models.Actor{Participant: &p})
	if err != nil {
		return models.Job{}, false, err
	}
	if busy, err := s.queued(ctx, models.QueueFilter{ConsultationIDs: scope, Except: drafts}); err != nil || busy {
		return models.Job{}, false, err
	}
	to := recipient{Address: p.Address, Language: orElse(p.Language, c.Language)}
	job := to.job(models.JobQueue, "slug", c.Slug, "title", c.Text(to.Language).Title)
	job.ID = "queue-" + p.ID + "-" + s.Now().Format("2006-01-02")
	return job, true, nil
}

// queued reports whether anything is in the queue.
func (s *Service) queued(ctx context.Context, f models.QueueFilter) (bool, error) {
	some, err := s.store.Queued(ctx, f)
	if err != nil {
		return false, fmt.Errorf("look into the queue: %w", err)
	}
	return some, nil
}

func orElse(s, fallback string) string {
	if s != "" {
		return s
	}
	return fallback
}
