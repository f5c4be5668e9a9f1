package mongo

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

// chunkSize is how much of a file one document holds; the database takes 16 MB.
const chunkSize = 4 << 20

// sealed is the document of one sealed version. Its files are kept before it, outside its
// transaction, under a name that it says.
type sealed struct {
	ID           string    `bson:"_id"` // consultation and version
	C            string    `bson:"c"`
	Version      int       `bson:"version"`
	Op           string    `bson:"op"` // the name of its files
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

// The parts of a sealed version.
const (
	partFull   = "full"
	partPublic = "public"
	partResult = "result" // as JSON
)

func newSealed(v models.Sealed, op string) sealed {
	return sealed{
		v.ConsultationID + "." + hex(int64(v.Version)), v.ConsultationID, v.Version, op, v.FullSHA256, v.PublicSHA256, v.SealedBy, v.At,
	}
}

// keepFiles adds the files of a version and its result.
func (s *Store) keepFiles(ctx context.Context, op string, v models.Sealed) error {
	for _, part := range []struct {
		name string
		data []byte
	}{{partFull, v.Full}, {partPublic, v.Public}, {partResult, []byte(toJSON(v.Result))}} {
		n := int64(0)
		for data := range slices.Chunk(part.data, chunkSize) {
			id := op + "." + part.name + "." + hex(n)
			if _, err := s.db.InsertOne(ctx, "chunks", chunk{id, op, part.name, n, data}); err != nil {
				return err
			}
			n++
		}
	}
	return nil
}

// Seal implements models.ResultStore. CodeNotFound for the consultation;
// CodeConflict error.seal.state too if it is neither counting nor sealed, and
// error.seal.moved if the version is not the next one. Files of a seal that came to
// nothing stand for nothing.
func (s *Store) Seal(ctx context.Context, v models.Sealed, fence models.SealFence, by models.AuditEntry) error {
	check := func(t *tx) error {
		_, err := sealable(t, v, fence)
		return err
	}
	if err := s.put(ctx, v.ConsultationID, nil, check); err != nil {
		return err
	}
	op := bson.NewObjectID().Hex()
	if err := s.keepFiles(ctx, op, v); err != nil {
		return err
	}
	err := s.put(ctx, v.ConsultationID, nil, func(t *tx) error {
		c, err := sealable(t, v, fence)
		if err != nil {
			return err
		}
		if v.At.IsZero() {
			v.At = t.Now()
		}
		if err = t.Add("sealed", newSealed(v, op)); err != nil {
			return err
		}
		if c.State != models.StateAnswered {
			c.State = models.StateSealed
		}
		if c.SealedAt.IsZero() {
			c.SealedAt = v.At
		}
		c.Seals, c.Rev, c.Version = v.Version, c.Rev+1, c.Version+1
		if err = t.Put("consultations", c); err != nil {
			return err
		}
		return addAuditEntry(t, by)
	})
	if code := models.CodeOf(err); code == models.CodeConflict || code == models.CodeNotFound {
		return errors.Join(err, s.db.DeleteMany(ctx, "chunks", eq("op", op)))
	}
	return err
}

// sealable returns the consultation if the version may be sealed now.
func sealable(t *tx, v models.Sealed, fence models.SealFence) (consultation, error) {
	c, err := rules(t, v.ConsultationID)
	if err != nil {
		return c, err
	}
	switch state := c.model().StateAt(t.Now()); state {
	case models.StateCounting, models.StateSealed, models.StateAnswered:
	default:
		return c, models.Fail(models.CodeConflict, "error.seal.state", "state", string(state))
	}
	if c.model().Fence() != fence || v.Version != c.Seals+1 {
		return c, models.Fail(models.CodeConflict, "error.seal.moved")
	}
	return c, nil
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
	d, found, err := engine.First[sealed](s.read(ctx), engine.Query{Coll: "sealed", Filter: eq("c", consultationID), Sort: eq("version", -1)})
	if err != nil || !found {
		return models.Sealed{}, missing(found, err, "error.sealed.unknown")
	}
	return s.assembled(ctx, d, parts...)
}

// SealedVersions implements models.VerifyStore.
func (s *Store) SealedVersions(ctx context.Context, consultationID string) (list []models.Sealed, err error) {
	docs, err := engine.All[sealed](s.read(ctx), engine.Query{Coll: "sealed", Filter: eq("c", consultationID), Sort: eq("version", 1)})
	for _, d := range docs {
		var v models.Sealed
		if err == nil {
			v, err = s.assembled(ctx, d, partFull, partPublic)
			list = append(list, v)
		}
	}
	return list, err
}

// assembled puts a version together, with those of its files that are asked for.
func (s *Store) assembled(ctx context.Context, d sealed, parts ...string) (v models.Sealed, err error) {
	v = models.Sealed{
		ConsultationID: d.C, Version: d.Version, FullSHA256: d.FullSHA256, PublicSHA256: d.PublicSHA256, SealedBy: d.SealedBy, At: d.At,
	}
	files := map[string][]byte{}
	for _, part := range append(parts, partResult) {
		data := []byte{}
		q := engine.Query{Coll: "chunks", Filter: eq("op", d.Op, "part", part), Sort: eq("n", 1)}
		err = engine.Each(s.read(ctx), q, func(c chunk) error {
			data = append(data, c.Data...)
			return nil
		})
		if err != nil {
			return v, err
		}
		files[part] = data
	}
	v.Full, v.Public = files[partFull], files[partPublic]
	v.Result, err = fromJSON[models.Result](string(files[partResult]))
	return v, err
}
