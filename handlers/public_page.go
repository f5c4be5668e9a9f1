package handlers

import (
	"bytes"
	"context"
	"maps"
	"strconv"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"folkmoot/handlers/pagecache"
	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views"
	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// newPageCache returns the cache of public pages, and what makes their keys.
func newPageCache(pages publicPages) (*pagecache.Cache[shared], pagecache.Keys) {
	return pagecache.New(pages.render), pagecache.Keys{
		Issued: func(list pagecache.List, cursor string) bool {
			if list == pagecache.IdeaList {
				return pages.svc.IssuedIdeasCursor(cursor)
			}
			return pages.svc.IssuedThreadCursor(cursor)
		},
	}
}

// pageKey returns the key of the public page that a request asks for.
func (s *Server) pageKey(ctx *fasthttp.RequestCtx, language i18n.Language) (pagecache.Key, error) {
	var q pagecache.Query
	if len(ctx.URI().QueryString()) > 0 {
		word := func(name string) string { return string(ctx.QueryArgs().Peek(name)) }
		q = pagecache.Query{
			Ideas: word("ideas"), IdeasAfter: word("ideas_after"), Sort: word("sort"), After: word("after"), Limit: word("limit"),
		}
	}
	return s.keys.Parse(string(ctx.URI().PathOriginal()), language, q)
}

// publicPage returns the page that a request asks for. The consultation is the one that
// the visitor may see: a draft has no public page, and comes with none.
func (s *Server) publicPage(c *fiber.Ctx) (*page, models.Consultation, pagecache.Key, error) {
	key, err := s.pageKey(c.Context(), localizer(c).Language())
	if err != nil {
		return nil, models.Consultation{}, key, err
	}
	p, con, err := s.pageOf(c, key)
	return p, con, key, err
}

func (s *Server) pageOf(c *fiber.Ctx, key pagecache.Key) (*page, models.Consultation, error) {
	con, err := s.svc.Consultation(c.UserContext(), actorOf(c), key.Slug())
	if err != nil || con.State == models.StateDraft {
		return nil, con, err
	}
	p, err := s.pages.Get(c.UserContext(), key, pagecache.Version{Consultation: con.PageVersion(), From: s.svc.Now()})
	return p, con, err
}

// anonymous reports whether a page is sent as it is kept: the browser holds no cookie of
// ours, and asks for no reply box of its own.
func anonymous(c *fiber.Ctx) bool {
	return len(visitOf(c).cookies) == 0 && c.Query("reply_to") == ""
}

// Header fields as fasthttp sets them fastest.
var (
	headerVary, varyPage           = []byte(fiber.HeaderVary), []byte("Cookie, Accept-Encoding")
	headerCacheControl, revalidate = []byte(fiber.HeaderCacheControl), []byte("no-cache")
	headerETag                     = []byte(fiber.HeaderETag)
)

// sendPage sends a page as it is kept, or 304 to who has it already.
func (s *Server) sendPage(ctx *fasthttp.RequestCtx, p *page, ifNoneMatch []byte, gzip bool) error {
	h := &ctx.Response.Header
	h.SetCanonical(headerVary, varyPage)
	h.SetCanonical(headerCacheControl, revalidate)
	h.SetCanonical(headerETag, p.ETag)
	if bytes.Contains(ifNoneMatch, p.ETag) {
		ctx.SetStatusCode(fiber.StatusNotModified) // the browser has the other fields with the page
		return nil
	}
	s.setSecureHeaders(h)
	h.SetContentType(fiber.MIMETextHTMLCharsetUTF8)
	if !gzip {
		html, err := pagecache.Unzip(bytes.NewReader(p.Gzip()))
		ctx.Response.SetBodyRaw(html)
		return err
	}
	h.Set(fiber.HeaderContentEncoding, "gzip")
	ctx.Response.SetBodyRaw(p.Gzip())
	return nil
}

// sendPageWith sends a page with other contents in its slots.
func (s *Server) sendPageWith(c *fiber.Ctx, p *page, contents map[string]templ.Component) error {
	// Whole even where the request ran out of time, as in render.
	body, err := s.pages.With(context.WithoutCancel(c.UserContext()), p, contents)
	if err != nil {
		return err
	}
	c.Vary(fiber.HeaderCookie, fiber.HeaderAcceptEncoding)
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	if acceptsGzip(c) {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		c.Response().SetBodyStream(body, body.Size())
		return nil
	}
	defer body.Close()
	html, err := pagecache.Unzip(body)
	c.Response().SetBodyRaw(html)
	return err
}

// sendReaders sends a page to its reader: as it is kept where nothing on it is theirs.
func (s *Server) sendReaders(c *fiber.Ctx, p *page, contents func() (map[string]templ.Component, error)) error {
	if anonymous(c) {
		return s.sendPage(c.Context(), p, c.Request().Header.Peek(fiber.HeaderIfNoneMatch), acceptsGzip(c))
	}
	own, err := contents()
	if err != nil {
		return err
	}
	if len(visitOf(c).cookies) > 0 {
		c.Set(fiber.HeaderCacheControl, "no-store")
	}
	return s.sendPageWith(c, p, own)
}

// readersLayout is the layout of a public page for this reader. Its notice has still to be
// placed.
func (s *Server) readersLayout(c *fiber.Ctx, p *page) ui.LayoutData {
	layout := s.placingLayout(c, "")
	layout.Path, layout.Now = p.Data.layout.Path, p.Data.layout.Now
	return layout
}

// readersReply is the reply box of a public page for this reader: their name, and the
// reply that they answer.
func (s *Server) readersReply(c *fiber.Ctx, p *page, con models.Consultation) (views.ReplyForm, error) {
	f := p.Data.reply
	f.SignedIn, f.Member = signedInName(c), actorOf(c).Participant != nil
	id := c.Query("reply_to")
	if c.Method() == fiber.MethodPost {
		id = field(c, "parent")
	}
	if id == "" || f.Action == "" {
		return f, nil
	}
	parent, err := s.svc.ParentForReply(c.UserContext(), con, f.Idea, id)
	if err != nil && c.Method() != fiber.MethodPost {
		return f, err
	}
	if f.Quote = c.Query("quote") != ""; parent != nil {
		f.Parent = &views.ReplyParent{ID: parent.ID, AuthorName: parent.AuthorName, Body: parent.Body}
	}
	return f, nil
}

// readersVotes returns the rows whose vote this reader sees otherwise than an anonymous one.
func (s *Server) readersVotes(c *fiber.Ctx, p *page, con models.Consultation) (rows []views.IdeaRow, err error) {
	mine, err := s.svc.OwnVotes(c.UserContext(), actorOf(c), con.ID)
	if err != nil {
		return nil, err
	}
	pending, why := s.pendingVotes(c, con.Slug), s.whyNoVote(c, con)
	for _, v := range p.Data.votes {
		form := v.form
		form.Choice, form.Why = mine[v.ideaID], why
		if chosen, ok := pending.Choices[form.Number]; ok && actorOf(c).Participant == nil {
			form.Choice, form.Waiting = chosen, true
		}
		if form != v.form {
			rows = append(rows, views.IdeaRow{Slug: con.Slug, Vote: form})
		}
	}
	return rows, nil
}

// whyNoVote says why this person cannot vote here; "" for who can, or may yet sign in.
func (s *Server) whyNoVote(c *fiber.Ctx, con models.Consultation) string {
	if p := actorOf(c).Participant; p != nil {
		return sentence(localizer(c), p.CheckVote(con))
	}
	return ""
}

// waitingShown is how many of a reader's own waiting texts a page shows at most.
const waitingShown = 20

// waitingReplies returns the contents of the thread's slots where the reader's own waiting
// replies stand. A notice about one of them goes into it.
func (s *Server) waitingReplies(c *fiber.Ctx, p *page, layout *ui.LayoutData, con models.Consultation) (map[string]templ.Component, error) {
	own, err := s.svc.WaitingReplies(c.UserContext(), actorOf(c), service.WaitingRequest{
		Consultation: con, IdeaID: p.Data.ideaID, Limit: waitingShown,
	})
	if err != nil || own.Total == 0 {
		return nil, err
	}
	read := func(ctx context.Context, after string, n int) ([]views.ThreadItem, error) {
		list, err := s.svc.ThreadAfter(ctx, service.ThreadRequest{
			Consultation: con, IdeaID: p.Data.ideaID, Sort: p.Data.thread.View.Sort,
		}, after, n)
		return threadItems(list), err
	}
	items := s.ownItems(own.Items, p.Data.reply.Wait)
	for i := range items {
		if n := layout.Notice; n != nil && n.At == items[i].Reply.Item().String() && p.Data.thread.Holds(items[i]) {
			items[i].Own.Said, layout.Notice = n.Text, nil
		}
	}
	contents := p.Data.thread.WithWaiting(*layout, p.Data.subject, items, read)
	if more := own.Total - int64(len(own.Items)); more > 0 {
		maps.Copy(contents, views.MoreWaitingSlot(layout.L, views.MoreWaiting{Count: more, URL: waitingURL(con.Slug, p.Data.reply.Idea)}))
	}
	return contents, nil
}

// waitingIdeas puts the reader's own waiting ideas onto the page, and a notice about one of
// them into it.
func (s *Server) waitingIdeas(c *fiber.Ctx, p *page, con models.Consultation, to *views.ConsultationPage) error {
	if !p.Data.firstIdeas {
		return nil
	}
	own, err := s.svc.WaitingIdeas(c.UserContext(), actorOf(c), service.WaitingRequest{Consultation: con, Limit: waitingShown})
	if err != nil {
		return err
	}
	for i := range own.Items { // the list goes on with the oldest
		row := s.ownIdeaRow(p.Data.layout, p.Data.subject, own.Items[len(own.Items)-1-i], p.Data.reply.Wait)
		if n := to.Notice; n != nil && n.At == row.Idea.Item().String() {
			row.Own.Said, to.Notice = n.Text, nil
		}
		to.Waiting = append(to.Waiting, row)
	}
	to.NoIdeas = p.Data.noIdeas
	to.MoreIdeas = views.MoreWaiting{Count: own.Total - int64(len(own.Items)), URL: waitingURL(con.Slug, 0)}
	return nil
}

func waitingURL(slug string, number int) string { return subjectPath(slug, number) + "/waiting" }

// sendStale sends the page that was rendered last at this address while the store cannot
// say whether it is the latest, with a note that says so. It is an anonymous reader's,
// whoever asks. It reports whether there is one.
func (s *Server) sendStale(c *fiber.Ctx) (bool, error) {
	if !isGet(c) || wantsJSON(c) {
		return false, nil
	}
	key, err := s.pageKey(c.Context(), localizer(c).Language())
	if err != nil {
		return false, nil
	}
	p, ok := s.pages.Last(key)
	if !ok {
		return false, nil
	}
	l := localizer(c)
	note := l.T("stale.note", "date", l.DateTime(p.Seen(), p.Data.subject.C.TimeZone))
	if len(s.ourCookies(c)) > 0 {
		note += " " + l.T("stale.own")
	}
	s.setSecureHeaders(&c.Response().Header)
	private(c)
	c.Set(fiber.HeaderAge, strconv.Itoa(max(0, int(s.svc.Now().Sub(p.Seen()).Seconds()))))
	return true, s.sendPageWith(c, p, map[string]templ.Component{
		"notice": ui.NoticeSlot(ui.LayoutData{L: l, Notice: &ui.Notice{Kind: "problem", Text: note}}),
	})
}

// isGet reports whether a request asks for a page. A HEAD is answered as a GET is.
func isGet(c *fiber.Ctx) bool { return c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead }
