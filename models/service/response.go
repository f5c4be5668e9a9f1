package service

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"folkmoot/models"
	"folkmoot/models/markup"
)

// BoardEntry is one sealed consultation with how far the board has answered it.
type BoardEntry struct {
	Consultation         models.Consultation
	MustAnswer, Answered int // ideas promised an answer, and those that have one
}

// RespondRow is one idea of a sealed result with its response so far.
type RespondRow struct {
	Ranked   models.ResultIdea
	Must     bool             // the board promised to answer it
	Response *models.Response // draft or published; nil: none
}

// ResponseInput is what the form of a response holds.
type ResponseInput struct {
	Slug              string
	Number            int // of the idea
	Decision          models.ResponseDecision
	Reason, Owner, By string
	Publish           bool
}

// BoardList lists the sealed consultations whose board pages the actor may read,
// the newest first.
func (s *Service) BoardList(ctx context.Context, actor models.Actor) ([]BoardEntry, error) {
	if err := models.Require(actor.Participant, models.MayReadBoard, ""); err != nil {
		return nil, err
	}
	var entries []BoardEntry
	filter := models.ConsultationFilter{States: []models.State{models.StateSealed, models.StateAnswered}, Limit: 100}
	for {
		list, next, err := s.store.Consultations(ctx, filter)
		if err != nil {
			return nil, fmt.Errorf("read the consultations: %w", err)
		}
		for _, c := range list {
			if models.Require(actor.Participant, models.MayReadBoard, c.ID) != nil {
				continue
			}
			entry, err := s.boardEntry(ctx, c)
			if err != nil {
				return nil, err
			}
			entries = append(entries, entry)
		}
		if filter.After = next; next == "" {
			return entries, nil
		}
	}
}

// boardEntry counts the promised answers of one consultation.
func (s *Service) boardEntry(ctx context.Context, c models.Consultation) (BoardEntry, error) {
	result, _, err := s.sealedResult(ctx, c)
	if err != nil {
		return BoardEntry{}, err
	}
	must := c.Settings.MustAnswer(result.RankedNumbers())
	entry := BoardEntry{Consultation: c, MustAnswer: len(must)}
	for _, i := range result.Ideas {
		done := i.Response != nil && i.Response.Decision != models.ResponseConsidering
		if done && slices.Contains(must, i.Number) {
			entry.Answered++
		}
	}
	return entry, nil
}

// BoardView is a sealed consultation as its board works with it.
type BoardView struct {
	Consultation models.Consultation
	Rows         []RespondRow // in board order, with drafts
	CanPublish   bool         // not only draft responses
}

// Board returns a sealed consultation and its ideas with their responses, drafts
// too. CodeClosed (error.board.unsealed) before sealing.
func (s *Service) Board(ctx context.Context, actor models.Actor, slug string) (BoardView, error) {
	c, err := s.forStaff(ctx, actor, models.MayReadBoard, slug)
	if err != nil {
		return BoardView{}, err
	}
	if err := answerable(c); err != nil {
		return BoardView{}, err
	}
	result, _, err := s.sealedResult(ctx, c)
	if err != nil {
		return BoardView{}, err
	}
	ids, _, err := s.ideaNumbers(ctx, c)
	if err != nil {
		return BoardView{}, err
	}
	responses, err := s.store.Responses(ctx, c.ID)
	if err != nil {
		return BoardView{}, fmt.Errorf("read the responses: %w", err)
	}
	must := c.Settings.MustAnswer(result.RankedNumbers())
	rows := make([]RespondRow, len(result.Ideas))
	for n, i := range result.Ideas {
		rows[n] = RespondRow{Ranked: i, Must: slices.Contains(must, i.Number)}
		if r, ok := responses[ids[i.Number]]; ok {
			rows[n].Response = &r
		}
	}
	return BoardView{
		Consultation: c, Rows: rows,
		CanPublish: models.Require(actor.Participant, models.MayPublishRespond, c.ID) == nil,
	}, nil
}

// answerable reports whether the board may answer c.
func answerable(c models.Consultation) error {
	if c.State != models.StateSealed && c.State != models.StateAnswered {
		return models.Fail(models.CodeClosed, "error.board.unsealed")
	}
	return nil
}

