package pagecache

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"

	"pgregory.net/rapid"
)

// TestGzipWriter joins random pieces, compressed and plain, and reads them back with
// the standard library, which checks length and checksum.
func TestGzipWriter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var want []byte
		out := newBody()
		g := newGzipWriter(out)
		for range rapid.IntRange(0, 6).Draw(t, "pieces") {
			piece := bytes.Repeat(rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(t, "piece"), rapid.SampledFrom([]int{1, 2, 300}).Draw(t, "times"))
			want = append(want, piece...)
			if rapid.Bool().Draw(t, "plain") {
				g.plain(piece)
				continue
			}
			c, err := newChunk(piece)
			if err != nil {
				t.Fatal(err)
			}
			g.chunk(c)
		}
		g.close()
		r, err := gzip.NewReader(out)
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
