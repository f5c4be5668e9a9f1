package mongo

import "sync"

// sightings keeps the consultations as this program last saw them, without texts and
// entries: a write that is fenced by the revision may begin from them. It refuses
// nothing by them.
type sightings struct {
	mu   sync.Mutex
	last map[string]consultation
}

// sightingsKept is more than are open at one time.
const sightingsKept = 1_000

func (s *sightings) get(id string) (consultation, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.last[id]
	return c, ok
}

// keep remembers c, or forgets what turned out to be old.
func (s *sightings) keep(id string, c consultation, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.last == nil || len(s.last) >= sightingsKept {
		s.last = map[string]consultation{}
	}
	delete(s.last, id)
	if ok {
		s.last[id] = c
	}
}
