package transfer

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"folkmoot/models"
)

func TestRepair(t *testing.T) {
	for _, c := range []struct {
		name, in, want string
		done           Repairs
	}{
		{"sound", "<a b='&#9;'>\t&#xA;é\U0001F600<!-- ]]> & --><?p ]]>?></a>", "<a b='&#9;'>\t&#xA;é\U0001F600<!-- ]]> & --><?p ]]>?></a>", Repairs{}},
		{"raw", "<a\x01 b='\x02'>\x00x\x0c<![CDATA[\x1f\uFFFE]]></a>", "<a b=''>x<![CDATA[]]></a>", Repairs{Characters: 6}},
		{"references", "<a b='&#0;'>&#x1F;&#xD800;&#11;&#x110000;&#65;</a>", "<a b=''>&#65;</a>", Repairs{Characters: 5}},
		{"references in a section are text", "<a><![CDATA[&#0;]]></a>", "<a><![CDATA[&#0;]]></a>", Repairs{}},
		{"bytes", "<a>caf\xe9 \xff\xfe</a>", "<a>caf\uFFFD \uFFFD\uFFFD</a>", Repairs{Bytes: 3}},
		{"a replacement that was there", "<a>\uFFFD</a>", "<a>\uFFFD</a>", Repairs{}},
		{"end inside", "<a><![CDATA[b[c[1]]>2]]></a>", "<a><![CDATA[b[c[1]]]]><![CDATA[>2]]></a>", Repairs{Sections: 1}},
		{"more brackets", "<a><![CDATA[x]]]>]]></a>", "<a><![CDATA[x]]]]]><![CDATA[>]]></a>", Repairs{Sections: 1}},
		{"split as WordPress does now", "<a><![CDATA[x]]]]><![CDATA[>y]]></a>", "<a><![CDATA[x]]]]><![CDATA[>y]]></a>", Repairs{}},
		{"text after a section", "<a><![CDATA[x]]> y</a><b><![CDATA[z]]> </b>", "<a><![CDATA[x]]> y</a><b><![CDATA[z]]> </b>", Repairs{}},
		{"text after the last section", "<a><![CDATA[x]]> y</a>", "<a><![CDATA[x]]> y</a>", Repairs{}},
		{"sign in an attribute", "<a b='>]]>\"'>&#0;</a>", "<a b='>]]>\"'></a>", Repairs{Characters: 1}},
	} {
		for _, in := range []io.Reader{strings.NewReader(c.in), iotest.OneByteReader(strings.NewReader(c.in))} {
			r := newRepairer(in)
			got, err := io.ReadAll(r)
			if err != nil || string(got) != c.want || r.done != c.done {
				t.Errorf("%s: %q, %+v, %v; want %q, %+v", c.name, got, r.done, err, c.want, c.done)
			}
		}
	}
}

func TestPacked(t *testing.T) {
	for magic, want := range map[string]string{"PK\x03\x04\x14": "zip", "\x1f\x8b\x08": "gzip", "BZh9": "bzip2", "\xfd7zXZ\x00": "xz"} {
		_, err := ParseWXR(strings.NewReader(magic))
		if packed, ok := errors.AsType[*PackedError](err); !ok || packed.Format != want {
			t.Errorf("%q: %v, want %s", magic, err, want)
		}
	}
}

// caseFile opens one of the shared small inputs.
func caseFile(t *testing.T, name string) *os.File {
	t.Helper()
	data := os.Getenv("FOLKMOOT_DATA")
	if data == "" {
		t.Skip("FOLKMOOT_DATA is not set: the small inputs are not here")
	}
	file, err := os.Open(filepath.Join(data, "cases", name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return file
}

func TestCaseRepairs(t *testing.T) {
	for name, c := range map[string]struct {
		comment string
		done    Repairs
	}{
		"wxr-control-char.xml":     {"Form feed here: and on.", Repairs{Characters: 1}},
		"wxr-nul-in-postmeta.xml":  {"A sound comment.", Repairs{Characters: 1}},
		"wxr-cdata-end-inside.xml": {"if (a[b[1]]>2) then", Repairs{Sections: 1}},
		"wxr-bad-utf8.xml":         {"caf\uFFFD", Repairs{Bytes: 1}},
	} {
		blog, err := ParseWXR(caseFile(t, name))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := blog.Posts[0].Comments[0].Body; got != c.comment || blog.Repairs != c.done {
			t.Errorf("%s: %q, %+v; want %q, %+v", name, got, blog.Repairs, c.comment, c.done)
		}
	}
	_, err := ReadWordPress(caseFile(t, "wxr.zip"), WordPressOptions{})
	if refused, ok := errors.AsType[*models.Error](err); !ok || refused.Key != "import.zip" {
		t.Errorf("wxr.zip: %v", err)
	}
}

// longExport is an export of many posts that is made while it is read.
type longExport struct{ posts, at int }

func (l *longExport) Read(p []byte) (int, error) {
	whole := l.piece()
	if whole == "" {
		return 0, io.EOF
	}
	l.at++
	return copy(p, whole), nil
}

// piece is what stands at a place of the export, short enough for any buffer.
func (l *longExport) piece() string {
	const perPost = 1000
	post, part := (l.at-1)/perPost, (l.at-1)%perPost
	switch {
	case l.at == 0:
		return wxrHead
	case post == l.posts && part == 0:
		return "</channel></rss>"
	case post >= l.posts:
		return ""
	case part == 0:
		return fmt.Sprintf("<item><title>T %d</title><link>l%d</link><content:encoded>", post, post)
	case part == perPost-1:
		return "</content:encoded></item>"
	}
	return strings.Repeat("word ", 100)
}

// Seek implements io.Seeker, to the beginning.
func (l *longExport) Seek(int64, int) (int64, error) {
	l.at = 0
	return 0, nil
}

// TestReadHoldsNoTexts reads an export of 10 MB, of which nothing but ids may stay.
func TestReadHoldsNoTexts(t *testing.T) {
	before := heapInUse()
	read, err := ReadWordPress(&longExport{posts: 20}, WordPressOptions{})
	if err != nil || read.blog.Counts.Posts != 20 {
		t.Fatalf("%v, %+v", err, read)
	}
	if grown := int64(heapInUse()) - int64(before); grown > 2<<20 {
		t.Errorf("%d bytes are held", grown)
	}
	again := 0
	if _, err := eachPost(read.file, func(p Post) error { again += len(p.Body); return nil }); err == nil {
		t.Error("an export that stands at its end was read")
	}
	if _, err := read.file.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	if _, err := eachPost(read.file, func(p Post) error { again += len(p.Body); return nil }); err != nil || again < 9_900_000 {
		t.Errorf("%d bytes, %v", again, err)
	}
	runtime.KeepAlive(read)
}

func heapInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
