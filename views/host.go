package views

import (
	"strconv"
	"strings"

	"folkmoot/views/i18n"
	"folkmoot/views/ui"
)

// HostPage is one of the host's own pages: privacy, terms, accessibility, rules, contact.
type HostPage struct {
	ui.LayoutData
	Name string // "privacy" …
}

// hostPart is one part of a host page under its heading.
type hostPart struct {
	Heading string
	Blocks  []hostBlock
}

// hostBlock is a paragraph, or a list with an item in each line.
type hostBlock struct {
	List  bool
	Lines []string
}

// hostParts reads host.NAME.1.heading, host.NAME.1.text, host.NAME.2.heading and so
// on. A blank line parts paragraphs; lines that begin with "- " make a list.
func hostParts(l *i18n.Localizer, name string) (parts []hostPart) {
	for i := 1; ; i++ {
		key := "host." + name + "." + strconv.Itoa(i)
		if !l.Has(key + ".heading") {
			return parts
		}
		part := hostPart{Heading: l.T(key + ".heading")}
		for _, text := range strings.Split(l.T(key+".text"), "\n\n") {
			part.Blocks = append(part.Blocks, hostBlockOf(text))
		}
		parts = append(parts, part)
	}
}

func hostBlockOf(text string) hostBlock {
	after, isList := strings.CutPrefix(text, "- ")
	if !isList {
		return hostBlock{Lines: []string{text}}
	}
	return hostBlock{List: true, Lines: strings.Split(after, "\n- ")}
}
