package service

import (
	"context"
	"fmt"
	"strings"
	"unicode"

	"folkmoot/models"
)

// name checks a public name, which there must be: one line without bidirectional
// overrides, with something to see. Whether it is reserved is for reservedName.
func (f *form) name(field, s string) string {
	before := len(f.fields)
	s = f.optionalName(field, s)
	if len(f.fields) == before && s == "" {
		f.add(field, "error.field.name_empty")
	}
	return s
}

// optionalName is name for a field that may stay empty.
func (f *form) optionalName(field, s string) string {
	before := len(f.fields)
	s = f.line(field, "name", s, models.MaxName)
	switch {
	case len(f.fields) > before || s == "":
	case models.HasBidiOverride(s):
		f.add(field, "error.field.name_direction")
	case !models.HasVisible(s):
		f.add(field, "error.field.name_empty")
	}
	return s
}

// reservedWords are what only the program itself calls its staff, as skeletons.
var reservedWords = func() map[string]bool {
	words := map[string]bool{}
	for _, w := range []string{
		"Moderator", "Moderators", "Moderation", "Organiser", "Organisers", "Organizer", "Organizers",
		"Admin", "Admins", "Administrator", "Administrators", "Board", "Board member", "Folkmoot", "Staff",
	} {
		for _, form := range []string{w, "The " + w, w + " team", "The " + w + " team"} {
			words[skeleton(form)] = true
		}
	}
	return words
}()

// reservedName reports whether a name would pass for that of staff: one of the
// reserved words, numbered or not, or the name of a staff member other than
// except (a participant id).
func (s *Service) reservedName(ctx context.Context, name, except string) (bool, error) {
	if reservedWords[skeleton(strings.TrimFunc(name, notLetter))] {
		return true, nil
	}
	bones := skeleton(name)
	for after := ""; ; {
		staff, next, err := s.store.Participants(ctx, true, after, 200)
		if err != nil {
			return false, fmt.Errorf("read the names of staff: %w", err)
		}
		for _, p := range staff {
			if p.ID != except && bones != "" && skeleton(p.Name) == bones {
				return true, nil
			}
		}
		if next == "" {
			return false, nil
		}
		after = next
	}
}

// checkReserved notes a reserved name as a refusal of the field.
func (s *Service) checkReserved(ctx context.Context, f *form, field, name, except string) error {
	if name == "" {
		return nil
	}
	reserved, err := s.reservedName(ctx, name, except)
	if reserved {
		f.add(field, "error.field.name_reserved")
	}
	return err
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// skeleton reduces a name to what the eye keeps of it: only letters and digits,
// in one case, with letters and digits that look alike made one.
func skeleton(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0xFF01 && r <= 0xFF5E { // full-width forms
			r -= 0xFEE0
		}
		r = unicode.ToLower(r)
		if like, ok := lookAlikes[r]; ok {
			return like
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, name)
}

// lookAlikes maps lower-case letters, digits and signs to the Latin letter that
// they pass for; i, l and 1 become one.
var lookAlikes = map[rune]rune{
	'0': 'o', '1': 'i', 'l': 'i', '|': 'i', '!': 'i', '3': 'e', '5': 's', '$': 's', '@': 'a', '4': 'a',
	'ı': 'i', 'ɑ': 'a', 'ɡ': 'g', 'ѕ': 's',
	'а': 'a', 'в': 'b', 'г': 'r', 'е': 'e', 'ё': 'e', 'з': 'e', 'і': 'i', 'ї': 'i', 'ј': 'j', 'к': 'k', 'м': 'm', 'н': 'h',
	'о': 'o', 'р': 'p', 'с': 'c', 'т': 't', 'у': 'y', 'х': 'x', 'ԁ': 'd', 'һ': 'h', 'ԛ': 'q', 'ԝ': 'w', 'ӏ': 'i', 'п': 'n',
	'α': 'a', 'β': 'b', 'ε': 'e', 'η': 'n', 'ι': 'i', 'κ': 'k', 'μ': 'm', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'τ': 't', 'υ': 'u', 'χ': 'x',
	'à': 'a', 'á': 'a', 'â': 'a', 'ä': 'a', 'å': 'a', 'è': 'e', 'é': 'e', 'ê': 'e', 'ë': 'e', 'ì': 'i', 'í': 'i', 'î': 'i', 'ï': 'i',
	'ò': 'o', 'ó': 'o', 'ô': 'o', 'ö': 'o', 'ø': 'o', 'ù': 'u', 'ú': 'u', 'û': 'u', 'ü': 'u', 'ç': 'c', 'ñ': 'n',
}
