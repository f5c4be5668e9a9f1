package service

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"folkmoot/models"
)

// The kinds of sealed file.
const (
	fullKind   = "full"
	publicKind = "public"
)

// fillFile puts together the full file, but for its digests.
func (s *Service) fillFile(ctx context.Context, c models.Consultation, ideas []models.Idea, votes recounted) (models.SealedFile, error) {
	file := models.SealedFile{
		Format: models.SealedFormat, Kind: fullKind, Version: 1, SealedAt: stamp(s.Now()),
		Consultation: models.SealedConsultation{
			ID: c.ID, Slug: c.Slug, Language: c.Language, Texts: c.Texts, Settings: c.Settings, TimeZone: c.TimeZone,
			OpensAt: stamp(c.OpensAt), ClosesAt: stamp(c.ClosesAt), AnswerBy: stamp(c.AnswerBy),
		},
		Ideas: sealedIdeas(ideas), ChainLength: c.ChainLength, ChainHead: c.ChainHead,
		Ballots: sealedBallots(votes.entries, ideas),
	}
	head := resultHead(c, votes.voters)
	head.Sealed = file.Version
	var err error
	if head.Unconfirmed, err = s.store.UnconfirmedVotes(ctx, c.ID); err != nil {
		return file, fmt.Errorf("count the unconfirmed votes: %w", err)
	}
	file.Result = makeResult(head, resultIdeas(ideas, votes.tallies))
	file.Order = boardOrder(file.Result)
	err = s.eachDecision(ctx, c.ID, 0, func(d models.Decision) error {
		if d.Seq <= c.ChainLength {
			file.Decisions = append(file.Decisions, d.Sealed())
		}
		return nil
	})
	return file, err
}

// boardOrder lists all numbers of a result in its order.
func boardOrder(r models.Result) []int {
	order := make([]int, len(r.Ideas))
	for i, idea := range r.Ideas {
		order[i] = idea.Number
	}
	return order
}

// stamp prints a time for the files, "" for none.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z07:00")
}

// sealedIdeas lists all ideas that ever had a number. Words that are not public
// stay out; the place remains, because votes may stand on it.
func sealedIdeas(ideas []models.Idea) []models.SealedIdea {
	numbers := map[string]int{}
	for _, i := range ideas {
		numbers[i.ID] = i.Number
	}
	rows := []models.SealedIdea{}
	for _, i := range ideas {
		if i.Number == 0 {
			continue
		}
		row := models.SealedIdea{Number: i.Number, Status: i.Status, MergedInto: numbers[i.MergedInto]}
		if i.Status == models.StatusPublished {
			row.Title, row.Body, row.Author = i.Title, i.Body, i.AuthorName
		}
		rows = append(rows, row)
	}
	slices.SortFunc(rows, func(a, b models.SealedIdea) int { return a.Number - b.Number })
	return rows
}

// sealedBallots gives each voice a random pseudonym, which is kept nowhere else,
// and lists the entries that count by pseudonym: in an order that is random too.
func sealedBallots(entries []models.Vote, ideas []models.Idea) []models.SealedBallot {
	numbers, names := map[string]int{}, map[string]string{}
	for _, i := range ideas {
		numbers[i.ID] = i.Number
	}
	ballots := make([]models.SealedBallot, len(entries))
	for n, v := range entries {
		if names[v.Voice] == "" {
			names[v.Voice] = randomHex(16)
		}
		ballots[n] = models.SealedBallot{
			Voice: names[v.Voice], Idea: numbers[v.IdeaID], Choice: v.Choice, Tier: v.Tier, Channel: v.Channel,
		}
	}
	slices.SortFunc(ballots, compareBallots)
	return ballots
}

func compareBallots(a, b models.SealedBallot) int {
	return cmp.Or(cmp.Compare(a.Voice, b.Voice), cmp.Compare(a.Idea, b.Idea))
}

