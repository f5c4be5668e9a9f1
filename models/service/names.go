package service

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"go.mau.fi/util/confusable"
	"golang.org/x/text/unicode/norm"

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

// reservedWords are what only the program itself calls its staff, as plainName returns them.
var reservedWords = func() map[string]bool {
	words := map[string]bool{}
	for _, w := range []string{
		"Moderator", "Moderators", "Moderation", "Organiser", "Organisers", "Organizer", "Organizers",
		"Admin", "Admins", "Administrator", "Administrators", "Board", "Board member", "Folkmoot", "Staff",
	} {
		for _, form := range []string{w, "The " + w, w + " team", "The " + w + " team"} {
			words[plainName(form)] = true
		}
	}
	return words
}()

// Words of staff as skeletons: those that stand out wherever they are in a name, and those
// that stand out as a word of their own.
var (
	staffParts = skeletons("moderator", "moderation", "organiser", "organizer", "administrator", "folkmoot")
	staffWords = skeletons("mod", "mods", "admin", "admins", "board", "staff", "official", "officials")
)

func skeletons(words ...string) (list []string) {
	for _, w := range words {
		list = append(list, skeleton(w))
	}
	return list
}

// staffName is the name of a member of staff.
type staffName struct{ id, plain, bones string }

// staffNames returns the names of all staff.
func (s *Service) staffNames(ctx context.Context) (names []staffName, err error) {
	for after := ""; ; {
		staff, next, err := s.store.Participants(ctx, true, after, 200)
		if err != nil {
			return nil, fmt.Errorf("read the names of staff: %w", err)
		}
		for _, p := range staff {
			names = append(names, staffName{p.ID, plainName(p.Name), skeleton(p.Name)})
		}
		if next == "" {
			return names, nil
		}
		after = next
	}
}

// reservedName reports whether a name is that of staff: one of the reserved words,
// numbered or not, or the name of a staff member other than except (a participant id). A
// name that only looks like one is not refused: see looksLikeStaff.
func (s *Service) reservedName(ctx context.Context, name, except string) (bool, error) {
	plain := plainName(name)
	if reservedWords[strings.TrimFunc(plain, notLetter)] {
		return true, nil
	}
	staff, err := s.staffNames(ctx)
	return plain != "" && slices.ContainsFunc(staff, func(n staffName) bool { return n.id != except && n.plain == plain }), err
}

// leastBones is how long the skeleton of somebody's name is at least for longer names that
// hold it to look like it.
const leastBones = 6

// looksLikeStaff reports whether the name under which a text stands could pass for that of
// staff, so that a moderator is told before it is published: it holds a word of theirs or
// the name of one of them, whatever letters it is written in.
func looksLikeStaff(c models.Contribution, staff []staffName) bool {
	if c.StaffRole != "" { // the badge says it
		return false
	}
	// A capital looks like other letters than its small form: a Greek Ν like N, a ν like v.
	return passesForStaff(c.AuthorName, c.ParticipantID, staff) || passesForStaff(confusable.Skeleton(c.AuthorName), c.ParticipantID, staff)
}

// passesForStaff is looksLikeStaff for one reading of the name of a participant ("": of a
// guest).
func passesForStaff(name, id string, staff []staffName) bool {
	bones, plain := skeleton(name), plainName(name)
	if slices.ContainsFunc(staffParts, func(w string) bool { return strings.Contains(bones, w) }) || slices.Contains(staffWords, bones) {
		return true
	}
	for word := range strings.FieldsFuncSeq(readable(name), notLetterOrMark) {
		if slices.Contains(staffWords, strings.TrimFunc(skeleton(word), notLetter)) {
			return true
		}
	}
	return slices.ContainsFunc(staff, func(n staffName) bool {
		switch {
		case n.id == id || n.bones == "":
			return false
		case len(n.bones) < leastBones:
			return n.bones == bones
		}
		return n.plain == plain || strings.Contains(bones, n.bones)
	})
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

func notLetterOrMark(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !unicode.Is(unicode.Cf, r) && lookAlikes[r] == 0
}

// plainName returns the letters and digits of a name in lower case.
func plainName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFC.String(name))
}

