package mongo

import (
	"context"
	"time"
)

// allowance is one key and its window, for all nodes. Who takes a share leaves the name
// of the operation, which the next one needs: two cannot take the same.
type allowance struct {
	ID    string    `bson:"_id"`
	Op    string    `bson:"op"`
	Taken int64     `bson:"taken"`
	Ends  time.Time `bson:"expiresAt"`
}

// ask takes a share of what is left to all nodes. left is 0 where nothing is.
func (l *Limiter) ask(ctx context.Context, key string, n int64, window time.Duration) (share, error) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		d, there, err := get[allowance](ctx, l.s, "limits", key)
		if err != nil {
			return share{}, err
		}
		now := l.clock.Now()
		if !there || !now.Before(d.Ends) {
			d.Taken, d.Ends = 0, now.Add(window)
		}
		if d.Taken >= n {
			return share{ends: d.Ends}, nil
		}
		size := max(1, (n-d.Taken)/shareOf)
		next := allowance{ID: key, Op: newID(), Taken: d.Taken + size, Ends: d.Ends}
		done, err := l.put(ctx, d, next, there)
		if err != nil || done {
			return share{ends: next.Ends, left: int(size)}, err
		}
		if err := sleep(ctx, pause); err != nil {
			return share{}, errBusy(err)
		}
	}
}

// put writes next if nobody has taken a share since old was read.
func (l *Limiter) put(ctx context.Context, old, next allowance, there bool) (bool, error) {
	if !there {
		taken, err := l.s.insert(ctx, "limits", next.ID, next.Op, next)
		return !taken, err
	}
	return l.s.swap(ctx, "limits", next.ID, next.Op, eq("_id", old.ID, "op", old.Op),
		eq("$set", eq("op", next.Op, "taken", next.Taken, "expiresAt", next.Ends)))
}

// keep remembers a share. Once the node is full it forgets those that are over and, if
// that frees little, some that are not: they are taken anew.
func (l *Limiter) keep(key string, got share) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.shares) >= l.limit {
		l.makeRoom()
	}
	l.shares[key] = got
}

func (l *Limiter) makeRoom() {
	now := l.clock.Now()
	for key, s := range l.shares {
		if !now.Before(s.ends) {
			delete(l.shares, key)
		}
	}
	for key := range l.shares {
		if len(l.shares) <= l.limit-l.limit/10-1 {
			return
		}
		delete(l.shares, key)
	}
}
