package sqlite

import (
	"folkmoot/models"
)

// The topics of cached reads, see engine.Tx.Invalidates.

// consultationTopic is the topic of a consultation's counters, which votes change.
func consultationTopic(id string) string { return "consultation " + id }

// votesTopic is the topic of one participant's choices in a consultation.
func votesTopic(consultationID, participantID string) string {
	return "votes " + consultationID + " " + participantID
}

// ownTopics returns the topics of the texts in a consultation that only their author
// sees: of a participant, and of a guest.
func ownTopics(consultationID string, a models.Author) [2]string {
	return [2]string{"own " + consultationID + " participant " + a.ParticipantID, "own " + consultationID + " guest " + a.Guest}
}

// jobsTopic is the topic of jobs, of which nothing is cached.
const jobsTopic = "jobs"
