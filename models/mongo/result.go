package mongo

import (
	"context"
	"errors"
	"slices"
	"time"

	"folkmoot/models"
)

const (
	// sealTime is how long a seal may take: its files may be large.
	sealTime = time.Minute
	// chunkSize is how much of a file one document holds; the database takes 16 MB.
	chunkSize = 4 << 20
)

// sealed is the document of one sealed version, named by the operation that sealed it.
// It stands for nothing until the consultation names it.
type sealed struct {
	ID           string    `bson:"_id"`
	C            string    `bson:"c"`
	Version      int       `bson:"version"`
	FullSHA256   string    `bson:"fullSha256"`
	PublicSHA256 string    `bson:"publicSha256"`
	SealedBy     string    `bson:"sealedBy"`
	At           time.Time `bson:"at"`
}

// chunk is a part of a file of a sealed version.
type chunk struct {
	ID   string `bson:"_id"`
	Op   string `bson:"op"`
	Part string `bson:"part"`
	N    int64  `bson:"n"`
	Data []byte `bson:"data"`
}

func (c chunk) docID() string { return c.ID }

// The parts of a sealed version.
const (
	partFull   = "full"
	partPublic = "public"
	partResult = "result" // as JSON
)

// Seal implements models.ResultStore. CodeNotFound for the consultation;
// CodeConflict error.seal.state too if it is neither counting nor sealed, and
// error.seal.moved if the version is not the next one.
func (s *Store) Seal(ctx context.Context, v models.Sealed, fence models.SealFence) error {
	return s.act(ctx, func(a *act) error {
		check := func(c consultation) error {
			if err := checkSealState(c, a.now); err != nil {
				return err
			}
			if c.model().Fence() != fence || v.Version != len(c.SealedOps)+1 {
				return models.Fail(models.CodeConflict, "error.seal.moved")
			}
			return a.checkWaiting(c.ID)
		}
		c, err := a.hold(v.ConsultationID, &entry{Kind: kindSeal, Ref: a.id}, check)
		if err != nil {
			return err
		}
		if err = a.checkWaiting(c.ID); err == nil { // nothing comes in any more
			err = a.seal(c, v)
		}
		if err != nil && !unknown(err) {
			return errors.Join(err, s.dropSeal(a.ctx, c.ID, entry{Op: a.id}, true))
		}
		return err
	})
}

// checkSealState lets seal what has closed, and seal again what is sealed.
func checkSealState(c consultation, now time.Time) error {
	switch state := c.model().StateAt(now); state {
	case models.StateCounting, models.StateSealed, models.StateAnswered:
		return nil
	default:
		return models.Fail(models.CodeConflict, "error.seal.state", "state", string(state))
	}
}

func (a *act) checkWaiting(consultationID string) error {
	var waiting int64
	for _, coll := range []string{"ideas", "replies"} {
		n, err := a.s.count(a.ctx, coll, eq("c", consultationID, "status", models.StatusPending))
		if err != nil {
			return err
		}
		waiting += n
	}
	if waiting > 0 {
		return models.Fail(models.CodeConflict, "error.seal.waiting", "count", waiting)
	}
	return nil
}

// seal keeps the files and then, in the act, lets the consultation name them.
func (a *act) seal(c consultation, v models.Sealed) error {
	if v.At.IsZero() {
		v.At = a.now
	}
	if err := insertAll(a, "chunks", chunks(a.id, v)); err != nil {
		return err
	}
	d := sealed{a.id, c.ID, v.Version, v.FullSHA256, v.PublicSHA256, v.SealedBy, v.At}
	if _, err := a.s.insert(a.ctx, "sealed", a.id, "", d); err != nil {
		return err
	}
	set := eq("op", a.id)
	if c.State != models.StateAnswered {
		set = append(set, field{Key: "state", Value: models.StateSealed})
	}
	if c.SealedAt.IsZero() {
		set = append(set, field{Key: "sealedAt", Value: v.At})
	}
	done, err := a.s.swap(a.ctx, "consultations", c.ID, a.id, eq("_id", c.ID, "inflight.op", a.id), eq(
		"$pull", eq("inflight", eq("op", a.id)), "$push", eq("sealedOps", a.id), "$set", set,
		"$inc", eq("rev", int64(1), "version", int64(1))))
	if err == nil && !done {
		err = models.Fail(models.CodeConflict, "error.seal.moved")
	}
	return err
}

