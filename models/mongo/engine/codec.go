package engine

import (
	"fmt"
	"reflect"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// registry writes times as Unix milliseconds (0: none) and whole numbers as 64 bits,
// so that one field has one type on every server and in every index.
var registry = newRegistry()

func newRegistry() *bson.Registry {
	r := bson.NewRegistry()
	clock := reflect.TypeFor[time.Time]()
	r.RegisterTypeEncoder(clock, bson.ValueEncoderFunc(encodeTime))
	r.RegisterTypeDecoder(clock, bson.ValueDecoderFunc(decodeTime))
	r.RegisterKindEncoder(reflect.Int, bson.ValueEncoderFunc(encodeInt))
	return r
}

func encodeTime(_ bson.EncodeContext, w bson.ValueWriter, v reflect.Value) error {
	return w.WriteInt64(MS(v.Interface().(time.Time)))
}

func decodeTime(_ bson.DecodeContext, r bson.ValueReader, v reflect.Value) error {
	if r.Type() != bson.TypeInt64 {
		return fmt.Errorf("a time is stored as %s", r.Type())
	}
	n, err := r.ReadInt64()
	v.Set(reflect.ValueOf(FromMS(n)))
	return err
}

func encodeInt(_ bson.EncodeContext, w bson.ValueWriter, v reflect.Value) error {
	return w.WriteInt64(v.Int())
}

// MS returns how a time is stored: Unix milliseconds, 0 for no time.
func MS(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// FromMS reads what MS returned.
func FromMS(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// Eq writes alternating names and values as a document.
func Eq(pairs ...any) bson.D {
	d := make(bson.D, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		d = append(d, bson.E{Key: pairs[i].(string), Value: pairs[i+1]})
	}
	return d
}
