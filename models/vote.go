package models

// Choice is what a participant says of an idea.
type Choice string

// The choices. ChoiceNone is a vote taken back; a form calls it "retract".
const (
	ChoiceAgree    Choice = "agree"
	ChoiceDisagree Choice = "disagree"
	ChoicePass     Choice = "pass"
	ChoiceNone     Choice = "none"
)

// ParseChoice reads agree, disagree, pass or retract; anything else is CodeInvalid.
func ParseChoice(s string) (Choice, error) {
	switch s {
	case "agree", "disagree", "pass":
		return Choice(s), nil
	case "retract":
		return ChoiceNone, nil
	}
	return "", Fail(CodeInvalid, "error.vote.choice")
}

// Capacity is in what capacity somebody takes part.
type Capacity string

// The capacities. CapacityUnsaid is that of somebody who did not say.
const (
	CapacityUnsaid       Capacity = ""
	CapacityResident     Capacity = "resident"
	CapacityBusiness     Capacity = "business_owner"
	CapacityOrganisation Capacity = "organisation"
)

// Valid reports whether c is one of the capacities that can be said.
func (c Capacity) Valid() bool {
	return c == CapacityResident || c == CapacityBusiness || c == CapacityOrganisation
}

// Band is the size of a business by the people who work in it.
type Band string

// The bands: one, fewer than 10, fewer than 50, fewer than 250, 250 or more.
const (
	BandSole   Band = "sole_trader"
	BandMicro  Band = "micro"
	BandSmall  Band = "small"
	BandMedium Band = "medium"
	BandLarge  Band = "large"
)

// Valid reports whether b is one of the bands.
func (b Band) Valid() bool {
	switch b {
	case BandSole, BandMicro, BandSmall, BandMedium, BandLarge:
		return true
	}
	return false
}

// Tier is how a voice was confirmed.
type Tier string

// The tiers.
const (
	TierEmail     Tier = "email"
	TierOrganiser Tier = "organiser"
)

// Channel is how something came in.
type Channel string

// The channels.
const (
	ChannelOnline    Channel = "online"
	ChannelPaper     Channel = "paper"
	ChannelTelephone Channel = "telephone"
	ChannelDropIn    Channel = "drop_in"
)

// Vote is the latest entry of one participant on one idea.
type Vote struct {
	ConsultationID string
	IdeaID         string // the idea as voted on, whatever it was merged into since
	ParticipantID  string
	Voice          string // an enterprise, or else the participant
	Capacity       Capacity
	Band           Band // of a business; else ""
	Tier           Tier
	Channel        Channel
	Choice         Choice
	At             Time // the store's time; that of choosing for a vote confirmed by link
}

// NewVote returns the vote that p casts online on an idea of a consultation: for p's
// own voice, confirmed by e-mail, in the capacity and band of VotesAs, at the time of
// choosing.
func NewVote(consultationID string, p Participant, chosen ChosenVote, at Time) Vote {
	capacity, band := p.VotesAs()
	return Vote{
		ConsultationID: consultationID, IdeaID: chosen.IdeaID, ParticipantID: p.ID, Voice: p.Voice(), Capacity: capacity,
		Band: band, Tier: TierEmail, Channel: ChannelOnline, Choice: chosen.Choice, At: at,
	}
}

// Tally is agree, disagree and pass counted for one idea, in voices.
type Tally struct {
	Agree    int64 `json:"agree"`
	Disagree int64 `json:"disagree"`
	Pass     int64 `json:"pass"`
}

// Add counts n voices for the choice; ChoiceNone counts nothing.
func (t *Tally) Add(c Choice, n int64) {
	switch c {
	case ChoiceAgree:
		t.Agree += n
	case ChoiceDisagree:
		t.Disagree += n
	case ChoicePass:
		t.Pass += n
	}
}

// Total is the number of voices counted.
func (t Tally) Total() int64 { return t.Agree + t.Disagree + t.Pass }

// Later reports whether entry v counts before w for one voice: the later time,
// then the greater participant id ("votes are the truth").
func (v Vote) Later(w Vote) bool {
	if !v.At.Equal(w.At) {
		return v.At.After(w.At)
	}
	return v.ParticipantID > w.ParticipantID
}

// Count counts votes from nothing: per idea (after merging) and voice the latest
// entry. target returns the idea that an idea was finally merged into; see
// MergeTarget.
func Count(votes []Vote, target func(ideaID string) string) map[string]Tally {
	tallies := map[string]Tally{}
	for k, v := range latestVotes(votes, target) {
		t := tallies[k.idea]
		t.Add(v.Choice, 1)
		tallies[k.idea] = t
	}
	return tallies
}

// Counted returns the entries that count, in no order: the latest of each voice
// on each idea after merging, unless that takes the vote back.
func Counted(votes []Vote, target func(ideaID string) string) []Vote {
	var counted []Vote
	for _, v := range latestVotes(votes, target) {
		if v.Choice != ChoiceNone {
			counted = append(counted, v)
		}
	}
	return counted
}

// voiceOnIdea is a voice on an idea after merging.
type voiceOnIdea struct{ idea, voice string }

// latestVotes returns the latest entry of each voice on each idea after merging.
func latestVotes(votes []Vote, target func(ideaID string) string) map[voiceOnIdea]Vote {
	latest := map[voiceOnIdea]Vote{}
	for _, v := range votes {
		k := voiceOnIdea{target(v.IdeaID), v.Voice}
		if w, ok := latest[k]; !ok || v.Later(w) {
			latest[k] = v
		}
	}
	return latest
}
