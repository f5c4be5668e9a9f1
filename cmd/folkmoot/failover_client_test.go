//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"folkmoot/models"
)

// outcome is what a client knows of a write.
type outcome int

const (
	notSent      outcome = iota // no node accepted the connection
	unknown                     // 503, or the connection broke
	acknowledged                // 200, 201 or 303
)

// failoverClient is one person. Every attempt at a reply has words of its own, so that each
// can be found or missed.
type failoverClient struct {
	f       *failover
	n       int
	id      string
	session string
	sent    int // requests
	replies []sentReply
	votes   map[int]*knownVote // by the number of the idea
}

// sentReply is one attempt at a reply.
type sentReply struct {
	body, address string
	came          outcome
	id, reference string // of an acknowledged one, "" if the answer does not say
}

// knownVote is what somebody's vote on an idea may be.
type knownVote struct {
	acked   models.Choice
	perhaps []models.Choice // sent since, without an answer
}

// request is a form that a client sends.
type request struct {
	path     string
	form     url.Values
	signedIn bool
	script   bool // as the script of a page sends it: the answer is JSON
}

// address is where the mail of the account goes.
func (c *failoverClient) address() string { return fmt.Sprintf("c%d@example.org", c.n) }

// run replies, as a guest and signed in, and votes, until the load ends. What was not
// acknowledged is sent again, as people do.
func (c *failoverClient) run() {
	r := rand.New(rand.NewPCG(3, uint64(c.n)))
	for n := 0; !c.f.ended(); n++ {
		var try func() (outcome, time.Duration)
		switch n % 6 {
		case 0:
			try = func() (outcome, time.Duration) { return c.guestReply(n) }
		case 3:
			try = func() (outcome, time.Duration) { return c.reply(n) }
		default:
			number, choice := 1+r.IntN(len(c.f.ideas)), []models.Choice{models.ChoiceAgree, models.ChoiceDisagree, models.ChoicePass}[r.IntN(3)]
			try = func() (outcome, time.Duration) { return c.vote(number, choice) }
		}
		for !c.f.ended() {
			came, wait := try()
			if came == acknowledged {
				c.f.acknowledge()
				break
			}
			c.f.pause(wait)
		}
	}
}

// acknowledge counts a write and wakes who waits for one.
func (f *failover) acknowledge() {
	f.acks.Add(1)
	select {
	case f.acked <- struct{}{}:
	default:
	}
}

func (f *failover) ended() bool {
	select {
	case <-f.stop:
		return true
	default:
		return false
	}
}

// pause waits as long as an answer has asked for, or until the strike is over.
func (f *failover) pause(wait time.Duration) {
	f.mu.Lock()
	recovery := f.recovery
	f.mu.Unlock()
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-recovery:
	case <-f.stop:
	}
}

func (c *failoverClient) words(n int) string {
	return fmt.Sprintf("Reply %d of client %d, attempt %d", n, c.n, len(c.replies))
}

// reply sends a reply of the account by script.
func (c *failoverClient) reply(n int) (outcome, time.Duration) {
	s := sentReply{body: c.words(n), address: c.address()}
	came, wait, raw := c.send(request{"/consultations/crash/replies", url.Values{"body": {s.body}}, true, true})
	var got struct{ Item, Reference string }
	if came == acknowledged && json.Unmarshal(raw, &got) == nil {
		s.id, s.reference = strings.TrimPrefix(got.Item, "reply-"), got.Reference
	}
	s.came = came
	c.replies = append(c.replies, s)
	return came, wait
}

