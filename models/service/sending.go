package service

import (
	"context"

	"folkmoot/models"
)

// Sent is what became of a text that somebody sent: it waits.
type Sent struct {
	Item      models.Item
	Reference string
	Token     string // of the private link, to show at once; "" when it goes by mail
	Mailed    bool   // the link goes to Address; whether today is not told (typing an address proves nothing)
	Address   string
}

// accepting returns the consultation of a slug and checks that it takes what the
// actor wants to do now. CodeNotFound, CodeClosed.
func (s *Service) accepting(ctx context.Context, actor models.Actor, slug string, what models.Act) (models.Consultation, error) {
	c, err := s.Consultation(ctx, actor, slug)
	if err != nil {
		return c, err
	}
	switch c.State {
	case models.StateDraft:
		return c, models.Fail(models.CodeClosed, "error.consultation.not_open")
	case models.StateWithdrawn:
		return c, models.Fail(models.CodeClosed, "error.consultation.withdrawn", "reason", c.StateReason)
	}
	return c, c.Accepts(what, s.Now())
}

// newContribution checks who sends a text and returns what a reply and an idea
// have in common, as pending. Somebody signed in appears under the name of the
// account; anybody else types a name, which may not be that of staff, and perhaps
// an address, which proves nothing (design: typing an address proves nothing).
func (s *Service) newContribution(ctx context.Context, f *form, actor models.Actor, c models.Consultation, name, email string) (models.Contribution, error) {
	by := models.Contribution{
		ID: newID(), ConsultationID: c.ID, Network: actor.Network, Reference: NewReference(),
		Channel: models.ChannelOnline, Language: orElse(actor.Language, c.Language),
		Status: models.StatusPending, Rev: 1, Salt: NewToken(), CreatedAt: s.Now(),
	}
	p := actor.Participant
	if p == nil {
		by.Guest, by.AuthorName = actor.Guest, f.name("name", name)
		by.Address = f.optionalAddress("email", email)
		by.AddressKey = keyOf(by.Address)
		return by, s.checkReserved(ctx, f, "name", by.AuthorName, "")
	}
	by.ParticipantID, by.StaffRole, by.AuthorName = p.ID, p.Staff(c.ID), p.Name
	if p.Name != "" {
		return by, nil
	}
	by.AuthorName = f.name("name", name)
	return by, s.checkReserved(ctx, f, "name", by.AuthorName, p.ID)
}

// sendJobs returns the messages that a text causes: to its author, and to the
// moderators whose queue stops being empty.
func (s *Service) sendJobs(ctx context.Context, c models.Consultation, item models.Item, by models.Contribution) ([]models.Job, error) {
	jobs, err := s.receivedJobs(ctx, c, item, by)
	if err != nil {
		return nil, err
	}
	queue, err := s.queueJobs(ctx, c, by.ParticipantID)
	return append(jobs, queue...), err
}

// sendOnce adds a text of which by is the contribution, with the messages that it causes,
// unless the same form has made one that waits.
func (s *Service) sendOnce(ctx context.Context, c models.Consultation, form sameForm, kind models.Kind, by *models.Contribution,
	add func(jobs []models.Job) error,
) (out Sent, err error) {
	_, err = s.addOnce(form, func(id string) error {
		by.ID = id
		item := models.Item{Kind: kind, ID: id}
		by.TokenHash = models.HashToken(s.contributionToken(item))
		jobs, err := s.sendJobs(ctx, c, item, *by)
		if err == nil {
			err = add(jobs)
		}
		out = s.sent(item, *by, jobs)
		return err
	}, func(id string) (bool, error) {
		first, same, err := s.unchanged(ctx, models.Item{Kind: kind, ID: id})
		out.Reference = first.Reference
		return same, err
	})
	if err != nil {
		return Sent{}, err
	}
	return out, nil
}

// sent says what became of a text with the jobs that the store took in. The link
// is shown only where nobody's address could be proved with it.
func (s *Service) sent(item models.Item, by models.Contribution, jobs []models.Job) Sent {
	out := Sent{Item: item, Reference: by.Reference}
	if len(jobs) > 0 && jobs[0].Kind == models.JobReceived {
		out.Mailed, out.Address = true, orElse(by.Address, jobs[0].Recipient)
		return out
	}
	out.Token = s.contributionToken(item)
	return out
}
