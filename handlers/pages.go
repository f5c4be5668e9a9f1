package handlers

import (
	"bytes"
	"context"
	"fmt"

	"folkmoot/views/ui"
)

// make renders and packs a page, and has it compressed better in the background.
func (s *pages) make(ctx context.Context, m made) (*page, error) {
	pieces, runs, err := s.render(ctx, m)
	if err != nil {
		return nil, err
	}
	first, err := packWhole(pieces, runs, firstLevel)
	if err != nil {
		return nil, err
	}
	p := newPage(m, first)
	trailer := first.whole[len(first.whole)-8:] // checksum and length of the page
	p.etag = fmt.Appendf(nil, `W/"%x"`, trailer)
	go s.improve(p, pieces, runs)
	return p, nil
}

// makeOwn is make for a page of one reader, which is not asked for often enough to be
// compressed better.
func (s *pages) makeOwn(ctx context.Context, m made) (*page, error) {
	pieces, runs, err := s.render(ctx, m)
	if err != nil {
		return nil, err
	}
	only, err := pack(pieces, runs, firstLevel)
	if err != nil {
		return nil, err
	}
	return newPage(m, only), nil
}

// render gives the pieces of a page and the runs among them.
func (s *pages) render(ctx context.Context, m made) ([]ui.Fragment, map[string]*chunk, error) {
	s.renders.Add(1)
	runs := map[string]*chunk{}
	known := func(key string) bool {
		c, ok := s.runs.GetIfPresent(key)
		if ok {
			runs[key] = c
		}
		return ok
	}
	var b bytes.Buffer
	if err := m.view.Render(ui.WithMarkers(ctx, known), &b); err != nil {
		return nil, nil, err
	}
	pieces, ok := ui.Split(b.Bytes())
	if !ok {
		return nil, nil, fmt.Errorf("a kept page has unpaired marks")
	}
	return pieces, runs, s.addRuns(runs, pieces)
}

// addRuns compresses and keeps the runs that were not known.
func (s *pages) addRuns(runs map[string]*chunk, pieces []ui.Fragment) error {
	for _, piece := range pieces {
		if piece.Key == "" || runs[piece.Key] != nil {
			continue
		}
		c, err := newChunk(piece.HTML, firstLevel)
		if err != nil {
			return err
		}
		runs[piece.Key] = c
		s.runs.Set(piece.Key, c)
	}
	return nil
}

// run gives one run, made if it is not kept.
func (s *pages) run(ctx context.Context, r ui.Segment) (*chunk, error) {
	key := r.Key()
	if c, ok := s.runs.GetIfPresent(key); ok {
		return c, nil
	}
	var b bytes.Buffer
	if err := r.Content.Render(ctx, &b); err != nil {
		return nil, err
	}
	c, err := newChunk(b.Bytes(), lastLevel)
	if err == nil {
		s.runs.Set(key, c)
	}
	return c, err
}

// improve packs a page and its runs again, smaller, unless another page is at it: then
// this one stays as it is until it is made anew.
func (s *pages) improve(p *page, pieces []ui.Fragment, runs map[string]*chunk) {
	select {
	case s.improver <- struct{}{}:
		defer func() { <-s.improver }()
	default:
		return
	}
	better := make(map[string]*chunk, len(runs))
	for key, c := range runs {
		b, err := c.at(lastLevel)
		if err != nil {
			return
		}
		if better[key] = b; b != c {
			s.runs.Set(key, b)
		}
	}
	if again, err := packWhole(pieces, better, lastLevel); err == nil {
		p.packed.Store(again)
	}
}
