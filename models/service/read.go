package service

import (
	"context"
	"slices"
	"strings"
	"time"

	"folkmoot/models"
)

// Lists are the consultations of the front page.
type Lists struct {
	Open, Coming, Past []models.Consultation
	NextPast           string // signed cursor of the next page of past ones, "" at the end
	Unused             bool   // the site has neither a consultation nor a participant yet
}

const pastPage = 20

// Home lists the consultations that are open (or paused), those announced, and
// the past ones, whose first page begins with those that are being counted.
// After is the NextPast of the page before. CodeInvalid for another cursor.
func (s *Service) Home(ctx context.Context, after string) (Lists, error) {
	cursor, err := s.openCursor("past cursor", after)
	if err != nil {
		return Lists{}, err
	}
	current, err := s.current(ctx)
	if err != nil {
		return Lists{}, err
	}
	var l Lists
	now := s.Now()
	for _, c := range current {
		switch {
		case c.Coming(now):
			l.Coming = append(l.Coming, c)
		case c.StateAt(now) != models.StateCounting:
			l.Open = append(l.Open, c)
		case cursor == "":
			l.Past = append(l.Past, c)
		}
	}
	past, next, err := s.store.Consultations(ctx, models.ConsultationFilter{
		States: []models.State{models.StateSealed, models.StateAnswered, models.StateWithdrawn},
		After:  cursor, Limit: pastPage,
	})
	if next != "" {
		l.NextPast = s.Sign("past cursor", next)
	}
	l.Past = append(l.Past, past...)
	if err != nil {
		return l, err
	}
	l.Unused, err = s.store.Empty(ctx)
	return l, err
}

// current returns the consultations that are open, paused or being counted.
func (s *Service) current(ctx context.Context) (all []models.Consultation, err error) {
	f := models.ConsultationFilter{
		States: []models.State{models.StateOpen, models.StatePaused, models.StateCounting}, Limit: 100,
	}
	for {
		page, next, err := s.store.Consultations(ctx, f)
		all = append(all, page...)
		if err != nil || next == "" {
			return all, err
		}
		f.After = next
	}
}

// IssuedIdeasCursor and IssuedThreadCursor report whether a cursor of such a list is one
// that this site issued, for whichever consultation.
func (s *Service) IssuedIdeasCursor(cursor string) bool {
	_, ok := s.Unsign(ideasCursor, cursor)
	return ok
}

// IssuedThreadCursor is as IssuedIdeasCursor.
func (s *Service) IssuedThreadCursor(cursor string) bool {
	_, ok := s.Unsign(threadCursor, cursor)
	return ok
}

// openCursor reads a cursor signed for a purpose; "" is the start. CodeInvalid.
func (s *Service) openCursor(purpose, signed string) (string, error) {
	if signed == "" {
		return "", nil
	}
	cursor, ok := s.Unsign(purpose, signed)
	if !ok {
		return "", models.Fail(models.CodeInvalid, "error.cursor")
	}
	return cursor, nil
}

// Consultation finds a consultation that the actor may read: a draft is there
// for its organisers alone. CodeNotFound.
func (s *Service) Consultation(ctx context.Context, actor models.Actor, slug string) (models.Consultation, error) {
	unknown := models.Fail(models.CodeNotFound, "error.consultation.unknown")
	if !models.ValidSlug(slug) {
		return models.Consultation{}, unknown
	}
	c, err := s.store.ConsultationBySlug(ctx, slug)
	switch {
	case models.IsNotFound(err):
		return models.Consultation{}, unknown
	case err != nil:
		return models.Consultation{}, err
	case !mayRead(actor, c):
		return models.Consultation{}, unknown
	}
	return c, nil
}

// PageVersion returns the page version of the consultation with a slug, draft or not.
// CodeNotFound.
func (s *Service) PageVersion(ctx context.Context, slug string) (models.PageVersion, error) {
	return s.store.PageVersion(ctx, slug)
}

// Changes lists the edits of a consultation since it opened, oldest first.
func (s *Service) Changes(ctx context.Context, c models.Consultation) ([]models.ConsultationRevision, error) {
	return s.store.ConsultationRevisions(ctx, c.ID)
}

// Wait is how long a text usually waits for a moderator. It is known from five
// decisions on.
type Wait struct {
	Usual time.Duration
	Known bool
}

// How many decided items UsualWait looks at, and from how many on it speaks.
const (
	waitsRead  = 50
	waitsKnown = 5
)

// UsualWait returns the median wait of the last 50 items decided in a consultation.
func (s *Service) UsualWait(ctx context.Context, consultationID string) (Wait, error) {
	waits, err := s.store.Waits(ctx, consultationID, waitsRead)
	if err != nil || len(waits) < waitsKnown {
		return Wait{}, err
	}
	slices.Sort(waits)
	n := len(waits)
	return Wait{Usual: (waits[(n-1)/2] + waits[n/2]) / 2, Known: true}, nil
}

const (
	maxQuery = 200 // characters
	maxHits  = 50
)

// Search finds the public texts that hold the words of query, best first;
// nothing for a query without a visible character. CodeInvalid if it is
// malformed or longer than 200 characters.
func (s *Service) Search(ctx context.Context, query string) ([]models.Hit, error) {
	if !models.ValidUTF8(query) || models.Chars(query) > maxQuery {
		return nil, models.Fail(models.CodeInvalid, "error.search", "max", maxQuery)
	}
	query = strings.TrimSpace(query)
	if !models.HasVisible(query) {
		return nil, nil
	}
	return s.store.Search(ctx, query, maxHits)
}
