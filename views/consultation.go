package views

import (
	"github.com/a-h/templ"

	"folkmoot/models"
)

// ordered is the address of the page with its ideas in an order, from the start.
func (p ConsultationPage) ordered(order string) templ.SafeURL {
	return templ.SafeURL(p.URL() + "?ideas=" + order + "&sort=" + p.Thread.Sort + "#ideas")
}

// weighing tells whether there are ideas that take votes now.
func (p ConsultationPage) weighing() bool {
	return p.State == models.StateOpen && !p.Clock.Coming && !p.Preview && len(p.Ideas) > 0
}

// over tells whether no vote will be taken here any more.
func (p ConsultationPage) over() bool {
	switch p.State {
	case models.StateCounting, models.StateSealed, models.StateAnswered, models.StateWithdrawn:
		return true
	}
	return false
}

// ideasKey names the heading of the ideas: they are there to weigh, or were.
func (p ConsultationPage) ideasKey() string {
	if p.over() {
		return "idea.list.over"
	}
	return "idea.list"
}