// readable returns a name in its compatibility form, in lower case, with letters on a
// background as plain ones: mathematical, full-width and circled letters become Latin.
func readable(name string) string {
	return strings.ToLower(norm.NFKC.String(strings.Map(func(r rune) rune {
		for _, block := range []rune{'\U0001F150', '\U0001F170', '\U0001F1E6'} { // no compatibility form
			if r >= block && r < block+26 {
				return 'a' + r - block
			}
		}
		return r
	}, name)))
}

// skeleton reduces a name to what the eye keeps of it: only letters and digits, in one
// case, with what looks alike made one, as UTS #39 says and by a table of our own for what
// it keeps apart. What is equal afterwards can be mistaken for each other; it is no name.
func skeleton(name string) string {
	s := strings.Map(likeLatin, pairs.Replace(readable(name)))
	s = strings.Map(likeLatin, strings.ToLower(confusable.Skeleton(s)))
	s = strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return r
		}
		return -1
	}, s)
	return strings.ReplaceAll(s, "m", "rn")
}

// pairs are letters that look like another one. (Of rn and m the longer stands for both, as
// in UTS #39.)
var pairs = strings.NewReplacer("vv", "w", "cl", "d")

func likeLatin(r rune) rune {
	if like, ok := lookAlikes[r]; ok {
		return like
	}
	return r
}

// lookAlikes maps lower-case letters, digits and signs to the Latin letter that they pass
// for, where UTS #39 keeps them apart: letters with marks, small capitals, other scripts
// in a word that is Latin otherwise. i, l and 1 become one.
var lookAlikes = map[rune]rune{
	'ᴀ': 'a', 'ʙ': 'b', 'ᴄ': 'c', 'ᴅ': 'd', 'ᴇ': 'e', 'ꜰ': 'f', 'ɢ': 'g', 'ʜ': 'h', 'ɪ': 'i', 'ᴊ': 'j', 'ᴋ': 'k', 'ʟ': 'i', 'ᴍ': 'm',
	'ɴ': 'n', 'ᴏ': 'o', 'ᴘ': 'p', 'ʀ': 'r', 'ꜱ': 's', 'ᴛ': 't', 'ᴜ': 'u', 'ᴠ': 'v', 'ᴡ': 'w', 'ʏ': 'y', 'ᴢ': 'z',
	'0': 'o', '1': 'i', 'l': 'i', '|': 'i', '!': 'i', '3': 'e', '5': 's', '$': 's', '@': 'a', '4': 'a',
	'ı': 'i', 'ɑ': 'a', 'ɡ': 'g', 'ѕ': 's',
	'а': 'a', 'в': 'b', 'г': 'r', 'е': 'e', 'ё': 'e', 'з': 'e', 'і': 'i', 'ї': 'i', 'ј': 'j', 'к': 'k', 'м': 'm', 'н': 'h',
	'о': 'o', 'р': 'p', 'с': 'c', 'т': 't', 'у': 'y', 'х': 'x', 'ԁ': 'd', 'һ': 'h', 'ԛ': 'q', 'ԝ': 'w', 'ӏ': 'i', 'п': 'n',
	'α': 'a', 'β': 'b', 'ε': 'e', 'η': 'n', 'ι': 'i', 'κ': 'k', 'μ': 'm', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'τ': 't', 'υ': 'u', 'χ': 'x',
	'à': 'a', 'á': 'a', 'â': 'a', 'ä': 'a', 'å': 'a', 'è': 'e', 'é': 'e', 'ê': 'e', 'ë': 'e', 'ì': 'i', 'í': 'i', 'î': 'i', 'ï': 'i',
	'ò': 'o', 'ó': 'o', 'ô': 'o', 'ö': 'o', 'ø': 'o', 'ù': 'u', 'ú': 'u', 'û': 'u', 'ü': 'u', 'ç': 'c', 'ñ': 'n',
}
