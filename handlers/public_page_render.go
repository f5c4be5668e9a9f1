package handlers

import (
	"context"
	"time"

	"folkmoot/handlers/pagecache"
	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views"
	"folkmoot/views/ui"
)

// publicPages renders the pages that all readers share, from a key and the store alone. It
// never sees a request or a visitor, so that nothing of theirs gets onto such a page.
type publicPages struct {
	svc  *service.Service
	site string
	demo bool
	mail bool // messages are sent
}

// shared is what is kept of a rendered page, to make a reader's own content for its slots.
type shared struct {
	layout     ui.LayoutData
	subject    ui.Subject
	votes      []sharedVote
	noIdeas    bool
	firstIdeas bool   // the list of ideas begins at its start
	ideaID     string // whose thread it is; "": the consultation's own
	reply      views.ReplyForm
	thread     views.ThreadOutline
}

// sharedVote is the vote form of one idea as an anonymous reader sees it.
type sharedVote struct {
	ideaID string
	form   views.VoteForm
}

type page = pagecache.Page[shared]

// render implements pagecache.Renderer.
func (p publicPages) render(ctx context.Context, key pagecache.Key) (r pagecache.Rendered[shared], err error) {
	con, err := p.svc.Consultation(ctx, models.Actor{}, key.Slug())
	if err != nil {
		return r, err
	}
	r.Version = pagecache.Version{Consultation: con.PageVersion()}
	r.Version.From, r.Version.Until = clockWindow(con, p.svc.Now())
	layout, subject := p.layout(key, r.Version.From), subjectAt(con, key.Language().String(), r.Version.From)
	switch key.Kind() {
	case pagecache.Consultation:
		page, err := p.consultation(ctx, key, layout, subject)
		r.Data = sharedConsultation(&page)
		r.Content = views.Consultation(page)
		return r, err
	case pagecache.Idea:
		page, err := p.idea(ctx, key, layout, subject)
		r.Data = sharedIdea(&page)
		r.Content = views.Idea(page)
		return r, err
	}
	page, err := p.results(ctx, layout, subject)
	r.Data = shared{layout: page.LayoutData, subject: subject}
	r.Content = views.Results(page)
	return r, err
}

// clockWindow returns between which times around now nothing on a page of the consultation
// changes by the clock: it does each hour (the order of ideas), at midnight where the
// consultation is, and when a date of the consultation comes.
func clockWindow(c models.Consultation, now time.Time) (from, until time.Time) {
	local := models.In(now, c.TimeZone)
	from = now.Truncate(time.Hour)
	until = from.Add(time.Hour)
	midnight := func(days int) time.Time {
		return time.Date(local.Year(), local.Month(), local.Day()+days, 0, 0, 0, 0, local.Location())
	}
	for _, t := range []time.Time{midnight(0), midnight(1), c.OpensAt, c.SuggestionsCloseAt, c.ClosesAt} {
		if t.After(now) && t.Before(until) {
			until = t
		}
		if !t.After(now) && t.After(from) {
			from = t
		}
	}
	return from.UTC(), until.UTC()
}

// layout returns the layout of an anonymous reader's page.
func (p publicPages) layout(key pagecache.Key, now time.Time) ui.LayoutData {
	return ui.LayoutData{L: key.Language().Localizer(), Site: p.site, Path: key.Path(), Demo: p.demo, Now: now}
}

func subjectAt(con models.Consultation, language string, now time.Time) ui.Subject {
	return ui.Subject{
		C: con, Text: con.Text(language), State: con.StateAt(now),
		Clock: ui.Clock{
			State: con.StateAt(now), Coming: con.Coming(now), OpensAt: con.OpensAt, ClosesAt: con.ClosesAt,
			AnswerBy: con.AnswerBy, Answered: con.AnsweredAt, Zone: con.TimeZone, Now: now,
		},
	}
}

// consultation fills the page of a consultation.
func (p publicPages) consultation(ctx context.Context, key pagecache.Key, layout ui.LayoutData, subject ui.Subject) (page views.ConsultationPage, err error) {
	layout.Title = subject.Text.Title
	page = views.ConsultationPage{
		LayoutData: layout, Subject: subject, IdeaOrder: key.IdeaOrder(), Changed: !subject.C.EditedAt.IsZero(),
		Suggest: subject.C.Accepts(models.ActSuggest, layout.Now) == nil,
	}
	ideas, err := p.svc.Ideas(ctx, service.IdeasRequest{Consultation: subject.C, Order: key.IdeaOrder(), After: key.IdeasAfter(), At: layout.Now})
	if err != nil {
		return page, err
	}
	for _, v := range ideas.Items {
		page.Ideas = append(page.Ideas, ideaRow(layout, subject, v))
	}
	page.NoIdeas, page.IdeasFirst, page.IdeasNext = len(page.Ideas) == 0, ideas.First, key.Next(pagecache.IdeaList, ideas.Next)
	if page.Reply, err = p.replyForm(ctx, layout, subject, 0); err != nil {
		return page, err
	}
	page.Thread, page.Outline, err = p.thread(ctx, key, layout, subject, "")
	page.Thread.Total = max(0, subject.C.ReplyCount-ideas.Replies)
	page.Thread.UnderIdeas = min(ideas.Replies, subject.C.ReplyCount)
	return page, err
}

