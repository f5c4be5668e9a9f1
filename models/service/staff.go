package service

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"slices"

	"folkmoot/models"
)

// staffPage is how many rows a list for staff reads at a time.
const staffPage = 50

// forStaff loads the consultation if the actor may do what in it. Whoever may do
// it nowhere learns nothing about slugs; a draft is not found by who does not organise it.
func (s *Service) forStaff(ctx context.Context, actor models.Actor, what models.Permission, slug string) (models.Consultation, error) {
	if err := models.Require(actor.Participant, what, ""); err != nil {
		return models.Consultation{}, err
	}
	c, err := s.store.ConsultationBySlug(ctx, slug)
	if err != nil {
		return models.Consultation{}, err
	}
	if !mayRead(actor, c) {
		return models.Consultation{}, models.Fail(models.CodeNotFound, "error.consultation.unknown")
	}
	if err := models.Require(actor.Participant, what, c.ID); err != nil {
		return models.Consultation{}, err
	}
	return c, nil
}

// mayRead reports whether the actor may know of c: everybody may once it is no draft any
// more, and before that whoever organises it.
func mayRead(actor models.Actor, c models.Consultation) bool {
	return c.Public() || actor.Participant.Has(models.RoleOrganiser, c.ID)
}

// Rights are what an actor may do with a consultation beyond what everybody may.
type Rights struct {
	Manage       bool // edit and move it
	DownloadFull bool // have the full sealed file, once there is one
}

// Rights returns what the actor may do with c.
func (s *Service) Rights(actor models.Actor, c models.Consultation) Rights {
	return Rights{
		Manage:       models.Require(actor.Participant, models.MayOrganise, c.ID) == nil,
		DownloadFull: !c.SealedAt.IsZero() && models.Require(actor.Participant, models.MayDownloadFull, c.ID) == nil,
	}
}

// staffCursor reads a cursor that staffNext signed for the same list.
func (s *Service) staffCursor(list, after string) (string, error) {
	return s.openCursor("cursor."+list, after)
}

// staffNext signs the store's cursor for the list, "" at the end.
func (s *Service) staffNext(list, cursor string) string {
	if cursor == "" {
		return ""
	}
	return s.Sign("cursor."+list, cursor)
}

// text checks an optional text of several lines and cleans it.
func (f *form) text(field, s string, limit int) string {
	if !models.HasVisible(s) {
		return ""
	}
	return f.body(field, s, limit)
}

// need refuses a field without a visible character, unless something else is
// wrong with it already.
func (f *form) need(field, value, key string) {
	if !models.HasVisible(value) && !f.noted(field) {
		f.add(field, key)
	}
}

func (f *form) noted(field string) bool {
	return slices.ContainsFunc(f.fields, func(e models.FieldError) bool { return e.Field == field })
}

// take adds the fields of an Error and returns any other error.
func (f *form) take(err error) error {
	e, ok := errors.AsType[*models.Error](err)
	if err != nil && (!ok || len(e.Fields) == 0) {
		return err
	}
	if !ok {
		return nil
	}
	for _, field := range e.Fields {
		if !f.noted(field.Field) {
			f.fields = append(f.fields, field)
		}
	}
	return nil
}

// randomHex returns n random bytes in hexadecimal.
func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails: the program stops instead
	return hex.EncodeToString(b)
}

// newSalt returns a fresh salt for a digest.
func newSalt() string { return randomHex(16) }

// isConflict reports whether err is a CodeConflict with the key.
func isConflict(err error, key string) bool {
	e, ok := errors.AsType[*models.Error](err)
	return ok && e.Code == models.CodeConflict && e.Key == key
}
