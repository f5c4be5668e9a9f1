package service

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
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
	CanEdit bool
}

// ThreadSlice is one slice in reading order. Next goes on after it, "" at the
// end; it is signed and good for this thread and order only. Read is the number
// of rows that the store read for it.
type ThreadSlice struct {
	Items []ReplyView
	Next  string
	Read  int
}

// Thread returns one slice of what everybody may read, and the actor's own waiting
// replies in their places among it. CodeInvalid for a sort, a limit or a cursor
// that we did not issue.
func (s *Service) Thread(ctx context.Context, actor models.Actor, r ThreadRequest) (ThreadSlice, error) {
	q, err := s.threadQuery(r)
	if err != nil {
		return ThreadSlice{}, err
	}
	t, err := s.store.Thread(ctx, q)
	if err != nil {
		return ThreadSlice{}, err
	}
	replies, err := s.withOwn(ctx, actor, q, t)
	if err != nil {
		return ThreadSlice{}, err
	}
	if err := s.forgetNames(ctx, replies); err != nil {
		return ThreadSlice{}, err
	}
	out := ThreadSlice{Items: make([]ReplyView, 0, len(replies)), Read: t.Read}
	for _, reply := range replies {
		out.Items = append(out.Items, s.replyView(actor, r.Consultation, reply))
	}
	if t.Next != "" {
		out.Next = s.threadCursor(q, t.Next)
	}
	return out, nil
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
	payload, ok := s.Unsign("thread cursor", r.After)
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
	return s.Sign("thread cursor", cursorOf(q)+after)
}

// withOwn puts the actor's own waiting replies to their places in a slice: those
// between its cursor and its last reply, and at the end of the thread all after.
func (s *Service) withOwn(ctx context.Context, actor models.Actor, q models.ThreadQuery, t models.Thread) ([]models.Reply, error) {
	if actor.Author().Nobody() {
		return t.Replies, nil
	}
	own, _, err := s.store.OwnReplies(ctx, models.OwnQuery{ConsultationID: q.ConsultationID, IdeaID: q.IdeaID, Author: actor.Author(), Limit: 20})
	if err != nil || len(own) == 0 {
		return t.Replies, err
	}
	place := func(r models.Reply) string {
		if q.Newest {
			return r.PathNew
		}
		return r.Path
	}
	replies := slices.Clone(t.Replies)
	for _, r := range own {
		if r.Status == models.StatusPending && place(r) > q.After && (t.Next == "" || place(r) < t.Next) {
			replies = append(replies, r)
		}
	}
	slices.SortStableFunc(replies, func(a, b models.Reply) int { return strings.Compare(place(a), place(b)) })
	return replies, nil
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
	v.CanEdit = canEdit(c, r.Contribution, actor, s.Now()) == nil
	if r.Status != models.StatusPublished && !v.Waiting {
		r.Body, r.BodyHTML, r.AuthorName = "", "", ""
	}
	r.Contribution = stranger(r.Contribution)
	v.Reply = r
	return v
}

// Place is where a reply stands: the page, and the cursor after which a slice in
// the order "oldest" begins with it.
type Place struct {
	Slug       string
	IdeaNumber int
	After      string
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

// OnlyPublic reports whether the actor sees no more of a consultation's texts than a
// stranger does: nothing of theirs is unpublished, so nothing may be edited either.
func (s *Service) OnlyPublic(ctx context.Context, actor models.Actor, consultationID string) (bool, error) {
	n, err := s.store.UnpublishedOwn(ctx, consultationID, actor.Author())
	return err == nil && n == 0, err
}

// OwnTexts names what the actor alone sees on the page of a consultation: who it is,
// which texts of theirs are not public, as they now are, and which of them may be edited.
func (s *Service) OwnTexts(ctx context.Context, actor models.Actor, c models.Consultation) (string, error) {
	replies, _, err := s.store.OwnReplies(ctx, models.OwnQuery{ConsultationID: c.ID, Author: actor.Author(), Limit: 20})
	if err != nil {
		return "", err
	}
	ideas, _, err := s.store.OwnIdeas(ctx, models.OwnQuery{ConsultationID: c.ID, Author: actor.Author(), Limit: 20})
	if err != nil {
		return "", err
	}
	var edit []bool
	for _, r := range replies {
		edit = append(edit, canEdit(c, r.Contribution, actor, s.Now()) == nil)
	}
	for _, i := range ideas {
		edit = append(edit, canEdit(c, i.Contribution, actor, s.Now()) == nil)
	}
	all, err := json.Marshal([]any{actor.Author(), replies, ideas, edit})
	return models.HashToken(string(all)), err
}
