package mongo

import (
	"context"
	"sync"
)

// turns lets one at a time go on for each key, in this program.
type turns struct {
	mu   sync.Mutex
	keys map[string]*turn
}

type turn struct {
	free  chan struct{} // holds one token while nobody has the turn
	users int
}

// take waits for the turn and gives what gives it back.
func (t *turns) take(ctx context.Context, key string) (release func(), err error) {
	one := t.join(key)
	select {
	case <-one.free:
		return func() {
			one.free <- struct{}{}
			t.leave(key, one)
		}, nil
	case <-ctx.Done():
		t.leave(key, one)
		return nil, ctx.Err()
	}
}

func (t *turns) join(key string) *turn {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.keys == nil {
		t.keys = map[string]*turn{}
	}
	one := t.keys[key]
	if one == nil {
		one = &turn{free: make(chan struct{}, 1)}
		one.free <- struct{}{}
		t.keys[key] = one
	}
	one.users++
	return one
}

func (t *turns) leave(key string, one *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if one.users--; one.users == 0 {
		delete(t.keys, key)
	}
}

// flights lets one run at a time work for each key; who comes meanwhile shares the
// next one, which begins after they came.
type flights struct {
	mu    sync.Mutex
	lanes map[string]*lane
}

// lane is one key at work, and the run that waits for it.
type lane struct{ next *flight }

type flight struct {
	begins chan struct{} // closed when it may begin
	done   chan struct{} // closed when it has ended
	moved  bool
	err    error
}

// do gives what a run of fn gave that began after the call.
func (f *flights) do(ctx context.Context, key string, fn func() (bool, error)) (bool, error) {
	l, own, shared := f.board(key)
	if own != nil {
		<-own.begins // who flies now gives way soon: its commands have an end
		return f.fly(key, l, own, fn)
	}
	select {
	case <-shared.done:
		return shared.moved, shared.err
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// board gives the flight to run, or the one to share.
func (f *flights) board(key string) (l *lane, own, shared *flight) {
	f.mu.Lock()
	defer f.mu.Unlock()
	one := &flight{begins: make(chan struct{}), done: make(chan struct{})}
	l = f.lanes[key]
	switch {
	case l == nil:
		if f.lanes == nil {
			f.lanes = map[string]*lane{}
		}
		l = &lane{}
		f.lanes[key] = l
		close(one.begins)
		return l, one, nil
	case l.next == nil:
		l.next = one
		return l, one, nil
	}
	return l, nil, l.next
}

// fly runs one and lets the next begin.
func (f *flights) fly(key string, l *lane, one *flight, fn func() (bool, error)) (bool, error) {
	defer func() {
		close(one.done)
		f.mu.Lock()
		defer f.mu.Unlock()
		if l.next == nil {
			delete(f.lanes, key)
			return
		}
		close(l.next.begins)
		l.next = nil
	}()
	one.moved, one.err = fn()
	return one.moved, one.err
}
