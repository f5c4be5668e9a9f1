package handlers

import (
	"strconv"
	"strings"

	"github.com/valyala/fasthttp"

	"folkmoot/models"
)

// routeTable finds the route of a path outside the router: before a request is routed, and
// for one that never is. It knows the routes whose segments are words or parameters.
type routeTable map[routeShape][]routePattern

type routeShape struct {
	method   string
	segments int
}

// routePattern is the path of a route, such as "/consultations/:slug".
type routePattern struct {
	path  string
	parts []string
}

func newRouteTable(routes []Route) routeTable {
	t := routeTable{}
	for _, r := range routes {
		parts := segments(r.Path)
		shape := routeShape{r.Method, len(parts)}
		t[shape] = append(t[shape], routePattern{r.Path, parts})
	}
	return t
}

// segments splits a path. Slashes at its end do not count, as for the router.
func segments(path string) []string { return strings.Split(strings.TrimRight(path, "/"), "/") }

// find returns the pattern of the first route that a request matches, "" for none, and
// what the log may show of its path: the pattern with slugs and numbers filled in, which
// no token can be mistaken for.
func (t routeTable) find(method, path string) (pattern, shown string) {
	if method == fasthttp.MethodHead {
		method = fasthttp.MethodGet
	}
	parts := segments(path)
	for _, r := range t[routeShape{method, len(parts)}] {
		if r.matches(parts) {
			return r.path, r.shown(parts)
		}
	}
	return "", ""
}

func (r routePattern) matches(parts []string) bool {
	for i, part := range r.parts {
		name, parameter := strings.CutPrefix(part, ":")
		switch {
		case !parameter && part != parts[i], parameter && parts[i] == "":
			return false
		case strings.HasSuffix(name, "<int>"):
			if _, err := strconv.Atoi(parts[i]); err != nil {
				return false
			}
		}
	}
	return true
}

func (r routePattern) shown(parts []string) string {
	shown := make([]string, len(parts))
	for i, part := range r.parts {
		shown[i] = part
		if part == ":slug" && models.ValidSlug(parts[i]) || strings.HasSuffix(part, "<int>") {
			shown[i] = parts[i]
		}
	}
	return first(strings.Join(shown, "/"), "/")
}
