package markup

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// A piece is a stretch of a paragraph on its way to Markdown.
type piece struct {
	kind pieceKind
	text string
	mate int    // of an opening sign: how many pieces further its closing one is
	link string // of an address: the link that it means
}

type pieceKind int

const (
	wordsPiece   pieceKind = iota // text, to be escaped
	rawPiece                      // written as it is: code, brackets, addresses
	addressPiece                  // a bare address, where Public finds it again
	openPiece                     // an emphasis sign that opens
	closePiece
)

// pieces takes n apart; it changes nothing in the tree.
func (w *writer) pieces(n *html.Node) []piece {
	if n.Type == html.TextNode {
		return []piece{{text: collapse(n.Data)}}
	}
	switch n.DataAtom {
	case atom.Br:
		return []piece{{text: "\n"}}
	case atom.A:
		return w.link(n)
	}
	inner := w.inside(n)
	if !w.markdown {
		return inner
	}
	switch n.DataAtom {
	case atom.Code:
		return code(textOf(n))
	case atom.Em:
		return emphasis(inner, "*")
	case atom.Strong:
		return emphasis(inner, "**")
	}
	return inner
}

func (w *writer) inside(n *html.Node) []piece {
	var list []piece
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		list = append(list, w.pieces(c)...)
	}
	return list
}

// link writes a bare address as itself, any other link as [text](address).
func (w *writer) link(n *html.Node) []piece {
	inner, target := w.inside(n), strings.TrimSpace(attr(n, "href"))
	text := strings.TrimSpace(textOf(n))
	href, safe := canonicalLink(target, false)
	bare := target == text || bareAddress(text) == href
	switch {
	case text == "" || !safe:
		return inner
	case w.markdown && bareAddress(text) == href && !w.explicit:
		return []piece{{kind: addressPiece, text: text, link: href}}
	case w.markdown:
		return explicitLink(inner, href)
	case bare:
		return inner
	case w.addresses:
		return append(inner, piece{kind: rawPiece, text: " (" + target + ")"})
	}
	return inner
}

// explicitLink writes a link with its address after it.
func explicitLink(inner []piece, href string) []piece {
	list := append([]piece{{kind: rawPiece, text: "["}}, oneLine(inner)...)
	return append(list, piece{kind: rawPiece, text: "](" + escapeURL(href) + ")"})
}

// bareAddress returns the link that a text means if the whole of it is an
// address, else "".
func bareAddress(text string) string {
	if length, href := webAddress(text, ""); length == len(text) {
		return href
	}
	local, host, _ := strings.Cut(text, "@")
	if left, right, href := mailAddress(local, host); left == len(local) && right == len(host) {
		return href
	}
	return ""
}

func oneLine(pieces []piece) []piece {
	for i := range pieces {
		pieces[i].text = strings.ReplaceAll(pieces[i].text, "\n", " ")
	}
	return pieces
}

// escapeURL keeps an address in one piece between the brackets of a link.
func escapeURL(target string) string {
	target = strings.NewReplacer(" ", "%20", "<", "%3C", ">", "%3E", `\`, "%5C", "\n", "", "\t", "").Replace(target)
	depth := 0
	for _, r := range target {
		if r == '(' {
			depth++
		} else if r == ')' {
			depth--
		}
		if depth < 0 {
			break
		}
	}
	if depth == 0 { // Markdown reads brackets that are paired
		return target
	}
	return brackets.Replace(target)
}

var brackets = strings.NewReplacer("(", "%28", ")", "%29")

func code(text string) []piece {
	text = strings.Join(strings.Fields(text), " ")
	if text == "" {
		return nil
	}
	fence := strings.Repeat("`", longestRun(text, '`')+1)
	if text[0] == '`' || text[len(text)-1] == '`' {
		text = " " + text + " "
	}
	return []piece{{kind: rawPiece, text: fence + text + fence}}
}

// emphasis puts signs around pieces, with blank space moved outside them.
func emphasis(inner []piece, sign string) []piece {
	var before, after []piece
	for len(inner) > 0 && strings.TrimSpace(inner[0].text) == "" {
		before, inner = append(before, inner[0]), inner[1:]
	}
	for len(inner) > 0 && strings.TrimSpace(inner[len(inner)-1].text) == "" {
		after, inner = append([]piece{inner[len(inner)-1]}, after...), inner[:len(inner)-1]
	}
	if len(inner) == 0 {
		return append(before, after...)
	}
	first, last := &inner[0], &inner[len(inner)-1]
	if first.kind == wordsPiece && strings.HasPrefix(first.text, " ") {
		before, first.text = append(before, piece{text: " "}), first.text[1:]
	}
	if last.kind == wordsPiece && strings.HasSuffix(last.text, " ") {
		after, last.text = append([]piece{{text: " "}}, after...), last.text[:len(last.text)-1]
	}
	list := append(before, piece{kind: openPiece, text: sign, mate: len(inner) + 1})
	list = append(append(list, inner...), piece{kind: closePiece, text: sign})
	return append(list, after...)
}

// collapse reduces blank space to single spaces, as HTML does. A no-break space
// is a character like any other.
func collapse(s string) string {
	var b strings.Builder
	space := false
	for _, r := range s {
		if r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' {
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		}
		space = false
		b.WriteRune(r)
	}
	return b.String()
}
