package mongo

import (
	"context"
	"slices"
	"time"

	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"folkmoot/models"
)

// FinishCopy implements models.CopyStore: who votes, how many ideas are merged, the
// last number of a moderator, and how many links an address has asked for.
func (s *Store) FinishCopy(ctx context.Context) error {
	err := s.eachConsultation(ctx, func(c consultation) error {
		merged, err := s.count(ctx, "ideas", eq("c", c.ID, "mergedInto", eq("$gt", "")))
		if err == nil {
			_, err = s.update(ctx, "consultations", eq("_id", c.ID), eq("$set", eq("merged", merged)))
		}
		return errorOr(err, func() error { return s.copyVoices(ctx, c.ID) })
	})
	if err != nil {
		return err
	}
	if err = s.copyModerators(ctx); err != nil {
		return err
	}
	return s.copySlots(ctx)
}

// copyVoices adds the voices of a consultation that count for something, one after the other.
func (s *Store) copyVoices(ctx context.Context, consultationID string) error {
	k, err := s.counting(ctx, consultationID)
	if err != nil {
		return err
	}
	v := voicing{counting: k}
	q := query{coll: "votes", filter: eq("c", consultationID), sort: eq("voice", 1), fields: countedFields}
	err = each(ctx, s, q, func(d vote) error {
		entry, ok := d.standing(k.c.ClosesAt)
		if !ok {
			return nil
		}
		if len(v.votes) > 0 && v.votes[0].Voice != entry.Voice {
			if err := v.close(ctx, batchSize); err != nil {
				return err
			}
		}
		v.votes = append(v.votes, entry)
		return nil
	})
	return errorOr(err, func() error { return v.close(ctx, 1) })
}

// voicing gathers the entries of one voice, and the voices that are to be added.
type voicing struct {
	counting
	votes  []models.Vote
	voices []driver.WriteModel
}

// close looks whether the voice counts, and adds what has gathered once it is so many.
func (v *voicing) close(ctx context.Context, many int) error {
	if len(v.votes) > 0 {
		if voice := v.votes[0].Voice; v.live(v.votes) {
			d := voiceDoc{v.c.ID + "/" + voice, v.c.ID, true, 1}
			v.voices = append(v.voices, driver.NewInsertOneModel().SetDocument(d))
		}
	}
	v.votes = v.votes[:0]
	if len(v.voices) < many {
		return nil
	}
	list := v.voices
	v.voices = nil
	_, err := v.bulk(ctx, "voices", list)
	return err
}

// copyModerators notes the last number that a moderator has.
func (s *Store) copyModerators(ctx context.Context) error {
	last := 0
	q := query{coll: "participants", filter: eq(), fields: eq("number", 1)}
	err := each(ctx, s, q, func(p participant) error {
		last = max(last, p.Number)
		return nil
	})
	if err != nil || last == 0 {
		return err
	}
	if _, err = s.insert(ctx, "site", moderatorsID, "", eq("_id", moderatorsID, "last", int64(0))); err != nil {
		return err
	}
	_, err = s.update(ctx, "site", eq("_id", moderatorsID, "last", eq("$lt", last)), eq("$set", eq("last", last)))
	return err
}

// copySlots notes the links that were asked for within the last hour.
func (s *Store) copySlots(ctx context.Context) error {
	now, err := s.clock.ask(ctx)
	if err != nil {
		return err
	}
	recent := eq("remind", false, "createdAt", eq("$gt", now.Add(-time.Hour)))
	return each(ctx, s, query{coll: "links", filter: recent}, func(d link) error {
		if d.Purpose != models.PurposeSignIn || d.Grant != nil {
			return nil
		}
		_, err := s.slotFor(ctx, signInBox(d.model(time.Time{})), d.ID, 2*time.Hour, func(slots []slot) (slot, []slot, error) {
			return slot{ID: d.ID, At: d.CreatedAt, Made: d.CreatedAt}, slices.Clone(slots), nil
		})
		return err
	})
}
