package transfer

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"

	"folkmoot/models"
)

// CopiedKind compares what two stores hold of one kind.
type CopiedKind struct {
	Kind     models.CopyKind
	From, To CopyDigest
	Differs  string // the first key at which they differ, "" if they do not
}

// CopyDigest is a count of records and the SHA-256 over the canonical JSON of all of
// them, each with a line feed behind it, in the order of their keys.
type CopyDigest struct {
	Count  int64
	SHA256 string
}

// compare reads both stores, kind by kind, side by side.
func (c *copying) compare() error {
	for _, kind := range models.CopyKinds() {
		k, err := c.compareKind(kind)
		if err != nil {
			return fmt.Errorf("compare %s: %w", kind, err)
		}
		c.report.Kinds = append(c.report.Kinds, k)
	}
	return nil
}

func (c *copying) compareKind(kind models.CopyKind) (CopiedKind, error) {
	ctx, cancel := context.WithCancel(c.ctx)
	defer cancel()
	from, to := read(ctx, c.from, kind), read(ctx, c.to, kind)
	k := CopiedKind{Kind: kind}
	for a, b := from.next(), to.next(); a != nil || b != nil; {
		before := order(a, b)
		if k.Differs == "" && (before != 0 || !bytes.Equal(a.json, b.json)) {
			k.Differs = firstKey(a, b)
		}
		if before <= 0 {
			a = from.next()
		}
		if before >= 0 {
			b = to.next()
		}
		if from.count%copyBatch == 0 && before <= 0 {
			c.tell(CopyProgress{Comparing: true, Kind: kind, Count: from.count})
		}
	}
	k.From, k.To = from.digest(), to.digest()
	return k, errors.Join(from.err, to.err)
}

// order compares two records by which comes first; nil is the end.
func order(a, b *line) int {
	switch {
	case b == nil:
		return -1
	case a == nil:
		return 1
	}
	return bytes.Compare([]byte(a.key), []byte(b.key))
}

func firstKey(a, b *line) string {
	if order(a, b) <= 0 {
		return a.key
	}
	return b.key
}

// line is a record in its canonical form.
type line struct {
	key  string
	json []byte
}

// reading is one store's records of a kind as they come.
type reading struct {
	lines chan *line
	sum   hash.Hash
	count int64
	err   error // once lines is closed
}

// read reads in the background until the end, an error, or the end of ctx.
func read(ctx context.Context, s models.CopyStore, kind models.CopyKind) *reading {
	r := &reading{lines: make(chan *line, copyBatch/2), sum: sha256.New()}
	go func() {
		defer close(r.lines)
		r.err = s.CopyOut(ctx, kind, "", func(record models.CopyRecord) error {
			b, err := models.CanonicalRecord(record)
			if err != nil {
				return err
			}
			select {
			case r.lines <- &line{record.CopyKey(), b}:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	}()
	return r
}

// next returns the next record, nil at the end.
func (r *reading) next() *line {
	l := <-r.lines
	if l == nil {
		return nil
	}
	r.count++
	r.sum.Write(l.json)
	r.sum.Write([]byte{'\n'})
	return l
}

func (r *reading) digest() CopyDigest {
	return CopyDigest{Count: r.count, SHA256: hex.EncodeToString(r.sum.Sum(nil))}
}
