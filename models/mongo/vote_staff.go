package mongo

import (
	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// takeBackVotes lets every choice of a participant who is staff now, in the
// consultation or ("") in all of them, become ChoiceNone. What is sealed stays.
func takeBackVotes(t *tx, participantID, consultationID string) error {
	filter := eq("participant", participantID)
	if consultationID != "" {
		filter = eq("c", consultationID, "participant", participantID)
	}
	list, err := engine.All[vote](t, engine.Query{Coll: "votes", Filter: filter})
	if err != nil {
		return err
	}
	for _, v := range list {
		if v.Choice == models.ChoiceNone {
			continue
		}
		if err := takeBack(t, v.model()); err != nil {
			return err
		}
	}
	return nil
}

// takeBack takes one back, whatever became of its idea: a vote on one that was
// removed would count again if that were restored.
func takeBack(t *tx, v models.Vote) error {
	if err := t.Enter(v.ConsultationID); err != nil {
		return err
	}
	c, err := rules(t, v.ConsultationID)
	if err != nil || c.State == models.StateSealed || c.State == models.StateAnswered {
		return err
	}
	i, found, err := engine.Within[idea](t, "ideas", c.ID, v.IdeaID)
	if err != nil || !found {
		return missing(found, err, "error.idea.unknown")
	}
	b, err := readBallot(t, c, i, v)
	if err != nil {
		return err
	}
	b.vote.Choice, b.vote.At = models.ChoiceNone, after(t.Now(), b.last)
	_, _, err = b.cast(t)
	return err
}
