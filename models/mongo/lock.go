package mongo

import "time"

// lock is a document that one program at a time may hold: for what is decided by
// looking at several documents, and seldom.
type lock struct {
	ID    string    `bson:"_id"`
	Op    string    `bson:"op"`
	Until time.Time `bson:"until"`
}

// alone runs fn while nobody else does under that name. fn has actTime, like any act.
func (a *act) alone(name string, fn func() error) error {
	id := "lock " + name
	if err := a.turn(id); err != nil {
		return err
	}
	waiting := a.ctx
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		until := a.now.Add(a.s.o.actTime + slack)
		a.commit()
		taken, err := a.s.insert(a.ctx, "site", id, a.id, lock{id, a.id, until})
		if err == nil && taken {
			var mine bool
			mine, err = a.s.swap(a.ctx, "site", id, a.id, eq("_id", id, "until", eq("$lte", a.now)),
				eq("$set", eq("op", a.id, "until", until)))
			taken = !mine
		}
		if err != nil {
			return err
		}
		if !taken {
			break
		}
		a.ctx = waiting
		if err := a.wait(pause); err != nil {
			return err
		}
	}
	err := fn()
	_, free := a.s.update(a.ctx, "site", eq("_id", id, "op", a.id), eq("$set", eq("until", time.Time{})))
	if err == nil && !unknown(free) {
		err = free
	}
	return err
}
