// Package transfer reads what other programs export. wxr.go reads WordPress
// eXtended RSS 1.0 to 1.2 into plain values; nothing here knows a store.
package transfer

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"
)

// A Blog is what an export holds of public interest.
type Blog struct {
	Title    string
	Language string // as written, for instance "en-GB"; may be empty
	Link     string
	Posts    []Post // published posts, in the order of the file
	Counts   Counts
	Repairs  Repairs
}

// A Post is one published post with its comments.
type Post struct {
	ID       string // wp:post_id, or "link-…" made from the link
	Title    string // plain text
	Slug     string // wp:post_name, decoded; may be empty
	Link     string
	Author   string    // display name where the file gives one
	Body     string    // HTML as stored by WordPress: not safe, see markup.FromHTML
	Date     time.Time // UTC; zero if the file gives none
	Comments []Comment // parents before their answers, else by date, then id
}

// A Comment is one person's comment. The file's e-mail addresses, IP addresses
// and links of its authors are never read into it.
type Comment struct {
	ID       string // unique within its post; "text-…" if the file gives none
	Parent   string // the ID of a comment in the same post, or "" at the root
	Author   string // plain text
	Body     string // HTML or text: not safe, see markup.FromHTMLText
	Date     time.Time
	Approved bool // false: it was waiting for its blog's moderator
	Orphan   bool // it answered a comment that is not here, so it hangs at the root
}

// Counts says what was read and, by kind, what was left out. Each item and
// each comment is counted once.
type Counts struct {
	Items    int // <item> elements in the file
	Posts    int // kept
	Comments int // kept, pending ones included
	Pending  int // of these, not approved
	Orphans  int // of these, moved to the root

	Pages       int // left out: items …
	Drafts      int // drafts, pending and scheduled posts
	Private     int // private or behind a password
	Attachments int
	OtherTypes  int
	TrashPosts  int

	Pingbacks     int // … and comments on the posts that were kept
	Trackbacks    int
	OtherComments int // of another comment_type
	Spam          int
	Trash         int

	Duplicates        int // the same post, or the same comment of a post, again
	CommentsElsewhere int // under items that were left out
}

// A SyntaxError says why a file is not well-formed, and where.
type SyntaxError struct {
	Line int // from 1
	Msg  string
}

func (e *SyntaxError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Msg) }

// A PackedError says that a file is an archive, or packed.
type PackedError struct {
	Format string // "zip", "gzip", "bzip2", "xz", "7z", "rar" or "zstd"
}

func (e *PackedError) Error() string { return "packed as " + e.Format }

// ErrNotWordPress means well-formed XML that is no WordPress export, or one of
// a version after 1.2.
var ErrNotWordPress = errors.New("not a WordPress export of version 1.0 to 1.2")

// ParseWXR reads a WordPress export. Prefixes are resolved by their namespace,
// the encoding is the declared one. An item without a type or a status is a
// published post. The error is a *SyntaxError, a *PackedError, ErrNotWordPress or
// the reader's own; nothing is returned besides it. The caller bounds the size of r.
func ParseWXR(r io.Reader) (*Blog, error) {
	var posts []Post
	blog, err := eachPost(r, func(p Post) error {
		posts = append(posts, p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	blog.Posts = posts
	return blog, nil
}

// eachPost reads an export and calls do with each published post, holding no
// more than one. The blog is returned without posts; the errors are those of
// ParseWXR and of do.
func eachPost(r io.Reader, do func(Post) error) (*Blog, error) {
	source, err := newSource(r)
	if err != nil {
		return nil, err
	}
	p := wxrParser{source: source, names: map[string]string{}, seen: map[string]string{}, do: do}
	if err := p.document(); err != nil {
		return nil, err
	}
	p.blog.Repairs = *source.repairs
	return &p.blog, nil
}

type wxrParser struct {
	*source
	blog  Blog
	names map[string]string // login to display name
	seen  map[string]string // post ID to fingerprint
	do    func(Post) error  // takes each post
}

// document reads the root and refuses a second one, and text beside it.
func (p *wxrParser) document() error {
	root := false
	for {
		token, err := p.next()
		if errors.Is(err, io.EOF) && root {
			return nil
		}
		if errors.Is(err, io.EOF) {
			return p.fault("there is no element in the file")
		}
		if err != nil {
			return err
		}
		switch token := token.(type) {
		case xml.StartElement:
			if root {
				return p.fault("a second root element")
			}
			root = true
			if err := p.rss(token); err != nil {
				return err
			}
		case xml.CharData:
			if len(bytes.TrimSpace(token)) > 0 {
				return p.fault("text outside the root element")
			}
		}
	}
}

func (p *wxrParser) rss(start xml.StartElement) error {
	if start.Name.Local != "rss" {
		// A malformed file is reported as such, whatever it holds.
		if err := p.skip(); err != nil {
			return err
		}
		return ErrNotWordPress
	}
	channel := false
	err := p.each(func(child xml.StartElement) error {
		if child.Name != (xml.Name{Local: "channel"}) {
			return p.skip()
		}
		channel = true
		return p.channel()
	})
	if err == nil && !channel {
		return ErrNotWordPress
	}
	return err
}

func (p *wxrParser) channel() error {
	return p.each(func(child xml.StartElement) error {
		switch nameOf(child) {
		case "title":
			return p.titleInto(&p.blog.Title)
		case "language":
			return p.textInto(&p.blog.Language)
		case "link":
			return p.textInto(&p.blog.Link)
		case "wp:author":
			return p.author()
		case "item":
			return p.item()
		}
		return p.skip()
	})
}

// author learns the name under which a login was shown.
func (p *wxrParser) author() error {
	var login, name string
	err := p.each(func(child xml.StartElement) error {
		switch nameOf(child) {
		case "wp:author_login":
			return p.textInto(&login)
		case "wp:author_display_name":
			return p.textInto(&name)
		}
		return p.skip()
	})
	if login != "" && name != "" {
		p.names[login] = unescapeName(name)
	}
	return err
}

var (
	wxrNamespace = regexp.MustCompile(`^https?://wordpress\.org/export/1\.[0-2]/?$`)
	wxrOther     = regexp.MustCompile(`^https?://wordpress\.org/export/(?:[^1]|1[^.]|1\.[^0-2]|1\.[0-2][^/])`)
)

const (
	contentNamespace = "http://purl.org/rss/1.0/modules/content/"
	creatorNamespace = "http://purl.org/dc/elements/1.1/"
)

// nameOf is the name of an element with the usual prefix of its namespace; ""
// for those of namespaces that do not matter here.
func nameOf(e xml.StartElement) string {
	switch space := e.Name.Space; {
	case space == "":
		return e.Name.Local
	case wxrNamespace.MatchString(space):
		return "wp:" + e.Name.Local
	case space == contentNamespace:
		return "content:" + e.Name.Local
	case space == creatorNamespace:
		return "dc:" + e.Name.Local
	}
	return ""
}
