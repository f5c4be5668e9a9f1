package mongo

import (
	"slices"

	"folkmoot/models/mongo/engine"
)

// mergedGroup returns the idea that an idea was finally merged into, mostly itself, and
// the ids of all that lead to it, sorted. A circle, which nothing can make, is left where
// it closes.
func mergedGroup(r engine.Reader, consultationID, id string) (root string, group []string, err error) {
	into, from := map[string]string{}, map[string][]string{}
	q := engine.Query{Coll: "ideas", Filter: eq("c", consultationID, "mergedInto", eq("$gt", "")), Fields: eq("mergedInto", 1)}
	err = engine.Each(r, q, func(d idea) error {
		into[d.ID], from[d.MergedInto] = d.MergedInto, append(from[d.MergedInto], d.ID)
		return nil
	})
	root = rootOf(into, id)
	group = []string{root}
	for n := 0; n < len(group); n++ {
		for _, id := range from[group[n]] {
			if !slices.Contains(group, id) {
				group = append(group, id)
			}
		}
	}
	slices.Sort(group)
	return root, group, err
}

// rootOf follows the merges to the last.
func rootOf(into map[string]string, id string) string {
	for seen := map[string]bool{}; into[id] != "" && !seen[id]; id = into[id] {
		seen[id] = true
	}
	return id
}
