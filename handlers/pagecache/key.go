package pagecache

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"folkmoot/models"
	"folkmoot/views/i18n"
)

// Kind is a kind of page that is kept.
type Kind uint8

// The kinds of pages.
const (
	Consultation Kind = iota + 1
	Idea
	Results
)

// Key names a page by known and validated words alone. Only Keys makes one that is not
// zero, so that nothing else of a request can reach a page that others are sent.
type Key struct {
	kind             Kind
	slug             string
	number           int // of the idea
	language         i18n.Language
	ideas, thread    string // the orders
	ideasAfter, from cursor
	limit            int
}

// cursor is one that this site issued, or "".
type cursor string

// Query holds the words of an address that choose what a page shows, as they were sent.
// All others are ignored.
type Query struct{ Ideas, IdeasAfter, Sort, After, Limit string }

// The words of Query that are not cursors; the first of each is the default.
var (
	ideaOrders   = []string{"shuffled", "number", "newest"}
	threadOrders = []string{"oldest", "newest"}
	limits       = []int{100, 10, 20, 50, 200, 500, 1000}
)

// List is a list that cursors belong to.
type List uint8

// The lists.
const (
	IdeaList List = iota
	ThreadList
)

// Keys makes keys.
type Keys struct {
	Issued func(list List, cursor string) bool // reports whether the site issued a cursor
}

// Parse returns the key of the page at a path. CodeNotFound for any other path, and for a
// number that is not written as we write it; CodeInvalid for words that are not known.
func (k Keys) Parse(path string, language i18n.Language, q Query) (Key, error) {
	key, ok := parsePath(path)
	if !ok {
		return Key{}, models.Fail(models.CodeNotFound, "error.page.unknown")
	}
	key.language = language
	if key.kind == Results {
		return key, nil
	}
	var err error
	if key.kind == Consultation {
		if key.ideas, err = oneOf(ideaOrders, q.Ideas, "error.order.unknown"); err != nil {
			return Key{}, err
		}
		if key.ideasAfter, err = k.issued(IdeaList, q.IdeasAfter); err != nil {
			return Key{}, err
		}
	}
	if key.thread, err = oneOf(threadOrders, q.Sort, "error.sort.unknown"); err != nil {
		return Key{}, err
	}
	if key.from, err = k.issued(ThreadList, q.After); err != nil {
		return Key{}, err
	}
	key.limit, err = parseLimit(q.Limit)
	return key, err
}

// parsePath reads "/consultations/{slug}", ".../ideas/{number}" and ".../results".
func parsePath(path string) (key Key, ok bool) {
	rest, ok := strings.CutPrefix(path, "/consultations/")
	slug, page, _ := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
	if !ok || !models.ValidSlug(slug) {
		return Key{}, false
	}
	key.slug = slug
	switch number, idea := strings.CutPrefix(page, "ideas/"); {
	case page == "":
		key.kind = Consultation
	case page == "results":
		key.kind = Results
	case idea:
		key.kind = Idea
		key.number, ok = ParseNumber(number)
	default:
		ok = false
	}
	return key, ok
}

// ParseNumber reads the number of an idea. It is written in one way only, so that a page
// has one address.
func ParseNumber(s string) (n int, ok bool) {
	n, err := strconv.Atoi(s)
	return n, err == nil && s[0] >= '1' && s[0] <= '9'
}

// oneOf returns the word if it is one of the list, whose first is the default.
func oneOf(list []string, word, unknown string) (string, error) {
	if word == "" {
		return list[0], nil
	}
	if i := slices.Index(list, word); i >= 0 {
		return list[i], nil
	}
	return "", models.Fail(models.CodeInvalid, unknown)
}

func parseLimit(s string) (int, error) {
	if s == "" {
		return limits[0], nil
	}
	if n, ok := ParseNumber(s); ok && slices.Contains(limits, n) {
		return n, nil
	}
	return 0, models.Fail(models.CodeInvalid, "error.thread.limit")
}

func (k Keys) issued(list List, s string) (cursor, error) {
	if s == "" || k.Issued(list, s) {
		return cursor(strings.Clone(s)), nil
	}
	return "", models.Fail(models.CodeInvalid, "error.cursor")
}

// Kind returns the kind of the page.
func (k Key) Kind() Kind { return k.kind }

// Slug returns the slug of the consultation.
func (k Key) Slug() string { return k.slug }

// Number returns the number of the idea.
func (k Key) Number() int { return k.number }

// Language returns the language of the page.
func (k Key) Language() i18n.Language { return k.language }

// IdeaOrder returns the order of the ideas: "shuffled", "number" or "newest".
func (k Key) IdeaOrder() string { return k.ideas }

// ThreadOrder returns the order of the thread: "oldest" or "newest".
func (k Key) ThreadOrder() string { return k.thread }

// IdeasAfter returns the cursor that the list of ideas goes on after, "" at the start.
func (k Key) IdeasAfter() string { return string(k.ideasAfter) }

// After returns the cursor that the thread goes on after, "" at the start.
func (k Key) After() string { return string(k.from) }

// Limit returns how many replies the page shows at most.
func (k Key) Limit() int { return k.limit }

// Base returns the path of the page without what chooses a part of it.
func (k Key) Base() string {
	base := "/consultations/" + k.slug
	switch k.kind {
	case Idea:
		return base + "/ideas/" + strconv.Itoa(k.number)
	case Results:
		return base + "/results"
	}
	return base
}

// Path returns the address of the page: the same for every request that has this key.
func (k Key) Path() string {
	q := url.Values{}
	for word, value := range map[string]string{"after": string(k.from), "ideas_after": string(k.ideasAfter)} {
		if value != "" {
			q.Set(word, value)
		}
	}
	if k.ideas != "" && k.ideas != ideaOrders[0] {
		q.Set("ideas", k.ideas)
	}
	if k.thread != "" && k.thread != threadOrders[0] {
		q.Set("sort", k.thread)
	}
	if k.limit != 0 && k.limit != limits[0] {
		q.Set("limit", strconv.Itoa(k.limit))
	}
	if len(q) == 0 {
		return k.Base()
	}
	return k.Base() + "?" + q.Encode()
}

// Next returns the address of the page with one of its lists further on, "" without a
// cursor.
func (k Key) Next(list List, next string) string {
	if next == "" {
		return ""
	}
	if list == IdeaList {
		k.ideasAfter = cursor(next)
		return k.Path() + "#ideas"
	}
	k.from = cursor(next)
	return k.Path() + "#thread"
}
