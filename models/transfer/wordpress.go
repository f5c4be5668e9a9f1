package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"folkmoot/models"
	"folkmoot/models/service"
)

// WordPressOptions says what of an export is taken in, and how.
type WordPressOptions struct {
	Post          string // the id of the one post to take; "": all of them
	Slug          string // of the consultation; needs exactly one post. "": the post's own
	IdeasFromList bool   // the post's first numbered list becomes ideas 1, 2, 3 …
}

// WordPressReport counts what was read, and names what became of each post.
type WordPressReport struct {
	Counts  Counts
	Repairs Repairs
	Posts   []WordPressPost // in the order of the file
}

// WordPressPost is one published post as it was taken in.
type WordPressPost struct {
	Title   string
	Slug    string
	Added   bool // false: it was imported before, and nothing was added
	Ideas   int
	Replies int // pending ones included
	Pending int // of these: were not approved there
	Orphans int // of these: answered a comment that is not there
	Empty   int // comments without a visible character, left out
}

// WordPressImport is an export that was read and found sound, with the posts
// that are asked for. Nothing of it is in a store yet.
type WordPressImport struct {
	file    io.ReadSeeker
	blog    *Blog
	posts   map[string]bool // the ids of those that are asked for
	options WordPressOptions
}

// ReadWordPress reads a whole export, without a store, and keeps none of its texts:
// Add reads it again, so that no more than one post is in memory. Refusals are models.Error
// of CodeInvalid: import.malformed (line, problem), import.zip, import.gzip,
// import.packed (format), import.not_wordpress,
// import.no_posts, import.no_post (post), import.one_post (count, posts) and
// import.slug; other errors are the reader's own.
func ReadWordPress(r io.ReadSeeker, o WordPressOptions) (*WordPressImport, error) {
	if o.Slug != "" && !models.ValidSlug(o.Slug) {
		return nil, models.Fail(models.CodeInvalid, "import.slug", "slug", o.Slug)
	}
	var heads []Post
	blog, err := eachPost(r, func(p Post) error {
		heads = append(heads, Post{ID: strings.Clone(p.ID), Title: strings.Clone(p.Title)})
		return nil
	})
	if err != nil {
		return nil, readable(err)
	}
	chosen, err := o.choose(heads)
	if err != nil {
		return nil, err
	}
	w := &WordPressImport{file: r, blog: blog, posts: map[string]bool{}, options: o}
	for _, p := range chosen {
		w.posts[p.ID] = true
	}
	return w, nil
}

// Add reads the export from its beginning again and adds each post as a draft with its comments as replies. CodeConflict if the
// given slug is taken, CodeInvalid if it has another meaning in an address. Posts
// before an error of the store stay; running it again adds the rest.
func (w *WordPressImport) Add(ctx context.Context, svc *service.Service) (WordPressReport, error) {
	report := WordPressReport{Counts: w.blog.Counts, Repairs: w.blog.Repairs}
	if _, err := w.file.Seek(0, io.SeekStart); err != nil {
		return report, fmt.Errorf("read the export again: %w", err)
	}
	_, err := eachPost(w.file, func(post Post) error {
		if !w.posts[post.ID] {
			return nil
		}
		done, err := addPost(ctx, svc, w.blog, post, w.options)
		if err != nil {
			return fmt.Errorf("import post %s: %w", post.ID, err)
		}
		report.Posts = append(report.Posts, done)
		return nil
	})
	return report, err
}

// readable turns what the parser says into a refusal that a person can act on.
func readable(err error) error {
	if syntax, ok := errors.AsType[*SyntaxError](err); ok {
		e := models.Fail(models.CodeInvalid, "import.malformed", "line", syntax.Line, "problem", syntax.Msg)
		e.Err = err
		return e
	}
	if packed, ok := errors.AsType[*PackedError](err); ok {
		key := "import.packed"
		switch packed.Format {
		case "zip":
			key = "import.zip"
		case "gzip":
			key = "import.gzip"
		}
		e := models.Fail(models.CodeInvalid, key, "format", packed.Format)
		e.Err = err
		return e
	}
	if errors.Is(err, ErrNotWordPress) {
		return &models.Error{Code: models.CodeInvalid, Key: "import.not_wordpress", Err: err}
	}
	return err
}

