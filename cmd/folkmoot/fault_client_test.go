//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"fmt"
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

// faultHTTP is what all clients share. It waits longer than any answer may take.
var faultHTTP = &http.Client{
	Timeout:       45 * time.Second,
	Transport:     &http.Transport{MaxIdleConnsPerHost: faultClients},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// outcome is what a client knows of a write.
type outcome int

const (
	notSent outcome = iota // nobody took the connection
	unknown                // 503, or the connection broke
	acknowledged
)

// faultClient is one person. Every attempt at a reply has words of its own, so that each
// can be found or missed.
type faultClient struct {
	f       *faults
	n       int
	id      string
	session string
	turn    int
	replies []sentReply
	votes   map[int]*standing // by the number of the idea
}

// sentReply is one attempt at a reply.
type sentReply struct {
	body, address string
	came          outcome
	id, reference string // of an acknowledged one
}

// standing is what somebody's vote on an idea may be.
type standing struct {
	acked   models.Choice
	perhaps []models.Choice // sent since, with no answer
	last    time.Time
}

// address is where the mail of the account goes.
func (c *faultClient) address() string { return fmt.Sprintf("c%d@example.org", c.n) }

// works posts replies, as a guest and signed in, and votes, until the load ends. What
// was not acknowledged is sent again, as people do.
func (c *faultClient) works() {
	r := rand.New(rand.NewPCG(3, uint64(c.n)))
	for n := 0; !c.f.ended(); n++ {
		var try func() (outcome, time.Duration)
		switch n % 6 {
		case 0:
			try = func() (outcome, time.Duration) { return c.reply(n, true) }
		case 3:
			try = func() (outcome, time.Duration) { return c.reply(n, false) }
		default:
			number, choice := 1+r.IntN(len(c.f.ideas)), []models.Choice{models.ChoiceAgree, models.ChoiceDisagree, models.ChoicePass}[r.IntN(3)]
			try = func() (outcome, time.Duration) { return c.vote(number, choice) }
		}
		for !c.f.ended() {
			came, wait := try()
			if came == acknowledged {
				c.f.acknowledged()
				break
			}
			c.f.rest(wait)
		}
	}
}

// acknowledged counts a write and tells who waits for it.
func (f *faults) acknowledged() {
	f.acks.Add(1)
	select {
	case f.acked <- struct{}{}:
	default:
	}
}

func (f *faults) ended() bool {
	select {
	case <-f.stop:
		return true
	default:
		return false
	}
}

// rest waits as long as an answer has asked for, or until the fault is over.
func (f *faults) rest(wait time.Duration) {
	f.mu.Lock()
	healed := f.healed
	f.mu.Unlock()
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-healed:
	case <-f.stop:
	}
}

// reply sends a reply: a guest's with a new address of their own, or the account's.
func (c *faultClient) reply(n int, guest bool) (outcome, time.Duration) {
	s := sentReply{body: fmt.Sprintf("Reply %d of client %d, attempt %d", n, c.n, len(c.replies)), address: c.address()}
	form := url.Values{"body": {s.body}}
	if guest {
		s.address = fmt.Sprintf("g%d-%d@example.org", c.n, len(c.replies))
		form.Set("name", fmt.Sprint("Guest ", c.n))
		form.Set("email", s.address)
	}
	came, wait, raw := c.sends("/consultations/crash/replies", form, !guest)
	var got struct{ Item, Reference string }
	if came == acknowledged && json.Unmarshal(raw, &got) == nil {
		s.id, s.reference = strings.TrimPrefix(got.Item, "reply-"), got.Reference
	}
	s.came = came
	c.replies = append(c.replies, s)
	return came, wait
}

// vote casts a vote.
func (c *faultClient) vote(number int, choice models.Choice) (outcome, time.Duration) {
	if c.votes[number] == nil {
		c.votes[number] = &standing{}
	}
	came, wait, raw := c.sends(fmt.Sprintf("/consultations/crash/ideas/%d/vote", number), url.Values{"choice": {string(choice)}}, true)
	if came == acknowledged && !strings.Contains(string(raw), `"waiting":false`) {
		c.f.t.Errorf("the vote of somebody signed in was not counted: %s", raw)
	}
	switch v := c.votes[number]; came {
	case acknowledged:
		*v = standing{acked: choice, last: time.Now()}
	case unknown:
		v.perhaps = append(v.perhaps, choice)
	}
	return came, wait
}

// sends posts a form to the nodes in turn, as the script of a page does, and gives what
// is known then, how long to wait before the next attempt, and the answer.
func (c *faultClient) sends(path string, form url.Values, signedIn bool) (outcome, time.Duration, []byte) {
	c.turn++
	req, err := http.NewRequest(http.MethodPost, c.f.nodes[(c.n+c.turn)%len(c.f.nodes)].base()+path, strings.NewReader(form.Encode()))
	if err != nil || req.URL.Host == "" {
		return notSent, 0, nil
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if signedIn {
		req.AddCookie(&http.Cookie{Name: "folkmoot_session", Value: c.session})
	}
	began := time.Now()
	resp, err := faultHTTP.Do(req)
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "dial" {
		return notSent, 0, nil
	}
	if err != nil {
		return c.lost(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return c.lost(err)
	}
	c.f.took(time.Since(began))
	return c.reads(resp, raw)
}

// lost is a write whose answer did not come.
func (c *faultClient) lost(err error) (outcome, time.Duration, []byte) {
	if errors.Is(err, http.ErrHandlerTimeout) || isTimeout(err) {
		c.f.t.Errorf("no answer within %v", faultHTTP.Timeout)
	}
	c.f.unknown.Add(1)
	return unknown, 0, nil
}

func isTimeout(err error) bool {
	t, ok := errors.AsType[net.Error](err)
	return ok && t.Timeout()
}

// reads an answer: done, or "not now" with the time to wait. There is no third.
func (c *faultClient) reads(resp *http.Response, raw []byte) (outcome, time.Duration, []byte) {
	switch resp.StatusCode {
	case http.StatusOK, http.StatusCreated:
		return acknowledged, 0, raw
	case http.StatusServiceUnavailable:
		c.f.busy.Add(1)
		seconds, err := strconv.Atoi(resp.Header.Get("Retry-After"))
		if err != nil {
			c.f.t.Errorf("503 with Retry-After %q", resp.Header.Get("Retry-After"))
		}
		return unknown, time.Duration(seconds) * time.Second, raw
	}
	c.f.t.Errorf("%s: %s %.300s", resp.Request.URL.Path, resp.Status, raw)
	return unknown, time.Second, raw
}

// took remembers the slowest answer.
func (f *faults) took(d time.Duration) {
	for {
		old := f.slowest.Load()
		if int64(d) <= old || f.slowest.CompareAndSwap(old, int64(d)) {
			return
		}
	}
}
