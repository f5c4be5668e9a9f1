package mail

import (
	"html/template"
	"strings"
)

// t returns a sentence with every argument of the job at hand, and more.
func (m *message) t(key string, more ...any) string {
	data := map[string]any{"site": line(m.r.Site)}
	for name, value := range m.args {
		data[name] = value
	}
	for i := 0; i+1 < len(more); i += 2 {
		data[more[i].(string)] = more[i+1]
	}
	if data["title"] == nil || data["title"] == "" {
		data["title"] = m.l.T("mail.untitled")
	}
	return m.l.Args(key, data)
}

func (m *message) text(key string, more ...any) {
	m.blocks = append(m.blocks, block{Kind: "text", Text: m.t(key, more...)})
}

func (m *message) link(key, url string) {
	m.blocks = append(m.blocks, block{Kind: "link", Text: m.t(key), URL: url})
}

func (m *message) quote(s string) {
	m.blocks = append(m.blocks, block{Kind: "quote", Text: s})
}

func (m *message) list(items []string) {
	m.blocks = append(m.blocks, block{Kind: "list", List: items})
}

// plain writes the message as text, one paragraph after another.
func (m *message) plain() string {
	parts := make([]string, len(m.blocks))
	for i, b := range m.blocks {
		switch b.Kind {
		case "link":
			parts[i] = b.Text + ":\n" + b.URL
		case "quote":
			parts[i] = "> " + strings.ReplaceAll(b.Text, "\n", "\n> ")
		case "list":
			parts[i] = "- " + strings.Join(b.List, "\n- ")
		default:
			parts[i] = b.Text
		}
	}
	return strings.Join(parts, "\n\n") + "\n"
}

// The address of a link stands in sight: a person can see where it leads.
var page = template.Must(template.New("mail").Funcs(template.FuncMap{
	"lines": func(s string) []string { return strings.Split(s, "\n") },
}).Parse(`<!doctype html>
<html lang="{{.Lang}}">
<head><meta charset="utf-8"><title>{{.Subject}}</title></head>
<body>
{{- range .Blocks}}
{{- if eq .Kind "link"}}
<p><strong><a href="{{.URL}}">{{.Text}}</a></strong><br>{{.URL}}</p>
{{- else if eq .Kind "quote"}}
<blockquote>{{range $i, $l := lines .Text}}{{if $i}}<br>{{end}}{{$l}}{{end}}</blockquote>
{{- else if eq .Kind "list"}}
<ul>{{range .List}}<li>{{.}}</li>{{end}}</ul>
{{- else}}
<p>{{.Text}}</p>
{{- end}}
{{- end}}
</body>
</html>
`))

// html writes the same as plain.
func (m *message) html() (string, error) {
	var b strings.Builder
	err := page.Execute(&b, map[string]any{"Lang": m.l.Language().String(), "Subject": line(m.subject), "Blocks": m.blocks})
	return b.String(), err
}
