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

// demoIdea is an idea of the organiser's, with the votes that it shall get.
type demoIdea struct {
	title, body string
	votes       models.Tally
}

// demoSuggestion is an idea that a participant sends in a round.
type demoSuggestion struct {
	round           int
	by, title, body string
	waits           bool // for the moderator, to this day
	votes           models.Tally
}

// demoReply is one reply. What it answers, and the idea it stands under, come
// in an earlier round.
type demoReply struct {
	key, parent string
	by          string
	guest       bool // without an account
	idea        int
	round       int
	body        string
	waits       bool          // for the moderator, to this day
	fate        models.Action // what the moderator does instead of publishing, or after it
	reason      string
}

// demoResponse is an answer of the board, or a draft of one.
type demoResponse struct {
	idea, daysAgo     int
	publish           bool
	decision          models.ResponseDecision
	reason, owner, by string
}

// play carries out what people did, each at their time.
type play struct {
	ctx    context.Context
	svc    *service.Service
	store  models.Store
	clock  *stageClock
	now    time.Time
	people map[string]models.Actor
	made   map[string]service.Sent // replies by key, in this consultation
}

// unwrap joins the lines of each paragraph: on the page a line break is kept.
func unwrap(text string) string {
	paragraphs := strings.Split(text, "\n\n")
	for i, p := range paragraphs {
		paragraphs[i] = strings.ReplaceAll(p, "\n", " ")
	}
	return strings.Join(paragraphs, "\n\n")
}

// ago sets the clock to some time before now.
func (p *play) ago(d time.Duration) { p.clock.set(p.now.Add(-d)) }

// actor gives somebody with an account, or a guest by name.
func (p *play) actor(name string, guest bool) (models.Actor, error) {
	if guest {
		return models.Actor{Guest: p.svc.Keyed("demo", name), Language: "en"}, nil
	}
	a, ok := p.people[name]
	if !ok {
		return a, fmt.Errorf("%s has no account", name)
	}
	return a, nil
}

// opening is a consultation about to open.
type opening struct {
	slug             string
	text             models.ConsultationText
	settings         models.ConsultationSettings
	ideas            []demoIdea
	opened           time.Duration // ago
	closes, answerBy time.Time
}

// begin drafts a consultation two days before it opens, and opens it.
func (p *play) begin(o opening) error {
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
	p.made = map[string]service.Sent{}
	_, err = p.svc.Open(p.ctx, organiser, o.slug, time.Time{}, c.Rev)
	return err
}

// round is one day's talk: what came in, and what the moderator does with it
// some hours later.
type round struct {
	slug    string
	ago     time.Duration
	replies []demoReply
	ideas   []demoSuggestion
}

// playRound sends everything of the round and decides on it.
func (p *play) playRound(r round) error {
	var publish []service.ItemRev
	apart := map[models.Action]demoReply{}
	for n, reply := range r.replies {
		p.ago(r.ago - time.Duration(n)*17*time.Minute)
		sent, err := p.reply(r.slug, reply)
		if err != nil {
			return fmt.Errorf("reply %s: %w", reply.key, err)
		}
		if reply.fate != "" {
			apart[reply.fate] = reply
		}
		if !reply.waits && (reply.fate == "" || reply.fate == models.ActionRemove) {
			publish = append(publish, service.ItemRev{Item: sent.Item, Rev: 1})
		}
	}
	for _, idea := range r.ideas {
		sent, err := p.suggest(r.slug, idea)
		if err != nil {
			return fmt.Errorf("idea %q: %w", idea.title, err)
		}
		if !idea.waits {
			publish = append(publish, service.ItemRev{Item: sent.Item, Rev: 1})
		}
	}
	p.ago(r.ago - 5*time.Hour)
	if err := p.decide(models.ActionPublish, "", publish...); err != nil {
		return err
	}
	for _, action := range []models.Action{models.ActionReject, models.ActionSpam, models.ActionRemove} {
		reply, ok := apart[action]
		if !ok {
			continue
		}
		p.ago(r.ago - 6*time.Hour)
		if err := p.decide(action, reply.reason, service.ItemRev{Item: p.made[reply.key].Item, Rev: 1}); err != nil {
			return err
		}
	}
	return nil
}

func (p *play) reply(slug string, r demoReply) (service.Sent, error) {
	actor, err := p.actor(r.by, r.guest)
	if err != nil {
		return service.Sent{}, err
	}
	in := service.ReplyInput{Slug: slug, Name: r.by, Body: unwrap(r.body), IdeaNumber: r.idea}
	if r.parent != "" {
		in.ParentID = p.made[r.parent].Item.ID
	}
	sent, err := p.svc.PostReply(p.ctx, actor, in)
	p.made[r.key] = sent
	return sent, err
}

func (p *play) suggest(slug string, i demoSuggestion) (service.Sent, error) {
	actor, err := p.actor(i.by, false)
	if err != nil {
		return service.Sent{}, err
	}
	return p.svc.SuggestIdea(p.ctx, actor, service.IdeaInput{Slug: slug, Title: i.title, Body: unwrap(i.body)})
}

// decide is one act of the moderator.
func (p *play) decide(action models.Action, reason string, items ...service.ItemRev) error {
	if len(items) == 0 {
		return nil
	}
	_, err := p.svc.Decide(p.ctx, p.people[moderatorName], service.DecideInput{Items: items, Action: action, Reason: reason})
	return err
}

// ofRound picks what belongs to a round.
func ofRound(n int, replies []demoReply, ideas []demoSuggestion) (r round) {
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
