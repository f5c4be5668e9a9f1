package transfer

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/transform"
)

// aliases are usual names that are not the encodings' own, and what browsers take for
// what they are called (encoding.spec.whatwg.org, 4.2).
var aliases = map[string]string{
	"ascii": "windows1252", "usascii": "windows1252", "latin1": "windows1252", "iso88591": "windows1252",
	"latin2": "iso88592", "latin9": "iso885915", "iso88599": "windows1254", "latin5": "windows1254",
	"iso885911": "windows874", "tis620": "windows874", "xmaccyrillic": "macintoshcyrillic", "ibm866": "ibmcodepage866",
	"cp866": "ibmcodepage866", "koi": "koi8r",
}

// inUTF8 reads a text of an encoding with one byte for each character, or UTF-8, as UTF-8.
// Those of Chinese, Japanese and Korean are not among them: the tables would take half a
// megabyte of every server's memory, and blogs have written UTF-8 for long.
func inUTF8(label string, in io.Reader) (io.Reader, error) {
	name := bare(label)
	if name == "utf8" { // the decoder of XML checks it
		return in, nil
	}
	if strings.HasPrefix(name, "cp125") {
		name = "windows" + name[len("cp"):]
	}
	if other, ok := aliases[name]; ok {
		name = other
	}
	for _, e := range charmap.All {
		if bare(fmt.Sprint(e)) == name {
			return transform.NewReader(in, e.NewDecoder()), nil
		}
	}
	return nil, &SyntaxError{Line: 1, Msg: fmt.Sprintf("the encoding %q cannot be read: save the file as UTF-8", label)}
}

// bare is a name without what different people write in different ways.
func bare(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}
