//go:build unix

package main

import (
	"maps"
	"net/http"
	"slices"
	"time"

	"folkmoot/models"
)

// tallies holds every tally to the votes. A write whose client was refused may still be
// committed meanwhile: if a tally moves while votes are counted, they are counted again.
func (f *failover) tallies() {
	f.t.Helper()
	var before, counted, after map[string]models.Tally
	f.eventually("tallies that stand still", time.Minute, func() bool {
		before, counted, after = f.cached(), f.counted(), f.cached()
		return maps.Equal(before, after)
	})
	if wrong := differing(after, counted); len(wrong) > 0 {
		f.t.Errorf("these tallies are wrong: %v; cached %v, counted %v", wrong, after, counted)
	}
}

func (f *failover) cached() map[string]models.Tally {
	f.t.Helper()
	tallies, err := f.store.CachedTallies(f.t.Context(), f.con.ID)
	check(f.t, err)
	return tallies
}

// counted counts all votes, as they are at one moment.
func (f *failover) counted() map[string]models.Tally {
	f.t.Helper()
	var votes []models.Vote
	check(f.t, f.store.EachVote(f.t.Context(), f.con.ID, func(v models.Vote) error {
		votes = append(votes, v)
		return nil
	}))
	return models.Count(votes, func(id string) string { return id })
}

func differing(cached, counted map[string]models.Tally) (ids []string) {
	for id, t := range cached {
		if t != counted[id] {
			ids = append(ids, id)
		}
	}
	for id := range counted {
		if _, there := cached[id]; !there {
			ids = append(ids, id)
		}
	}
	return ids
}

// verify asks the program itself, beside the running nodes.
func (f *failover) verify() {
	f.t.Helper()
	if code, out, errs := command(f.t, "verify", "--store", f.uri); code != exitDone {
		f.t.Errorf("verify: exit %d\n%s%s", code, out, errs)
	}
	for _, n := range f.nodes {
		if got := n.answers("/consultations/crash"); got != http.StatusOK {
			f.t.Errorf("%s: the consultation's page has status %d", n.name, got)
		}
	}
}

// compare compares what clients were told with what is there.
func (f *failover) compare() {
	f.t.Helper()
	rows := f.rows()
	known := map[string]bool{}
	for _, c := range f.clients {
		for _, s := range c.replies {
			known[s.body] = true
			f.compareReply(s, rows[s.body])
		}
		f.compareVotes(c)
	}
	waiting := int64(0)
	for body, list := range rows {
		waiting += int64(len(list))
		if !known[body] {
			f.t.Errorf("a reply is there that nobody sent: %q", body)
		}
	}
	queued, err := f.store.QueueLength(f.t.Context(), models.QueueFilter{})
	check(f.t, err)
	if queued != waiting {
		f.t.Errorf("the queue says %d, and %d replies wait", queued, waiting)
	}
	f.compareMail(rows)
}

// rows returns the stored replies by their words.
func (f *failover) rows() map[string][]models.VerifyItem {
	f.t.Helper()
	rows := map[string][]models.VerifyItem{}
	check(f.t, f.store.EachItem(f.t.Context(), f.con.ID, func(i models.VerifyItem) error {
		if i.Item.Kind == models.KindReply {
			rows[i.Body] = append(rows[i.Body], i)
		}
		return nil
	}))
	return rows
}

// compareReply finds an acknowledged reply once, one whose outcome nobody knows at most
// once, and one that no node took not at all.
func (f *failover) compareReply(s sentReply, rows []models.VerifyItem) {
	f.t.Helper()
	switch {
	case s.came == acknowledged && (len(rows) != 1 || s.id != "" && (rows[0].ID != s.id || rows[0].Reference != s.reference)):
		f.t.Errorf("acknowledged reply %s %s %q is there as %+v", s.id, s.reference, s.body, rows)
	case s.came == unknown && len(rows) > 1, s.came == notSent && len(rows) > 0:
		f.t.Errorf("reply %q is there %d times", s.body, len(rows))
	}
}

// compareVotes finds what was acknowledged last, or what was sent since without an answer.
func (f *failover) compareVotes(c *failoverClient) {
	f.t.Helper()
	own, err := f.store.OwnVotes(f.t.Context(), f.con.ID, c.id)
	check(f.t, err)
	for _, i := range f.ideas {
		v := c.votes[i.Number]
		if v == nil {
			v = &knownVote{}
		}
		if got := own[i.ID]; got != v.acked && !slices.Contains(v.perhaps, got) {
			f.t.Errorf("the vote of client %d on idea %d is %q; acknowledged was %q, then sent %q", c.n, i.Number, got, v.acked, v.perhaps)
		}
	}
}

// compareMail waits until the message of every stored reply has come, each under one
// Message-ID. One may come twice only around a strike.
func (f *failover) compareMail(rows map[string][]models.VerifyItem) {
	f.t.Helper()
	var came map[string][]delivered // by reference
	f.eventually("all mail", 3*time.Minute, func() bool {
		if waiting, _, err := f.store.WaitingJobs(f.t.Context(), "", 1); err != nil || len(waiting) > 0 {
			return false
		}
		came = map[string][]delivered{}
		for _, d := range f.mail.messages() {
			came[d.reference] = append(came[d.reference], d)
		}
		return f.unsent(rows, came) == 0
	})
	ids, twice := map[string]string{}, 0
	for reference, list := range came {
		for n, d := range list {
			if other, there := ids[d.id]; d.id == "" || d.id != list[0].id || d.to != list[0].to || there && other != reference {
				f.t.Errorf("mail about %s came to %s under %s, and before as %+v", reference, d.to, d.id, list[0])
			}
			ids[d.id] = reference
			if n > 0 {
				twice++
				f.explained(list[n-1], d)
			}
		}
	}
	f.t.Logf("%d messages came, %d of them once more", len(ids), twice)
	if twice == 0 {
		f.t.Error("nodes were killed while messages were on their way, and none of these came again")
	}
}

// unsent counts the replies whose author has no mail yet.
func (f *failover) unsent(rows map[string][]models.VerifyItem, came map[string][]delivered) (n int) {
	address := map[string]string{}
	for _, c := range f.clients {
		for _, s := range c.replies {
			address[s.body] = s.address
		}
	}
	for body, list := range rows {
		for _, i := range list {
			if got := came[i.Reference]; len(got) == 0 || got[0].to != address[body] {
				n++
			}
		}
	}
	return n
}

// noted is how long after a message has gone its job may still be being noted as done.
const noted = 10 * time.Second

// explained finds the strike that kept a message that had gone from being noted as gone.
func (f *failover) explained(first, again delivered) {
	f.t.Helper()
	for _, s := range f.struck {
		if first.at.Add(noted).After(s.began) && first.at.Before(s.over.Add(noted)) {
			return
		}
	}
	f.t.Errorf("%s came at %v and again at %v, with no strike between", first.id, first.at, again.at)
}
