package main

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/models/sqlite"
)

// bulk is one statement of votesSQL with the names of its arguments.
type bulk struct {
	sql  string
	args []string
}

// votesSQL adds a consultation's votes in bulk and everything that follows from
// them, as PutVote would have left it. Voters take turns, and of each idea another
// share agrees.
var votesSQL = []bulk{
	{`INSERT INTO participants (id, name, address, address_key, mail_key, capacity, band, number, language, created_at)
	WITH RECURSIVE v (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM v WHERE n + 1 < :voters)
	SELECT printf('voter-%06d', n), printf('Voter %d', n), printf('voter%d@example.org', n), printf('voter%d@example.org', n),
		printf('voter%d@example.org', n), 'resident', '', 0, 'en', :at FROM v`, []string{"voters", "at"}},
	{`INSERT INTO votes (idea_id, participant_id, consultation_id, voice, capacity, band, tier, channel, choice, at)
	WITH RECURSIVE v (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM v WHERE n + 1 < :each),
	x AS (SELECT id, number, printf('voter-%06d', (number * 37 + v.n) % :voters) AS voter,
		(number * 7919 + v.n * 104729) % 101 AS dice, v.n AS n FROM ideas, v WHERE consultation_id = :consultation)
	SELECT id, voter, :consultation, voter, 'resident', '', 'email', 'online',
		CASE WHEN dice >= 95 THEN 'pass' WHEN dice < 20 + number * 31 % 70 THEN 'agree' ELSE 'disagree' END, :at + n
	FROM x ORDER BY id, voter`, []string{"each", "voters", "consultation", "at"}},
	{`UPDATE ideas SET first_vote_at = :at,
		agree = (SELECT count(*) FROM votes WHERE idea_id = ideas.id AND choice = 'agree'),
		disagree = (SELECT count(*) FROM votes WHERE idea_id = ideas.id AND choice = 'disagree'),
		pass = (SELECT count(*) FROM votes WHERE idea_id = ideas.id AND choice = 'pass')
	WHERE consultation_id = :consultation`, []string{"at", "consultation"}},
	{`INSERT INTO voices (consultation_id, voice, live, last_at)
	SELECT consultation_id, voice, count(*), max(at) FROM votes WHERE consultation_id = :consultation GROUP BY voice`, []string{"consultation"}},
	{`UPDATE consultations SET version = version + 1,
		vote_seq = (SELECT count(*) FROM votes WHERE consultation_id = :consultation),
		voter_count = (SELECT count(*) FROM voices WHERE consultation_id = :consultation)
	WHERE id = :consultation`, []string{"consultation"}},
}

// votes adds so many votes, spread over the consultation's ideas, once the store
// is closed.
func (f *filler) votes(c models.Consultation, ideas, votes int) {
	each := votes / ideas
	values := map[string]any{
		"consultation": c.ID, "each": each, "voters": max(each, min(2000, votes/5)), "at": c.OpensAt.UnixMilli(),
	}
	f.after = append(f.after, func(file string) (err error) {
		db, err := openRaw(file, "rw")
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, db.Close()) }()
		t, err := db.BeginTx(f.ctx, nil)
		if err != nil {
			return err
		}
		for _, b := range votesSQL {
			var args []any
			for _, name := range b.args {
				args = append(args, sql.Named(name, values[name]))
			}
			if _, err := t.ExecContext(f.ctx, b.sql, args...); err != nil {
				return errors.Join(fmt.Errorf("bulk votes: %w", err), t.Rollback())
			}
		}
		return t.Commit()
	})
}

// seal closes a consultation and seals its result, once its votes are there.
func (f *filler) seal(c models.Consultation) {
	f.after = append(f.after, func(file string) (err error) {
		store, err := sqlite.Open(f.ctx, file, sqlite.Options{})
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, store.Close()) }()
		if c, err = store.Consultation(f.ctx, c.ID); err != nil {
			return err
		}
		clock := models.SystemClock{}
		c.ClosesAt = models.Millis(clock.Now()).Add(-models.LateLinks)
		c.SuggestionsCloseAt = c.ClosesAt
		by := models.NewAuditEntry(models.AuditRulesChanged, models.Host, models.AuditSubject{Kind: models.SubjectConsultation, ID: c.ID}, c.ID)
		if c, err = store.EditConsultation(f.ctx, c, nil, by); err != nil {
			return err
		}
		svc, err := service.New(f.ctx, store, clock, models.NewMemoryLimiter(clock), service.Config{CanMail: true})
		if err != nil {
			return err
		}
		_, organiser, err := svc.MakeSignInLink(f.ctx, "organiser@example.org", "Olga Reed", models.RoleOrganiser)
		if err != nil {
			return err
		}
		_, err = svc.Seal(f.ctx, models.Actor{Participant: &organiser}, c.Slug)
		return err
	})
}

// openRaw opens a store's file as any program could: "ro", or "rw" with the
// write-ahead log and synchronous FULL. It has one connection.
func openRaw(file, mode string) (*sql.DB, error) {
	v := url.Values{"mode": {mode}, "_busy_timeout": {"10000"}, "_cache_size": {"-16000"}}
	if mode == "ro" {
		v.Set("_query_only", "1")
	} else {
		v.Set("_journal_mode", "WAL")
		v.Set("_sync", "FULL")
		v.Set("_txlock", "immediate")
	}
	db, err := sql.Open("sqlite3", (&url.URL{Scheme: "file", Path: file, RawQuery: v.Encode()}).String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// query reads a store's file, which others may have open.
func query(file string, fn func(*sql.DB) error) error {
	db, err := openRaw(file, "ro")
	if err != nil {
		return err
	}
	return errors.Join(fn(db), db.Close())
}
