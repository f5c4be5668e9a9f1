package transfer

import (
	"io"
	"strings"
	"testing"

	"golang.org/x/net/html/charset"
)

// TestCharsetsAreTheBrowsers compares what an export's bytes mean with what they mean to
// a browser, for the names that blogs have given to encodings of one byte a character.
func TestCharsetsAreTheBrowsers(t *testing.T) {
	var high strings.Builder
	for b := 0xa1; b < 0xff; b++ { // what lies below is control characters to some
		high.WriteByte(byte(b))
	}
	for _, label := range []string{
		"ascii", "us-ascii", "ISO-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin2", "ISO-8859-2", "iso-8859-3", "iso-8859-4",
		"iso-8859-5", "iso-8859-7", "iso-8859-9", "latin5", "iso-8859-10", "iso-8859-11", "tis-620", "iso-8859-13", "iso-8859-14",
		"ISO-8859-15", "iso-8859-16", "windows-874", "windows-1250", "cp1250", "Windows-1251", "cp1251", "windows-1252", "cp1252",
		"windows-1254", "windows-1256", "windows-1257", "windows-1258", "koi8-r", "KOI8-U", "koi", "macintosh", "x-mac-cyrillic",
		"ibm866", "cp866",
	} {
		browsers, _ := charset.Lookup(label)
		want, err := browsers.NewDecoder().String(high.String())
		if err != nil {
			t.Fatal(err)
		}
		in, err := inUTF8(label, strings.NewReader(high.String()))
		if err != nil {
			t.Errorf("%s: %v", label, err)
			continue
		}
		if got, err := io.ReadAll(in); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v; a browser reads %q", label, got, err, want)
		}
	}
}
