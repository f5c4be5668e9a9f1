package sqlite

import "folkmoot/models"

// The topics of what is remembered. A write function that says which of them it
// touches leaves the others; one that says nothing touches all. What is in none of
// these (anyTopic) is forgotten with everything else alone.
const anyTopic = ""

// consultationTopic is the counters of a consultation that votes move.
func consultationTopic(id string) string { return "consultation " + id }

// votesTopic is the choices of one participant in a consultation.
func votesTopic(consultationID, participantID string) string {
	return "votes " + consultationID + " " + participantID
}

// ownTopics are the texts in a consultation that nobody but their author sees: of a
// participant, and of a guest, who chooses what they are called.
func ownTopics(consultationID string, a models.Author) [2]string {
	return [2]string{"own " + consultationID + " participant " + a.ParticipantID, "own " + consultationID + " guest " + a.Guest}
}

// unkept is the topic of an answer that is too long to be remembered.
const unkept = "unkept"

// jobsTopic is what is to be sent, of which nothing is remembered.
const jobsTopic = "jobs"

// about is for answers whose topic is known before they are.
func about[T any](topic string) func(T) string { return func(T) string { return topic } }

// commit is what a transaction of ours did to what is remembered.
type commit struct {
	done   bool     // it was committed
	said   bool     // the memo was told of it before
	before stamp    // as it stood when the transaction had the file for itself
	all    bool     // it may have changed anything
	topics []string // it changed these
}

// add takes in what one write function touched.
func (c *commit) add(t *tx) {
	if t.wrote && len(t.topics) == 0 {
		c.all = true
	}
	c.topics = append(c.topics, t.topics...)
}

// begin says that a transaction of ours is about to begin.
func (m *memo) begin() {
	m.mu.Lock()
	m.writing = true
	m.mu.Unlock()
}

// end forgets what our transaction has touched: everything if that is not known, if
// it was not committed, or if another process has committed before or after it.
func (m *memo) end(c commit) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.writing = false
	now, _ := m.now()
	switch {
	case c.done && c.said && m.said == nil && now == m.stamp: // a reader was quicker
		return
	case !c.done || c.all || c.before != m.stamp || now.commits()-c.before.commits() > 1:
		m.forgetAll()
	default:
		m.forgetTopics(c)
	}
	m.stamp, m.said = now, nil
}

// say tells what our transaction has touched, just before it is committed; nil: it was
// not committed after all.
func (m *memo) say(c *commit) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.said = nil
	if c != nil {
		c.said = true
		said := *c // the writer goes on with its own
		m.said = &said
	}
}

// lookAhead is look between our commit and its end, which may be long: who commits has
// to wait for a processor. If the only commit since is the one that was said, it is
// taken in here.
func (m *memo) lookAhead(key string) (v any, found bool, s stamp, keep bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.now()
	if c := m.said; ok && c != nil && s != m.stamp {
		if c.all || c.before != m.stamp || !s.whole() || s.commits()-c.before.commits() != 1 {
			return nil, false, s, false
		}
		m.forgetTopics(*c)
		m.stamp, m.said = s, nil
	}
	if s != m.stamp {
		return nil, false, s, false
	}
	v, found = m.kept[key]
	return v, found, s, true
}

func (m *memo) forgetTopics(c commit) {
	for _, topic := range c.topics {
		m.forget(topic)
	}
}

func (m *memo) forget(topic string) {
	for _, key := range m.about[topic] {
		delete(m.kept, key)
	}
	delete(m.about, topic)
}
