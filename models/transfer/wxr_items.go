package transfer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"html"
	"net/url"
	"strings"
	"time"
)

// rawItem is an item as it stands in the file.
type rawItem struct {
	post                         Post
	kind, status, guid, slug     string
	dateGMT, dateLocal, datePub  string
	protected                    bool
	comments                     []Comment
	pingbacks, trackbacks, other int
	spam, trash                  int
}

func (p *wxrParser) item() error {
	var it rawItem
	err := p.each(func(child xml.StartElement) error { return p.itemChild(&it, child) })
	if err != nil {
		return err
	}
	p.blog.Counts.Items++
	if kept := p.classify(&it); !kept {
		p.blog.Counts.CommentsElsewhere += it.found()
		return nil
	}
	return p.keep(&it)
}

func (p *wxrParser) itemChild(it *rawItem, child xml.StartElement) error {
	switch nameOf(child) {
	case "title":
		return p.titleInto(&it.post.Title)
	case "link":
		return p.textInto(&it.post.Link)
	case "guid":
		return p.textInto(&it.guid)
	case "pubDate":
		return p.textInto(&it.datePub)
	case "dc:creator":
		return p.textInto(&it.post.Author)
	case "content:encoded":
		return p.textInto(&it.post.Body)
	case "wp:comment":
		return p.comment(it)
	}
	return p.itemProperty(it, child)
}

func (p *wxrParser) itemProperty(it *rawItem, child xml.StartElement) error {
	switch nameOf(child) {
	case "wp:post_id":
		return p.textInto(&it.post.ID)
	case "wp:post_date_gmt":
		return p.textInto(&it.dateGMT)
	case "wp:post_date":
		return p.textInto(&it.dateLocal)
	case "wp:post_name":
		return p.textInto(&it.slug)
	case "wp:status":
		return p.textInto(&it.status)
	case "wp:post_type":
		return p.textInto(&it.kind)
	case "wp:post_password":
		password, err := p.text()
		it.protected = password != ""
		return err
	}
	return p.skip()
}

// classify counts an item that is left out and reports whether it is kept. The
// type comes before the status: a draft of a page is a page.
func (p *wxrParser) classify(it *rawItem) bool {
	counts := &p.blog.Counts
	switch it.kind {
	case "", "post":
	case "page":
		counts.Pages++
		return false
	case "attachment":
		counts.Attachments++
		return false
	default:
		counts.OtherTypes++
		return false
	}
	switch {
	case it.status == "private", it.protected:
		counts.Private++
	case it.status == "", it.status == "publish":
		return true
	case it.status == "trash":
		counts.TrashPosts++
	default: // draft, auto-draft, pending, future, inherit
		counts.Drafts++
	}
	return false
}

// keep passes a published post on, unless the very same one is there already.
func (p *wxrParser) keep(it *rawItem) error {
	post := &it.post
	post.Comments = it.comments
	if name, ok := p.names[post.Author]; ok {
		post.Author = name
	} else {
		post.Author = unescapeName(post.Author)
	}
	post.Slug = it.slug
	if slug, err := url.PathUnescape(it.slug); err == nil {
		post.Slug = strings.ToValidUTF8(slug, "")
	}
	post.Date = firstDate(it.dateGMT, it.datePub, it.dateLocal)
	made := "link-" + digest(firstOf(post.Link, it.guid, post.Title+"\n"+post.Date.String()))
	if post.ID == "" {
		post.ID = made
	}
	print := digest(post.Title, post.Link, post.Body)
	if before, ok := p.seen[post.ID]; ok && before != print {
		post.ID = made
	}
	if _, ok := p.seen[post.ID]; ok {
		p.blog.Counts.Duplicates++
		p.blog.Counts.CommentsElsewhere += it.found()
		return nil
	}
	p.seen[post.ID] = print
	p.count(it)
	p.blog.Counts.Posts++
	p.finishPost(post)
	return p.do(*post)
}

func (p *wxrParser) count(it *rawItem) {
	c := &p.blog.Counts
	c.Pingbacks += it.pingbacks
	c.Trackbacks += it.trackbacks
	c.OtherComments += it.other
	c.Spam += it.spam
	c.Trash += it.trash
}

// found is the number of comments in the file under an item.
func (it *rawItem) found() int {
	return len(it.comments) + it.pingbacks + it.trackbacks + it.other + it.spam + it.trash
}

func (p *wxrParser) titleInto(target *string) error {
	title, err := p.text()
	*target = plainText(title)
	return err
}

// digest is a short, stable name for texts.
func digest(parts ...string) string {
	h := sha256.New()
	for _, part := range parts {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

func firstOf(list ...string) string {
	for _, s := range list {
		if s != "" {
			return s
		}
	}
	return ""
}

// unescapeName shows a name as its blog did: names are stored with entities.
func unescapeName(s string) string { return strings.Join(strings.Fields(html.UnescapeString(s)), " ") }

// firstDate returns the first date that can be read: WordPress writes 0000-00-00 for
// those it does not know. A local date, which comes last, is taken as UTC, since the
// zone of the blog is not in the file.
func firstDate(dates ...string) time.Time {
	for _, s := range dates {
		for _, layout := range []string{time.DateTime, time.RFC1123Z, time.RFC1123} {
			t, err := time.Parse(layout, s)
			if err != nil {
				continue
			}
			if _, offset := t.Zone(); layout == time.RFC1123 && offset == 0 && !strings.HasSuffix(s, "GMT") && !strings.HasSuffix(s, "UTC") {
				continue // time.Parse takes an abbreviation that it does not know as UTC
			}
			return t.UTC()
		}
	}
	return time.Time{}
}
