package views

import (
	"context"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// inSentence writes a sentence of the catalogue with a value where it says [[]],
// set apart so that its script and direction disturb nothing around it.
func inSentence(sentence, value string) templ.Component {
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
