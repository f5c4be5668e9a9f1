package mongo

import (
	"context"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"folkmoot/models"
	"folkmoot/models/mongo/engine"
)

var _ models.SchemaChecker = (*Store)(nil)

// CheckSchema implements models.SchemaChecker: it compares the database's collections with
// those of the migrations. A view, or a collection with a validator, could refuse writes or
// show other documents than those that were written.
func (s *Store) CheckSchema(ctx context.Context) ([]models.SchemaDifference, error) {
	list, err := s.db.Coll("site").Database().ListCollectionSpecifications(ctx, bson.D{})
	if err != nil {
		return nil, engine.Wrap("list collections", err)
	}
	missing := map[string]bool{}
	for _, c := range collections {
		missing[c.name] = true
	}
	var diffs []models.SchemaDifference
	for _, c := range list {
		if strings.HasPrefix(c.Name, "system.") { // of the server; views are listed by name besides
			continue
		}
		ours := missing[c.Name]
		delete(missing, c.Name)
		_, err := c.Options.LookupErr("validator")
		got := c.Type + " " + c.Options.String()
		switch {
		case !ours:
			diffs = append(diffs, models.SchemaDifference{Object: c.Type + " " + c.Name, Got: got})
		case c.Type != "collection" || err == nil:
			diffs = append(diffs, models.SchemaDifference{Object: c.Type + " " + c.Name, Want: "collection {}", Got: got})
		}
	}
	for name := range missing {
		diffs = append(diffs, models.SchemaDifference{Object: "collection " + name, Want: "collection {}"})
	}
	slices.SortFunc(diffs, func(a, b models.SchemaDifference) int { return strings.Compare(a.Object, b.Object) })
	return diffs, nil
}
