package sealed

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"folkmoot/models"
)

// part is one named part of a sealed file with its canonical JSON. Together the
// parts of a file hold everything but the digests.
type part struct {
	name  string
	value []byte
}

// partList collects parts and keeps the first error.
type partList struct {
	list []part
	err  error
}

// partsOf returns the parts of a file, in the order in which a reader goes through it.
func partsOf(file File) ([]part, error) {
	p := &partList{}
	p.addFields("file", file, "consultation", "ideas", "order", "result", "decisions", "ballots", "digests")
	p.addFields("consultation", file.Consultation, "texts", "settings", "changes")
	for _, lang := range sortedKeys(file.Consultation.Texts) {
		p.addFields("text "+lang, file.Consultation.Texts[lang])
	}
	p.addFields("settings", file.Consultation.Settings)
	for i, change := range file.Consultation.Changes {
		p.add(fmt.Sprintf("change %d", i+1), change)
	}
	numbers := make([]int, len(file.Ideas))
	for i, idea := range file.Ideas {
		numbers[i] = idea.Number
		p.addFields(fmt.Sprintf("idea %d", idea.Number), idea)
	}
	p.add("numbers of the ideas", numbers)
	p.add("order", file.Order)
	p.addFields("result", file.Result, "ideas")
	p.add("result: order", file.Result.Order())
	for _, idea := range file.Result.Ideas {
		p.addFields(fmt.Sprintf("result of idea %d", idea.Number), idea)
	}
	for _, d := range file.Decisions {
		p.add(fmt.Sprintf("decision %d", d.Seq), d)
	}
	p.addBallots(file.Ballots)
	return p.list, p.err
}

// add adds one part.
func (p *partList) add(name string, value any) {
	b, err := models.CanonicalJSON(value)
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("%s: %w", name, err)
	}
	p.list = append(p.list, part{name, b})
}

// addFields adds each field of an object as a part of its own, except those in skip.
func (p *partList) addFields(name string, object any, skip ...string) {
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

// addBallots adds the ballots twice, by idea and by voice: where one of each
// differs, the altered ballot is known, and this takes fewer digests than one
// for each ballot.
func (p *partList) addBallots(ballots []Ballot) {
	byIdea, byVoice := map[int][]Ballot{}, map[string][]Ballot{}
	for _, b := range ballots {
		byIdea[b.Idea], byVoice[b.Voice] = append(byIdea[b.Idea], b), append(byVoice[b.Voice], b)
	}
	for _, idea := range sortedKeys(byIdea) {
		p.add(fmt.Sprintf(ballotsOnIdea, idea), byIdea[idea])
	}
	for _, voice := range sortedKeys(byVoice) {
		p.add(ballotsOfVoice+voice, byVoice[voice])
	}
}

// The names of the parts that hold ballots.
const (
	ballotsOnIdea  = "ballots on idea %d"
	ballotsOfVoice = "ballots of voice "
)

// hexSHA256 returns the SHA-256 of b in hexadecimal.
func hexSHA256(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
