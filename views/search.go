package views

import (
	"fmt"
	"strings"

	"folkmoot/models"
	"folkmoot/views/ui"
)

// SearchPage is "/search".
type SearchPage struct {
	ui.LayoutData
	Query string
	Hits  []models.Hit
}

// excerptLength is how many characters of a found text are shown.
const excerptLength = 280

// excerpt cuts a found text to the part around the first of the words searched for.
func excerpt(text, query string) string {
	runes := []rune(text)
	if len(runes) <= excerptLength {
		return text
	}
	start := 0
	lower := strings.ToLower(text)
	for _, word := range strings.Fields(strings.ToLower(query)) {
		if at := strings.Index(lower, word); at >= 0 {
			start = max(0, models.Chars(lower[:at])-excerptLength/3)
			break
		}
	}
	start = min(start, len(runes)-excerptLength)
	cut := strings.TrimSpace(string(runes[start : start+excerptLength]))
	if start > 0 {
		cut = "… " + cut
	}
	if start+excerptLength < len(runes) {
		cut += " …"
	}
	return cut
}

func hitURL(h models.Hit) string {
	switch h.Kind {
	case "reply":
		return "/replies/" + h.ReplyID
	case "idea":
		return fmt.Sprintf("/consultations/%s/ideas/%d", h.Slug, h.IdeaNumber)
	}
	return "/consultations/" + h.Slug
}

func hitHeading(h models.Hit) string {
	if h.Heading == "" {
		return h.Title
	}
	return h.Heading
}
