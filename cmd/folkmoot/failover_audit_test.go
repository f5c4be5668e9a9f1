//go:build unix

package main

import (
	"context"
	"net/http"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"folkmoot/models"
)

// tallyWithin is how soon after the last vote every tally equals the count.
const tallyWithin = 5 * time.Second

// tallies waits until every tally is what the votes count: by the database's clock within
// five seconds of when the last vote was answered, or cast and not answered.
func (f *failover) tallies() {
	f.t.Helper()
	answered, err := f.store.Now(f.t.Context())
	check(f.t, err)
	for {
		last, counted := f.counted()
		if last.Before(answered) {
			last = answered
		}
		now, err := f.store.Now(f.t.Context())
		check(f.t, err)
		cached, err := f.store.CachedTallies(f.t.Context(), f.con.ID)
		check(f.t, err)
		if wrong := differing(cached, counted); len(wrong) == 0 {
			f.t.Logf("every tally was right %v after the last vote", now.Sub(last).Round(time.Millisecond))
			return
		} else if now.Sub(last) > tallyWithin {
			f.t.Errorf("%v after the last vote these tallies are wrong: %v; cached %v, counted %v", now.Sub(last), wrong, cached, counted)
			return
		}
	}
}

// counted counts all votes from nothing, and gives the time of the last one.
func (f *failover) counted() (last time.Time, tallies map[string]models.Tally) {
	f.t.Helper()
	var votes []models.Vote
	check(f.t, f.store.EachVote(f.t.Context(), f.con.ID, func(v models.Vote) error {
		votes = append(votes, v)
		if v.At.After(last) {
			last = v.At
		}
		return nil
	}))
	return last, models.Count(votes, func(id string) string { return id })
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

// verify asks the program itself, beside the running nodes, once nothing is at work.
func (f *failover) verify() {
	f.t.Helper()
	f.settles()
	if code, out, errs := command(f.t, "verify", "--store", f.uri); code != exitDone {
		f.t.Errorf("verify: exit %d\n%s%s", code, out, errs)
	}
	for _, n := range f.nodes {
		f.eventually(n.name+" ready", time.Minute, n.ready)
		if got := n.answers("/consultations/crash"); got != http.StatusOK {
			f.t.Errorf("%s: the consultation's page has status %d", n.name, got)
		}
	}
}

// settles waits until the nodes have finished what the dead left: no operation stands
// in a consultation as being at work, and nothing is marked as half done.
func (f *failover) settles() {
	f.t.Helper()
	client, err := driver.Connect(options.Client().ApplyURI(f.uri))
	check(f.t, err)
	defer func() { _ = client.Disconnect(context.Background()) }()
	for _, left := range []struct {
		coll   string
		filter bson.D
	}{
		{"consultations", bson.D{{Key: "inflight.op", Value: bson.D{{Key: "$gt", Value: ""}}}}},
		{"ideas", bson.D{{Key: "dirty", Value: true}}},
		{"links", bson.D{{Key: "unsettled", Value: true}}},
		{"participants", bson.D{{Key: "todo", Value: true}}},
	} {
		f.eventually("nothing left half done in "+left.coll, time.Minute, func() bool {
			n, err := client.Database("failover").Collection(left.coll).CountDocuments(f.t.Context(), left.filter)
			check(f.t, err)
			return n == 0
		})
	}
}

// audit compares what clients were told with what is there.
func (f *failover) audit() {
	f.t.Helper()
	rows := f.rows()
	known := map[string]bool{}
	for _, c := range f.clients {
		for _, s := range c.replies {
			known[s.body] = true
			f.auditReply(s, rows[s.body])
		}
		f.auditVotes(c)
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
	f.auditMail(rows)
}

// rows returns the stored replies by their words.
func (f *failover) rows() map[string][]models.AuditItem {
	f.t.Helper()
	rows := map[string][]models.AuditItem{}
	check(f.t, f.store.EachItem(f.t.Context(), f.con.ID, func(i models.AuditItem) error {
		if i.Item.Kind == models.KindReply {
			rows[i.Body] = append(rows[i.Body], i)
		}
		return nil
	}))
	return rows
}

// auditReply finds an acknowledged reply once, one whose outcome nobody knows at most
// once, and one that no node took not at all.
func (f *failover) auditReply(s sentReply, rows []models.AuditItem) {
	f.t.Helper()
	switch {
	case s.came == acknowledged && (len(rows) != 1 || s.id != "" && (rows[0].ID != s.id || rows[0].Reference != s.reference)):
		f.t.Errorf("acknowledged reply %s %s %q is there as %+v", s.id, s.reference, s.body, rows)
	case s.came == unknown && len(rows) > 1, s.came == notSent && len(rows) > 0:
		f.t.Errorf("reply %q is there %d times", s.body, len(rows))
	}
}

// auditVotes finds what was acknowledged last, or what was sent since without an answer.
func (f *failover) auditVotes(c *failoverClient) {
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

// auditMail waits until the message of every stored reply has come, each under one
// Message-ID. One may come twice only around a strike.
func (f *failover) auditMail(rows map[string][]models.AuditItem) {
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
func (f *failover) unsent(rows map[string][]models.AuditItem, came map[string][]delivered) (n int) {
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
