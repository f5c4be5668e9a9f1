package markup

import (
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// public reads the light Markdown of Public. It is put together by hand rather
// than from goldmark's defaults: no headings, rules, images, raw HTML, link
// definitions or indented code, all of which would swallow what was typed.
var public = goldmark.New(
	goldmark.WithParser(parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(numberedList{parser.NewListParser()}, 300),
			util.Prioritized(numberedItem{parser.NewListItemParser()}, 400),
			util.Prioritized(closedFence{parser.NewFencedCodeBlockParser()}, 700),
			util.Prioritized(spacedQuote{parser.NewBlockquoteParser()}, 800),
			util.Prioritized(anyParagraph{parser.NewParagraphParser()}, 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(escapeParser{}, 50),
			util.Prioritized(parser.NewCodeSpanParser(), 100),
			util.Prioritized(linkOnly{parser.NewLinkParser()}, 200),
			util.Prioritized(linkifier{}, 400),
			util.Prioritized(wordEmphasis{parser.NewEmphasisParser()}, 500),
		),
		parser.WithASTTransformers(util.Prioritized(asTyped{}, 100)),
	)),
	goldmark.WithRendererOptions(html.WithHardWraps(), html.WithWriter(literalWriter{html.DefaultWriter}),
		renderer.WithNodeRenderers(util.Prioritized(canonicalLinks{}, 100))),
)

// organiser reads full Markdown; its raw HTML meets the allow-list afterwards.
var organiser = goldmark.New(
	goldmark.WithParser(parser.NewParser(
		parser.WithBlockParsers(shallowBlocks()...),
		parser.WithInlineParsers(parser.DefaultInlineParsers()...),
		parser.WithInlineParsers(util.Prioritized(linkifier{}, 999)),
		parser.WithParagraphTransformers(parser.DefaultParagraphTransformers()...),
		parser.WithParagraphTransformers(
			util.Prioritized(narrowTable{extension.NewTableParagraphTransformer()}, 200),
		),
		parser.WithASTTransformers(util.Prioritized(extension.NewTableASTTransformer(), 0)),
	)),
	goldmark.WithExtensions(extension.Strikethrough),
	goldmark.WithRendererOptions(
		html.WithUnsafe(),
		renderer.WithNodeRenderers(util.Prioritized(extension.NewTableHTMLRenderer(
			extension.WithTableCellAlignMethod(extension.TableCellAlignNone),
		), 500)),
	),
)

// shallowBlocks are goldmark's own block parsers with bounded nesting.
func shallowBlocks() []util.PrioritizedValue {
	blocks := parser.DefaultBlockParsers()
	for i, b := range blocks {
		if b.Value == parser.NewListParser() || b.Value == parser.NewBlockquoteParser() {
			blocks[i].Value = shallow{b.Value.(parser.BlockParser)}
		}
	}
	return blocks
}

// canonicalLinks writes links, whose addresses asTyped has made canonical.
type canonicalLinks struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (canonicalLinks) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindLink, func(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			_, err := w.WriteString("</a>")
			return ast.WalkContinue, err
		}
		_, err := w.WriteString(`<a href="` + string(util.EscapeHTML(n.(*ast.Link).Destination)) + `">`)
		return ast.WalkContinue, err
	})
}

// literalWriter shows entities and backslashes as they were typed; escapes are
// resolved by escapeParser.
type literalWriter struct{ html.Writer }

// Write implements html.Writer.
func (w literalWriter) Write(out util.BufWriter, source []byte) { w.RawWrite(out, source) }
