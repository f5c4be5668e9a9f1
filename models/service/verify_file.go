package service

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"folkmoot/models"
)

// Difference is one place where something is not what it must be. Want is what
// follows from the rest, Got what stands there.
type Difference struct {
	Where string // "idea 3: agree", "decision 5: hash" …
	Want  string
	Got   string
}

// String prints it on one line.
func (d Difference) String() string { return d.Where + ": " + d.Got + " (must be " + d.Want + ")" }

// VerifyFile recomputes everything that a sealed file allows: the digest of each
// part, the tallies and voters from the ballots and the chain of decisions (in a
// full file), and all figures from the tallies. It gives the file's kind and
// SHA-256 and every difference; none means that the file is as it was sealed. err
// (CodeInvalid) says that it is no sealed file that this program can read.
func VerifyFile(b []byte) (kind string, sha256 string, diffs []Difference, err error) {
	var file models.SealedFile
	if err := json.Unmarshal(b, &file); err != nil {
		return "", sumOf(b), nil, unreadable(err)
	}
	if file.Format != models.SealedFormat {
		return "", sumOf(b), nil, unreadable(fmt.Errorf("its format is %q, not %q", file.Format, models.SealedFormat))
	}
	diffs, err = checkForm(b, file)
	if err != nil {
		return "", sumOf(b), nil, unreadable(err)
	}
	digests, err := checkDigests(file)
	if err != nil {
		return "", sumOf(b), nil, unreadable(err)
	}
	figures, err := checkFigures(file)
	if err != nil {
		return "", sumOf(b), nil, unreadable(err)
	}
	return file.Kind, sumOf(b), append(append(diffs, digests...), figures...), nil
}

func unreadable(err error) error {
	e := models.Fail(models.CodeInvalid, "error.verify.file")
	e.Err = err
	return e
}

// checkForm compares the bytes with the only form in which the file may stand:
// canonical JSON of the known fields, nothing before or after.
func checkForm(b []byte, file models.SealedFile) ([]Difference, error) {
	want, err := models.CanonicalJSON(file)
	if err != nil || bytes.Equal(want, b) {
		return nil, err
	}
	at := 0
	for at < len(want) && at < len(b) && want[at] == b[at] {
		at++
	}
	around := func(text []byte) string {
		piece := text[max(0, at-20):min(len(text), at+20)]
		return fmt.Sprintf("%q", string(piece))
	}
	return []Difference{{fmt.Sprintf("file: canonical form, byte %d", at), around(want), around(b)}}, nil
}

// checkDigests compares each part with the digest that was sealed with it.
func checkDigests(file models.SealedFile) ([]Difference, error) {
	list, err := fileParts(file)
	if err != nil {
		return nil, err
	}
	var diffs []Difference
	met := map[string]bool{}
	for _, p := range list {
		if want := file.Digests[p.name]; want != sumOf(p.value) || met[p.name] {
			diffs = append(diffs, Difference{p.name, digestName(want), brief(string(p.value))})
		}
		met[p.name] = true
	}
	for _, name := range sortedKeys(file.Digests) {
		if !met[name] {
			diffs = append(diffs, Difference{name, digestName(file.Digests[name]), "missing"})
		}
	}
	return nameBallots(file, diffs), nil
}

func digestName(sum string) string {
	if sum == "" {
		return "nothing: it was not sealed"
	}
	return "as sealed, SHA-256 " + brief(sum)
}

// nameBallots turns voices and ideas whose ballots differ into the ballots where
// both meet. What meets nowhere stays as it was.
func nameBallots(file models.SealedFile, diffs []Difference) (named []Difference) {
	var voices []string
	ideas := map[int]bool{}
	for _, d := range diffs {
		var number int
		if voice, ok := strings.CutPrefix(d.Where, ballotsOfVoice); ok {
			voices = append(voices, voice)
		} else if n, _ := fmt.Sscanf(d.Where, "ballots on idea %d", &number); n == 1 {
			ideas[number] = true
		} else {
			named = append(named, d)
		}
	}
	if len(voices) == 0 || len(ideas) == 0 {
		return diffs
	}
	cast := map[string]string{}
	for _, b := range file.Ballots {
		cast[ballotName(b.Voice, b.Idea)] = strings.Join([]string{string(b.Choice), string(b.Tier), string(b.Channel)}, ", ")
	}
	for _, voice := range voices {
		for _, idea := range sortedKeys(ideas) {
			name := ballotName(voice, idea)
			got := cast[name]
			if got == "" {
				got = "no ballot"
			}
			named = append(named, Difference{name, "as sealed", got})
		}
	}
	return named
}

func ballotName(voice string, idea int) string {
	return fmt.Sprintf("ballot of voice %s on idea %d", voice, idea)
}
