package service

import (
	"context"
	"fmt"
	"strings"
	"time"

	"folkmoot/models"
	"folkmoot/models/markup"
)

// Anonymous is the name of an imported reply whose author's name shows nothing. It
// is part of what was taken in, as a name is, and so it is not translated.
const Anonymous = "Anonymous"

// ImportPost is one public post of another program with its comments.
type ImportPost struct {
	Source   string // "wordpress"
	SourceID string // of the post there; running it twice adds nothing
	Slug     string // "": made of the title
	Title    string
	Question string // "": the last question in the text, else the title
	BodyHTML string
	Language string
	Date     time.Time
	Ideas    []string // plain texts; become the organiser's ideas 1, 2, 3 …
	Replies  []ImportReply
}

// ImportReply is one comment.
type ImportReply struct {
	ID, Parent string // as there; Parent "" or "0": none
	Author     string
	BodyHTML   string
	Date       time.Time
	Approved   bool // was public there
	Orphan     bool // answers something that is not there
}

// Empty reports whether the comment has nothing to show, so that ImportPost leaves it out.
func (r ImportReply) Empty() bool { return !models.HasVisible(markup.FromHTMLText(r.BodyHTML)) }

// ImportPost adds a post as a draft with its comments as replies, of which those
// that were public are published by one decision. A reply to a comment that is
// not there, or was not public, hangs at the root and is marked as an orphan.
// Addresses are not taken over; names and texts stay as they were public, texts whole
// however long. added is false, and c the consultation that is
// there, if the same post was imported before. CodeConflict if the slug is taken.
func (s *Service) ImportPost(ctx context.Context, p ImportPost) (c models.Consultation, added bool, err error) {
	c, err = p.consultation(s.Now())
	if err != nil {
		return c, false, err
	}
	var ideas []models.Idea
	for n, text := range p.Ideas {
		if models.HasVisible(text) {
			ideas = append(ideas, importedIdea(c, p, n+1, text))
		}
	}
	replies := importedReplies(c, p)
	added, err = s.store.AddImport(ctx, c, ideas, replies, importDecision(c, replies))
	if err != nil {
		return models.Consultation{}, false, err
	}
	if added {
		c, err = s.store.Consultation(ctx, c.ID)
		return c, true, err
	}
	c, err = s.importedBefore(ctx, p)
	return c, false, err
}

// importedBefore finds the consultation of an earlier import.
func (s *Service) importedBefore(ctx context.Context, p ImportPost) (models.Consultation, error) {
	for after := ""; ; {
		list, next, err := s.store.Consultations(ctx, models.ConsultationFilter{After: after, Limit: 100})
		if err != nil {
			return models.Consultation{}, fmt.Errorf("look for the earlier import: %w", err)
		}
		for _, c := range list {
			if c.Source == p.Source && c.SourceID == p.SourceID {
				return c, nil
			}
		}
		if next == "" {
			return models.Consultation{}, models.Fail(models.CodeNotFound, "error.consultation.unknown")
		}
		after = next
	}
}

// consultation makes the draft. Dates and the sentences that the public is owed
// are left for the organiser.
func (p ImportPost) consultation(now time.Time) (models.Consultation, error) {
	var f form
	lang := strings.TrimSpace(p.Language)
	if !languageForm.MatchString(lang) || len(lang) > 35 {
		lang = "en"
	}
	html := markup.FromHTML(p.BodyHTML)
	title := cutAt(oneLine(p.Title), models.MaxTitle)
	slug := orElse(strings.TrimSpace(p.Slug), slugify(title))
	if !models.ValidSlug(slug) || reservedSlugs[slug] {
		f.add("slug", "error.staff.slug")
	}
	if !models.HasVisible(title) {
		title = slug
	}
	question := cutAt(oneLine(p.Question), models.MaxQuestion)
	if question == "" {
		question = orElse(lastQuestion(markup.Plain(html)), title)
	}
	created := models.Millis(p.Date)
	if created.IsZero() {
		created = now
	}
	return models.Consultation{
		ID: newID(), Slug: slug, State: models.StateDraft, Language: lang, TimeZone: DefaultZone,
		Texts: map[string]models.ConsultationText{lang: {
			Title: title, Question: question, BodyHTML: html,
			Body: models.CleanBody(markup.FromHTMLText(p.BodyHTML)),
		}},
		Settings: models.DefaultSettings(), CreatedAt: created, Source: p.Source, SourceID: p.SourceID,
	}, f.err()
}

// importedIdea makes an idea of a list item. One that is too long for a title has
// its first sentence, or clause, as title, and is kept whole beneath it.
func importedIdea(c models.Consultation, p ImportPost, number int, text string) models.Idea {
	text = oneLine(text)
	title, body := text, ""
	if models.Chars(text) > models.MaxTitle {
		title, body = titleOf(text), text
	}
	idea := organiserIdea(c, title, body)
	idea.Number, idea.Source, idea.SourceID = number, p.Source, fmt.Sprintf("%s-%d", p.SourceID, number)
	idea.CreatedAt, idea.PublishedAt = c.CreatedAt, c.CreatedAt
	return idea
}

// importDecision publishes what was public there.
func importDecision(c models.Consultation, replies []models.Reply) models.Decision {
	d := models.Decision{ConsultationID: c.ID, Action: models.ActionImport, ReasonSalt: newSalt()}
	for _, r := range replies {
		if r.Status == models.StatusPublished {
			d.Items = append(d.Items, models.DecisionItem{
				Item: r.Item(), Rev: r.Rev, From: models.StatusPending, To: models.StatusPublished,
				Digest: models.TextDigest(r.Salt, "", r.Body),
			})
		}
	}
	return d
}