// ideaNumbers maps the numbers of a consultation's ideas to their ids and to the ideas.
func (s *Service) ideaNumbers(ctx context.Context, c models.Consultation) (map[int]string, map[int]models.Idea, error) {
	list, err := s.store.Ideas(ctx, models.IdeaFilter{ConsultationID: c.ID, All: true})
	if err != nil {
		return nil, nil, fmt.Errorf("read the ideas: %w", err)
	}
	ids, ideas := map[int]string{}, map[int]models.Idea{}
	for _, i := range list {
		if i.Number > 0 {
			ids[i.Number], ideas[i.Number] = i.ID, i
		}
	}
	return ids, ideas, nil
}

// Respond keeps a draft of the board's response to an idea of the sealed result,
// or publishes it, which only the board may; its author is told. A published
// response is never turned back into a draft (CodeConflict, error.response.published).
func (s *Service) Respond(ctx context.Context, actor models.Actor, in ResponseInput) error {
	what := models.MayDraftResponse
	if in.Publish {
		what = models.MayPublishRespond
	}
	c, err := s.forStaff(ctx, actor, what, in.Slug)
	if err != nil {
		return err
	}
	if err := answerable(c); err != nil {
		return err
	}
	r, err := in.response()
	if err != nil {
		return err
	}
	result, _, err := s.sealedResult(ctx, c)
	if err != nil {
		return err
	}
	ids, ideas, err := s.ideaNumbers(ctx, c)
	if err != nil {
		return err
	}
	if !slices.Contains(result.Order(), in.Number) {
		return models.Fail(models.CodeNotFound, "error.response.idea", "number", in.Number)
	}
	idea := ideas[in.Number]
	r.IdeaID = idea.ID
	jobs, err := s.signResponse(ctx, actor, c, idea, in.Publish, &r)
	if err != nil {
		return err
	}
	var must []string
	for _, number := range c.Settings.MustAnswer(result.RankedNumbers()) {
		must = append(must, ids[number])
	}
	act := models.AuditResponseDrafted
	if in.Publish {
		act = models.AuditResponsePublished
	}
	return s.store.PutResponse(ctx, r, must, jobs, onIdea(actor, act, c, idea.ID).With("decision", string(r.Decision)))
}

// response checks the form. Declining needs a reason.
func (in ResponseInput) response() (models.Response, error) {
	var f form
	r := models.Response{
		Decision: in.Decision, Reason: f.text("reason", in.Reason, models.MaxText),
		Owner: f.line("owner", "line", in.Owner, models.MaxOrgLine), By: f.line("by", "line", in.By, models.MaxOrgLine),
	}
	if !in.Decision.Valid() {
		f.add("decision", "error.response.decision")
	}
	if in.Decision == models.ResponseDecline {
		f.need("reason", r.Reason, "error.response.reason")
	}
	if r.Reason != "" && !f.noted("reason") {
		r.ReasonHTML = markup.Public(r.Reason)
	}
	return r, f.err()
}

// signResponse says who drafted and who published it, and makes the message to
// the idea's author when something new is published.
func (s *Service) signResponse(ctx context.Context, actor models.Actor, c models.Consultation, idea models.Idea, publish bool, r *models.Response) ([]models.Job, error) {
	all, err := s.store.Responses(ctx, c.ID)
	if err != nil {
		return nil, fmt.Errorf("read the responses: %w", err)
	}
	before, known := all[idea.ID]
	wasPublished := known && !before.PublishedAt.IsZero()
	r.DraftedBy = actor.ID()
	if known && strings.TrimSpace(before.DraftedBy) != "" {
		r.DraftedBy = before.DraftedBy
	}
	if !publish {
		if wasPublished {
			return nil, models.Fail(models.CodeConflict, "error.response.published")
		}
		return nil, nil
	}
	r.PublishedBy, r.PublishedAt = actor.ID(), s.Now()
	if wasPublished && before.Decision == r.Decision {
		return nil, nil
	}
	to, err := s.authorOf(ctx, idea.Contribution)
	if err != nil || to.Address == "" || idea.Organiser {
		return nil, err
	}
	return []models.Job{to.job(models.JobResponse,
		"slug", c.Slug, "title", c.Text(to.Language).Title, "number", strconv.Itoa(idea.Number))}, nil
}
