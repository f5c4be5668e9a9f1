package sealed

import (
	"slices"
	"time"

	"folkmoot/models"
)

// Input is what a sealed version is made of.
type Input struct {
	Consultation models.Consultation
	Ideas        []models.Idea     // all of them
	Decisions    []models.Decision // the chain of the consultation up to its ChainLength
	Votes        []models.Vote     // those that count: one of each voice on each idea after merging
	Result       models.Result     // what follows from the votes; its Sealed is the version
	At           time.Time
	Pseudonym    func() string // returns a new random name, once for each voice
}

// Write makes the two files of a sealed version. The pseudonyms are kept nowhere
// but in the full file. ConsultationID, SealedBy and At are left to the caller.
func Write(in Input) (models.Sealed, error) {
	c := in.Consultation
	file := File{
		Format: Format, Kind: KindFull, Version: in.Result.Sealed, SealedAt: timestamp(in.At),
		Consultation: Consultation{
			ID: c.ID, Slug: c.Slug, Language: c.Language, Texts: c.Texts, Settings: c.Settings, TimeZone: c.TimeZone,
			OpensAt: timestamp(c.OpensAt), SuggestionsCloseAt: timestamp(c.SuggestionsCloseAt),
			ClosesAt: timestamp(c.ClosesAt), AnswerBy: timestamp(c.AnswerBy), Changes: in.Result.Changes,
		},
		Ideas: ideasOf(in.Ideas), Order: in.Result.Order(), Result: in.Result,
		ChainLength: c.ChainLength, ChainHead: c.ChainHead, Ballots: ballotsOf(in),
	}
	for _, d := range in.Decisions {
		file.Decisions = append(file.Decisions, d.Sealed())
	}
	full, fullSum, err := encode(file)
	if err != nil {
		return models.Sealed{}, err
	}
	file.Kind, file.FullSHA256, file.Decisions, file.Ballots = KindPublic, fullSum, nil, nil
	public, publicSum, err := encode(file)
	if err != nil {
		return models.Sealed{}, err
	}
	return models.Sealed{
		Version: file.Version, Full: full, Public: public,
		FullSHA256: fullSum, PublicSHA256: publicSum, Result: file.Result,
	}, nil
}

// encode adds the digests and returns the bytes with their SHA-256.
func encode(file File) (b []byte, sum string, err error) {
	parts, err := partsOf(file)
	if err != nil {
		return nil, "", err
	}
	file.Digests = make(map[string]string, len(parts))
	for _, p := range parts {
		file.Digests[p.name] = hexSHA256(p.value)
	}
	if b, err = models.CanonicalJSON(file); err != nil {
		return nil, "", err
	}
	return b, hexSHA256(b), nil
}

// timestamp prints a time as it stands in the files, "" for none.
func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

// ideasOf lists all ideas that ever had a number. Words that are not public are
// left out; the place remains, because votes may stand on it.
func ideasOf(ideas []models.Idea) []Idea {
	numbers := numbersOf(ideas)
	rows := []Idea{}
	for _, i := range ideas {
		if i.Number == 0 {
			continue
		}
		row := Idea{Number: i.Number, Status: i.Status, MergedInto: numbers[i.MergedInto]}
		if i.Status == models.StatusPublished {
			row.Title, row.Body, row.Author = i.Title, i.Body, i.AuthorName
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b Idea) int { return a.Number - b.Number })
	return rows
}

// ballotsOf lists the votes by pseudonym, an order that is random too.
func ballotsOf(in Input) []Ballot {
	numbers, names := numbersOf(in.Ideas), map[string]string{}
	ballots := make([]Ballot, len(in.Votes))
	for n, v := range in.Votes {
		if names[v.Voice] == "" {
			names[v.Voice] = in.Pseudonym()
		}
		ballots[n] = Ballot{
			Voice: names[v.Voice], Idea: numbers[v.IdeaID], Choice: v.Choice, Tier: v.Tier, Channel: v.Channel,
		}
	}
	slices.SortFunc(ballots, compareBallots)
	return ballots
}

// numbersOf maps the ids of ideas to their numbers.
func numbersOf(ideas []models.Idea) map[string]int {
	numbers := make(map[string]int, len(ideas))
	for _, i := range ideas {
		numbers[i.ID] = i.Number
	}
	return numbers
}