// chunks cuts the files of a version and its result into documents.
func chunks(op string, v models.Sealed) (list []chunk) {
	for _, part := range []struct {
		name string
		data []byte
	}{{partFull, v.Full}, {partPublic, v.Public}, {partResult, []byte(toJSON(v.Result))}} {
		n := int64(0)
		for data := range slices.Chunk(part.data, chunkSize) {
			list = append(list, chunk{op + "." + part.name + "." + hex(n), op, part.name, n, data})
			n++
		}
	}
	return list
}

// dropSeal takes out what was written of a seal that came to nothing: first its entry,
// without which it cannot come to anything. Files that a crash leaves here stand for nothing.
func (s *Store) dropSeal(ctx context.Context, consultationID string, e entry, _ bool) error {
	if err := s.complete(ctx, consultationID, e.Op, nil, nil); err != nil {
		return err
	}
	sealed, err := s.has(ctx, "consultations", eq("_id", consultationID, "sealedOps", e.Op))
	if err != nil || sealed { // after all, a moment ago
		return err
	}
	if err = s.remove(ctx, "sealed", eq("_id", e.Op), false); err != nil {
		return err
	}
	return s.remove(ctx, "chunks", eq("op", e.Op), true)
}

// Sealed implements models.ResultStore.
func (s *Store) Sealed(ctx context.Context, consultationID string) (models.Sealed, error) {
	return s.lastSealed(ctx, consultationID)
}

// SealedFile implements models.ResultStore.
func (s *Store) SealedFile(ctx context.Context, consultationID string, full bool) (models.Sealed, error) {
	part := partPublic
	if full {
		part = partFull
	}
	return s.lastSealed(ctx, consultationID, part)
}

func (s *Store) lastSealed(ctx context.Context, consultationID string, parts ...string) (models.Sealed, error) {
	c, found, err := first[consultation](ctx, s, "consultations", eq("_id", consultationID), nil, eq("sealedOps", 1))
	if err != nil || !found || len(c.SealedOps) == 0 {
		return models.Sealed{}, missing(false, err, "error.sealed.unknown")
	}
	return s.sealedBy(ctx, c.SealedOps[len(c.SealedOps)-1], parts...)
}

// SealedVersions implements models.AuditStore.
func (s *Store) SealedVersions(ctx context.Context, consultationID string) (list []models.Sealed, err error) {
	c, _, err := first[consultation](ctx, s, "consultations", eq("_id", consultationID), nil, eq("sealedOps", 1))
	for _, op := range c.SealedOps {
		var v models.Sealed
		if err == nil {
			v, err = s.sealedBy(ctx, op, partFull, partPublic)
			list = append(list, v)
		}
	}
	return list, err
}

// sealedBy puts a version together, with those of its files that are asked for.
func (s *Store) sealedBy(ctx context.Context, op string, parts ...string) (models.Sealed, error) {
	d, found, err := get[sealed](ctx, s, "sealed", op)
	if err != nil || !found {
		return models.Sealed{}, missing(found, err, "error.sealed.unknown")
	}
	v := models.Sealed{
		ConsultationID: d.C, Version: d.Version, FullSHA256: d.FullSHA256, PublicSHA256: d.PublicSHA256,
		SealedBy: d.SealedBy, At: d.At,
	}
	files := map[string][]byte{}
	for _, part := range append(parts, partResult) {
		if files[part], err = s.assemble(ctx, op, part); err != nil {
			return v, err
		}
	}
	v.Full, v.Public = files[partFull], files[partPublic]
	v.Result, err = fromJSON[models.Result](string(files[partResult]))
	return v, err
}

// assemble reads the chunks of one file.
func (s *Store) assemble(ctx context.Context, op, part string) ([]byte, error) {
	data := []byte{}
	q := query{coll: "chunks", filter: eq("op", op, "part", part), sort: eq("n", 1)}
	return data, each(ctx, s, q, func(c chunk) error {
		data = append(data, c.Data...)
		return nil
	})
}

// LogDownload implements models.ResultStore.
func (s *Store) LogDownload(ctx context.Context, consultationID string, version int, participantID string) error {
	return s.act(ctx, func(a *act) error {
		a.commit()
		_, err := s.insert(a.ctx, "downloads", a.id, "",
			eq("_id", a.id, "c", consultationID, "version", version, "participant", participantID, "at", a.now))
		return err
	})
}
