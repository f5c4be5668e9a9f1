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

// bundle has the sentences of all languages; but those of Default that never change, as
// most do not, are in fixed: there each takes a tenth of the memory.
var bundle, fixed = load()

// load reads every en/FEATURE.json. A catalogue that does not parse is a
// programming error, found by any test, so it panics.
func load() (*i18n.Bundle, map[string]string) {
	b, same := i18n.NewBundle(language.English), map[string]string{}
	err := fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := files.ReadFile(p)
		if err != nil {
			return err
		}
		file, err := i18n.ParseMessageFileBytes(text, path.Dir(p)+".json", nil)
		if err != nil {
			return err
		}
		for _, m := range file.Messages {
			if path.Dir(p) == Default && neverChanges(m) {
				same[m.ID] = m.Other
			} else if err := b.AddMessages(file.Tag, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		panic("i18n: " + err.Error())
	}
	return b, same
}

// neverChanges tells whether a sentence has neither arguments nor plural forms.
func neverChanges(m *i18n.Message) bool {
	return m.Zero+m.One+m.Two+m.Few+m.Many == "" && !strings.Contains(m.Other, "{{")
}

// Localizer speaks one language.
type Localizer struct {
	Lang string
	loc  *i18n.Localizer
}

var standard = &Localizer{Lang: Default, loc: i18n.NewLocalizer(bundle, Default)}

// For gives the localizer of a language tag, or of Default for one that is not there.
func For(lang string) *Localizer {
	if lang == "" || lang == Default {
		return standard
	}
	return &Localizer{Lang: Default, loc: i18n.NewLocalizer(bundle, lang, Default)}
}

// T gives the sentence of key, filled with alternating argument names and values.
// An argument named "count" chooses the plural form. A key that is missing comes
// back in brackets, so that a test can find it.
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
	if l == standard {
		if s, ok := fixed[key]; ok {
			return s
		}
	}
	s, err := l.loc.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: data["count"]})
	switch {
	case err == nil || s != "":
		return s
	case l != standard: // it lacks the sentence
		return standard.Args(key, data)
	}
	return "[" + key + "]"
}

// Has tells whether the catalogue has a sentence for key.
func (l *Localizer) Has(key string) bool { return !strings.HasPrefix(l.T(key, "count", 1), "[") }
