package sqlite

import (
	"folkmoot/models"

	"folkmoot/models/sqlite/engine"
)

// takeBackVotes lets every choice of a participant who is staff now, in the
// consultation or ("") in all of them, become ChoiceNone. What is sealed stays.
func takeBackVotes(t *engine.Tx, participantID, consultationID string) error {
	rows, err := t.Query(voteSelect+`WHERE participant_id = ?1 AND choice <> 'none'
		AND consultation_id IN (SELECT id FROM consultations WHERE state NOT IN ('sealed', 'answered') AND (?2 = '' OR id = ?2))
		ORDER BY consultation_id, idea_id`, participantID, consultationID)
	standing, err := engine.Collect(rows, err, scanVote)
	if err != nil {
		return err
	}
	for _, v := range standing {
		if err := takeBack(t, v); err != nil {
			return err
		}
	}
	return nil
}

// takeBack takes one back, whatever became of its idea: a vote on one that was
// removed would count again if that were restored.
func takeBack(t *engine.Tx, v models.Vote) error {
	c, err := rules(t, v.ConsultationID)
	if err != nil {
		return err
	}
	b, err := readBallot(t, c, v, new(models.Status))
	if err != nil {
		return err
	}
	b.vote.Choice, b.vote.At = models.ChoiceNone, later(t.Now, b.last)
	_, _, err = b.cast(t)
	return err
}
