package main

import (
	"database/sql"
	"fmt"
	"net/http"
	"slices"
)

// voting is what happens when everybody votes at once.
var voting = suite{"voting", fillVoting, []row{
	{"votes-64", "votes, signed in, origin-checked, durable, 64 clients", (*fixture).votes64},
	{"votes-256", "the same, 256 clients", (*fixture).votes256},
	{"votes-commit", "the same, 64 clients, against a transaction for each vote", (*fixture).votesCommit},
}}

// votedIdeas returns the number of ideas to vote on: so many that hardly anybody comes to
// one twice. To change a vote is cheaper than to cast it, and the faster program would
// have more of these.
func (s sizes) votedIdeas() int { return 4 * s.ideas }

// fillVoting makes a consultation with many ideas to vote on.
func fillVoting(f *filler) error {
	if err := f.participants(); err != nil {
		return err
	}
	_, _, err := f.consultation("votes", f.sizes.votedIdeas(), 0)
	return err
}

// voter is somebody who votes on one idea after another.
type voter struct {
	session string
	done    int // votes
}

// cast votes with so many clients on a server: ours or a bare one. Those come who have
// not been here for longest, and each goes on where they ended.
func (s *fixture) cast(where string, addr func() string, clients int) side {
	return func() (float64, error) {
		if s.voted[where] == nil {
			for _, token := range s.sessions {
				s.voted[where] = append(s.voted[where], voter{session: token})
			}
		}
		now, later := s.voted[where][:clients], s.voted[where][clients:]
		votes := operation{
			Name: "vote", Kind: "vote", Paths: []string{"/consultations/votes"}, Ideas: s.sizes.votedIdeas(),
			Want: want{Status: http.StatusOK, Contains: []string{`"choice"`}},
		}
		for _, v := range now {
			votes.Sessions, votes.From = append(votes.Sessions, v.session), append(votes.From, v.done)
		}
		r, err := s.send(s.loadOf(addr(), stream{Workers: clients, Operations: []operation{votes}}))
		if err != nil {
			return 0, err
		}
		for i, done := range r.Streams[0][0].Done {
			now[i].done = done
		}
		s.voted[where] = slices.Concat(later, now)
		return float64(r.Streams[0][0].Count) / r.Seconds, nil
	}
}

func (s *fixture) castOurs(clients int) side {
	return s.cast("ours", func() string { return s.server.addr }, clients)
}

func (s *fixture) castBare(addr string, clients int) side {
	return s.cast(addr, func() string { return addr }, clients)
}

// bareWriter starts bare Fiber with bare commits on a copy of the store.
func (s *fixture) bareWriter(slug string, group int) (string, error) {
	name := fmt.Sprint(slug, " in groups of ", group)
	if p := s.baselines[name]; p != nil {
		return p.addr, nil
	}
	store, err := s.copyOfStore()
	if err != nil {
		return "", err
	}
	spec := writeSpec{Group: group, People: map[string]string{}}
	for i, token := range s.sessions {
		spec.People[token] = s.ids[i]
	}
	if spec.Consultation, err = s.consultationID(slug); err != nil {
		return "", err
	}
	if spec.Ideas, err = ideasOf(s.store, spec.Consultation); err != nil {
		return "", err
	}
	return s.baseline(name, baselineSpec{Kind: baselineWrite, Store: store, Write: spec})
}

// groupCommit says what the bare writer is.
func (s *fixture) groupCommit() string {
	if onMongo(s.serves) {
		return "bare Fiber and the same documents by the driver, in transactions of what has gathered, w majority and journal"
	}
	return "bare Fiber and a bare group commit of the same rows, synchronous FULL"
}

// maxGroup is how many writes the bare program commits at once; as the real one.
const maxGroup = 256

func (s *fixture) votes64() ([]outcome, error) {
	addr, err := s.bareWriter("votes", maxGroup)
	if err != nil {
		return nil, err
	}
	o, err := s.compare("votes/s", s.castOurs(64), s.castBare(addr, 64))
	return single(o, err, ratio("≥", 0.60), s.groupCommit())
}

func (s *fixture) votes256() ([]outcome, error) {
	addr, err := s.bareWriter("votes", maxGroup)
	if err != nil {
		return nil, err
	}
	o, err := s.compare("votes/s", s.castOurs(256), s.castOurs(64))
	if err != nil {
		return nil, err
	}
	l, err := s.compare("votes/s", s.castBare(addr, 256), s.castBare(addr, 64))
	note := fmt.Sprintf("the bare program does %s votes/s at 256 clients and %s at 64: %s ×", figure(l.Ours), figure(l.Baseline), figure(l.Value))
	return single(o, err, ratio("≥", 0.8), "64 clients", note)
}

func (s *fixture) votesCommit() ([]outcome, error) {
	addr, err := s.bareWriter("votes", 1)
	if err != nil {
		return nil, err
	}
	o, err := s.compare("votes/s", s.castOurs(64), s.castBare(addr, 64))
	if err != nil {
		return nil, err
	}
	g, cost := ratio("≥", 4), 1000/o.Baseline
	note := fmt.Sprintf("a commit of one vote takes at most %.2f ms here", cost)
	if cost < 1 {
		g = goal{}
		note += "; the goal of ≥ 4 × is for disks where it takes 1 ms or more"
	}
	return single(o, nil, g, "bare Fiber and one transaction for each vote", note)
}

// consultationID finds a consultation in the store's file.
func (s *fixture) consultationID(slug string) (id string, err error) {
	err = query(s.store, func(db *sql.DB) error {
		return db.QueryRow("SELECT id FROM consultations WHERE slug = ?", slug).Scan(&id)
	})
	return id, err
}

// ideasOf lists the ids of a consultation's ideas by number.
func ideasOf(file, consultation string) (ids []string, err error) {
	err = query(file, func(db *sql.DB) error {
		rows, err := db.Query("SELECT id FROM ideas WHERE consultation_id = ? AND number > 0 ORDER BY number", consultation)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id string
			if err := rows.Scan(&id); err != nil {
				return err
			}
			ids = append(ids, id)
		}
		return rows.Err()
	})
	return ids, err
}
