package sqlite

import (
	"folkmoot/models"

	"folkmoot/models/sqlite/engine"
)

// takeBackVotes sets every choice of a participant who has become staff, in the
// consultation or ("") in all of them, to ChoiceNone. Sealed consultations stay as they
// are.
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

// takeBack takes back one vote, whatever the status of its idea: a vote on a removed idea
// would count again if the idea were restored.
func takeBack(t *engine.Tx, v models.Vote) error {
	c, err := rules(t, v.ConsultationID)
	if err != nil {
		return err
	}
	u, err := readVoteUpdate(t, c, v, new(models.Status))
	if err != nil {
		return err
	}
	u.vote.Choice, u.vote.At = models.ChoiceNone, later(t.Now, u.last)
	_, _, err = u.apply(t)
	return err
}
