package service

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"folkmoot/models"
)

// files checks every sealed version.
func (a *audit) files(ctx context.Context) error {
	versions, err := a.s.store.SealedVersions(ctx, a.c.ID)
	if err != nil {
		return fmt.Errorf("read the sealed files: %w", err)
	}
	sealed := a.c.State == models.StateSealed || a.c.State == models.StateAnswered
	if sealed && len(versions) == 0 {
		a.note(Difference{"sealed files", "at least one version", "missing"})
	}
	for n, v := range versions {
		a.note(differ(nil, "sealed files: version", n+1, v.Version)...)
		for _, d := range a.version(v) {
			d.Where = fmt.Sprintf("sealed version %d, %s", v.Version, d.Where)
			a.note(d)
		}
	}
	return nil
}

// version checks the two files of one version by themselves, with each other, and
// with what the store keeps beside them.
func (a *audit) version(v models.Sealed) (diffs []Difference) {
	full, public := fileCheck{want: fullKind, b: v.Full}, fileCheck{want: publicKind, b: v.Public}
	diffs = append(full.run(v.FullSHA256), public.run(v.PublicSHA256)...)
	a.checked.Files += 2
	diffs = differ(diffs, "public file: SHA-256 of the full file", sumOf(v.Full), public.file.FullSHA256)
	diffs = differ(diffs, "full file: head of the chain", a.hashes[full.file.ChainLength], full.file.ChainHead)
	if full.file.Consultation.ID != a.c.ID {
		diffs = differ(diffs, "full file: consultation", a.c.ID, full.file.Consultation.ID)
	}
	kept, err := models.CanonicalJSON(v.Result)
	printed, err2 := models.CanonicalJSON(full.file.Result)
	if err != nil || err2 != nil || !bytes.Equal(kept, printed) {
		diffs = append(diffs, Difference{"result", "as in the full file", "another one"})
	}
	return diffs
}

// fileCheck is the check of one file.
type fileCheck struct {
	want string
	b    []byte
	file models.SealedFile
}

// run compares the file with its SHA-256 and with itself.
func (f *fileCheck) run(sum string) (diffs []Difference) {
	kind, got, inside, err := VerifyFile(f.b)
	where := f.want + " file"
	diffs = differ(diffs, where+": SHA-256", sum, got)
	if err != nil {
		return append(diffs, Difference{where, "a sealed file", strings.TrimSpace(err.Error())})
	}
	diffs = differ(diffs, where+": kind", f.want, kind)
	for _, d := range inside {
		d.Where = where + ": " + d.Where
		diffs = append(diffs, d)
	}
	_ = json.Unmarshal(f.b, &f.file) // VerifyFile could
	return diffs
}
