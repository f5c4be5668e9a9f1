package handlers

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"
	"github.com/klauspost/compress/gzip"
	"github.com/maypok86/otter/v2"

	"folkmoot/models"
	"folkmoot/views"
	"folkmoot/views/ui"
)

// pageMemory bounds the pages that are kept, in bytes.
const pageMemory = 32 << 20

// Pages are compressed cheaply for the first visitor and better afterwards.
const (
	firstLevel = 1
	lastLevel  = 7
)

// pages keeps public pages by all that they depend on. One visitor makes a page;
// those who ask for it meanwhile wait for that one.
type pages struct {
	kept     *otter.Cache[string, *page]
	improver chan struct{} // one page at a time is compressed better
	renders  atomic.Int64
	off      bool // a test compares with pages that are not kept
}

func newPages() *pages {
	return &pages{
		kept: otter.Must(&otter.Options[string, *page]{
			MaximumWeight: pageMemory,
			Weigher:       func(_ string, p *page) uint32 { return p.weight },
		}),
		improver: make(chan struct{}, 1),
	}
}

// page is one public page, cut at the places that differ from reader to reader.
type page struct {
	etag   string
	weight uint32
	rows   []views.IdeaRow // as a stranger sees them, for ballots
	packed atomic.Pointer[packed]
}

// packed is a page as it goes out.
type packed struct {
	whole  []byte // the stranger's page, one gzip member
	pieces []packedPiece
}

// packedPiece is a public chunk, or the name of a personal place.
type packedPiece struct {
	name string
	chunk
}

// pageKey is everything that a public page depends on: what a write raises, and
// what the clock moves. ok is false for a page that is not kept.
func (s *Server) pageKey(c *fiber.Ctx, sub views.Subject) (key string, ok bool, err error) {
	if s.pages.off || c.Method() != fiber.MethodGet || sub.State == models.StateDraft || c.Query("reply_to") != "" {
		return "", false, nil
	}
	if actor := actorOf(c); !actor.Author().Nobody() {
		only, err := s.svc.OnlyPublic(c.UserContext(), actor, sub.C.ID)
		if err != nil || !only {
			return "", false, err
		}
	}
	now := sub.Clock.Now
	return strings.Join([]string{
		c.Path(), visitOf(c).Language, c.Query("ideas"), c.Query("ideas_after"), c.Query("sort"), c.Query("after"), c.Query("limit"),
		strconv.FormatInt(sub.C.Version, 36), strconv.FormatInt(sub.C.Rev, 36), strconv.FormatInt(sub.C.ChainLength, 36),
		string(sub.State), phase(sub.C, now), now.UTC().Format("2006010215"), now.In(models.Zone(sub.C.TimeZone)).Format(time.DateOnly),
	}, "\n"), true, nil
}

// phase tells apart the times within one state between which a page changes.
func phase(c models.Consultation, now time.Time) string {
	return fmt.Sprint(c.Coming(now), c.Accepts(models.ActSuggest, now) == nil, c.TalliesShown(now))
}

// made is a page as a handler made it.
type made struct {
	view templ.Component
	rows []views.IdeaRow
}

// keep gives the page of key, made by build for a stranger if it is not there yet.
func (s *Server) keep(c *fiber.Ctx, key string, build func() (made, error)) (*page, error) {
	return s.pages.kept.Get(c.UserContext(), key, otter.LoaderFunc[string, *page](func(ctx context.Context, _ string) (p *page, err error) {
		err = asStranger(c, func() error {
			m, err := build()
			if err != nil {
				return err
			}
			p, err = s.pages.make(ctx, m)
			return err
		})
		return p, err
	}))
}

// make renders and packs a page, and has it compressed better in the background.
func (s *pages) make(ctx context.Context, m made) (*page, error) {
	s.renders.Add(1)
	var b bytes.Buffer
	if err := m.view.Render(ui.Marked(ctx), &b); err != nil {
		return nil, err
	}
	pieces, ok := ui.Cut(b.Bytes())
	if !ok {
		return nil, fmt.Errorf("a kept page has unpaired marks")
	}
	first, err := pack(pieces, firstLevel)
	if err != nil {
		return nil, err
	}
	p := &page{rows: m.rows, weight: uint32(2*len(first.whole) + 1024)}
	p.packed.Store(first)
	trailer := first.whole[len(first.whole)-8:] // checksum and length of the page
	p.etag = fmt.Sprintf(`W/"%x"`, trailer)
	go s.improve(p, pieces)
	return p, nil
}

// improve packs a page again, smaller, unless another page is at it: then this one
// stays as it is until it is made anew.
func (s *pages) improve(p *page, pieces []ui.Piece) {
	select {
	case s.improver <- struct{}{}:
		defer func() { <-s.improver }()
	default:
		return
	}
	if better, err := pack(pieces, lastLevel); err == nil {
		p.packed.Store(better)
	}
}

func pack(pieces []ui.Piece, level int) (*packed, error) {
	p := &packed{}
	whole := newGzipJoin(4096)
	for _, piece := range pieces {
		if piece.Name != "" {
			whole.plain(piece.HTML)
			p.pieces = append(p.pieces, packedPiece{name: piece.Name})
			continue
		}
		c, err := newChunk(piece.HTML, level)
		if err != nil {
			return nil, err
		}
		whole.chunk(c)
		p.pieces = append(p.pieces, packedPiece{chunk: c})
	}
	p.whole = whole.end()
	return p, nil
}

// personalised puts this reader's parts between the public pieces.
func (p *packed) personalised(ctx context.Context, parts map[string]templ.Component) ([]byte, error) {
	g := newGzipJoin(len(p.whole) + 4096)
	var b bytes.Buffer
	for _, piece := range p.pieces {
		if piece.name == "" {
			g.chunk(piece.chunk)
			continue
		}
		part, ok := parts[piece.name]
		if !ok {
			return nil, fmt.Errorf("nobody makes the personal part %q", piece.name)
		}
		b.Reset()
		if err := part.Render(ctx, &b); err != nil {
			return nil, err
		}
		g.plain(b.Bytes())
	}
	return g.end(), nil
}

// send answers with a kept page: as it is for a stranger, with their own parts for
// anybody else.
func (s *Server) send(c *fiber.Ctx, p *page, parts func() (map[string]templ.Component, error)) error {
	c.Vary(fiber.HeaderCookie)
	if len(visitOf(c).cookies) > 0 {
		own, err := parts()
		if err != nil {
			return err
		}
		c.Set(fiber.HeaderCacheControl, "no-store")
		body, err := p.packed.Load().personalised(c.UserContext(), own)
		if err != nil {
			return err
		}
		return sendGzip(c, body)
	}
	c.Set(fiber.HeaderCacheControl, "no-cache")
	c.Set(fiber.HeaderETag, p.etag)
	if strings.Contains(c.Get(fiber.HeaderIfNoneMatch), p.etag) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	return sendGzip(c, p.packed.Load().whole)
}

// sendGzip sends a page that is one gzip member, unpacked for who cannot read that.
func sendGzip(c *fiber.Ctx, member []byte) error {
	c.Vary(fiber.HeaderAcceptEncoding)
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	if c.AcceptsEncodings("gzip") == "gzip" {
		c.Set(fiber.HeaderContentEncoding, "gzip")
		c.Response().SetBodyRaw(member)
		return nil
	}
	r, err := gzip.NewReader(bytes.NewReader(member))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if _, err := b.ReadFrom(r); err != nil {
		return err
	}
	return c.Send(b.Bytes())
}
