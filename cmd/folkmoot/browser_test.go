package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// chromium finds the browser that journeys run in, or skips; in CI a skip is a failure.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{os.Getenv("FOLKMOOT_TEST_CHROMIUM"), "chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil && name != "" {
			return path
		}
	}
	missing(t, "Chromium is not installed (Debian: apt-get install chromium); browser tests are skipped")
	return ""
}

// missing skips a test for want of something, and fails it where CI promised to have it.
func missing(t *testing.T, why string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal("in CI this must not be skipped: " + why)
	}
	t.Skip(why)
}

var (
	browserOnce sync.Once
	browserCtx  context.Context
	browserStop context.CancelFunc
	browserErr  error
)

// TestMain is the program itself where a test that kills it asks for it; else it runs
// the tests and closes the browser that the journeys share.
func TestMain(m *testing.M) {
	if os.Getenv(asCopier) != "" {
		os.Exit(runAsCopier())
	}
	if os.Getenv(asProgram) != "" {
		main()
		os.Exit(0)
	}
	code := m.Run()
	if browserStop != nil {
		browserStop()
	}
	os.Exit(code)
}

// sharedBrowser starts one headless Chromium for all journeys.
func sharedBrowser(t *testing.T) context.Context {
	path := chromium(t)
	browserOnce.Do(func() {
		opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
			chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true), chromedp.Flag("disable-sync", true),
			chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
			chromedp.Flag("disable-dev-shm-usage", true))
		alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), opts...)
		ctx, stop := chromedp.NewContext(alloc)
		browserCtx, browserStop = ctx, func() { stop(); stopAlloc() }
		browserErr = chromedp.Do(ctx)
	})
	if browserErr != nil {
		t.Fatal("start Chromium: ", browserErr)
	}
	return browserCtx
}

// patience is how long a browser may take for one step before the test gives up.
const patience = 20 * time.Second

// person is one visitor in a browser profile of their own.
type person struct {
	t    *testing.T
	name string
	ctx  context.Context
	base string
}

// visitor opens a browser profile without cookies; without script if noScript.
func visitor(t *testing.T, base, name string, noScript bool) *person {
	t.Helper()
	ctx, stop := chromedp.NewContext(sharedBrowser(t), chromedp.WithNewBrowserContext())
	t.Cleanup(stop)
	p := &person{t: t, name: name, ctx: ctx, base: base}
	p.must("start", chromedp.Do(ctx))
	p.must("agree to questions", chromedp.Listen(ctx, func(ev any) {
		if _, asked := ev.(*page.EventJavascriptDialogOpening); asked {
			go func() {
				_, _ = chromedp.Call(ctx, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: true})
			}()
		}
	}))
	if noScript {
		p.do("switch scripts off", chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
			return err
		}))
	}
	return p
}

func (p *person) must(what string, err error) {
	p.t.Helper()
	if err != nil {
		ctx, cancel := context.WithTimeout(p.ctx, patience)
		defer cancel()
		text, _ := chromedp.Run(ctx, chromedp.Text(chromedp.CSS("body")))
		url, _ := chromedp.Run(ctx, chromedp.Location())
		p.t.Fatalf("%s: %s: %v\nat %s:\n%s", p.name, what, err, url, firstLines(text, 60))
	}
}

func firstLines(s string, n int) string {
	lines := strings.Split(s, "\n")
	return strings.Join(lines[:min(n, len(lines))], "\n")
}

// do runs steps with patience.
func (p *person) do(what string, steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	p.must(what, chromedp.Do(ctx, steps...))
}

func (p *person) visit(path string) {
	p.t.Helper()
	if strings.HasPrefix(path, "/") {
		path = p.base + path
	}
	p.do("visit "+path, chromedp.Navigate(path))
}

// fill types into a field of the page, replacing what is there.
func (p *person) fill(selector, text string) {
	p.t.Helper()
	p.do("fill "+selector, chromedp.SetValue(chromedp.CSS(selector), text))
}

// press clicks something that leads to another page, and waits for it.
func (p *person) press(selector string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.Click(chromedp.CSS(selector))))
	p.must("press "+selector, err)
}

// click clicks something that stays on the page.
func (p *person) click(selector string) {
	p.t.Helper()
	p.do("click "+selector, chromedp.Click(chromedp.CSS(selector)))
}

// awaits waits until something is on the page.
func (p *person) awaits(selector string) {
	p.t.Helper()
	p.do("await "+selector, chromedp.WaitReady(chromedp.CSS(selector)))
}

// reads fails unless the page shows the text.
func (p *person) reads(text string) {
	p.t.Helper()
	got := p.text("body")
	if !strings.Contains(squeeze(got), squeeze(text)) {
		p.t.Fatalf("%s does not read %q but\n%s", p.name, text, firstLines(got, 80))
	}
}

// cannotRead fails if the page shows the text.
func (p *person) cannotRead(text string) {
	p.t.Helper()
	if strings.Contains(squeeze(p.text("body")), squeeze(text)) {
		p.t.Fatalf("%s reads %q, which is not for them", p.name, text)
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), " ") }

func (p *person) text(selector string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	s, err := chromedp.Run(ctx, chromedp.Text(chromedp.CSS(selector)))
	for err != nil && ctx.Err() == nil && strings.Contains(err.Error(), "No node with given id") { // the page was still settling
		s, err = chromedp.Run(ctx, chromedp.Text(chromedp.CSS(selector)))
	}
	p.must("text of "+selector, err)
	return s
}

func (p *person) attribute(selector, name string) string {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.AttributeValue(chromedp.CSS(selector), name))
	p.must(fmt.Sprintf("%s of %s", name, selector), err)
	return v.Value
}

// count returns how many elements match, at once.
func (p *person) count(selector string) int {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, patience)
	defer cancel()
	nodes, err := chromedp.Run(ctx, chromedp.Nodes(chromedp.CSS(selector), chromedp.AtLeast(0)))
	p.must("count "+selector, err)
	return len(nodes)
}

// submitAnyway sends a form past the browser's own checks, as an old browser does.
func submitAnyway(form string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		chromedp.SetAttributeValue(chromedp.CSS(form), "novalidate", "novalidate"),
		chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.Submit(chromedp.CSS(form)))(ctx, t)
			return err
		}),
	)
}
