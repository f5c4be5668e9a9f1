package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// axeSource returns axe-core as npm ci installed it, or skips.
func axeSource(t *testing.T) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		missing(t, "axe-core is not installed (npm ci); accessibility scans are skipped")
	}
	return string(b)
}

// axeRun runs axe with options and returns the violations.
const axeRun = `axe.run(document, %s).then(r => JSON.stringify(
	r.violations.map(v => ({id: v.id, help: v.help, where: v.nodes.slice(0, 3).map(n => n.target.join(" ") + ": " + n.html.slice(0, 160) + " — " + n.failureSummary)}))))`

type violation struct {
	ID    string   `json:"id"`
	Help  string   `json:"help"`
	Where []string `json:"where"`
}

// Options of axe: all rules, and those that the colour scheme can change.
const (
	allRules    = `{runOnly: ["wcag2a","wcag2aa","wcag21a","wcag21aa","wcag22aa","best-practice"]}`
	colourRules = `{runOnly: {type: "rule", values: ["color-contrast", "link-in-text-block"]}}`
)

// screen is one way to look at a page, and the rules that it is held to.
type screen struct {
	width         int64
	scheme, rules string
}

var screens = []screen{{320, "light", allRules}, {320, "dark", colourRules}, {1280, "light", allRules}, {1280, "dark", colourRules}}

// look sets width and colour scheme.
func (p *person) look(s screen) {
	p.t.Helper()
	p.do("look", chromedp.EmulateViewport(s.width, 900), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			// Without motion: a colour half-way between two schemes is nobody's choice.
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: s.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
		})
		return err
	}))
}

// scans fails for each violation that axe finds on the page as it stands and for
// sideways scrolling, on every screen.
func (p *person) scans(axe string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 4*patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Evaluate[json.RawMessage](axe+";0"))
	p.must("load axe", err)
	path, err := chromedp.Run(ctx, chromedp.Evaluate[string]("location.pathname + location.search"))
	p.must("ask where it is", err)
	for _, s := range screens {
		p.look(s)
		where := fmt.Sprintf("%s as %s at %d, %s", path, p.name, s.width, s.scheme)
		raw, err := chromedp.Run(ctx, chromedp.Evaluate[string](fmt.Sprintf(axeRun, s.rules), chromedp.EvalAwaitPromise))
		p.must("run axe on "+where, err)
		wide, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`))
		p.must("measure "+where, err)
		p.reports(where, raw, wide)
	}
}

func (p *person) reports(where, raw string, wide int) {
	p.t.Helper()
	var found []violation
	p.must("read axe", json.Unmarshal([]byte(raw), &found))
	for _, v := range found {
		p.t.Errorf("%s: %s: %s\n  %s", where, v.ID, v.Help, strings.Join(v.Where, "\n  "))
	}
	if wide > 0 {
		p.t.Errorf("%s scrolls sideways by %d pixels", where, wide)
	}
}

func contains(s, part string) bool { return strings.Contains(s, part) }
