package views

import (
	"fmt"

	"folkmoot/views/ui"
)

// ErrorPage says what happened and what to do.
type ErrorPage struct {
	ui.LayoutData
	Status    int
	Kind      string // "closed" or "role" where the status alone would mislead; else ""
	Sentence  string
	Reference string // of an internal error, to quote
	Back      string // where to go on
}

// Heading is the title of the page, for its status.
func (p ErrorPage) Heading() string { return p.L.T(p.key("title")) }

// key returns the key of the sentence for the kind of trouble, for its status, or for any other of
// its class.
func (p ErrorPage) key(part string) string {
	if p.Kind != "" {
		return "error_page." + p.Kind + "." + part
	}
	if key := fmt.Sprintf("error_page.%d.%s", p.Status, part); p.L.Has(key) {
		return key
	}
	if p.Status >= 500 {
		return "error_page.500." + part
	}
	return "error_page.400." + part
}
