package service

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"folkmoot/models"
	"folkmoot/models/markup"
)

// ConsultationInput is what the form of a consultation holds: its texts in one
// language, its settings and its dates. Zero settings and dates get defaults.
type ConsultationInput struct {
	Slug, Language                                  string
	Text                                            models.ConsultationText
	Settings                                        models.ConsultationSettings
	TimeZone                                        string
	OpensAt, SuggestionsCloseAt, ClosesAt, AnswerBy time.Time
	Reason                                          string // public; of an edit after opening
	Rev                                             int64  // of the consultation as it was read
}

// DefaultZone is the time zone of a new consultation that names none.
const DefaultZone = "Europe/London"

// maxMinVotes bounds the least number of votes an organiser may ask for.
const maxMinVotes = 1_000_000

var languageForm = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

// reservedSlugs are words that stand in the same place in an address.
var reservedSlugs = map[string]bool{"new": true}

// apply checks the form and puts it into c, which stays as it is where the form
// is refused. The language of a draft with one text follows the form.
func (in ConsultationInput) apply(c models.Consultation) (models.Consultation, *form) {
	f := &form{}
	lang := strings.TrimSpace(in.Language)
	if lang == "" {
		lang = orElse(c.Language, "en")
	}
	if !languageForm.MatchString(lang) || len(lang) > 35 {
		f.add("language", "error.staff.language")
	}
	before := slices.Collect(maps.Values(c.Texts))
	if c.Texts = maps.Clone(c.Texts); c.Texts == nil || (c.State == models.StateDraft && len(c.Texts) == 1) {
		c.Texts, c.Language = map[string]models.ConsultationText{}, lang
	}
	c.Texts[lang] = in.texts(f, before)
	c.Slug = in.slug(f, c.Texts[lang].Title)
	c.Settings = in.settings(f)
	in.dates(f, &c)
	return c, f
}

// texts checks the organiser's texts and renders the body. A body that is one of
// before stays as it was, with its HTML: one that was imported may be longer than
// people may type, and hold what cannot be typed.
func (in ConsultationInput) texts(f *form, before []models.ConsultationText) models.ConsultationText {
	limit, html := models.MaxOrgText, ""
	for _, t := range before {
		if t.BodyHTML != "" && t.Body == models.CleanBody(in.Text.Body) {
			limit, html = max(limit, models.Chars(t.Body)), t.BodyHTML
		}
	}
	t := models.ConsultationText{
		Title:        f.line("title", "line", in.Text.Title, models.MaxTitle),
		Question:     f.line("question", "line", in.Text.Question, models.MaxQuestion),
		Body:         f.text("body", in.Text.Body, limit),
		WhoDecides:   f.text("who_decides", in.Text.WhoDecides, models.MaxOrgLines),
		CanChange:    f.text("can_change", in.Text.CanChange, models.MaxOrgLines),
		Contact:      f.text("contact", in.Text.Contact, models.MaxOrgLines),
		OtherFormats: f.text("other_formats", in.Text.OtherFormats, models.MaxOrgLines),
	}
	f.need("title", t.Title, "error.staff.title")
	if !f.noted("body") {
		t.BodyHTML = html
		if html == "" {
			t.BodyHTML = markup.Organiser(t.Body)
		}
	}
	return t
}

// slug checks the slug, or makes one of the title.
func (in ConsultationInput) slug(f *form, title string) string {
	slug := strings.TrimSpace(in.Slug)
	if slug == "" {
		slug = slugify(title)
	}
	if !models.ValidSlug(slug) || reservedSlugs[slug] {
		f.add("slug", "error.staff.slug")
	}
	return slug
}

// slugify makes a slug of a title: letters without their marks in lower case,
// digits, and hyphens for all else; at most 60 characters, cut at a hyphen.
func slugify(title string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(title)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.IsMark(r) || r == '\'' || r == '’':
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	slug := strings.Trim(b.String(), "-")
	if len(slug) <= 60 {
		return slug
	}
	if at := strings.LastIndexByte(slug[:61], '-'); at > 0 {
		return slug[:at]
	}
	return slug[:60]
}

