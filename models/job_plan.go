package models

import (
	"slices"
	"strings"
	"time"
)

// The limits of messages to one mailbox.
const (
	UnconfirmedEvery = 24 * time.Hour  // a day, for messages that somebody else may have caused
	UnconfirmedMost  = 3               // such messages in a day, repeats included, sign-in links apart
	MaxDeferred      = 3               // such messages that may wait for their day
	ResendAfter      = 2 * time.Minute // between two messages with a link on one topic
	SignInMost       = 3               // messages with a sign-in link in SignInLife: the links sent before still work then
)

// JobPlan is what becomes of a message, given what went to its mailbox before.
type JobPlan struct {
	NotBefore Time
	Deferred  bool
	Dropped   bool
	Replaces  string // the id of a waiting job that it takes the place of, with its link
}

// Limited reports whether the job counts towards the limits of its mailbox.
func (j Job) Limited() bool { return j.Unconfirmed || j.Kind == JobSignIn }

// MailboxKey returns Mailbox, or what stands for it.
func (j Job) MailboxKey() string {
	if j.Mailbox != "" {
		return j.Mailbox
	}
	return strings.ToLower(j.Recipient)
}

// at returns when a message went out, or goes out at the earliest.
func (j Job) at() Time {
	if j.DoneAt.After(j.NotBefore) {
		return j.DoneAt
	}
	return j.NotBefore
}

// Plan decides when a message goes out, at now. Earlier are the limited jobs to the same
// mailbox that wait, or were done within UnconfirmedEvery.
//
// Sign-in links have a limit of their own, so that nothing else keeps anybody from
// signing in. One that is dropped for it is not missed: those sent within SignInLife work.
func (j Job) Plan(earlier []Job, now Time) JobPlan {
	p := JobPlan{NotBefore: later(j.NotBefore, now)}
	if !j.Limited() {
		return p
	}
	about := j.sameTopic(earlier)
	waits := func(e Job) bool { return e.DoneAt.IsZero() && !e.LeasedTo.After(now) }
	if i := slices.IndexFunc(about, waits); i >= 0 {
		p.Replaces, p.NotBefore, p.Deferred = about[i].ID, later(p.NotBefore, about[i].NotBefore), about[i].Deferred
		return p
	}
	if j.Kind == JobSignIn {
		p.Dropped = count(earlier, func(e Job) bool {
			return e.Kind == JobSignIn && e.CreatedAt.After(now.Add(-SignInLife))
		}) >= SignInMost
	}
	if !j.Unconfirmed {
		return p
	}
	if n := len(about); n > 0 && j.LinkID != "" {
		p.NotBefore = later(p.NotBefore, about[n-1].at().Add(ResendAfter))
	}
	p.NotBefore = later(p.NotBefore, j.nextDay(earlier))
	p.Deferred = p.NotBefore.After(now)
	waiting := count(earlier, func(e Job) bool { return e.Unconfirmed && e.Deferred && e.DoneAt.IsZero() })
	p.Dropped = p.Dropped || p.Deferred && waiting >= MaxDeferred
	return p
}

// sameTopic returns the jobs on the same topic, by when they go out.
func (j Job) sameTopic(earlier []Job) []Job {
	if j.Topic == "" {
		return nil
	}
	about := slices.DeleteFunc(slices.Clone(earlier), func(e Job) bool { return e.Topic != j.Topic })
	slices.SortFunc(about, func(a, b Job) int { return a.at().Compare(b.at()) })
	return about
}

// nextDay returns when the mailbox may get one more unconfirmed message, so that no
// UnconfirmedEvery holds more than PerDay.
func (j Job) nextDay(earlier []Job) Time {
	most := j.PerDay
	if most <= 0 {
		most = UnconfirmedMost
	}
	var times []Time
	for _, e := range earlier {
		if e.Unconfirmed {
			times = append(times, e.at())
		}
	}
	if len(times) < most {
		return Time{}
	}
	slices.SortFunc(times, func(a, b Time) int { return b.Compare(a) })
	return times[most-1].Add(UnconfirmedEvery)
}

func later(a, b Time) Time {
	if a.After(b) {
		return a
	}
	return b
}

func count[T any](list []T, is func(T) bool) (n int) {
	for _, v := range list {
		if is(v) {
			n++
		}
	}
	return n
}
