package service

import (
	"context"
	"fmt"
	"strings"

	"folkmoot/models"
)

// The orders of a thread and the sizes of its slices.
const (
	SortOldest   = "oldest"
	SortNewest   = "newest"
	defaultSlice = 100
	maxSlice     = 1000
)

// What cursors are signed for.
const (
	threadCursor = "thread cursor"
	ideasCursor  = "ideas cursor"
)

// ThreadRequest asks for one slice of a thread: the consultation's own, or that
// of an idea.
type ThreadRequest struct {
	Consultation models.Consultation
	IdeaID       string
	Sort         string // "oldest" (or "") or "newest"
	After        string // the Next of the slice before; "": from the start
	Limit        int    // 1 … 1000; 0: 100
}

// ReplyView is a reply as one person may see it.
type ReplyView struct {
	Reply   models.Reply
	Waiting bool // the person's own, not published yet
	Own     Own  // of a waiting one
}

// ThreadSlice is one slice in reading order, after the place From in the order of the
// thread ("": its start). Next goes on after it, "" at the end; it is signed and good for
// this thread and order only. Read is the number of rows that the store read for it.
type ThreadSlice struct {
	Items []ReplyView
	From  string
	Next  string
	Read  int
}

// Thread returns one slice of what everybody may read. CodeInvalid for a sort, a limit or
// a cursor that we did not issue.
func (s *Service) Thread(ctx context.Context, r ThreadRequest) (ThreadSlice, error) {
	q, err := s.threadQuery(r)
	if err != nil {
		return ThreadSlice{}, err
	}
	t, err := s.store.Thread(ctx, q)
	if err != nil {
		return ThreadSlice{}, err
	}
	out := ThreadSlice{From: q.After, Read: t.Read}
	if out.Items, err = s.publicReplies(ctx, r.Consultation, t.Replies); err != nil {
		return ThreadSlice{}, err
	}
	if t.Next != "" {
		out.Next = s.threadCursor(q, t.Next)
	}
	return out, nil
}

// ThreadAfter returns n replies that everybody may read, after a place of the thread that
// r asks for.
func (s *Service) ThreadAfter(ctx context.Context, r ThreadRequest, place string, n int) ([]ReplyView, error) {
	t, err := s.store.Thread(ctx, models.ThreadQuery{
		ConsultationID: r.Consultation.ID, IdeaID: r.IdeaID, Newest: r.Sort == SortNewest, After: place, Limit: n, Page: true,
	})
	if err != nil {
		return nil, err
	}
	return s.publicReplies(ctx, r.Consultation, t.Replies)
}

// publicReplies returns the replies as everybody may see them.
func (s *Service) publicReplies(ctx context.Context, c models.Consultation, replies []models.Reply) ([]ReplyView, error) {
	if err := s.forgetNames(ctx, replies); err != nil {
		return nil, err
	}
	views := make([]ReplyView, 0, len(replies))
	for _, r := range replies {
		views = append(views, s.replyView(models.Actor{}, c, r))
	}
	return views, nil
}

// threadQuery checks what was asked for.
func (s *Service) threadQuery(r ThreadRequest) (models.ThreadQuery, error) {
	q := models.ThreadQuery{ConsultationID: r.Consultation.ID, IdeaID: r.IdeaID, Limit: r.Limit, Page: true}
	switch r.Sort {
	case SortOldest, "":
	case SortNewest:
		q.Newest = true
	default:
		return q, models.Fail(models.CodeInvalid, "error.sort.unknown")
	}
	if q.Limit == 0 {
		q.Limit = defaultSlice
	}
	if q.Limit < 1 || q.Limit > maxSlice {
		return q, models.Fail(models.CodeInvalid, "error.slice.limit", "max", maxSlice)
	}
	if r.After == "" {
		return q, nil
	}
	payload, ok := s.Unsign(threadCursor, r.After)
	after, bound := strings.CutPrefix(payload, cursorOf(q))
	if !ok || !bound {
		return q, models.Fail(models.CodeInvalid, "error.cursor")
	}
	q.After = after
	return q, nil
}

// cursorOf is what a cursor is bound to: consultation, idea and order.
func cursorOf(q models.ThreadQuery) string {
	return fmt.Sprintf("%s|%s|%t|", q.ConsultationID, q.IdeaID, q.Newest)
}

