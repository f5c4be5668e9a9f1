package views

import (
	"github.com/a-h/templ"

	"folkmoot/views/ui"
)

// Parts gives this reader's version of each personal place of the page, by name. Ballots
// that are not among the ideas are a stranger's.
func (p ConsultationPage) Parts() map[string]templ.Component {
	parts := readerParts(p.Frame, p.Reply, p.Basket)
	parts["manage"] = managePart(p)
	for _, row := range p.Ideas {
		parts[row.Ballot.part()] = row.Ballot.Run(p.L)
	}
	return parts
}

// Parts gives this reader's version of each personal place of the page, by name;
// without a row, the ballot is a stranger's.
func (p IdeaPage) Parts() map[string]templ.Component {
	parts := readerParts(p.Frame, p.Reply, p.Basket)
	if p.Row.Slug != "" {
		parts[p.Row.Ballot.part()] = p.Row.Ballot.Run(p.L)
	}
	return parts
}

// Parts gives this reader's version of each personal place of the page, by name.
func (p ResultsPage) Parts() map[string]templ.Component {
	parts := readerParts(p.Frame, ReplyForm{}, Basket{})
	parts["full"] = fullPart(p)
	return parts
}

func readerParts(f ui.Frame, r ReplyForm, b Basket) map[string]templ.Component {
	return map[string]templ.Component{
		"nav": ui.NavPart(f), "notice": ui.NoticePart(f), "forget": ui.ForgetPart(f),
		"who": whoFields(f.L, r.Form, r.SignedIn, r.Member), "basket": BasketBar(f.L, b),
	}
}
