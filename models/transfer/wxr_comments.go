package transfer

import (
	"cmp"
	"container/heap"
	"encoding/xml"
	"strconv"
)

// comment reads one wp:comment into it. E-mail, IP address, web address and
// user number are skipped, not read.
func (p *wxrParser) comment(it *rawItem) error {
	c := Comment{Approved: true}
	var kind, approved, gmt, local, name string
	err := p.each(func(child xml.StartElement) error {
		switch nameOf(child) {
		case "wp:comment_id":
			return p.textInto(&c.ID)
		case "wp:comment_parent":
			return p.textInto(&c.Parent)
		case "wp:comment_author":
			return p.textInto(&name)
		case "wp:comment_content":
			return p.textInto(&c.Body)
		case "wp:comment_date_gmt":
			return p.textInto(&gmt)
		case "wp:comment_date":
			return p.textInto(&local)
		case "wp:comment_type":
			return p.textInto(&kind)
		case "wp:comment_approved":
			return p.textInto(&approved)
		}
		return p.skip()
	})
	if err != nil {
		return err
	}
	c.Author, c.Date = unescapeName(name), firstDate(gmt, local)
	it.add(c, kind, approved)
	return nil
}

// add keeps a person's comment and counts the rest. Spam and trash come before
// the type. A comment without an approval is taken as approved, as WordPress
// itself does.
func (it *rawItem) add(c Comment, kind, approved string) {
	switch approved {
	case "spam":
		it.spam++
		return
	case "trash", "post-trashed":
		it.trash++
		return
	}
	c.Approved = approved == "" || approved == "1" || approved == "approve" || approved == "approved"
	switch kind {
	case "", "comment":
		it.comments = append(it.comments, c)
	case "pingback":
		it.pingbacks++
	case "trackback":
		it.trackbacks++
	default:
		it.other++
	}
}

// finishPost assigns every comment an id of its own, hangs at the root what
// answers nothing that is here, puts the comments in order and counts them.
func (p *wxrParser) finishPost(post *Post) {
	counts := &p.blog.Counts
	var again int
	post.Comments, again = distinct(post.Comments)
	counts.Duplicates += again
	counts.Orphans += hangOrphans(post.Comments)
	post.Comments = inOrder(post.Comments)
	counts.Comments += len(post.Comments)
	for _, c := range post.Comments {
		if !c.Approved {
			counts.Pending++
		}
	}
}

// distinct drops a comment that is there twice; different comments that share
// an id, or have none, get one made from their text.
func distinct(list []Comment) ([]Comment, int) {
	seen := map[string]string{}
	kept := list[:0]
	for _, c := range list {
		if c.Parent == "0" {
			c.Parent = ""
		}
		print := digest(c.Author, c.Body, c.Date.String(), c.Parent)
		if before, ok := seen[c.ID]; c.ID == "" || c.ID == "0" || ok && before != print {
			c.ID = "text-" + print
		}
		if _, ok := seen[c.ID]; ok {
			continue
		}
		seen[c.ID] = print
		kept = append(kept, c)
	}
	return kept, len(list) - len(kept)
}

// hangOrphans moves to the root the comments whose parent is not in list, and
// those that answer each other in a circle. It returns how many there were.
func hangOrphans(list []Comment) int {
	at := make(map[string]int, len(list))
	for i, c := range list {
		at[c.ID] = i
	}
	orphans := 0
	hang := func(c *Comment) {
		c.Parent, c.Orphan = "", true
		orphans++
	}
	for i := range list {
		if _, ok := at[list[i].Parent]; !ok && list[i].Parent != "" {
			hang(&list[i])
		}
	}
	for _, i := range circles(list, at) {
		hang(&list[i])
	}
	return orphans
}

// circles finds the members of every circle of answers: each walk upwards is
// marked with its own number and ends at a root, at an earlier walk, or at
// itself, which is a circle.
func circles(list []Comment, at map[string]int) []int {
	var members []int
	walk := make([]int, len(list))
	for i := range list {
		j, number := i, i+1
		for walk[j] == 0 {
			walk[j] = number
			if list[j].Parent == "" {
				break
			}
			j = at[list[j].Parent]
		}
		if walk[j] != number || list[j].Parent == "" {
			continue
		}
		for k := j; ; {
			members = append(members, k)
			if k = at[list[k].Parent]; k == j {
				break
			}
		}
	}
	return members
}

// inOrder sorts by date, then id, but lets no answer come before its parent.
func inOrder(list []Comment) []Comment {
	answers := map[string][]Comment{}
	for _, c := range list {
		answers[c.Parent] = append(answers[c.Parent], c)
	}
	ready := commentHeap(answers[""])
	heap.Init(&ready)
	ordered := make([]Comment, 0, len(list))
	for len(ready) > 0 {
		c := heap.Pop(&ready).(Comment)
		ordered = append(ordered, c)
		for _, answer := range answers[c.ID] {
			heap.Push(&ready, answer)
		}
	}
	return ordered
}

type commentHeap []Comment

func (h commentHeap) Len() int      { return len(h) }
func (h commentHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h commentHeap) Less(i, j int) bool {
	if byDate := h[i].Date.Compare(h[j].Date); byDate != 0 {
		return byDate < 0
	}
	return compareIDs(h[i].ID, h[j].ID) < 0
}

// Push implements heap.Interface.
func (h *commentHeap) Push(x any) { *h = append(*h, x.(Comment)) }

// Pop implements heap.Interface.
func (h *commentHeap) Pop() any {
	last := len(*h) - 1
	c := (*h)[last]
	*h = (*h)[:last]
	return c
}

// compareIDs orders numbers by value and before everything else.
func compareIDs(a, b string) int {
	x, errX := strconv.ParseUint(a, 10, 64)
	y, errY := strconv.ParseUint(b, 10, 64)
	switch {
	case errX == nil && errY == nil && x != y:
		return cmp.Compare(x, y)
	case errX == nil && errY != nil:
		return -1
	case errX != nil && errY == nil:
		return 1
	}
	return cmp.Compare(a, b)
}
