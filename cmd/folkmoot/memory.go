package main

import (
	"context"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Memory is released after idleInterval in which fewer than idleBytes were allocated.
const (
	idleInterval = 2 * time.Second
	idleBytes    = 1 << 20
)

// startupGCPercent is GOGC until the server listens. Long-lived objects that are
// allocated between garbage would keep its pages in use for good.
const startupGCPercent = 20

// releaseMemory returns unused memory to the operating system whenever the program is
// idle, until ctx is done. The runtime does so only after minutes, and on small
// machines the page cache needs the memory.
func releaseMemory(ctx context.Context) {
	tick := time.NewTicker(idleInterval)
	defer tick.Stop()
	var last, released uint64 // values of allocatedBytes
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := allocatedBytes()
		if now-last < idleBytes && now-released >= idleBytes {
			runtime.GC() // sync.Pools are emptied by the second collection
			debug.FreeOSMemory()
			released = allocatedBytes()
		}
		last = now
	}
}

// allocatedBytes returns how many bytes were allocated since the program started.
func allocatedBytes() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
