package sealed

import (
	"bytes"
	"strings"

	"folkmoot/models"
)

// VerifyVersion checks the two files of a sealed version by themselves, with each
// other, and with what a store keeps beside them: the result, the consultation's
// id, and the hash of each of its decisions by number.
func VerifyVersion(v models.Sealed, consultationID string, hashes map[int64]string) []Difference {
	full, diffs := verifyAs(KindFull, v.Full, v.FullSHA256)
	public, more := verifyAs(KindPublic, v.Public, v.PublicSHA256)
	diffs = append(diffs, more...)
	diffs = Compare(diffs, "public file: SHA-256 of the full file", hexSHA256(v.Full), public.FullSHA256)
	diffs = Compare(diffs, "full file: head of the chain", hashes[full.ChainLength], full.ChainHead)
	diffs = Compare(diffs, "full file: consultation", consultationID, full.Consultation.ID)
	kept, err := models.CanonicalJSON(v.Result)
	printed, err2 := models.CanonicalJSON(full.Result)
	if err != nil || err2 != nil || !bytes.Equal(kept, printed) {
		diffs = append(diffs, Difference{"result", "as in the full file", "another one"})
	}
	return diffs
}

// verifyAs compares a file of a kind with its SHA-256 and with itself. A file that
// cannot be read is returned as far as it could be.
func verifyAs(kind string, b []byte, sum string) (File, []Difference) {
	where := kind + " file"
	diffs := Compare(nil, where+": SHA-256", sum, hexSHA256(b))
	file, inside, err := read(b)
	if err != nil {
		return file, append(diffs, Difference{where, "a sealed file", strings.TrimSpace(err.Error())})
	}
	diffs = Compare(diffs, where+": kind", kind, file.Kind)
	for _, d := range inside {
		d.Where = where + ": " + d.Where
		diffs = append(diffs, d)
	}
	return file, diffs
}
