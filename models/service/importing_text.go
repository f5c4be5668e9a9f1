package service

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"folkmoot/models"
)

// importedName keeps a name as it was public, without what could break a page; one
// that shows nothing becomes Anonymous. Names of staff are let through: it was
// somebody's name.
func importedName(name string) string {
	name = strings.Map(func(r rune) rune {
		if models.HasBidiOverride(string(r)) {
			return -1
		}
		return r
	}, oneLine(name))
	if !models.HasVisible(name) {
		return Anonymous
	}
	return cutAt(name, models.MaxName)
}

// oneLine makes one line of a text: control characters and runs of blank space
// become one space.
func oneLine(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || models.HasControl(string(r))
	}), " ")
}

// cutAt cuts a text to limit characters, the last an ellipsis, at a blank in the
// last fifth if there is one.
func cutAt(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	end := limit - 1
	for at := end; at > limit*4/5; at-- {
		if unicode.IsSpace(runes[at]) {
			end = at
			break
		}
	}
	return strings.TrimRightFunc(string(runes[:end]), unicode.IsSpace) + "…"
}

// leastTitle is how many characters a sentence has that can stand alone: what is
// shorter is an exclamation, or ends with the stop of an abbreviation.
const leastTitle = 20

// titleOf returns the beginning of a long text that can stand as its title: the
// first sentence, or else as many of its clauses as fit, or else its first words.
func titleOf(text string) string {
	sentence := ""
	for _, next := range sentences(text) {
		sentence = strings.TrimSpace(sentence + " " + next)
		if models.Chars(sentence) >= leastTitle {
			break
		}
	}
	if at := strings.IndexAny(sentence, "。！？"); at >= 0 { // no blank follows these
		_, size := utf8.DecodeRuneInString(sentence[at:])
		sentence = sentence[:at+size]
	}
	if models.Chars(sentence) <= models.MaxTitle {
		return strings.TrimRight(sentence, ".。")
	}
	runes, end := []rune(sentence), 0
	for i, r := range runes[:models.MaxTitle] {
		if strings.ContainsRune("；，、：", r) || strings.ContainsRune(",;:–—", r) && unicode.IsSpace(runes[i+1]) {
			end = i
		}
	}
	if end < leastTitle {
		return cutAt(sentence, models.MaxTitle)
	}
	return strings.TrimRightFunc(string(runes[:end]), unicode.IsSpace)
}

// lastQuestion returns the last sentence of a plain text that ends with a question
// mark, "" if there is none or it is too long to be one.
func lastQuestion(text string) string {
	last := ""
	for line := range strings.SplitSeq(text, "\n") {
		for _, sentence := range sentences(line) {
			asks := strings.HasSuffix(strings.TrimRight(sentence, `"'”’»)] `), "?")
			if asks && strings.Contains(sentence, " ") && models.Chars(sentence) <= models.MaxQuestion {
				last = sentence
			}
		}
	}
	return last
}

// sentences cuts a line after each run of full stops, question and exclamation
// marks, with closing quotes and brackets, that a blank follows.
func sentences(line string) (list []string) {
	runes, start, ended := []rune(line), 0, false
	for i, r := range runes {
		switch {
		case strings.ContainsRune(".?!…", r):
			ended = true
		case ended && strings.ContainsRune(`"'”’»)]`, r):
		case ended && unicode.IsSpace(r):
			list = append(list, strings.TrimSpace(string(runes[start:i])))
			start, ended = i, false
		default:
			ended = false
		}
	}
	return append(list, strings.TrimSpace(string(runes[start:])))
}
