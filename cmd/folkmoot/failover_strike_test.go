//go:build unix

package main

import "time"

const (
	// stoppedFor is how long a primary is stopped: longer than an election takes.
	stoppedFor = 8 * time.Second
	// refusedFor bounds the time from the first answer of 503 to the last in one strike.
	refusedFor = 15 * time.Second
)

// strike is one fault: it happens in begin, and end undoes it.
type strike struct {
	what       string
	begin, end func()
}

// strikes lists the strikes: a node killed, and the primary killed and stopped in turn, so
// many times as the scale says; at full size the other node is killed in the middle. The
// messages that a killed node had in hand go out again once its lease has ended, which takes
// about as long as the strikes that follow.
func (f *failover) strikes() []strike {
	rounds := max(1, scaled(failoverRounds))
	list := []strike{f.killNode(0)}
	for n := range rounds {
		if n > 0 && n == rounds/2 {
			list = append(list, f.killNode(1))
		}
		list = append(list, f.killPrimary(), f.stopPrimary())
	}
	return list
}

// killPrimary kills the primary and starts it again once another one takes writes.
func (f *failover) killPrimary() strike {
	primary := 0
	return strike{"the primary is killed", func() {
		primary = f.db.Primary()
		f.db.Kill(primary)
		f.awaitAcks(failoverClients)
	}, func() { f.db.Start(primary) }}
}

// stopPrimary stops the primary for a while: its connections stay open and nothing is
// answered on them.
func (f *failover) stopPrimary() strike {
	primary := 0
	return strike{"the primary is stopped", func() {
		primary = f.db.Primary()
		f.db.Freeze(primary)
		over := time.NewTimer(stoppedFor)
		defer over.Stop()
		<-over.C
	}, func() { f.db.Thaw(primary) }}
}

// killNode kills a node between sending a message and noting that it has gone: more
// messages wait for the mail server's answer than one node sends at a time. The other node
// goes on alone until the killed one is started again.
func (f *failover) killNode(n int) strike {
	return strike{f.nodes[n].name + " is killed", func() {
		f.mail.hold()
		f.eventually("messages of both nodes in hand", time.Minute, func() bool { return f.mail.waiting() > 4 })
		f.nodes[n].kill()
		f.mail.release()
		f.awaitAcks(failoverClients / 4)
	}, func() { f.nodes[n].start() }}
}

// strike lets one fault happen under load, ends it, and waits until all is well again.
func (f *failover) strike(k strike) {
	f.t.Helper()
	f.awaitAcks(scaledAcks())
	s := struck{what: k.what, began: time.Now()}
	from, silence := f.acks.Load(), f.watchSilence()
	k.begin()
	k.end()
	s.over = time.Now()
	f.endRecovery()
	f.eventually("acknowledged writes after: "+k.what, time.Minute, func() bool { return f.acks.Load() > from })
	f.eventually("the whole replica set after: "+k.what, time.Minute, f.db.Healthy)
	f.eventually("both nodes ready after: "+k.what, time.Minute, func() bool { return f.nodes[0].ready() && f.nodes[1].ready() })
	s.ready, s.silent, s.refused = time.Since(s.over), silence(), f.refusedSince(s.began)
	if s.refused >= refusedFor {
		f.t.Errorf("%s: answers of 503 over %v", s.what, s.refused)
	}
	f.struck = append(f.struck, s)
	f.nodes[0].weigh()
	f.nodes[1].weigh()
}

// endRecovery lets the clients that wait for the end of the strike go on.
func (f *failover) endRecovery() {
	f.mu.Lock()
	defer f.mu.Unlock()
	close(f.recovery)
	f.recovery = make(chan struct{})
}

// refusedSince returns the time from the first answer of 503 to the last since a moment.
func (f *failover) refusedSince(began time.Time) time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	var first, last time.Time
	for _, at := range f.refused {
		if at.Before(began) {
			continue
		}
		if first.IsZero() {
			first = at
		}
		last = at
	}
	return last.Sub(first)
}

// watchSilence measures from now on; the function that it returns ends that and returns
// the longest time in which no write was acknowledged.
func (f *failover) watchSilence() (longest func() time.Duration) {
	stop, done := make(chan struct{}), make(chan time.Duration)
	go func() {
		acks, since, most := f.acks.Load(), time.Now(), time.Duration(0)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				done <- most
				return
			case <-tick.C:
				most = max(most, time.Since(since))
				if now := f.acks.Load(); now > acks {
					acks, since = now, time.Now()
				}
			}
		}
	}()
	return func() time.Duration { close(stop); return <-done }
}

// report logs the figures and holds the nodes to their memory.
func (f *failover) report() {
	replies := 0
	for _, c := range f.clients {
		for _, s := range c.replies {
			if s.came == acknowledged {
				replies++
			}
		}
	}
	f.t.Logf("%d replies and %d votes acknowledged, %d answers of 503, %d connections of killed nodes; slowest answer %v; undisturbed, two nodes took %.0f writes a second",
		replies, int(f.acks.Load())-replies, f.busy.Load(), f.broken.Load(), time.Duration(f.slowest.Load()).Round(time.Millisecond), f.rate)
	for n, s := range f.struck {
		f.t.Logf("strike %d: %s for %v; 503 over %v; no write acknowledged for %v at most; all ready %v after its end", n+1, s.what,
			s.over.Sub(s.began).Round(time.Millisecond), s.refused.Round(time.Millisecond), s.silent.Round(time.Millisecond), s.ready.Round(time.Millisecond))
	}
	for _, n := range f.nodes {
		n.weigh()
		f.t.Logf("%s had %d MB resident at most", n.name, n.largest>>20)
		if n.largest > nodeMemory {
			f.t.Errorf("%s had %d MB resident", n.name, n.largest>>20)
		}
	}
}
