package transfer

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

const wxrHead = `<rss xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/"><channel>`

// wxr wraps items in an export.
func wxr(items ...string) string {
	return wxrHead + strings.Join(items, "\n") + "</channel></rss>"
}

// tags writes "key=value" pairs as elements of the wp namespace.
func tags(pairs ...string) string {
	var b strings.Builder
	for _, pair := range pairs {
		key, value, _ := strings.Cut(pair, "=")
		fmt.Fprintf(&b, "<wp:%s><![CDATA[%s]]></wp:%s>", key, value, key)
	}
	return b.String()
}

func item(link string, inner ...string) string {
	return "<item><title>T</title><link>" + link + "</link>" + strings.Join(inner, "") + "</item>"
}

// remark is a comment; its date is so many minutes after noon.
func remark(id, parent string, minute int, more ...string) string {
	date := fmt.Sprintf("comment_date_gmt=2020-01-01 12:%02d:00", minute)
	return "<wp:comment>" + tags("comment_id="+id, "comment_parent="+parent, date, "comment_content=text "+id) + tags(more...) + "</wp:comment>"
}

func mustParse(t *testing.T, file string) *Blog {
	t.Helper()
	blog, err := ParseWXR(strings.NewReader(file))
	if err != nil {
		t.Fatalf("%v in %s", err, file)
	}
	return blog
}

func TestParseWXRPrefixes(t *testing.T) {
	raw, err := os.ReadFile("testdata/prefixes.xml")
	if err != nil {
		t.Fatal(err)
	}
	blog, err := ParseWXR(iotest.OneByteReader(strings.NewReader(string(raw))))
	if err != nil {
		t.Fatal(err)
	}
	want := &Blog{
		Title: "The Valley blog", Link: "https://valley.example.org", Language: "en-GB",
		Posts: []Post{{
			ID: "7", Title: "Buses – and trains", Slug: "büsse", Link: "https://valley.example.org/?p=7", Author: "Meg & co",
			Body: "<p>Which?</p><ol><li>Buses</li></ol>", Date: time.Date(2021, 3, 2, 7, 0, 0, 0, time.UTC),
			Comments: []Comment{{
				ID: "4", Author: "Jo & Sons", Body: "Both.", Date: time.Date(2021, 3, 3, 10, 0, 0, 0, time.UTC), Approved: true,
			}},
		}},
		Counts: Counts{Items: 1, Posts: 1, Comments: 1},
	}
	if !reflect.DeepEqual(blog, want) {
		t.Errorf("got %+v\nwant %+v", blog, want)
	}
	for _, secret := range []string{"example.org/jo", "jo@example.org", "jo.example.org", "192.0.2.7", "meg@example.org"} {
		if strings.Contains(fmt.Sprintf("%+v", blog), secret) {
			t.Errorf("%s was kept", secret)
		}
	}
}

func TestParseWXRKinds(t *testing.T) {
	blog := mustParse(t, wxr(
		item("a"),
		item("b", tags("post_type=post", "status=publish")),
		item("c", tags("post_type=page", "status=draft"), remark("1", "0", 1)),
		item("d", tags("status=draft")), item("e", tags("status=pending")), item("f", tags("status=future")),
		item("g", tags("status=private")), item("h", tags("status=publish", "post_password=secret")),
		item("i", tags("post_type=attachment", "status=inherit")), item("j", tags("post_type=nav_menu_item")),
		item("k", tags("status=trash")),
	))
	want := Counts{
		Items: 11, Posts: 2, Pages: 1, Drafts: 3, Private: 2, Attachments: 1, OtherTypes: 1, TrashPosts: 1,
		CommentsElsewhere: 1,
	}
	if blog.Counts != want {
		t.Errorf("got %+v, want %+v", blog.Counts, want)
	}
	if blog.Posts[0].Link != "a" || blog.Posts[1].Link != "b" {
		t.Errorf("posts %+v", blog.Posts)
	}
}

func TestParseWXRIDs(t *testing.T) {
	file := wxr(
		item("http://e.org/?p=4"), item("http://e.org/?p=5"),
		item("x", tags("post_id=9")), item("x", tags("post_id=9")), item("y", tags("post_id=9")),
		"<item><guid>only a guid</guid></item>", "<item><title>only a title</title></item>",
	)
	first, second := mustParse(t, file), mustParse(t, file)
	seen := map[string]bool{}
	for i, post := range first.Posts {
		if post.ID == "" || seen[post.ID] || post.ID != second.Posts[i].ID {
			t.Errorf("post %d has the id %q (then %q)", i, post.ID, second.Posts[i].ID)
		}
		seen[post.ID] = true
	}
	if len(first.Posts) != 6 || first.Counts.Duplicates != 1 || !seen["9"] {
		t.Errorf("%d posts, %+v", len(first.Posts), first.Counts)
	}
	// The made id depends on the link alone, so that a later export matches.
	later := mustParse(t, wxr("<item><title>Renamed</title><link>http://e.org/?p=4</link></item>"))
	if later.Posts[0].ID != first.Posts[0].ID {
		t.Errorf("ids %q and %q for one link", later.Posts[0].ID, first.Posts[0].ID)
	}
}

