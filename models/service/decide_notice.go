package service

import (
	"context"

	"folkmoot/models"
)

// decidedNotice makes the message to the author, if there is somebody to write to
// and something to say. An unconfirmed address hears nothing about spam: it may
// be a stranger's.
func (s *Service) decidedNotice(ctx context.Context, d models.Decision, slug string, p picked) ([]models.Job, error) {
	if p.from == p.to {
		return nil, nil
	}
	to, err := s.authorOf(ctx, p.entry.Contribution())
	if err != nil || to.Address == "" || (to.Unconfirmed && d.Action == models.ActionSpam) {
		return nil, err
	}
	c := p.entry.Contribution()
	job := to.job(
		models.JobDecided,
		"reference", c.Reference, "action", string(d.Action), "reason", d.Reason,
		"slug", slug, "title", p.entry.Title, "link", standsAt(slug, p),
	)
	if token := s.contributionToken(p.entry.Item); c.TokenHash == models.HashToken(token) {
		job.Args["token"] = token
	}
	job.Topic = s.topic("text", p.entry.Item.String())
	return []models.Job{job}, nil
}

// standsAt returns the path where a published text stands, or "": an idea that
// gets its number only with this decision has none yet.
func standsAt(slug string, p picked) string {
	if p.to != models.StatusPublished {
		return ""
	}
	return publicPath(slug, p.entry.Text)
}
