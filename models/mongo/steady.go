package mongo

import "time"

// A database that stood still, or could not be reached, tells its time before it reads
// what has waited for it meanwhile. So the time of an entry may be over while a command
// of it is still to come. heard and steady tell when that can be no more.

// heard notes that the database has answered. c.mu is held.
func (c *databaseClock) heard(at time.Time) {
	if !c.answered.IsZero() && at.Sub(c.answered) > slack {
		c.resumed = at
	}
	c.answered = at
}

// steady tells whether the database has answered for as long as slack, with no longer
// pause: what had waited for it has come, or never comes.
func (c *databaseClock) steady() bool {
	if c.given != nil { // a test's, in which nothing waits
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.local()
	return now.Sub(c.answered) <= slack && (c.resumed.IsZero() || now.Sub(c.resumed) >= slack)
}
