package mongo

import (
	"context"
	"time"

	"folkmoot/models"
)

// report is its document. It is open until a decision on its item comes after it.
type report struct {
	ID        string      `bson:"_id"`
	Op        string      `bson:"op"`
	Item      string      `bson:"item"`
	Kind      models.Kind `bson:"kind"`
	ItemID    string      `bson:"itemId"`
	C         string      `bson:"c"`
	Reason    string      `bson:"reason"`
	Reference string      `bson:"reference"`
	Network   string      `bson:"network"`
	CreatedAt time.Time   `bson:"createdAt"`
	Key       string      `bson:"key"`     // creation and id: lists go by it
	After     int64       `bson:"after"`   // the item's last decision then
	Unfiled   bool        `bson:"unfiled"` // the item is not in the queue for it yet, nor are its jobs added
	Jobs      string      `bson:"jobs"`    // JSON
}

// AddReport implements models.ModerationStore.
func (s *Store) AddReport(ctx context.Context, r models.Report, jobs []models.Job) error {
	return s.act(ctx, func(a *act) error {
		at, found, err := first[subject](a.ctx, s, collOf(r.Item.Kind), eq("_id", r.Item.ID), nil,
			eq("c", 1, "status", 1, "lastSeq", 1))
		if err != nil || !found || at.Item.Status != models.StatusPublished {
			return missing(false, err, "error.item.unknown")
		}
		a.commit()
		d := report{
			ID: r.ID, Op: a.id, Item: r.Item.String(), Kind: r.Item.Kind, ItemID: r.Item.ID, C: at.Item.ConsultationID,
			Reason: r.Reason, Reference: r.Reference, Network: r.Network, CreatedAt: a.now, Key: key(a.now, r.ID),
			After: at.Standing.LastSeq, Unfiled: true, Jobs: toJSON(jobs),
		}
		there, err := s.insert(a.ctx, "reports", d.ID, a.id, d)
		if err == nil && there {
			err = models.Fail(models.CodeConflict, "error.store.conflict")
		}
		if err != nil {
			return err
		}
		err = s.fileReport(a.ctx, d)
		a.tellDeferred(jobs)
		return leftToSweep(err)
	})
}

// fileReport puts the item into the queue, unless it is there or was decided on since,
// and adds the report's jobs.
func (s *Store) fileReport(ctx context.Context, d report) error {
	var at standing
	at.place(models.Item{Kind: d.Kind, ID: d.ItemID}, d.CreatedAt, false)
	_, err := s.update(ctx, collOf(d.Kind),
		eq("c", d.C, "_id", d.ItemID, "status", models.StatusPublished, "lastSeq", d.After, "q", ""),
		eq("$set", eq("q", at.Queue, "since", at.Since, "waits", at.Waits)))
	if err != nil {
		return err
	}
	jobs, err := fromJSON[[]models.Job](d.Jobs)
	if err == nil {
		err = s.addJobs(ctx, jobs, d.CreatedAt)
	}
	if err != nil {
		return err
	}
	_, err = s.update(ctx, "reports", eq("_id", d.ID), eq("$set", eq("unfiled", false, "jobs", "")))
	return err
}

// openReports lists the reports on an item since its last decision.
func (s *Store) openReports(ctx context.Context, item models.Item, lastSeq int64) (list []models.Report, err error) {
	q := query{coll: "reports", filter: eq("item", item.String(), "after", lastSeq), sort: eq("key", 1)}
	err = each(ctx, s, q, func(d report) error {
		list = append(list, d.model())
		return nil
	})
	return list, err
}

func (d report) model() models.Report {
	return models.Report{
		ID: d.ID, Item: models.Item{Kind: d.Kind, ID: d.ItemID}, ConsultationID: d.C, Reason: d.Reason,
		Reference: d.Reference, Network: d.Network, CreatedAt: d.CreatedAt,
	}
}
