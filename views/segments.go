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

// segment returns the replies as a segment that can be cached.
func (w threadWords) segment(items []ThreadItem) templ.Component {
	return ui.Segment{Key: func() string { return w.key(items) }, Content: threadSegment(w, items)}
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
		r.ParentID, r.ParentName, r.BodyHTML, i.Wait)
	d.bools(r.Withdrawn, r.Orphan, i.Waiting, i.CanEdit)
	d.times(r.CreatedAt, r.EditedAt)
	d.b = binary.AppendVarint(d.b, int64(r.Depth))
}

// Segment returns the vote buttons as a segment, shared by all who chose the same.
func (v VoteForm) Segment(l *i18n.Localizer) ui.Segment {
	key := func() string {
		return strings.Join([]string{
			"vote", l.Language().String(), v.Slug, strconv.Itoa(v.Number), v.Title, string(v.Choice), strconv.FormatBool(v.Waiting),
			strconv.FormatBool(v.Closed), v.Why, v.Return,
		}, "\x00")
	}
	return ui.Segment{Key: key, Content: VoteButtons(l, v)}
}
