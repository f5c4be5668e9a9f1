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

// A thread is rendered in runs of some thirty replies. Where a run ends follows from
// the reply that it ends with, so that a new reply changes its own run and no other.
const (
	runLength  = 32 // on average
	runLongest = 64
)

// runs cuts a slice of a thread.
func runs(items []ThreadItem) (list [][]ThreadItem) {
	start := 0
	for i := range items {
		if i+1 == len(items) || i-start+1 == runLongest || endsRun(items[i].Reply.ID) {
			list = append(list, items[start:i+1])
			start = i + 1
		}
	}
	return list
}

func endsRun(id string) bool {
	h := fnv.New32a()
	_, _ = h.Write([]byte(id))
	return h.Sum32()%runLength == 0
}

// run is the replies as a part that need not be made again while nothing of it changes.
func (w threadWords) run(items []ThreadItem) templ.Component {
	return ui.Run{Key: func() string { return w.key(items) }, Part: threadRun(w, items)}
}

// key is a digest of all that the HTML of the replies is made of.
func (w threadWords) key(items []ThreadItem) string {
	d := digest{b: make([]byte, 0, 1024*len(items))}
	d.texts("thread", w.l.Lang, w.zone, w.base, w.now.In(models.Zone(w.zone)).Format(time.DateOnly))
	d.yes(w.closed)
	for _, i := range items {
		d.item(i)
	}
	sum := sha256.Sum256(d.b)
	return hex.EncodeToString(sum[:])
}

// digest is what a key is made of, each text with its length before it.
type digest struct{ b []byte }

func (d *digest) texts(list ...string) {
	for _, s := range list {
		d.b = binary.AppendUvarint(d.b, uint64(len(s)))
		d.b = append(d.b, s...)
	}
}

func (d *digest) yes(list ...bool) {
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
	d.yes(r.Withdrawn, r.Orphan, i.Waiting, i.CanEdit)
	d.times(r.CreatedAt, r.EditedAt)
	d.b = binary.AppendVarint(d.b, int64(r.Depth))
}

// Run is the ballot as a part that need not be made again for who chose the same.
func (b Ballot) Run(l *i18n.Localizer) ui.Run {
	key := func() string {
		return strings.Join([]string{
			"ballot", l.Lang, b.Slug, strconv.Itoa(b.Number), b.Title, string(b.Choice), strconv.FormatBool(b.Waiting),
			strconv.FormatBool(b.Closed), b.Why, b.Return,
		}, "\x00")
	}
	return ui.Run{Key: key, Part: BallotLine(l, b)}
}