// encodeSealed makes the two files of a full one: with digests, as canonical JSON.
func encodeSealed(file models.SealedFile) (models.Sealed, error) {
	full, fullSum, err := encodeFile(file)
	if err != nil {
		return models.Sealed{}, err
	}
	file.Kind, file.FullSHA256, file.Decisions, file.Ballots = publicKind, fullSum, nil, nil
	public, publicSum, err := encodeFile(file)
	if err != nil {
		return models.Sealed{}, err
	}
	return models.Sealed{
		Version: file.Version, Full: full, Public: public,
		FullSHA256: fullSum, PublicSHA256: publicSum, Result: file.Result,
	}, nil
}

// encodeFile adds the digests and gives the bytes with their SHA-256.
func encodeFile(file models.SealedFile) (b []byte, sum string, err error) {
	parts, err := fileParts(file)
	if err != nil {
		return nil, "", err
	}
	file.Digests = make(map[string]string, len(parts))
	for _, p := range parts {
		file.Digests[p.name] = sumOf(p.value)
	}
	if b, err = models.CanonicalJSON(file); err != nil {
		return nil, "", err
	}
	return b, sumOf(b), nil
}

func sumOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// filePart is one named part of a sealed file with its canonical JSON. Between
// them the parts hold everything but the digests.
type filePart struct {
	name  string
	value []byte
}

// parts collects parts and the first error.
type parts struct {
	list []filePart
	err  error
}

// add adds one part.
func (p *parts) add(name string, value any) {
	b, err := models.CanonicalJSON(value)
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("%s: %w", name, err)
	}
	p.list = append(p.list, filePart{name, b})
}

// fields adds each field of an object as a part of its own, but for skip.
func (p *parts) fields(name string, object any, skip ...string) {
	b, err := json.Marshal(object)
	var all map[string]json.RawMessage
	if err == nil {
		err = json.Unmarshal(b, &all)
	}
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("%s: %w", name, err)
	}
	for _, key := range sortedKeys(all) {
		if !slices.Contains(skip, key) {
			p.add(name+": "+key, all[key])
		}
	}
}

// fileParts takes a file apart, in the order in which a reader goes through it.
func fileParts(file models.SealedFile) ([]filePart, error) {
	p := &parts{}
	p.fields("file", file, "consultation", "ideas", "order", "result", "decisions", "ballots", "digests")
	p.fields("consultation", file.Consultation, "texts", "settings")
	for _, lang := range sortedKeys(file.Consultation.Texts) {
		p.fields("text "+lang, file.Consultation.Texts[lang])
	}
	p.fields("settings", file.Consultation.Settings)
	numbers := make([]int, len(file.Ideas))
	for i, idea := range file.Ideas {
		numbers[i] = idea.Number
		p.fields(fmt.Sprintf("idea %d", idea.Number), idea)
	}
	p.add("numbers of the ideas", numbers)
	p.add("order", file.Order)
	p.fields("result", file.Result, "ideas")
	p.add("result: order", boardOrder(file.Result))
	for _, idea := range file.Result.Ideas {
		p.fields(fmt.Sprintf("result of idea %d", idea.Number), idea)
	}
	for _, d := range file.Decisions {
		p.add(fmt.Sprintf("decision %d", d.Seq), d)
	}
	p.ballots(file.Ballots)
	return p.list, p.err
}

// ballots adds the ballots twice, by idea and by voice: where one of each differs,
// the very ballot is known, and digests take little room beside the ballots.
func (p *parts) ballots(ballots []models.SealedBallot) {
	byIdea, byVoice := map[int][]models.SealedBallot{}, map[string][]models.SealedBallot{}
	for _, b := range ballots {
		byIdea[b.Idea], byVoice[b.Voice] = append(byIdea[b.Idea], b), append(byVoice[b.Voice], b)
	}
	for _, idea := range sortedKeys(byIdea) {
		p.add(ballotsOnIdea(idea), byIdea[idea])
	}
	for _, voice := range sortedKeys(byVoice) {
		p.add(ballotsOfVoice+voice, byVoice[voice])
	}
}

const ballotsOfVoice = "ballots of voice "

func ballotsOnIdea(number int) string { return fmt.Sprintf("ballots on idea %d", number) }
