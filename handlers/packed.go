package handlers

import (
	"bytes"
	"context"
	"fmt"
	"sync/atomic"

	"github.com/a-h/templ"

	"folkmoot/views"
	"folkmoot/views/ui"
)

// Pages are compressed cheaply for the first visitor and better afterwards.
const (
	firstLevel = 1
	lastLevel  = 7
)

// page is one public page, cut at the places that differ from reader to reader.
type page struct {
	etag   string
	weight uint32
	rows   []views.IdeaRow // as a stranger sees them, for ballots
	packed atomic.Pointer[packed]
}

// packed is a page as it goes out: whole to strangers, and in pieces between which
// anybody else's own parts are put.
type packed struct {
	whole  []byte // one gzip member
	pieces []packedPiece
}

// packedPiece is a public chunk, or the name of a personal place.
type packedPiece struct {
	name string
	*chunk
}

// pack compresses the pieces of a page. Runs are given ready, by key.
func pack(pieces []ui.Piece, runs map[string]*chunk, level int) (*packed, error) {
	p, b := &packed{}, bytes.Buffer{}
	whole, since := newGzipJoin(&b), []byte(nil) // since: what follows the last run, for a stranger
	for _, piece := range append(pieces, ui.Piece{Key: lastRun}) {
		if piece.Key == "" {
			since = append(since, piece.HTML...)
			if err := p.add(piece, level); err != nil {
				return nil, err
			}
			continue
		}
		c, err := newChunk(since, level)
		if err != nil {
			return nil, err
		}
		whole.chunk(c)
		since = since[:0]
		if piece.Key != lastRun {
			whole.chunk(runs[piece.Key])
			p.pieces = append(p.pieces, packedPiece{chunk: runs[piece.Key]})
		}
	}
	whole.end()
	p.whole = bytes.Clone(b.Bytes())
	return p, nil
}

// lastRun ends a page where a run would begin.
const lastRun = "end"

// add puts a piece that is no run to the pieces.
func (p *packed) add(piece ui.Piece, level int) error {
	if piece.Name != "" {
		p.pieces = append(p.pieces, packedPiece{name: piece.Name})
		return nil
	}
	c, err := newChunk(piece.HTML, level)
	p.pieces = append(p.pieces, packedPiece{chunk: c})
	return err
}

// personalised puts this reader's parts between the public pieces.
func (s *pages) personalised(ctx context.Context, g *gzipJoin, p *packed, parts map[string]templ.Component) error {
	var b bytes.Buffer
	for _, piece := range p.pieces {
		if piece.name == "" {
			g.chunk(piece.chunk)
			continue
		}
		part, ok := parts[piece.name]
		if !ok {
			return fmt.Errorf("nobody makes the personal part %q", piece.name)
		}
		if run, ok := part.(ui.Run); ok {
			c, err := s.run(ctx, run)
			if err != nil {
				return err
			}
			g.chunk(c)
			continue
		}
		b.Reset()
		if err := part.Render(ctx, &b); err != nil {
			return err
		}
		g.plain(b.Bytes())
	}
	g.end()
	return nil
}