func TestParseWXRDates(t *testing.T) {
	const none = "0000-00-00 00:00:00"
	cases := []struct{ name, inner, want string }{
		{"GMT first", tags("post_date=2020-01-01 14:00:00", "post_date_gmt=2020-01-01 12:00:00"), "2020-01-01 12:00:00"},
		{"pubDate, which has a zone, before local", tags("post_date=2020-01-01 14:00:00", "post_date_gmt="+none) + "<pubDate>Wed, 01 Jan 2020 09:00:00 +0000</pubDate>", "2020-01-01 09:00:00"},
		{"local", tags("post_date=2020-01-01 14:00:00", "post_date_gmt="+none) + "<pubDate>Wed, 30 Nov -0001 00:00:00 +0000</pubDate>", "2020-01-01 14:00:00"},
		{"an abbreviation", "<pubDate>Wed, 01 Jan 2020 09:00:00 GMT</pubDate>", "2020-01-01 09:00:00"},
		{"an unknown abbreviation", tags("post_date=2020-01-01 14:00:00") + "<pubDate>Wed, 01 Jan 2020 09:00:00 NZDT</pubDate>", "2020-01-01 14:00:00"},
		{"pubDate", tags("post_date="+none) + "<pubDate>Wed, 01 Jan 2020 09:00:00 +0200</pubDate>", "2020-01-01 07:00:00"},
		{"none", "<pubDate>Wed, 30 Nov -0001 00:00:00 +0000</pubDate>", "0001-01-01 00:00:00"},
	}
	for _, c := range cases {
		blog := mustParse(t, wxr(item("a", c.inner)))
		if got := blog.Posts[0].Date; got.Format(time.DateTime) != c.want || got.Location() != time.UTC {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestParseWXREncodings(t *testing.T) {
	body := wxr(item("a", "<content:encoded>Zoë’s café</content:encoded>"))
	declare := func(name string) string { return `<?xml version="1.0" encoding="` + name + `"?>` + body }
	other := func(e *charmap.Charmap, name string) string {
		text, err := e.NewEncoder().String(declare(name))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	latin := other(charmap.Windows1252, "ISO-8859-1")
	wide, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(declare("UTF-16"))
	if err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string]string{
		"undeclared": body, "UTF-8": declare("utf-8"), "utf8": declare("utf8"), "mark": "\ufeff" + declare("UTF-8"),
		"mark that overrules": "\ufeff" + declare("ISO-8859-1"), "Latin 1": latin, "UTF-16": wide,
		"latin1": other(charmap.Windows1252, "latin1"), "cp1252": other(charmap.Windows1252, "cp1252"),
		"Central European": other(charmap.Windows1250, "windows-1250"), "Macintosh": other(charmap.Macintosh, "macintosh"),
		"Turkish": other(charmap.Windows1254, "Windows-1254"),
	} {
		if got := mustParse(t, file).Posts[0].Body; got != "Zoë’s café" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestParseWXRRefuses(t *testing.T) {
	cases := []struct {
		name, file string
		line       int
	}{
		{"empty", "", 1},
		{"blank", "\n\n", 3},
		{"stray text", "`" + wxr(), 1},
		{"text after", wxr() + "\n\nmore", 3},
		{"second root", wxr() + "\n<rss/>", 2},
		{"late declaration", "\n<?xml version=\"1.0\"?>" + wxr(), 2},
		{"cut off", wxrHead + "\n<item><title>a", 2},
		{"crossed tags", wxrHead + "\n\n<item></channel></item></rss>", 3},
		{"entity of HTML", wxrHead + "\n<item><title>a&nbsp;b</title></item></channel></rss>", 2},
		{"bare ampersand", wxrHead + "\n<title>a & b</title></channel></rss>", 2},
		{"unquoted attribute", wxrHead + "\n<item a=b></item></channel></rss>", 2},
		{"attribute twice", wxrHead + "\n<item a='1' a='2'></item></channel></rss>", 2},
		{"after a repair", wxrHead + "\n<title>a\xff\x01</title>\n</rss>", 3},
		{"unknown encoding", `<?xml version="1.0" encoding="klingon"?>` + wxr(), 1},
		{"no encoding", `<?xml version="1.0" encoding="--"?>` + wxr(), 1},
		{"Japanese encoding", `<?xml version="1.0" encoding="Shift_JIS"?>` + wxr(), 1},
		{"undeclared prefix", "<rss><channel>\n<item><wp:status>draft</wp:status></item></channel></rss>", 2},
		{"malformed elsewhere", "<disqus>\n<a b=c/></disqus>", 2},
		{"malformed after the posts", wxr(item("a")) + "\n<", 2},
	}
	for _, c := range cases {
		blog, err := ParseWXR(strings.NewReader(c.file))
		var syntax *SyntaxError
		if !errors.As(err, &syntax) || blog != nil {
			t.Errorf("%s: error %v, blog %v", c.name, err, blog)
			continue
		}
		if syntax.Line != c.line || syntax.Msg == "" {
			t.Errorf("%s: line %d (%s), want %d", c.name, syntax.Line, syntax.Msg, c.line)
		}
	}
}

func TestParseWXRNotWordPress(t *testing.T) {
	for _, file := range []string{
		"<disqus/>", "<html><body/></html>", "<rss/>", "<rss><chanel/></rss>",
		strings.ReplaceAll(wxr(item("a", tags("status=draft"))), "export/1.2/", "export/2.0/"),
		strings.ReplaceAll(wxr(item("a", tags("status=draft"))), "export/1.2/", "export/1.10/"),
	} {
		if blog, err := ParseWXR(strings.NewReader(file)); !errors.Is(err, ErrNotWordPress) || blog != nil {
			t.Errorf("error %v for %s", err, file)
		}
	}
	broken := errors.New("the disk is on fire")
	if _, err := ParseWXR(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("a reader's error comes back as %v", err)
	}
	half := iotest.TimeoutReader(iotest.HalfReader(strings.NewReader(wxr(item("a")))))
	if _, err := ParseWXR(half); !errors.Is(err, iotest.ErrTimeout) {
		t.Errorf("a late error comes back as %v", err)
	}
}