// idea fills the page of an idea.
func (p publicPages) idea(ctx context.Context, key pagecache.Key, layout ui.LayoutData, subject ui.Subject) (page views.IdeaPage, err error) {
	v, err := p.svc.Idea(ctx, subject.C, key.Number())
	if err != nil {
		return page, err
	}
	layout.Title = layout.L.T("title.idea", "number", key.Number(), "title", v.Idea.Title)
	page = views.IdeaPage{LayoutData: layout, Subject: subject, Row: ideaRow(layout, subject, v)}
	if page.Reply, err = p.replyForm(ctx, layout, subject, key.Number()); err != nil {
		return page, err
	}
	if page.Thread, page.Outline, err = p.thread(ctx, key, layout, subject, v.Idea.ID); err != nil {
		return page, err
	}
	page.Thread.Total = v.Idea.ReplyCount
	page.Ranked, err = rankedIdea(ctx, p.svc, subject.C, key.Number())
	return page, err
}

// results fills the page of the result.
func (p publicPages) results(ctx context.Context, layout ui.LayoutData, subject ui.Subject) (views.ResultsPage, error) {
	r, sealed, err := p.svc.Result(ctx, subject.C)
	if err != nil {
		return views.ResultsPage{}, err
	}
	layout.Title = layout.L.T("title.results", "title", subject.Text.Title)
	return views.ResultsPage{LayoutData: layout, Subject: subject, Result: r, Sealed: ui.SealOf(sealed), MustAnswer: mustAnswer(subject.C, r)}, nil
}

// ideaRow is an idea with the vote form of an anonymous reader.
func ideaRow(layout ui.LayoutData, subject ui.Subject, v service.IdeaView) views.IdeaRow {
	return views.IdeaRow{
		Idea: views.PublicIdeaOf(v.Idea), Slug: subject.C.Slug, Tally: v.Tally, Waiting: v.Waiting,
		Vote: views.VoteForm{
			Slug: subject.C.Slug, Number: v.Idea.Number, Title: v.Idea.Title, Return: layout.Path,
			Closed: subject.C.Accepts(models.ActVote, layout.Now) != nil,
		},
	}
}

// thread fills the thread that the key asks for, with its outline.
func (p publicPages) thread(ctx context.Context, key pagecache.Key, layout ui.LayoutData, subject ui.Subject, ideaID string) (v views.ThreadView, o views.ThreadOutline, err error) {
	slice, err := p.svc.Thread(ctx, service.ThreadRequest{
		Consultation: subject.C, IdeaID: ideaID, Sort: key.ThreadOrder(), After: key.After(), Limit: key.Limit(),
	})
	if err != nil {
		return v, o, err
	}
	v = views.ThreadView{
		Sort: key.ThreadOrder(), Base: key.Base(), First: key.After() == "", NextURL: key.Next(pagecache.ThreadList, slice.Next),
		Closed: subject.C.Accepts(models.ActReply, layout.Now) != nil, Items: threadItems(slice.Items),
	}
	return v, v.Outline(layout, subject, slice.From), nil
}

func threadItems(list []service.ReplyView) (items []views.ThreadItem) {
	for _, r := range list {
		items = append(items, views.ThreadItem{Reply: views.PublicReplyOf(r.Reply), Waiting: r.Waiting})
	}
	return items
}

// replyForm fills the empty box of an anonymous reader.
func (p publicPages) replyForm(ctx context.Context, layout ui.LayoutData, subject ui.Subject, number int) (views.ReplyForm, error) {
	wait, err := waitText(ctx, p.svc, layout.L, subject.C.ID)
	return views.ReplyForm{
		Action: subject.URL() + "/replies", Idea: number, Wait: wait, NoMail: !p.mail,
		Closed: sentence(layout.L, subject.C.Accepts(models.ActReply, layout.Now)),
	}, err
}

func sharedConsultation(p *views.ConsultationPage) shared {
	s := shared{
		layout: p.LayoutData, subject: p.Subject, noIdeas: p.NoIdeas, firstIdeas: p.IdeasFirst,
		reply: p.Reply, thread: p.Outline,
	}
	for _, row := range p.Ideas {
		s.votes = append(s.votes, sharedVote{row.Idea.ID, row.Vote})
	}
	return s
}

func sharedIdea(p *views.IdeaPage) shared {
	return shared{
		layout: p.LayoutData, subject: p.Subject, reply: p.Reply, thread: p.Outline,
		ideaID: p.Row.Idea.ID, votes: []sharedVote{{p.Row.Idea.ID, p.Row.Vote}},
	}
}
