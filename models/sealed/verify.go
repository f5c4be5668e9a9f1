package sealed

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"folkmoot/models"
)

// Verify recomputes everything that a sealed file allows: the digest of each
// part, the tallies and voters from the ballots and the chain of decisions (in a
// full file), and all figures from the tallies. It returns the file's kind and
// SHA-256 and every difference; none means that the file is as it was sealed. The
// error (CodeInvalid) says that b is no sealed file that this program can read.
func Verify(b []byte) (kind, sha256 string, diffs []Difference, err error) {
	file, diffs, err := read(b)
	if err != nil {
		e := models.Fail(models.CodeInvalid, "error.verify.file")
		e.Err = err
		return "", hexSHA256(b), nil, e
	}
	return file.Kind, hexSHA256(b), diffs, nil
}

// read decodes a file and checks all of it.
func read(b []byte) (file File, diffs []Difference, err error) {
	if err := json.Unmarshal(b, &file); err != nil {
		return file, nil, err
	}
	if file.Format != Format {
		return file, nil, fmt.Errorf("its format is %q, not %q", file.Format, Format)
	}
	if diffs, err = checkForm(b, file); err != nil {
		return file, nil, err
	}
	digests, err := checkDigests(file)
	if err != nil {
		return file, nil, err
	}
	figures, err := checkFigures(file)
	if err != nil {
		return file, nil, err
	}
	return file, append(append(diffs, digests...), figures...), nil
}

// checkForm compares the bytes with the only form in which the file may stand:
// canonical JSON of the known fields, nothing before or after.
func checkForm(b []byte, file File) ([]Difference, error) {
	want, err := models.CanonicalJSON(file)
	if err != nil || bytes.Equal(want, b) {
		return nil, err
	}
	at := 0
	for at < len(want) && at < len(b) && want[at] == b[at] {
		at++
	}
	around := func(text []byte) string {
		return fmt.Sprintf("%q", string(text[max(0, at-20):min(len(text), at+20)]))
	}
	return []Difference{{fmt.Sprintf("file: canonical form, byte %d", at), around(want), around(b)}}, nil
}

// checkDigests compares each part with the digest that was sealed with it.
func checkDigests(file File) ([]Difference, error) {
	parts, err := partsOf(file)
	if err != nil {
		return nil, err
	}
	var diffs []Difference
	met := map[string]bool{}
	for _, p := range parts {
		if want := file.Digests[p.name]; want != hexSHA256(p.value) || met[p.name] {
			diffs = append(diffs, Difference{p.name, printDigest(want), shorten(string(p.value))})
		}
		met[p.name] = true
	}
	for _, name := range sortedKeys(file.Digests) {
		if !met[name] {
			diffs = append(diffs, Difference{name, printDigest(file.Digests[name]), "missing"})
		}
	}
	return nameBallots(file, diffs), nil
}

func printDigest(sum string) string {
	if sum == "" {
		return "nothing: it was not sealed"
	}
	return "as sealed, SHA-256 " + shorten(sum)
}

// nameBallots replaces differences in the ballots of a voice and on an idea by
// the ballots where both meet. What meets nowhere stays as it was.
func nameBallots(file File, diffs []Difference) (named []Difference) {
	var voices []string
	ideas := map[int]bool{}
	for _, d := range diffs {
		var number int
		if voice, ok := strings.CutPrefix(d.Where, ballotsOfVoice); ok {
			voices = append(voices, voice)
		} else if n, _ := fmt.Sscanf(d.Where, ballotsOnIdea, &number); n == 1 {
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
