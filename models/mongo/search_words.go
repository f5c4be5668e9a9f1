package mongo

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"folkmoot/models"
)

const (
	searchTerms = 16    // more words of a query are left out
	searchDocs  = 5_000 // so many of the newest matches are ranked
	headingGain = 2.0   // a word in a title counts so many times
)

// wordsOf gives the words of a text, in order, in small letters and without accents.
func wordsOf(text string) []string {
	words := strings.FieldsFunc(fold(text), func(r rune) bool { return !inWord(r) })
	return mapped(words, strings.Clone)
}

// inWord tells whether r is part of a word: a letter or a number, as SQLite's
// unicode61 has it. Marks are gone or belong to a letter that has no other form.
func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || unicode.Is(unicode.Co, r)
}

// fold makes what differs in case or accents only one.
func fold(text string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(text) {
		if unicode.Is(unicode.Mn, r) && accent(r) {
			continue
		}
		b.WriteRune(unicode.ToLower(unicode.ToUpper(r)))
	}
	return norm.NFC.String(b.String())
}

// accent tells whether r is one of the marks that Latin, Greek and Cyrillic letters
// carry; those of other scripts are part of the word.
func accent(r rune) bool { return r >= 0x300 && r <= 0x36F }

// queryWords gives the words that a person asks for: all of them have to be there, the
// last one as a beginning.
func queryWords(query string) []string {
	words := wordsOf(query)
	kept := words[:0]
	for _, w := range words {
		if strings.ContainsFunc(w, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }) {
			kept = append(kept, w)
		}
	}
	return kept[:min(len(kept), searchTerms)]
}

// searchDoc is what is searched of one text.
type searchDoc struct {
	ID       string   `bson:"_id"` // kind and id
	C        string   `bson:"c"`
	Kind     string   `bson:"kind"`
	Item     string   `bson:"item"`
	V        int64    `bson:"v"`        // of what was indexed: an older version does not replace it
	N        int64    `bson:"n"`        // grows with the time of publication
	Words    []string `bson:"words"`    // each once; none: it is not to be found any more
	Hits     []int64  `bson:"hits"`     // by word, in the body
	Headings []string `bson:"headings"` // the words of the heading
	HeadHits []int64  `bson:"headHits"`
	Only     []string `bson:"only"` // words of the heading that the body has not
	Length   int64    `bson:"length"`
	HeadLen  int64    `bson:"headLen"`
	Size     int64    `bson:"size"` // of both; 0: nothing is to be found
}

// newSearchDoc counts the words of a heading and a body.
func newSearchDoc(item models.Item, consultationID, heading, body string) searchDoc {
	d := searchDoc{
		ID: item.String(), C: consultationID, Kind: string(item.Kind), Item: item.ID,
		Words: []string{}, Hits: []int64{}, Headings: []string{}, HeadHits: []int64{}, Only: []string{},
	}
	d.Words, d.Hits, d.Length = countWords(body)
	d.Headings, d.HeadHits, d.HeadLen = countWords(heading)
	d.Size = d.Length + d.HeadLen
	in := make(map[string]bool, len(d.Words))
	for _, w := range d.Words {
		in[w] = true
	}
	for _, w := range d.Headings {
		if !in[w] {
			d.Only = append(d.Only, w)
			d.Words, d.Hits = append(d.Words, w), append(d.Hits, 0)
		}
	}
	return d
}

func countWords(text string) (words []string, hits []int64, length int64) {
	words, hits = []string{}, []int64{}
	at := map[string]int{}
	for _, w := range wordsOf(text) {
		i, ok := at[w]
		if !ok {
			i = len(words)
			at[w] = i
			words, hits = append(words, w), append(hits, 0)
		}
		hits[i]++
		length++
	}
	return words, hits, length
}

// hitsOf counts a term in a column: a word, or all words that begin with it.
func hitsOf(words []string, hits []int64, term string, beginning bool) (n int64) {
	for i, w := range words {
		if w == term || beginning && strings.HasPrefix(w, term) {
			n += hits[i]
		}
	}
	return n
}
