package engine

import (
	"context"
	"sync"
	"time"
)

// Flights share reads: callers that ask for one key while a read of it is under way wait
// for the next read, which serves all of them. So none is served by a read that began
// before it asked, and who was told that a write is done sees it.
type Flights[T any] struct {
	mu   sync.Mutex
	keys map[string]*flight[T]
}

// flight is the read of one key under way, and the one after it if somebody waits for that.
type flight[T any] struct{ next *landing[T] }

// landing is what one read is going to bring.
type landing[T any] struct {
	done    chan struct{}
	waiting int
	value   T
	err     error
}

// flightTime bounds a shared read, whose callers may have left.
const flightTime = 15 * time.Second

// Do returns what a read of key brings that begins after the call. read has a context of
// its own; the caller's ends the caller's waiting alone.
func (f *Flights[T]) Do(ctx context.Context, key string, read func(ctx context.Context) (T, error)) (T, error) {
	f.mu.Lock()
	if f.keys == nil {
		f.keys = map[string]*flight[T]{}
	}
	at, flying := f.keys[key]
	if !flying {
		at = &flight[T]{}
		f.keys[key] = at
	}
	if at.next == nil {
		at.next = &landing[T]{done: make(chan struct{})}
	}
	mine := at.next
	mine.waiting++
	if !flying {
		go f.fly(key, at, read)
	}
	f.mu.Unlock()
	select {
	case <-mine.done:
		return mine.value, mine.err
	case <-ctx.Done():
		var none T
		return none, Wrap("read", ctx.Err())
	}
}

// fly reads again and again until nobody waits.
func (f *Flights[T]) fly(key string, at *flight[T], read func(ctx context.Context) (T, error)) {
	for {
		f.mu.Lock()
		now := at.next
		at.next = nil
		if now == nil {
			delete(f.keys, key)
			f.mu.Unlock()
			return
		}
		f.mu.Unlock()
		ctx, cancel := context.WithTimeout(context.Background(), flightTime)
		now.value, now.err = read(ctx)
		cancel()
		close(now.done)
	}
}
