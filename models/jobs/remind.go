package jobs

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"

	"folkmoot/models"
	"folkmoot/models/service"
)

// remind adds the one reminder of each voting link that has waited for a day. It
// does so while mail is held too: reminders wait with the rest.
func (r *Runner) remind(ctx context.Context) error {
	now := r.Clock.Now()
	if !r.reminded.IsZero() && now.Sub(r.reminded) < RemindEvery {
		return nil
	}
	words := wording{ctx: ctx, store: r.Store, seen: map[string]consultation{}}
	n, err := r.Store.RemindBallots(ctx, words.renew)
	if err != nil {
		return fmt.Errorf("remind of voting links: %w", err)
	}
	r.reminded = now
	if n > 0 {
		r.Log.InfoContext(ctx, "jobs: reminders added", "count", n)
	}
	return nil
}

// wording fills in what a reminder says of the consultation, read once for each.
type wording struct {
	ctx   context.Context
	store Store
	seen  map[string]consultation
}

type consultation struct {
	models.Consultation
	numbers map[string]int // by idea id
}

// renew makes the new token of a link and the message that carries it.
func (w *wording) renew(l models.Link) (string, models.Job) {
	token, c := service.NewToken(), w.consultation(l.ConsultationID)
	return models.HashToken(token), models.Job{
		ID: uuid.Must(uuid.NewV7()).String(), Kind: models.JobBallotReminder, Language: l.Language,
		Recipient: l.Address, LinkID: l.ID, Unconfirmed: true, Mailbox: service.MailboxKey(l.Address),
		Args: map[string]string{
			"token": token, "slug": c.Slug, "title": c.Text(l.Language).Title, "choices": c.lines(l.Choices),
		},
	}
}

// consultation reads what is known of one. Should it not answer, the reminder
// goes without: its link is what matters, and its page says the rest.
func (w *wording) consultation(id string) consultation {
	if c, ok := w.seen[id]; ok {
		return c
	}
	c := consultation{numbers: map[string]int{}}
	if read, err := w.store.Consultation(w.ctx, id); err == nil {
		c.Consultation = read
	}
	ideas, err := w.store.Ideas(w.ctx, models.IdeaFilter{ConsultationID: id})
	for _, i := range ideas {
		if err == nil {
			c.numbers[i.ID] = i.Number
		}
	}
	w.seen[id] = c
	return c
}

// lines writes choices as messages take them: "number:choice", one a line.
func (c consultation) lines(choices []models.ChosenVote) string {
	var lines []string
	for _, v := range choices {
		if n := c.numbers[v.IdeaID]; n > 0 {
			lines = append(lines, fmt.Sprintf("%d:%s", n, v.Choice))
		}
	}
	return strings.Join(lines, "\n")
}
