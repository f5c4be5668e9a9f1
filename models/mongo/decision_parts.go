package mongo

import (
	"context"
	"slices"
)

// maxItems is how many items the document of a decision holds, of which the database
// takes 16 MB. An import may publish more: the others follow in parts.
const maxItems = 20_000

// decisionPart holds further items of a decision, in their order.
type decisionPart struct {
	ID    string         `bson:"_id"` // the decision's and a number
	C     string         `bson:"c"`
	Op    string         `bson:"op"`
	Items []decisionItem `bson:"items"`
}

func (p decisionPart) docID() string { return p.ID }

// split gives the decision as its document holds it, and its parts. They are to be
// written before it.
func (d decision) split() (decision, []decisionPart) {
	if len(d.Items) <= maxItems {
		return d, nil
	}
	var parts []decisionPart
	for items := range slices.Chunk(d.Items[maxItems:], maxItems) {
		parts = append(parts, decisionPart{d.ID + "." + hex(int64(len(parts))), d.C, d.Op, items})
	}
	d.Items, d.Parts = d.Items[:maxItems], int64(len(parts))
	return d, parts
}

// whole gives the decision with all its items.
func (s *Store) whole(ctx context.Context, d decision) (decision, error) {
	if d.Parts == 0 {
		return d, nil
	}
	q := query{
		coll: "decisionParts", filter: eq("c", d.C, "_id", eq("$gt", d.ID+".", "$lt", d.ID+"/")), sort: eq("_id", 1),
	}
	return d, each(ctx, s, q, func(p decisionPart) error {
		d.Items = append(d.Items, p.Items...)
		return nil
	})
}
