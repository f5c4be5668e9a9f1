package main

import (
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"folkmoot/models/storetest"
)

// TestNobodySeesTheStore fills a site on SQLite and two nodes on MongoDB with the same
// demonstration: every page is the same to the letter but for names that are drawn.
func TestNobodySeesTheStore(t *testing.T) {
	var sites []*site
	everySite := []func(*testing.T) place{onFile, onDatabase}
	for _, at := range everySite {
		s := newSiteAt(t, at(t))
		s.stages()
		sites = append(sites, s)
	}
	readers := []map[string]*reader{sites[0].readers(), sites[1].readers()}
	for _, p := range pages() {
		if p.act != nil {
			continue
		}
		path := strings.ReplaceAll(p.path, "?ideas=number", "") + "?ideas=number&limit=1000"
		if strings.Contains(p.path, "/search") {
			path = p.path
		}
		one, other := readers[0][p.who].page(path), readers[1][p.who].page(path)
		if strings.Contains(path, "/search") {
			one, other = hitsSorted(one), hitsSorted(other)
		}
		if diff := cmp.Diff(strings.Split(one, "\n"), strings.Split(other, "\n")); diff != "" {
			t.Errorf("%s as %q differs (-SQLite +MongoDB):\n%s", path, p.who, diff)
		}
	}
	for _, file := range []string{"/results.json", "/results.csv"} {
		if a, b := alike(string(sites[0].downloads(shops+file))), alike(string(sites[1].downloads(shops+file))); a != b {
			t.Errorf("%s differs: %s", file, cmp.Diff(a, b))
		}
	}
}

// hitsSorted sorts the hits of a page of search results, whose order is the store's own.
func hitsSorted(page string) string {
	const hit, end = `<li class="hit">`, "</ul>"
	head, list, found := strings.Cut(page, hit)
	list, tail, whole := strings.Cut(list, end)
	if !found || !whole {
		return page
	}
	hits := strings.Split(list, hit)
	for n := range hits {
		hits[n] = strings.TrimSpace(drawnName.ReplaceAllString(hits[n], "drawn"))
	}
	slices.Sort(hits)
	return head + strings.Join(hits, "\n"+hit) + end + tail
}

// drawnName is a name that alike generates.
var drawnName = regexp.MustCompile(`drawn-\d+`)

// reader is a plain client with a session of a role, or none.
type reader struct {
	s       *site
	session string
}

// readers signs in one person of each role.
func (s *site) readers() map[string]*reader {
	s.t.Helper()
	all := map[string]*reader{"": {s: s}}
	for _, member := range demoStaff {
		_, p, err := s.svc.MakeSignInLink(s.t.Context(), member.address, member.name, member.role)
		check(s.t, err)
		session, err := storetest.OpenSession(s.t.Context(), s.store, p.ID)
		check(s.t, err)
		all[string(member.role)] = &reader{s, session}
	}
	return all
}

func (r *reader) page(path string) string {
	r.s.t.Helper()
	req, err := http.NewRequest(http.MethodGet, r.s.base+path, nil)
	check(r.s.t, err)
	if r.session != "" {
		req.AddCookie(&http.Cookie{Name: "folkmoot_session", Value: r.session})
	}
	res, err := http.DefaultClient.Do(req)
	check(r.s.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	check(r.s.t, err)
	return fmt.Sprintf("%d\n%s", res.StatusCode, alike(strings.ReplaceAll(string(body), r.s.base, "BASE")))
}

// drawn is what is drawn at random, or follows from it: ids, references, digests, cursors.
var drawn = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{64}|after=[A-Za-z0-9_%-]+`)

// alike names what is drawn by the order in which it comes, and puts tags on lines.
func alike(page string) string {
	names := map[string]string{}
	page = drawn.ReplaceAllStringFunc(page, func(s string) string {
		if names[s] == "" {
			names[s] = fmt.Sprintf("drawn-%d", len(names)+1)
		}
		return names[s]
	})
	return strings.ReplaceAll(page, "><", ">\n<")
}
