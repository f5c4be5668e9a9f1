package sqlite

import (
	"slices"

	"folkmoot/models/sqlite/engine"
)

// rootOf returns the idea that an idea was finally merged into, mostly itself. In a cycle,
// which no method can make, it returns the idea at which the cycle closes.
func rootOf(q engine.Queries, id string) (string, error) {
	seen := map[string]bool{}
	for !seen[id] {
		seen[id] = true
		next, err := engine.One[string](q.Row("SELECT merged_into FROM ideas WHERE id = ?", id))
		if err != nil || next == "" {
			return id, err
		}
		id = next
	}
	return id, nil
}

// mergedGroup returns root and the ids of all ideas merged into it, directly or not, sorted.
func mergedGroup(q engine.Queries, root string) ([]string, error) {
	group, seen := []string{root}, map[string]bool{root: true}
	for n := 0; n < len(group); n++ {
		rows, err := q.Query("SELECT id FROM ideas WHERE merged_into = ? AND merged_into <> ''", group[n])
		from, err := engine.Collect(rows, err, engine.One[string])
		if err != nil {
			return nil, err
		}
		for _, id := range from {
			if !seen[id] {
				seen[id] = true
				group = append(group, id)
			}
		}
	}
	slices.Sort(group)
	return group, nil
}
