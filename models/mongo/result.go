package mongo

import (
	"context"
	"encoding/json"
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
	Doc          `bson:",inline"` // consultation and version
	Version      int
	Op           string // the name of its files
	FullSHA256   string
	PublicSHA256 string
	SealedBy     string
	At           time.Time
}

// chunk is a part of a file of a sealed version. Its _id is the version's op, the name of
// the part, and a number.
type chunk struct {
	Doc  `bson:",inline"`
	Data []byte
}

func chunksOf(name string) bson.D { return eq("_id", eq("$gt", name+".", "$lt", name+"/")) }

// The parts of a sealed version.
const (
	partFull   = "full"
	partPublic = "public"
	partResult = "result" // as JSON
)

func newSealed(v models.Sealed, op string) sealed {
	id := v.ConsultationID + "." + hex(int64(v.Version))
	return sealed{docIn(v.ConsultationID, id), v.Version, op, v.FullSHA256, v.PublicSHA256, v.SealedBy, v.At}
}

func (s *Store) keepFiles(ctx context.Context, op string, v models.Sealed) error {
	result, err := json.Marshal(v.Result)
	if err != nil {
		return err
	}
	for name, file := range map[string][]byte{partFull: v.Full, partPublic: v.Public, partResult: result} {
		n := int64(0)
		for data := range slices.Chunk(file, chunkSize) {
			if _, err := s.db.InsertOne(ctx, "chunks", chunk{Doc{ID: op + "." + name + "." + hex(n)}, data}); err != nil {
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
	op := bson.NewObjectID().Hex()
	if err := s.keepFiles(ctx, op, v); err != nil {
		return err
	}
	err := s.change(ctx, v.ConsultationID, nil, func(t *tx, c *consultation) error {
		if err := sealable(t, c, v, fence); err != nil {
			return err
		}
		if v.At.IsZero() {
			v.At = t.Now()
		}
		t.Insert("sealed", newSealed(v, op))
		if c.State != models.StateAnswered {
			c.State = models.StateSealed
		}
		if c.SealedAt.IsZero() {
			c.SealedAt = v.At
		}
		c.Seals, c.Rev, c.Version = v.Version, c.Rev+1, c.Version+1
		addAuditEntry(t, by)
		return nil
	})
	if code := models.CodeOf(err); code == models.CodeConflict || code == models.CodeNotFound {
		err = errors.Join(err, s.db.DeleteMany(ctx, "chunks", chunksOf(op)))
	}
	return err
}

// sealable reports why the version may not be sealed now.
func sealable(t *tx, c *consultation, v models.Sealed, fence models.SealFence) error {
	switch state := c.StateAt(t.Now()); state {
	case models.StateCounting, models.StateSealed, models.StateAnswered:
	default:
		return models.Fail(models.CodeConflict, "error.seal.state", "state", string(state))
	}
	if c.Fence() != fence || v.Version != c.Seals+1 {
		return models.Fail(models.CodeConflict, "error.seal.moved")
	}
	return nil
}

// Sealed implements models.ResultStore.
func (s *Store) Sealed(ctx context.Context, consultationID string) (models.Sealed, error) {
	return s.lastSealed(ctx, consultationID)
}

// SealedFile implements models.ResultStore.
func (s *Store) SealedFile(ctx context.Context, consultationID string, full bool) (models.Sealed, error) {
	if full {
		return s.lastSealed(ctx, consultationID, partFull)
	}
	return s.lastSealed(ctx, consultationID, partPublic)
}

func versions(consultationID string, order int) engine.Query {
	return engine.Query{Coll: "sealed", Filter: eq("c", consultationID), Sort: eq("version", order)}
}

func (s *Store) lastSealed(ctx context.Context, consultationID string, parts ...string) (models.Sealed, error) {
	d, found, err := engine.First[sealed](s.read(ctx), versions(consultationID, -1))
	if err != nil || !found {
		return models.Sealed{}, engine.Missing(found, err, "error.sealed.unknown")
	}
	return s.assembled(ctx, d, parts...)
}

// SealedVersions implements models.VerifyStore.
func (s *Store) SealedVersions(ctx context.Context, consultationID string) (list []models.Sealed, err error) {
	err = engine.Each(s.read(ctx), versions(consultationID, 1), func(d sealed) error {
		v, err := s.assembled(ctx, d, partFull, partPublic)
		list = append(list, v)
		return err
	})
	return list, err
}

// assembled puts a version together, with those of its files that are asked for.
func (s *Store) assembled(ctx context.Context, d sealed, parts ...string) (v models.Sealed, err error) {
	v = models.Sealed{
		ConsultationID: d.C, Version: d.Version, FullSHA256: d.FullSHA256, PublicSHA256: d.PublicSHA256, SealedBy: d.SealedBy, At: d.At,
	}
	files := map[string][]byte{}
	for _, part := range append(parts, partResult) {
		files[part] = []byte{}
		q := engine.Query{Coll: "chunks", Filter: chunksOf(d.Op + "." + part), Sort: eq("_id", 1)}
		err = engine.Each(s.read(ctx), q, func(c chunk) error {
			files[part] = append(files[part], c.Data...)
			return nil
		})
		if err != nil {
			return v, err
		}
	}
	v.Full, v.Public = files[partFull], files[partPublic]
	return v, json.Unmarshal(files[partResult], &v.Result)
}
