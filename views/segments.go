package views

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"folkmoot/models"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// A thread is rendered in segments of some thirty replies. Which reply ends a segment
// follows from that reply's id alone, so that a new reply changes its own segment and no
// other.
const (
	segmentLength = 32 // on average
	segmentMax    = 64
)

// threadSegments splits one page of a thread.
func threadSegments(items []ThreadItem) (list [][]ThreadItem) {
	start := 0
	for i := range items {
		if i+1 == len(items) || i-start+1 == segmentMax || endsSegment(items[i].Reply.ID) {
			list = append(list, items[start:i+1])
			start = i + 1
		}
	}
	return list
}

func endsSegment(id string) bool {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return h.Sum32()%segmentLength == 0
}

// segment returns replies of the thread as a segment, the i-th.
func (w threadWords) segment(v ThreadView, i int, items []ThreadItem) ui.Segment {
	key := func() string {
		if i < len(v.keys) {
			return v.keys[i]
		}
		return w.key(items)
	}
	return ui.Segment{Key: key, Content: threadSegment(w, items)}
}

// key returns a digest of everything that the HTML of the replies depends on.
func (w threadWords) key(items []ThreadItem) string {
	d := digest{b: make([]byte, 0, 1024*len(items))}
	d.texts("thread", w.l.Language().String(), w.zone, w.base, models.In(w.now, w.zone).Format(time.DateOnly))
	d.bools(w.closed)
	for _, i := range items {
		d.item(i)
	}
	sum := sha256.Sum256(d.b)
	return hex.EncodeToString(sum[:])
}

// digest collects what a key depends on. Each text is preceded by its length.
type digest struct{ b []byte }

func (d *digest) texts(list ...string) {
	for _, s := range list {
		d.b = binary.AppendUvarint(d.b, uint64(len(s)))
		d.b = append(d.b, s...)
	}
}

func (d *digest) bools(list ...bool) {
	for _, v := range list {
		d.b = strconv.AppendBool(d.b, v)
	}
}

func (d *digest) times(list ...time.Time) {
	for _, t := range list {
		d.b = binary.BigEndian.AppendUint64(d.b, uint64(t.UnixMilli()))
	}
}

func (d *digest) item(i ThreadItem) {
	r := i.Reply
	d.texts(r.ID, r.AuthorName, string(r.StaffRole), string(r.Status), r.Reason, r.Source, r.Reference,
		r.ParentID, r.ParentName, r.BodyHTML, i.Own.Said, i.Own.Wait, i.Own.Link, i.Own.Mailing)
	d.bools(r.Withdrawn, r.Orphan, i.Waiting, i.Own.CanEdit)
	d.times(r.CreatedAt, r.EditedAt)
	d.b = binary.AppendVarint(d.b, int64(r.Depth))
}

// Segment returns the vote buttons as a segment, shared by all who chose the same.
func (v VoteForm) Segment(l *i18n.Localizer) ui.Segment {
	key := func() string {
		return joinKey(
			"vote", l.Language().String(), v.Slug, strconv.Itoa(v.Number), v.Title, string(v.Choice), strconv.FormatBool(v.Waiting),
			strconv.FormatBool(v.Closed), v.Why, v.Return,
		)
	}
	return ui.Segment{Key: key, Content: VoteButtons(l, v)}
}

// segment returns the reply box with nothing typed in it as a segment, shared by all who
// write under the same name.
func (r ReplyForm) segment(f ui.LayoutData) ui.Segment {
	key := func() string {
		return joinKey(
			"reply", f.L.Language().String(), path(f.Path), r.Action, r.SignedIn, strconv.FormatBool(r.Member), strconv.Itoa(r.Idea),
			r.Closed, r.Wait, strconv.FormatBool(r.NoMail), strconv.FormatBool(f.Remember),
		)
	}
	return ui.Segment{Key: key, Content: replyBox(f, r)}
}

// slot returns the content of the slot of the reply box.
func (r ReplyForm) slot(f ui.LayoutData) templ.Component {
	if r.Parent == nil && len(r.Values) == 0 && len(r.Errors) == 0 {
		return r.segment(f)
	}
	return replyBox(f, r)
}

// joinKey joins texts to a key, with a character between them that none of them holds.
func joinKey(texts ...string) string { return strings.Join(texts, "\x1f") }
