package ui

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// InSentence renders a sentence of the catalogue with value in the place of [[]], isolated
// so that its script and direction do not affect the text around it.
func InSentence(sentence, value string) templ.Component {
	before, after, ok := strings.Cut(sentence, "[[]]")
	text := templ.EscapeString(before)
	if ok {
		text += `<bdi class="value">` + templ.EscapeString(value) + "</bdi>" + templ.EscapeString(after)
	}
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	})
}
