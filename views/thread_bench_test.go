package views

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"folkmoot/models"
)

// BenchmarkThread renders a slice of a thousand replies.
func BenchmarkThread(b *testing.B) {
	v := testThread()
	v.Items = nil
	for i := range 1000 {
		r := PublicReply{Contribution: testContribution(models.StatusPublished), Depth: 1 + i%8, ParentID: "p", ParentName: "Maggie", BodyHTML: "<p>We tried this in our street two winters ago.</p>"}
		r.ID, r.Source = fmt.Sprint("r", i), ""
		v.Items = append(v.Items, ThreadItem{Reply: r})
	}
	page := Thread(testLayout(), testSubject(models.StateOpen), v)
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		if err := page.Render(context.Background(), &out); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(out.Len())/1000, "bytes/reply")
}
