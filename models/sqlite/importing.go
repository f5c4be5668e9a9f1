package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"folkmoot/models"
	"folkmoot/models/sqlite/engine"
)

// AddImport implements models.ImportStore. The organiser's ideas and what d publishes
// are published, all other texts are queued as of now; dates are those of the source.
// CodeInvalid error.reply.parent for a reply that comes before its parent.
func (s *Store) AddImport(ctx context.Context, c models.Consultation, ideas []models.Idea, replies []models.Reply, d models.Decision) (added bool, err error) {
	err = s.write(ctx, func(t *engine.Tx) error {
		there, err := imported(t, c)
		if err != nil || there {
			return err
		}
		if c.CreatedAt.IsZero() {
			c.CreatedAt = t.Now
		}
		if err = insertConsultation(t, c); err != nil {
			return err
		}
		public := map[models.Item]bool{}
		for _, it := range d.Items {
			public[it.Item] = it.To == models.StatusPublished
		}
		if err = importIdeas(t, c, ideas, public); err != nil {
			return err
		}
		if err = importReplies(t, c, replies, public); err != nil {
			return err
		}
		if err = importDecision(t, c, d); err != nil {
			return err
		}
		added = true
		return recount(t, c.ID)
	})
	return added && err == nil, err
}

// imported reports whether the same source was imported before.
func imported(q engine.Queries, c models.Consultation) (bool, error) {
	_, err := engine.One[string](q.Row("SELECT id FROM consultations WHERE source = ? AND source_id = ? AND source_id <> ''", c.Source, c.SourceID))
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// arrive sets an imported text's status and dates and queues it if it is pending.
func arrive(t *engine.Tx, c *models.Contribution, consultationID string, item models.Item, public bool) error {
	created := c.CreatedAt
	fresh(c, t)
	c.ConsultationID = consultationID
	if !created.IsZero() {
		c.CreatedAt = created
	}
	if public {
		c.Status, c.PublishedAt = models.StatusPublished, c.CreatedAt
		return nil
	}
	return enqueue(t, item, consultationID, t.Now, true)
}

func importIdeas(t *engine.Tx, c models.Consultation, ideas []models.Idea, public map[models.Item]bool) error {
	number := 0
	for _, i := range ideas {
		shown := i.Organiser || public[i.Item()]
		i.Number = 0
		if shown {
			number++
			i.Number = number
		}
		if err := arrive(t, &i.Contribution, c.ID, i.Item(), shown); err != nil {
			return err
		}
		if err := insertIdea(t, i); err != nil {
			return err
		}
	}
	return nil
}

func importReplies(t *engine.Tx, c models.Consultation, replies []models.Reply, public map[models.Item]bool) error {
	placed := make(map[string]*models.Reply, len(replies))
	counts := map[string]int64{}
	for n := range replies {
		r := replies[n]
		parent := placed[r.ParentID]
		if r.ParentID != "" && parent == nil {
			return models.Fail(models.CodeInvalid, "error.reply.parent")
		}
		if err := arrive(t, &r.Contribution, c.ID, r.Item(), public[r.Item()]); err != nil {
			return err
		}
		r.Place(parent, int64(n)+1)
		if err := insertReply(t, r); err != nil {
			return err
		}
		placed[r.ID] = &r
		if r.Status == models.StatusPublished {
			counts[r.IdeaID]++
		}
	}
	for id, n := range counts {
		if err := t.Run("UPDATE ideas SET reply_count = ? WHERE id = ?", n, id); err != nil {
			return err
		}
	}
	return t.Run("UPDATE consultations SET reply_seq = ? WHERE id = ?", len(replies), c.ID)
}

// importDecision appends the decision that publishes what was public.
func importDecision(t *engine.Tx, c models.Consultation, d models.Decision) error {
	if len(d.Items) == 0 {
		return nil
	}
	d.ConsultationID = c.ID
	if err := linkToChain(t, &d); err != nil {
		return err
	}
	waited := make([]int64, len(d.Items))
	for n := range waited {
		waited[n] = -1
	}
	return insertDecision(t, d, waited)
}