func (s *Service) threadCursor(q models.ThreadQuery, after string) string {
	return s.Sign(threadCursor, cursorOf(q)+after)
}

// forgetNames takes the names of authors whose text is no longer published out
// of the answers to them. Few parents stand outside a slice: the thread is in
// the order of the talk, so they are those of its first reply.
func (s *Service) forgetNames(ctx context.Context, replies []models.Reply) error {
	published := make(map[string]bool, len(replies))
	for _, r := range replies {
		published[r.ID] = r.Status == models.StatusPublished
	}
	for i := range replies {
		id := replies[i].ParentID
		if id == "" {
			continue
		}
		shown, known := published[id]
		if !known {
			p, err := s.store.Reply(ctx, id)
			if err != nil {
				return fmt.Errorf("find whom a reply answers: %w", err)
			}
			shown = p.Status == models.StatusPublished
			published[id] = shown
		}
		if !shown {
			replies[i].ParentName = ""
		}
	}
	return nil
}

// replyView takes out of a reply what the actor may not see: of a removed one
// nothing stays but its place.
func (s *Service) replyView(actor models.Actor, c models.Consultation, r models.Reply) ReplyView {
	v := ReplyView{Waiting: r.Status == models.StatusPending}
	if v.Waiting {
		v.Own = s.ownOf(r.Item(), r.Contribution, r.CheckEdit(c, actor.Author(), s.Now()) == nil)
	}
	if r.Status != models.StatusPublished && !v.Waiting {
		r.Body, r.BodyHTML, r.AuthorName = "", "", ""
	}
	r.Contribution = stranger(r.Contribution)
	v.Reply = r
	return v
}

// Place is where a text stands: the page, and the cursor after which a slice in
// the order "oldest" begins with it, or the order in which it comes first.
type Place struct {
	Slug       string
	IdeaNumber int
	After      string
	Sort       string // "": oldest first
}

// WaitingPlace finds the page on which the author of a waiting text sees it. In a thread of
// several pages an answer stands on the page that begins with what it answers, and any other
// reply is the newest. CodeNotFound.
func (s *Service) WaitingPlace(ctx context.Context, item models.Item) (Place, error) {
	t, err := s.load(ctx, item)
	if err != nil {
		return Place{}, err
	}
	c, err := s.store.Consultation(ctx, t.ConsultationID)
	r, isReply := t.Text.(models.Reply)
	if err != nil || !isReply {
		return Place{Slug: c.Slug}, err
	}
	p := Place{Slug: c.Slug, IdeaNumber: r.IdeaNumber}
	switch {
	case c.ReplyCount <= defaultSlice:
	case r.ParentID == "":
		p.Sort = SortNewest
	default:
		return s.Permalink(ctx, r.ParentID)
	}
	return p, nil
}

// Permalink finds the place of a published reply. CodeNotFound.
func (s *Service) Permalink(ctx context.Context, replyID string) (Place, error) {
	unknown := models.Fail(models.CodeNotFound, "error.reply.unknown")
	r, err := s.store.Reply(ctx, replyID)
	if models.IsNotFound(err) {
		return Place{}, unknown
	}
	if err != nil {
		return Place{}, err
	}
	c, err := s.store.Consultation(ctx, r.ConsultationID)
	if err != nil {
		return Place{}, err
	}
	after, ok, err := s.store.ThreadBefore(ctx, r, false)
	if err == nil && (!ok || !c.Public()) {
		err = unknown
	}
	if err != nil {
		return Place{}, err
	}
	p := Place{Slug: c.Slug, IdeaNumber: r.IdeaNumber}
	if after != "" {
		p.After = s.threadCursor(models.ThreadQuery{ConsultationID: c.ID, IdeaID: r.IdeaID}, after)
	}
	return p, nil
}

// EachReply calls fn for every shown reply of c, its own thread first, then idea by
// idea, each in reading order. It stops at fn's error and returns it; fn may be slow.
func (s *Service) EachReply(ctx context.Context, c models.Consultation, fn func(models.Reply) error) error {
	return s.store.EachReply(ctx, c.ID, func(r models.Reply) error {
		r.Contribution = stranger(r.Contribution)
		return fn(r)
	})
}
