// Package i18n holds the catalogues: every sentence that a person reads, by key
// and language, with its plural forms.
package i18n

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed en
var files embed.FS

// Default is the language that ships first and stands in for what another lacks.
const Default = "en"

// Catalogues are the sentences of one language or more, Default among them.
type Catalogues struct {
	localizers []*Localizer // of Default first
	byTag      map[string]*Localizer
	matcher    language.Matcher
}

// builtin are the catalogues of the program. One that does not parse is a programming
// error, found by any test.
var builtin = must(Load())

func must(c *Catalogues, err error) *Catalogues {
	if err != nil {
		panic("i18n: " + err.Error())
	}
	return c
}

// Load reads the catalogues of the program and those of the given file systems, which
// have a file LANGUAGE/FEATURE.json for each feature.
func Load(others ...fs.FS) (*Catalogues, error) {
	l := loader{bundle: i18n.NewBundle(language.English), fixed: map[string]map[string]string{}}
	for _, f := range append([]fs.FS{files}, others...) {
		if err := fs.WalkDir(f, ".", func(p string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			return l.add(f, p)
		}); err != nil {
			return nil, err
		}
	}
	return l.catalogues()
}

// loader collects what Load reads.
type loader struct {
	bundle *i18n.Bundle
	tags   []string                     // in the order in which they were met
	fixed  map[string]map[string]string // by tag and key
}

// add reads one file. Sentences without arguments and plural forms, which most are, are
// kept out of the bundle, where each would take ten times the memory.
func (l *loader) add(f fs.FS, p string) error {
	text, err := fs.ReadFile(f, p)
	if err != nil {
		return err
	}
	tag := path.Dir(p)
	parsed, err := i18n.ParseMessageFileBytes(text, tag+".json", nil)
	if err != nil {
		return err
	}
	if l.fixed[tag] == nil {
		l.tags, l.fixed[tag] = append(l.tags, tag), map[string]string{}
	}
	for _, m := range parsed.Messages {
		if isFixed(m) {
			l.fixed[tag][m.ID] = m.Other
		} else if err := l.bundle.AddMessages(parsed.Tag, m); err != nil {
			return err
		}
	}
	return nil
}

// isFixed reports whether a sentence has neither arguments nor plural forms.
func isFixed(m *i18n.Message) bool {
	return m.Zero+m.One+m.Two+m.Few+m.Many == "" && !strings.Contains(m.Other, "{{")
}

func (l *loader) catalogues() (*Catalogues, error) {
	c := &Catalogues{byTag: map[string]*Localizer{}}
	var tags []language.Tag
	for _, name := range l.tags {
		tag, err := language.Parse(name)
		if err != nil {
			return nil, err
		}
		loc := &Localizer{tag: name, plural: tag, fixed: l.fixed[name], loc: i18n.NewLocalizer(l.bundle, name)}
		if name != Default {
			loc.fallback = c.byTag[Default]
		}
		tags, c.byTag[name] = append(tags, tag), loc
		c.localizers = append(c.localizers, loc)
	}
	c.matcher = language.NewMatcher(tags)
	return c, nil
}

// For returns the localizer of a BCP 47 tag, or of Default if there is no catalogue for it.
func (c *Catalogues) For(tag string) *Localizer {
	if l, ok := c.byTag[tag]; ok {
		return l
	}
	wanted, err := language.Parse(tag)
	if err != nil {
		return c.localizers[0]
	}
	_, i, confidence := c.matcher.Match(wanted)
	if confidence < language.High {
		return c.localizers[0]
	}
	return c.localizers[i]
}

// For returns the localizer of a BCP 47 tag, or of Default if there is no catalogue for it.
func For(tag string) *Localizer { return builtin.For(tag) }

// Language is a language that there is a catalogue for: only a Localizer makes one other
// than the zero value, which is Default. Languages can be compared, so that they can be
// part of a key.
type Language struct{ l *Localizer }

// ParseLanguage returns the language of a BCP 47 tag, or Default if there is no catalogue
// for it.
func ParseLanguage(tag string) Language { return For(tag).Language() }

// String returns the BCP 47 tag.
func (l Language) String() string { return l.Localizer().tag }

// Localizer returns the localizer of the language.
func (l Language) Localizer() *Localizer {
	if l.l == nil {
		return builtin.localizers[0]
	}
	return l.l
}

// Localizer speaks one language.
type Localizer struct {
	tag      string
	plural   language.Tag      // whose rules for ordinals hold
	fixed    map[string]string // sentences that never change
	loc      *i18n.Localizer
	fallback *Localizer // for what the language lacks; nil: it is Default
}

// Language returns the language that the localizer speaks.
func (l *Localizer) Language() Language {
	if l == builtin.localizers[0] {
		return Language{}
	}
	return Language{l}
}

// T returns the sentence of key, filled with alternating argument names and values.
// An argument named "count" chooses the plural form. A key that is missing is
// returned in brackets, so that a test can find it.
func (l *Localizer) T(key string, args ...any) string {
	if len(args) == 0 {
		return l.Args(key, nil)
	}
	data := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		data[fmt.Sprint(args[i])] = args[i+1]
	}
	return l.Args(key, data)
}

// Args is T with its arguments in a map, as errors carry them.
func (l *Localizer) Args(key string, data map[string]any) string {
	if s, ok := l.fixed[key]; ok {
		return s
	}
	s, err := l.loc.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: data["count"]})
	switch {
	case err == nil:
		return s
	case l.fallback != nil:
		return l.fallback.Args(key, data)
	case s != "":
		return s
	}
	return "[" + key + "]"
}

// Has reports whether the catalogue has a sentence for key.
func (l *Localizer) Has(key string) bool { return !strings.HasPrefix(l.T(key, "count", 1), "[") }
