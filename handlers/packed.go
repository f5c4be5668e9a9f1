package handlers

import (
	"bytes"
	"context"
	"fmt"
	"io"
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
	etag   []byte
	weight uint32
	rows   []views.IdeaRow // as a stranger sees them, for ballots
	packed atomic.Pointer[packed]
}

func newPage(m made, as *packed) *page {
	p := &page{rows: m.rows, weight: as.size()}
	p.packed.Store(as)
	return p
}

// packed is a page as it goes out: whole to strangers, and in pieces between which
// anybody else's own parts are put.
type packed struct {
	whole  []byte  // one gzip member; nil: no stranger is given the page
	parts  []chunk // the two of whole, before and after its notice
	pieces []packedPiece
}

// packedPiece is a public chunk, or the name of a personal place; where many readers
// have the stranger's version of it, with that.
type packedPiece struct {
	name string
	*chunk
}

// pack compresses the pieces of a page. Runs are given ready, by key.
func pack(pieces []ui.Fragment, runs map[string]*chunk, level int) (*packed, error) {
	p := &packed{}
	for _, piece := range pieces {
		if piece.Key != "" {
			p.pieces = append(p.pieces, packedPiece{chunk: runs[piece.Key]})
		} else if err := p.add(piece, level); err != nil {
			return nil, err
		}
	}
	p.join()
	return p, nil
}

// packWhole is pack for a page that strangers are given as well.
func packWhole(pieces []ui.Fragment, runs map[string]*chunk, level int) (*packed, error) {
	p, err := pack(pieces, runs, level)
	if err != nil {
		return nil, err
	}
	w := newWhole(level)
	for _, piece := range pieces {
		switch {
		case piece.Key != "":
			w.run(runs[piece.Key])
			continue
		case piece.Slot == noticePart:
			w.cut()
		}
		w.html = append(w.html, piece.HTML...)
	}
	p.whole, p.parts = w.end()
	return p, w.err
}

// size is about what the page takes in memory, in bytes.
func (p *packed) size() uint32 {
	n := len(p.whole) + 1024
	for _, piece := range p.pieces {
		if piece.chunk != nil {
			n += len(piece.deflated)
		}
	}
	return uint32(n)
}

// join makes one piece of public ones that follow each other.
func (p *packed) join() {
	var pieces []packedPiece
	var public []*chunk
	for _, piece := range append(p.pieces, packedPiece{name: noticePart}) { // the last one ends what is public
		if piece.name == "" {
			public = append(public, piece.chunk)
			continue
		}
		if len(public) > 0 {
			pieces, public = append(pieces, packedPiece{chunk: joined(public)}), nil
		}
		pieces = append(pieces, piece)
	}
	p.pieces = pieces[:len(pieces)-1]
}

// noticePart is the personal place at the top of a page.
const noticePart = "notice"

// noted writes the page with a note where its notice would stand.
func (p *packed) noted(out io.Writer, note []byte) {
	g := newGzipJoin(out)
	for i := range p.parts {
		if i == 1 {
			g.plain(note)
		}
		g.chunk(&p.parts[i])
	}
	g.end()
}

// add puts a piece that is no run to the pieces.
func (p *packed) add(piece ui.Fragment, level int) error {
	if piece.Slot != "" && !piece.SharedDefault {
		p.pieces = append(p.pieces, packedPiece{name: piece.Slot})
		return nil
	}
	c, err := newChunk(piece.HTML, level)
	p.pieces = append(p.pieces, packedPiece{piece.Slot, c})
	return err
}

// personalised puts this reader's parts between the public pieces. What is not among
// them is the stranger's.
func (s *pages) personalised(ctx context.Context, g *gzipJoin, p *packed, parts map[string]templ.Component) error {
	var b bytes.Buffer
	for _, piece := range p.pieces {
		part, own := parts[piece.name]
		if !own && piece.chunk != nil {
			g.chunk(piece.chunk)
			continue
		}
		if run, ok := part.(ui.Segment); ok {
			c, err := s.run(ctx, run)
			if err != nil {
				return err
			}
			g.chunk(c)
			continue
		}
		if part == nil {
			return fmt.Errorf("nobody makes the personal part %q", piece.name)
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