// choose picks the posts that are asked for.
func (o WordPressOptions) choose(all []Post) ([]Post, error) {
	var posts []Post
	for _, p := range all {
		if o.Post == "" || p.ID == o.Post {
			posts = append(posts, p)
		}
	}
	switch {
	case len(all) == 0:
		return nil, models.Fail(models.CodeInvalid, "import.no_posts")
	case len(posts) == 0:
		return nil, models.Fail(models.CodeInvalid, "import.no_post", "post", o.Post)
	case o.Slug != "" && len(posts) > 1:
		return nil, models.Fail(models.CodeInvalid, "import.one_post", "count", len(posts), "posts", listed(posts))
	}
	return posts, nil
}

// listed returns lines with the id and title of each post.
func listed(posts []Post) []string {
	var lines []string
	for _, p := range posts {
		lines = append(lines, "  "+p.ID+"  "+strings.Join(strings.Fields(p.Title), " "))
	}
	return lines
}

// maxTries is how many slugs are tried for a post whose own is taken.
const maxTries = 99

// addPost adds one post. A slug of its own that another consultation has gets a
// number behind it; one that was asked for must be free.
func addPost(ctx context.Context, svc *service.Service, blog *Blog, post Post, o WordPressOptions) (WordPressPost, error) {
	in := importPost(blog, post, o)
	stem := in.Slug
	for n := 2; ; n++ {
		c, added, err := svc.ImportPost(ctx, in)
		if taken := models.CodeOf(err) == models.CodeConflict; taken && o.Slug == "" && n <= maxTries {
			in.Slug = fmt.Sprintf("%s-%d", strings.TrimSuffix(cut(stem, 77), "-"), n)
			continue
		}
		if reserved := models.CodeOf(err) == models.CodeInvalid; reserved && o.Slug == "" && in.Slug == stem {
			in.Slug = cut("post-"+stem, 80) // a word that has another meaning in an address
			continue
		}
		if err != nil {
			return WordPressPost{}, err
		}
		done := count(in, post)
		done.Slug, done.Added = c.Slug, added
		return done, nil
	}
}

// importPost maps a post and its comments.
func importPost(blog *Blog, post Post, o WordPressOptions) service.ImportPost {
	in := service.ImportPost{
		Source: "wordpress", SourceID: blog.key() + "#" + post.ID, Slug: o.Slug, Title: post.Title,
		BodyHTML: post.Body, Language: blog.Language, Date: post.Date,
	}
	if in.Slug == "" {
		in.Slug = firstOf(fold(post.Slug), fold(post.Title), "post-"+fold(post.ID))
	}
	if o.IdeasFromList {
		in.Ideas, _ = ListItems(post.Body)
	}
	for _, c := range post.Comments {
		in.Replies = append(in.Replies, service.ImportReply{
			ID: c.ID, Parent: c.Parent, Author: c.Author, BodyHTML: c.Body, Date: c.Date,
			Approved: c.Approved, Orphan: c.Orphan,
		})
	}
	return in
}

// count says what a post brings.
func count(in service.ImportPost, post Post) WordPressPost {
	done := WordPressPost{Title: post.Title, Ideas: len(in.Ideas)}
	for _, r := range in.Replies {
		if r.Empty() {
			done.Empty++
			continue
		}
		done.Replies++
		if !r.Approved {
			done.Pending++
		}
		if r.Orphan {
			done.Orphans++
		}
	}
	return done
}

// key distinguishes one blog from another, since each numbers its posts from 1: its
// address without what often changes, or else its title.
func (b *Blog) key() string {
	link := strings.ToLower(strings.TrimSpace(b.Link))
	for _, prefix := range []string{"https://", "http://", "www."} {
		link = strings.TrimPrefix(link, prefix)
	}
	return firstOf(strings.TrimRight(link, "/"), b.Title)
}

// fold makes a slug of a name in any script: letters without their marks, in
// lower case; what has no Latin letter or digit in it folds to nothing.
func fold(name string) string {
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(name)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case latin[r] != "":
			b.WriteString(latin[r])
		case unicode.IsMark(r) || r == '\'' || r == '’':
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(cut(b.String(), 80), "-")
}

// latin are letters that no decomposition takes apart.
var latin = map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'ł': "l", 'þ': "th", 'ı': "i"}

func cut(s string, limit int) string { return s[:min(len(s), limit)] }
