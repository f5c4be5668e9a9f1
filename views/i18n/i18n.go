// Package i18n holds the catalogues: every sentence that a person reads, by key
// and language, with its plural forms.
package i18n

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
)

//go:embed en
var files embed.FS

// Default is the language that ships first and stands in for what another lacks.
const Default = "en"

var bundle = load()

// load reads every en/FEATURE.json. A catalogue that does not parse is a
// programming error, found by any test, so it panics.
func load() *i18n.Bundle {
	b := i18n.NewBundle(language.English)
	err := fs.WalkDir(files, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := files.ReadFile(p)
		if err != nil {
			return err
		}
		_, err = b.ParseMessageFileBytes(text, path.Dir(p)+".json")
		return err
	})
	if err != nil {
		panic("i18n: " + err.Error())
	}
	return b
}

// Localizer speaks one language.
type Localizer struct {
	Lang  string
	loc   *i18n.Localizer
	plain *sync.Map // sentences without arguments, by key: most are, and each is looked up once
}

var standard = &Localizer{Lang: Default, loc: i18n.NewLocalizer(bundle, Default), plain: &sync.Map{}}

// For gives the localizer of a language tag, or of Default for one that is not there.
func For(lang string) *Localizer {
	if lang == "" || lang == Default {
		return standard
	}
	return &Localizer{Lang: Default, loc: i18n.NewLocalizer(bundle, lang, Default), plain: &sync.Map{}}
}

// T gives the sentence of key, filled with alternating argument names and values.
// An argument named "count" chooses the plural form. A key that is missing comes
// back in brackets, so that a test can find it.
func (l *Localizer) T(key string, args ...any) string {
	if len(args) == 0 {
		return l.sentence(key)
	}
	data := make(map[string]any, len(args)/2)
	for i := 0; i+1 < len(args); i += 2 {
		data[fmt.Sprint(args[i])] = args[i+1]
	}
	return l.Args(key, data)
}

// sentence gives the sentence of a key, from memory if it was asked for before.
func (l *Localizer) sentence(key string) string {
	if s, ok := l.plain.Load(key); ok {
		return s.(string)
	}
	s := l.Args(key, nil)
	if !strings.HasPrefix(s, "[") { // what is missing has no bound
		l.plain.Store(key, s)
	}
	return s
}

// Args is T with its arguments in a map, as errors carry them.
func (l *Localizer) Args(key string, data map[string]any) string {
	s, err := l.loc.Localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: data["count"]})
	if err != nil && s == "" {
		return "[" + key + "]"
	}
	return s
}

// Has tells whether the catalogue has a sentence for key.
func (l *Localizer) Has(key string) bool { return !strings.HasPrefix(l.T(key, "count", 1), "[") }
