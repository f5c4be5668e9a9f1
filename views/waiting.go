package views

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"

	"github.com/a-h/templ"

	"folkmoot/views/ui"
)

// OwnText is what the author of a waiting text is told of it, and may do.
type OwnText struct {
	Said    string // what was just done with it, a sentence; ""
	Wait    string // how long publishing usually takes here; "": nobody knows yet
	Link    string // path of its private link
	Mailing string // how word of it goes by mail: "confirmed", "mailed", "no_mail" or "no_address"
	CanEdit bool
}

// ThreadOutline is what is kept of a thread that was rendered for an anonymous reader, to
// put a reader's own waiting replies in their places.
type ThreadOutline struct {
	View     ThreadView // without replies
	From     string     // the place after which the thread begins here, "" for its start
	segments []outlined
}

// outlined is one segment of the thread.
type outlined struct {
	key    string
	last   string // the place of its last reply
	length int
}

// Outline returns the outline of the thread, which begins here after the place from.
func (v *ThreadView) Outline(f ui.LayoutData, s ui.Subject, from string) ThreadOutline {
	o := ThreadOutline{View: *v, From: from}
	o.View.Items = nil
	words := wordsFor(f, s, *v)
	for _, items := range threadSegments(v.Items) {
		key := words.key(items)
		v.keys = append(v.keys, key)
		o.segments = append(o.segments, outlined{key, v.place(items[len(items)-1]), len(items)})
	}
	return o
}

// place returns where a reply stands in the order of the thread.
func (v ThreadView) place(i ThreadItem) string {
	if v.Sort == "newest" {
		return i.Reply.PathNew
	}
	return i.Reply.Path
}

// ReadReplies reads n published replies of a thread after a place.
type ReadReplies func(ctx context.Context, after string, n int) ([]ThreadItem, error)

// WithWaiting returns the contents of those slots of a thread that hold waiting replies of
// the reader's own. The replies between which they stand are read if they are not cached.
func (o ThreadOutline) WithWaiting(f ui.LayoutData, s ui.Subject, own []ThreadItem, read ReadReplies) map[string]templ.Component {
	words, contents := wordsFor(f, s, o.View), map[string]templ.Component{}
	for i, mine := range o.bySegment(own) {
		if len(o.segments) == 0 {
			contents[threadSlot(i)] = waitingThread(o.View, words, mine)
			continue
		}
		after := o.From
		if i > 0 {
			after = o.segments[i-1].last
		}
		contents[threadSlot(i)] = ui.LazySegment{
			Key: waitingKey(o.segments[i].key, mine),
			Load: func(ctx context.Context) (ui.Segment, error) {
				items, err := read(ctx, after, o.segments[i].length)
				if err != nil {
					return ui.Segment{}, err
				}
				key := waitingKey(words.key(items), mine) // of what is read now
				return ui.Segment{Key: func() string { return key }, Content: threadSegment(words, o.merge(items, mine))}, nil
			},
		}
	}
	return contents
}

// Holds reports whether a reply of the reader's own stands on this page of the thread.
func (o ThreadOutline) Holds(own ThreadItem) bool { return len(o.bySegment([]ThreadItem{own})) > 0 }

// bySegment sorts the reader's own replies into the segments where they stand. Those that
// stand on other pages of the thread are left out.
func (o ThreadOutline) bySegment(own []ThreadItem) map[int][]ThreadItem {
	list := map[int][]ThreadItem{}
	for _, item := range own {
		place := o.View.place(item)
		if place <= o.From {
			continue
		}
		i, _ := slices.BinarySearchFunc(o.segments, place, func(s outlined, place string) int { return cmp.Compare(s.last, place) })
		if i == len(o.segments) { // behind the last reply: at the end of the thread alone
			if o.View.NextURL != "" {
				continue
			}
			i = max(0, i-1)
		}
		list[i] = append(list[i], item)
	}
	for _, items := range list {
		o.sort(items)
	}
	return list
}

func (o ThreadOutline) merge(items, own []ThreadItem) []ThreadItem {
	all := slices.Concat(items, own)
	o.sort(all)
	return all
}

func (o ThreadOutline) sort(items []ThreadItem) {
	slices.SortStableFunc(items, func(a, b ThreadItem) int { return cmp.Compare(o.View.place(a), o.View.place(b)) })
}

// waitingKey returns the key of a segment with the reader's own replies in it.
func waitingKey(segment string, own []ThreadItem) string {
	d := digest{}
	d.texts("waiting", segment)
	for _, i := range own {
		d.item(i)
	}
	sum := sha256.Sum256(d.b)
	return hex.EncodeToString(sum[:])
}

// threadSlot returns the name of the slot of a thread's i-th segment.
func threadSlot(i int) string { return "thread-" + strconv.Itoa(i) }

// MoreWaiting says how many more texts of the reader's own wait than the page shows.
type MoreWaiting struct {
	Count int64
	URL   string // of the page that lists them all
}

// WaitingPage is "/consultations/{slug}/waiting" and that of an idea: all of the reader's
// own texts there that wait for a moderator, the newest first.
type WaitingPage struct {
	ui.LayoutData
	ui.Subject
	Back        string // the page of the thread
	Ideas       []IdeaRow
	IdeasNext   string
	Replies     []ThreadItem
	RepliesNext string
}
