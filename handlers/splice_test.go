package handlers

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"

	"pgregory.net/rapid"
)

// TestGzipJoin joins random pieces, compressed and plain, and reads them back with
// the standard library, which checks length and checksum.
func TestGzipJoin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []byte
		var out bytes.Buffer
		g := newGzipJoin(&out)
		for range rapid.IntRange(0, 6).Draw(t, "pieces") {
			piece := bytes.Repeat(rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "piece"), rapid.SampledFrom([]int{1, 2, 300}).Draw(t, "times"))
			want = append(want, piece...)
			if rapid.Bool().Draw(t, "plain") {
				g.plain(piece)
				continue
			}
			c, err := newChunk(piece, firstLevel)
			if err != nil {
				t.Fatal(err)
			}
			if rapid.Bool().Draw(t, "again") {
				if c, err = c.at(lastLevel); err != nil || c.level != lastLevel {
					t.Fatal(c, err)
				}
			}
			g.chunk(c)
		}
		g.end()
		r, err := gzip.NewReader(&out)
		if err != nil {
			t.Fatal(err)
		}
		r.Multistream(false)
		got, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(got, want) {
			t.Fatalf("%d bytes came back of %d: %v", len(got), len(want), err)
		}
	})
}
