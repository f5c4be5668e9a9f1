package service

import (
	"context"
	"strconv"

	"folkmoot/models"
	"folkmoot/models/markup"
)

// AddOrganiserIdea adds an idea of the organiser's own: at once published, with
// the next number, while the consultation is a draft or open. The same one sent again is the
// first.
func (s *Service) AddOrganiserIdea(ctx context.Context, actor models.Actor, slug, title, body string) (models.Idea, error) {
	c, err := s.forStaff(ctx, actor, models.MayOrganise, slug)
	if err != nil {
		return models.Idea{}, err
	}
	var f form
	title, body = f.title(title), f.text("body", body, models.MaxText)
	if err := f.err(); err != nil {
		return models.Idea{}, err
	}
	idea := organiserIdea(c, title, body)
	idea.ParticipantID, idea.AuthorName = actor.ID(), actor.Participant.Name
	var kept models.Idea
	_, err = s.addOnce(formOf("organiser's idea", actor, c.ID, title, body), func(id string) (err error) {
		idea.ID = id
		kept, err = s.store.AddOrganiserIdea(ctx, idea, onIdea(actor, models.AuditIdeaAdded, c, idea.ID))
		return err
	}, func(id string) (bool, error) {
		first, same, err := s.unchanged(ctx, models.Item{Kind: models.KindIdea, ID: id})
		if same {
			kept = first.Text.(models.Idea)
		}
		return same, err
	})
	return kept, err
}

// organiserIdea makes an idea of the organiser's, in the consultation's language.
func organiserIdea(c models.Consultation, title, body string) models.Idea {
	i := models.Idea{
		Contribution: models.Contribution{
			ID: newID(), ConsultationID: c.ID, StaffRole: models.RoleOrganiser, Channel: models.ChannelOnline,
			Language: c.Language, Status: models.StatusPublished, Rev: 1, Salt: newSalt(),
		},
		Organiser: true,
	}
	setWords(&i, title, body)
	return i
}

// setWords sets the words of an organiser's idea in its language.
func setWords(i *models.Idea, title, body string) {
	html := ""
	if body != "" {
		html = markup.Public(body)
	}
	i.Title, i.Body, i.BodyHTML = title, body, html
	i.Texts = map[string]models.IdeaText{i.Language: {Title: title, Body: body, BodyHTML: html}}
}

// DraftIdea returns one of the organiser's ideas of a draft. CodeNotFound; CodeConflict
// (error.consultation.not_draft) once the consultation is no draft any more.
func (s *Service) DraftIdea(ctx context.Context, actor models.Actor, slug, ideaID string) (models.Consultation, models.Idea, error) {
	c, err := s.forStaff(ctx, actor, models.MayOrganise, slug)
	if err != nil {
		return c, models.Idea{}, err
	}
	if c.State != models.StateDraft {
		return c, models.Idea{}, models.Fail(models.CodeConflict, "error.consultation.not_draft")
	}
	i, err := s.store.IdeaByID(ctx, ideaID)
	if err == nil && (i.ConsultationID != c.ID || !i.Organiser || i.Number == 0) {
		err = models.Fail(models.CodeNotFound, "error.idea.unknown")
	}
	return c, i, err
}

// EditOrganiserIdea replaces the words of one of the organiser's ideas of a draft. rev is
// that of the idea as it was read. A body that was imported and stays as it is may be
// longer than people may type. The refusals are those of DraftIdea, CodeInvalid with the
// fields, and CodeConflict (error.idea.changed) if it changed since.
func (s *Service) EditOrganiserIdea(ctx context.Context, actor models.Actor, slug, ideaID string, rev int64, title, body string) error {
	c, i, err := s.DraftIdea(ctx, actor, slug, ideaID)
	if err != nil {
		return err
	}
	var f form
	title, body = f.title(title), f.text("body", body, max(models.MaxText, models.Chars(i.Body)))
	if err := f.err(); err != nil {
		return err
	}
	if rev == i.Rev && title == i.Title && body == i.Body {
		return nil
	}
	i.Rev = rev
	setWords(&i, title, body)
	_, err = s.store.EditDraftIdea(ctx, i, onIdea(actor, models.AuditIdeaEdited, c, i.ID))
	return err
}

// MoveOrganiserIdea gives an idea of a draft another number, from 1 to that of the last
// idea; those in between move up or down by one. CodeInvalid (error.idea.place) for a number
// below 1; CodeNotFound; CodeConflict once the consultation is no draft any more.
func (s *Service) MoveOrganiserIdea(ctx context.Context, actor models.Actor, slug, ideaID string, to int) error {
	c, err := s.forStaff(ctx, actor, models.MayOrganise, slug)
	if err != nil {
		return err
	}
	if to < 1 {
		return models.Fail(models.CodeInvalid, "error.idea.place")
	}
	by := onIdea(actor, models.AuditIdeaMoved, c, ideaID).With("number", strconv.Itoa(to))
	return s.store.MoveDraftIdea(ctx, c.ID, ideaID, to, by)
}

// RemoveOrganiserIdea takes one of the organiser's ideas out of a draft; the
// later ones move up. CodeConflict once the consultation is no draft any more.
func (s *Service) RemoveOrganiserIdea(ctx context.Context, actor models.Actor, slug, ideaID string) error {
	c, err := s.forStaff(ctx, actor, models.MayOrganise, slug)
	if err != nil {
		return err
	}
	return s.store.RemoveDraftIdea(ctx, c.ID, ideaID, onIdea(actor, models.AuditIdeaRemoved, c, ideaID))
}
