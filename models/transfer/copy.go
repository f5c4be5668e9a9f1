package transfer

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"folkmoot/models"
)

// copyBatch is how many records are written at a time; no more are held.
const copyBatch = 500

// CopyReport is what a copy came to.
type CopyReport struct {
	Resumed bool // an earlier run had begun it
	Already bool // it was finished before: nothing was written, the two were compared
	Kinds   []CopiedKind
}

// Same reports whether both stores hold the same.
func (r CopyReport) Same() bool {
	return !slices.ContainsFunc(r.Kinds, func(k CopiedKind) bool { return k.Differs != "" })
}

// CopyProgress says how far a copy is.
type CopyProgress struct {
	Comparing bool // else copying
	Kind      models.CopyKind
	Count     int64
}

// CopyStore is what Copy needs of a store.
type CopyStore interface {
	models.CopyStore
	Secret(ctx context.Context) ([]byte, error)
	AddAuditEntry(ctx context.Context, e models.AuditEntry) error
}

// copying is one run.
type copying struct {
	ctx      context.Context
	from, to CopyStore
	tell     func(CopyProgress)
	report   CopyReport
}

// Copy copies all that one store holds into an empty one, and compares both. It may be
// called again after it was cut off, and goes on where it stood. Nobody else may write
// to either. tell is called from time to time. If the stores differ at the end, the
// report says where, and the copy stays marked as unfinished. CodeConflict
// error.copy.unfinished for a source that is half a copy itself, error.copy.busy as
// Settle has it, error.copy.filled for a target that holds something else, and
// error.copy.other for one into which another store is being copied; CodeInvalid
// error.store.zone for a consultation in a time zone that is not known.
func Copy(ctx context.Context, from, to CopyStore, now time.Time, tell func(CopyProgress)) (CopyReport, error) {
	c := &copying{ctx: ctx, from: from, to: to, tell: tell}
	mark, err := c.begin(models.Millis(now))
	if err != nil {
		return c.report, err
	}
	if !c.report.Already {
		if err = c.fill(mark); err != nil {
			return c.report, err
		}
		if err = to.FinishCopy(ctx); err != nil {
			return c.report, err
		}
	}
	if err = c.compare(); err == nil && !c.report.Already && c.report.Same() {
		err = to.EndCopy(ctx)
	}
	return c.report, err
}

// begin looks at both stores and marks the target, unless it is marked.
func (c *copying) begin(now time.Time) (models.CopyMark, error) {
	half, err := c.from.CopyMark(c.ctx)
	if err == nil {
		err = half.Unfinished()
	}
	if err == nil {
		err = c.from.Settle(c.ctx)
	}
	if err != nil {
		return half, err
	}
	source, err := identity(c.ctx, c.from)
	if err != nil {
		return half, err
	}
	mark, err := c.to.CopyMark(c.ctx)
	switch {
	case err != nil:
		return mark, err
	case mark.Source == source:
		c.report.Resumed = true
		return mark, nil
	case mark.Source != "":
		return mark, models.Fail(models.CodeConflict, "error.copy.other", "date", mark.BegunAt)
	}
	mark = models.CopyMark{Source: source, BegunAt: now}
	return mark, c.claim(mark)
}

// claim marks the target if nothing is in it, and logs in the source that it is copied. One
// that has the source's secret was copied before.
func (c *copying) claim(mark models.CopyMark) error {
	own, err := identity(c.ctx, c.to)
	if err != nil || own == mark.Source {
		c.report.Already = own == mark.Source
		return err
	}
	for _, kind := range models.CopyKinds() {
		err := c.to.CopyOut(c.ctx, kind, "", func(r models.CopyRecord) error {
			if site, ok := r.(models.CopiedSite); ok && !site.Demo { // every store has a secret
				return nil
			}
			return models.Fail(models.CodeConflict, "error.copy.filled")
		})
		if err != nil {
			return err
		}
	}
	by := models.NewAuditEntry(models.AuditCopied, models.Host, models.AuditSubject{Kind: models.SubjectSite}, "")
	if err := c.from.AddAuditEntry(c.ctx, by); err != nil {
		return err
	}
	return c.to.BeginCopy(c.ctx, mark)
}

// identity returns what distinguishes a store from all others, made of its secret.
func identity(ctx context.Context, s CopyStore) (string, error) {
	secret, err := s.Secret(ctx)
	return models.HashToken("copy " + hex.EncodeToString(secret)), err
}

// fill copies what comes after the mark.
func (c *copying) fill(mark models.CopyMark) error {
	kinds := models.CopyKinds()
	begun := max(0, slices.Index(kinds, mark.Kind))
	for _, kind := range kinds[begun:] {
		after := ""
		if kind == mark.Kind {
			after = mark.After
		}
		if err := c.fillKind(kind, after); err != nil {
			return fmt.Errorf("copy %s: %w", kind, err)
		}
	}
	return nil
}

func (c *copying) fillKind(kind models.CopyKind, after string) error {
	var batch []models.CopyRecord
	weight, count := 0, int64(0)
	c.tell(CopyProgress{Kind: kind})
	flush := func() error {
		err := c.to.CopyIn(c.ctx, batch)
		count += int64(len(batch))
		batch, weight = batch[:0], 0
		c.tell(CopyProgress{Kind: kind, Count: count})
		return err
	}
	err := c.from.CopyOut(c.ctx, kind, after, func(r models.CopyRecord) error {
		if key := r.CopyKey(); key <= after {
			return fmt.Errorf("%s comes after %s", key, after)
		}
		if c, ok := r.(models.CopiedConsultation); ok && !models.KnownZone(c.TimeZone) {
			return models.Fail(models.CodeInvalid, "error.store.zone", "slug", c.Slug, "zone", c.TimeZone)
		}
		after = r.CopyKey()
		batch, weight = append(batch, r), weight+weightOf(r)
		if weight < copyBatch {
			return nil
		}
		return flush()
	})
	if err != nil || len(batch) == 0 {
		return err
	}
	return flush()
}

// weightOf is for how many a record counts in a batch.
func weightOf(r models.CopyRecord) int {
	switch r := r.(type) {
	case models.CopiedSealed: // with its files
		return copyBatch
	case models.CopiedDecision:
		return 1 + len(r.Items)
	}
	return 1
}