// guestReply sends a guest's reply, from a new address each time, as a browser without
// script does. A page that refuses it must hold what was typed.
func (c *failoverClient) guestReply(n int) (outcome, time.Duration) {
	s := sentReply{body: c.words(n), address: fmt.Sprintf("g%d-%d@example.org", c.n, len(c.replies))}
	name := fmt.Sprint("Guest ", c.n)
	came, wait, raw := c.send(request{"/consultations/crash/replies", url.Values{"body": {s.body}, "name": {name}, "email": {s.address}}, false, false})
	if came == unknown && len(raw) > 0 {
		page := html.UnescapeString(string(raw))
		for _, typed := range []string{s.body, name, s.address} {
			if !strings.Contains(page, typed) {
				c.f.t.Errorf("the page that refuses a reply lacks %q: %.2000s", typed, page)
			}
		}
	}
	s.came = came
	c.replies = append(c.replies, s)
	return came, wait
}

// vote casts a vote by script.
func (c *failoverClient) vote(number int, choice models.Choice) (outcome, time.Duration) {
	if c.votes[number] == nil {
		c.votes[number] = &knownVote{}
	}
	came, wait, raw := c.send(request{fmt.Sprintf("/consultations/crash/ideas/%d/vote", number), url.Values{"choice": {string(choice)}}, true, true})
	if came == acknowledged && !strings.Contains(string(raw), `"waiting":false`) {
		c.f.t.Errorf("the vote of somebody signed in was not counted: %s", raw)
	}
	switch v := c.votes[number]; came {
	case acknowledged:
		*v = knownVote{acked: choice}
	case unknown:
		v.perhaps = append(v.perhaps, choice)
	}
	return came, wait
}

// send posts a form to the nodes in turn and returns what is known then, how long to wait
// before the next attempt, and the body of the answer.
func (c *failoverClient) send(r request) (outcome, time.Duration, []byte) {
	c.sent++
	node := c.f.nodes[(c.n+c.sent)%len(c.f.nodes)].alive()
	if node == nil {
		return notSent, 0, nil
	}
	req, err := http.NewRequest(http.MethodPost, node.base()+r.path, strings.NewReader(r.form.Encode()))
	if err != nil {
		c.f.t.Error(err)
		return notSent, time.Second, nil
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if r.script {
		req.Header.Set("Accept", "application/json")
	}
	if r.signedIn {
		req.AddCookie(&http.Cookie{Name: "folkmoot_session", Value: c.session})
	}
	began := time.Now()
	resp, err := nodeHTTP.Do(req)
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" && node.killed.Load() {
		return notSent, 0, nil
	}
	if err != nil {
		return c.broken(node, err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return c.broken(node, err)
	}
	c.f.took(time.Since(began))
	return c.read(resp, raw)
}

// broken is a request whose answer did not come, which happens only to nodes that are killed.
func (c *failoverClient) broken(node *nodeLife, err error) (outcome, time.Duration, []byte) {
	if !node.killed.Load() {
		c.f.t.Errorf("a living node did not answer: %v", err)
	}
	c.f.broken.Add(1)
	return unknown, 0, nil
}

// read reads an answer: done, or "not now" with the time to wait. There is no third.
func (c *failoverClient) read(resp *http.Response, raw []byte) (outcome, time.Duration, []byte) {
	switch resp.StatusCode {
	case http.StatusOK, http.StatusCreated, http.StatusSeeOther:
		return acknowledged, 0, raw
	case http.StatusServiceUnavailable:
		c.f.refuse()
		seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
		if err != nil {
			c.f.t.Errorf("503 with Retry-After %q", resp.Header.Get("Retry-After"))
		}
		return unknown, time.Duration(seconds) * time.Second, raw
	}
	c.f.t.Errorf("%s: %s %.300s", resp.Request.URL.Path, resp.Status, raw)
	return unknown, time.Second, raw
}

// refuse notes an answer of 503.
func (f *failover) refuse() {
	f.busy.Add(1)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refused = append(f.refused, time.Now())
}

// took notes the slowest answer.
func (f *failover) took(d time.Duration) {
	for {
		old := f.slowest.Load()
		if int64(d) <= old || f.slowest.CompareAndSwap(old, int64(d)) {
			return
		}
	}
}
