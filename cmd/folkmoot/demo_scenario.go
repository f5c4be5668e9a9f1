package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"folkmoot/models"
	"folkmoot/models/service"
)

const day = 24 * time.Hour

// demoIdea is an idea of the organiser's, with the tally that it ends with.
type demoIdea struct {
	title, body string
	votes       models.Tally
}

// demoSuggestion is an idea that a participant sends in a round.
type demoSuggestion struct {
	round           int
	by, title, body string
	pending         bool // still waits for the moderator
	votes           models.Tally
}

// demoReply is one reply. Its parent and its idea must come in an earlier round.
type demoReply struct {
	key, parent string
	by          string
	guest       bool // without an account
	idea        int
	round       int
	body        string
	pending     bool          // still waits for the moderator
	action      models.Action // the moderator's decision if it is not ActionPublish; ActionRemove follows a publication
	reason      string
}

// demoResponse is a board response, or a draft of one.
type demoResponse struct {
	idea, daysAgo     int
	publish           bool
	decision          models.ResponseDecision
	reason, owner, by string
}

// scenarioStore is what the demonstration needs of the store besides the services.
type scenarioStore interface {
	Consultation(ctx context.Context, id string) (models.Consultation, error)
	ConsultationBySlug(ctx context.Context, slug string) (models.Consultation, error)
	Ideas(ctx context.Context, f models.IdeaFilter) ([]models.Idea, error)
	WaitingJobs(ctx context.Context, after string, limit int) ([]models.Job, string, error)
	FinishJob(ctx context.Context, id string) error
}

// scenario replays the demonstration through the services, setting the clock for
// each act.
type scenario struct {
	ctx    context.Context
	svc    *service.Service
	store  scenarioStore
	clock  *demoClock
	now    time.Time
	people map[string]models.Actor
	sent   map[string]service.Sent // replies of the current consultation by key
}

// unwrap joins the lines of each paragraph, since pages keep line breaks.
func unwrap(text string) string {
	paragraphs := strings.Split(text, "\n\n")
	for i, p := range paragraphs {
		paragraphs[i] = strings.ReplaceAll(p, "\n", " ")
	}
	return strings.Join(paragraphs, "\n\n")
}

// ago sets the clock to d before now.
func (p *scenario) ago(d time.Duration) { p.clock.set(p.now.Add(-d)) }

// actor returns the actor for a person with an account, or for a guest.
func (p *scenario) actor(name string, guest bool) (models.Actor, error) {
	if guest {
		return models.Actor{Guest: p.svc.Keyed("demo", name), Language: "en"}, nil
	}
	a, ok := p.people[name]
	if !ok {
		return a, fmt.Errorf("%s has no account", name)
	}
	return a, nil
}

// consultationPlan describes a consultation that openConsultation creates and opens.
type consultationPlan struct {
	slug             string
	text             models.ConsultationText
	settings         models.ConsultationSettings
	ideas            []demoIdea
	opened           time.Duration // before now
	closes, answerBy time.Time
}

// openConsultation creates a draft two days before the opening date, and opens it.
func (p *scenario) openConsultation(o consultationPlan) error {
	organiser := p.people[organiserName]
	p.ago(o.opened + 2*day)
	c, err := p.svc.NewConsultation(p.ctx, organiser, service.ConsultationInput{
		Slug: o.slug, Language: "en", Text: o.text, Settings: o.settings, TimeZone: "Europe/London",
		OpensAt: p.now.Add(-o.opened), ClosesAt: o.closes, AnswerBy: o.answerBy,
	})
	if err != nil {
		return err
	}
	for _, i := range o.ideas {
		if _, err := p.svc.AddOrganiserIdea(p.ctx, organiser, o.slug, i.title, unwrap(i.body)); err != nil {
			return err
		}
	}
	if c, err = p.store.Consultation(p.ctx, c.ID); err != nil {
		return err
	}
	p.ago(o.opened)
	p.sent = map[string]service.Sent{}
	_, err = p.svc.Open(p.ctx, organiser, o.slug, time.Time{}, c.Rev)
	return err
}

// round is one day's contributions. The moderator decides on them some hours later.
type round struct {
	slug    string
	ago     time.Duration
	replies []demoReply
	ideas   []demoSuggestion
}

// playRound posts the contributions of a round and moderates them.
func (p *scenario) playRound(r round) error {
	var publish []service.ItemRev
	decided := map[models.Action]demoReply{}
	for n, reply := range r.replies {
		p.ago(r.ago - time.Duration(n)*17*time.Minute)
		sent, err := p.reply(r.slug, reply)
		if err != nil {
			return fmt.Errorf("reply %s: %w", reply.key, err)
		}
		if reply.action != "" {
			decided[reply.action] = reply
		}
		if !reply.pending && (reply.action == "" || reply.action == models.ActionRemove) {
			publish = append(publish, service.ItemRev{Item: sent.Item, Rev: 1})
		}
	}
	for _, idea := range r.ideas {
		sent, err := p.suggest(r.slug, idea)
		if err != nil {
			return fmt.Errorf("idea %q: %w", idea.title, err)
		}
		if !idea.pending {
			publish = append(publish, service.ItemRev{Item: sent.Item, Rev: 1})
		}
	}
	p.ago(r.ago - 5*time.Hour)
	if err := p.decide(models.ActionPublish, "", publish...); err != nil {
		return err
	}
	for _, action := range []models.Action{models.ActionReject, models.ActionSpam, models.ActionRemove} {
		reply, ok := decided[action]
		if !ok {
			continue
		}
		p.ago(r.ago - 6*time.Hour)
		if err := p.decide(action, reply.reason, service.ItemRev{Item: p.sent[reply.key].Item, Rev: 1}); err != nil {
			return err
		}
	}
	return nil
}

func (p *scenario) reply(slug string, r demoReply) (service.Sent, error) {
	actor, err := p.actor(r.by, r.guest)
	if err != nil {
		return service.Sent{}, err
	}
	in := service.ReplyInput{Slug: slug, Name: r.by, Body: unwrap(r.body), IdeaNumber: r.idea}
	if r.parent != "" {
		in.ParentID = p.sent[r.parent].Item.ID
	}
	sent, err := p.svc.PostReply(p.ctx, actor, in)
	p.sent[r.key] = sent
	return sent, err
}

func (p *scenario) suggest(slug string, i demoSuggestion) (service.Sent, error) {
	actor, err := p.actor(i.by, false)
	if err != nil {
		return service.Sent{}, err
	}
	return p.svc.SuggestIdea(p.ctx, actor, service.IdeaInput{Slug: slug, Title: i.title, Body: unwrap(i.body)})
}

// decide records one decision of the moderator on items.
func (p *scenario) decide(action models.Action, reason string, items ...service.ItemRev) error {
	if len(items) == 0 {
		return nil
	}
	_, err := p.svc.Decide(p.ctx, p.people[moderatorName], service.DecideInput{Items: items, Action: action, Reason: reason})
	return err
}

// selectRound returns the replies and ideas of round n.
func selectRound(n int, replies []demoReply, ideas []demoSuggestion) (r round) {
	for _, reply := range replies {
		if reply.round == n {
			r.replies = append(r.replies, reply)
		}
	}
	for _, i := range ideas {
		if i.round == n {
			r.ideas = append(r.ideas, i)
		}
	}
	return r
}