// settings checks the settings; what is missing gets its default.
func (in ConsultationInput) settings(f *form) models.ConsultationSettings {
	s, d := in.Settings, models.DefaultSettings()
	if s.MinVotes == 0 {
		s.MinVotes = d.MinVotes
	}
	if s.MinVotes < 1 || s.MinVotes > maxMinVotes {
		f.add("min_votes", "error.field.min_votes")
	}
	s.Capacities = knownOf(f, "capacities", s.Capacities,
		models.CapacityResident, models.CapacityBusiness, models.CapacityOrganisation)
	s.Bands = knownOf(f, "bands", s.Bands,
		models.BandSole, models.BandMicro, models.BandSmall, models.BandMedium, models.BandLarge)
	s.Tiers = knownOf(f, "tiers", s.Tiers, models.TierEmail, models.TierOrganiser)
	if s.AnswerTop < 0 {
		f.add("answer_top", "error.staff.setting")
	}
	return s
}

// knownOf returns the chosen ones in the order of all, and refuses others. Choosing
// all of them is choosing none: everybody is let in.
func knownOf[T ~string](f *form, field string, chosen []T, all ...T) (known []T) {
	for _, v := range chosen {
		if !slices.Contains(all, v) {
			f.add(field, "error.staff.setting")
			return nil
		}
	}
	for _, v := range all {
		if slices.Contains(chosen, v) {
			known = append(known, v)
		}
	}
	if len(known) == len(all) {
		return nil
	}
	return known
}

// dates checks the dates and puts them into c: suggestions close SuggestionsLead
// before voting unless said otherwise, the promised day ends at its last instant.
func (in ConsultationInput) dates(f *form, c *models.Consultation) {
	c.TimeZone = orElse(strings.TrimSpace(in.TimeZone), orElse(c.TimeZone, DefaultZone))
	if !models.KnownZone(c.TimeZone) {
		f.add("time_zone", "error.field.time_zone")
		return // dates are in no zone
	}
	c.OpensAt, c.ClosesAt = sameMinute(c.OpensAt, in.OpensAt), sameMinute(c.ClosesAt, in.ClosesAt)
	c.SuggestionsCloseAt = sameMinute(c.SuggestionsCloseAt, in.SuggestionsCloseAt)
	c.AnswerBy = lastInstant(c.AnswerBy, in.AnswerBy, c.TimeZone)
	if c.SuggestionsCloseAt.IsZero() && !c.ClosesAt.IsZero() {
		c.SuggestionsCloseAt = c.ClosesAt.Add(-models.SuggestionsLead)
		if !c.SuggestionsCloseAt.After(c.OpensAt) {
			c.SuggestionsCloseAt = c.ClosesAt
		}
	}
	if c.ClosesAt.IsZero() {
		return
	}
	if !c.OpensAt.IsZero() && !c.ClosesAt.After(c.OpensAt) {
		f.add("closes_at", "error.opening.closes_at")
	}
	if c.SuggestionsCloseAt.After(c.ClosesAt) {
		f.add("suggestions_close_at", "error.opening.suggestions_close_at")
	}
	if !c.AnswerBy.IsZero() && c.AnswerBy.Before(c.ClosesAt) {
		f.add("answer_by", "error.opening.answer_by")
	}
}

// sameMinute returns the time typed, or the one kept where they agree to the
// minute: a form shows no seconds, and sending it again must move nothing.
func sameMinute(kept, typed time.Time) time.Time {
	if typed.Truncate(time.Minute).Equal(kept.Truncate(time.Minute)) {
		return kept
	}
	return models.Millis(typed)
}

// lastInstant returns the last millisecond of the day typed, in the zone, or the
// time kept where that is on this day.
func lastInstant(kept, typed time.Time, zone string) time.Time {
	if typed.IsZero() {
		return time.Time{}
	}
	day := models.Day(typed, zone)
	if !kept.IsZero() && models.Day(kept, zone).Equal(day) {
		return kept
	}
	return models.Millis(day.AddDate(0, 0, 1).Add(-time.Millisecond))
}

// revision compares the texts in one language, and dates and settings, before
// and after an edit; ok is false if nothing that is kept differs.
func revision(before, after models.Consultation, lang, reason string) (r models.ConsultationRevision, ok bool) {
	r = models.ConsultationRevision{
		ID: newID(), ConsultationID: after.ID, Language: lang,
		Before: before.Texts[lang], After: after.Texts[lang], Reason: reason,
		Changes: before.SettingChanges(after),
	}
	same := r.Before
	same.BodyHTML = r.After.BodyHTML // follows from Body
	return r, same != r.After || len(r.Changes) > 0
}

// freeSlug returns slug, or the first of slug-2 … slug-99 that taken does not know.
func freeSlug(slug string, taken func(string) (bool, error)) (string, error) {
	for try, n := slug, 2; ; n++ {
		used, err := taken(try)
		if err != nil || !used || n > 99 {
			return try, err
		}
		try = fmt.Sprintf("%s-%d", slug, n)
	}
}
