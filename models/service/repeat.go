package service

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"folkmoot/models"
)

// A form without a script is easily sent twice. The id of a text is therefore made of who
// sends which words where: a store refuses the same id a second time, on whichever node it
// comes in, and the form is answered with the first text. Once that was changed, decided on
// or taken back, the same words are a new text again.

// repeats is how many texts of the same words are told apart; what comes after them has an
// id of its own.
const repeats = 50

// sameForm names what a form was sent with: who, where and in which words.
type sameForm []string

// formOf begins the name of a form of a kind. Without a session and without a cookie nobody
// can be known again, so it is nil: such a form is never the same as another.
func formOf(kind string, actor models.Actor, parts ...string) sameForm {
	who := actor.Author()
	if who.Nobody() {
		return nil
	}
	if who.ParticipantID != "" {
		who.Guest = ""
	}
	return append(sameForm{kind, who.ParticipantID, who.Guest}, parts...)
}

// formID returns the id of the n-th text of a form: a UUID of version 8, the bits of a keyed
// hash.
func (s *Service) formID(form sameForm, n int) string {
	if form == nil || n == repeats {
		return newID()
	}
	var b strings.Builder
	for _, part := range form {
		fmt.Fprintf(&b, "%d %s ", len(part), part)
	}
	var id uuid.UUID
	copy(id[:], s.mac("hash", "form", fmt.Sprint(n, " ", b.String())))
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80
	return id.String()
}

// addOnce calls add with an id for the text of a form, which add returns CodeConflict for if
// it is taken, and same to ask whether what has that id is the text that the same form made
// before. It reports whether it is: then nothing was added.
func (s *Service) addOnce(form sameForm, add func(id string) error, same func(id string) (bool, error)) (repeated bool, err error) {
	for n := range repeats + 1 {
		id := s.formID(form, n)
		if err = add(id); models.CodeOf(err) != models.CodeConflict || form == nil {
			return false, err
		}
		found, failed := same(id)
		if found || failed != nil {
			return found, failed
		}
	}
	return false, err
}

// unchanged loads a text and reports whether it stands as it was sent.
func (s *Service) unchanged(ctx context.Context, item models.Item) (text, bool, error) {
	t, err := s.load(ctx, item)
	if models.IsNotFound(err) { // what has the id is of another kind
		return t, false, nil
	}
	want := models.StatusPending
	if i, isIdea := t.Text.(models.Idea); isIdea && i.Organiser {
		want = models.StatusPublished
	}
	return t, err == nil && t.Status == want && t.Rev == 1, err
}
