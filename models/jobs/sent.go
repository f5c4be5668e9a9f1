package jobs

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// letters are the messages that have gone and are not noted as gone: should the store
// fail between the two, they are noted later and not sent again.
type letters struct {
	mu  sync.Mutex
	ids map[string]bool
}

func (l *letters) add(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ids == nil {
		l.ids = map[string]bool{}
	}
	l.ids[id] = true
}

func (l *letters) has(id string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.ids[id]
}

func (l *letters) drop(id string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.ids, id)
}

func (l *letters) list() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Sorted(maps.Keys(l.ids))
}

// note finishes the job of a message that has gone.
func (r *Runner) note(ctx context.Context, id string) error {
	err := gone(r.Store.FinishJob(ctx, id))
	if err == nil {
		r.sent.drop(id)
	}
	return err
}

// noteSent finishes those that could not be finished when their message went.
func (r *Runner) noteSent(ctx context.Context) error {
	for _, id := range r.sent.list() {
		if err := r.note(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// lastNotes tries once more when the program stops: what is not noted goes out again.
func (r *Runner) lastNotes(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), slack)
	defer cancel()
	if err := r.noteSent(ctx); err != nil {
		r.Log.WarnContext(ctx, "jobs: messages that have gone are not noted and go out again", "error", err)
	}
}
