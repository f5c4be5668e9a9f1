package main

import (
	"context"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// When memory is given back: after so long in which less than so many bytes were asked for.
const (
	restAfter = 2 * time.Second
	restBelow = 1 << 20
)

// startGC is how much garbage there may be until the program answers, in percent of what
// is in use: what lies scattered between garbage then keeps its pages for good.
const startGC = 20

// giveBack gives memory that is not needed any more back to the system whenever there
// is nothing to do, until ctx ends. Go does so only after minutes, and on the smallest
// machines the database's pages need the room.
func giveBack(ctx context.Context) {
	tick := time.NewTicker(restAfter)
	defer tick.Stop()
	var last, given uint64 // bytes asked for since the start
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := asked()
		if now-last < restBelow && now-given >= restBelow {
			runtime.GC() // what is pooled goes with the second one
			debug.FreeOSMemory()
			given = asked()
		}
		last = now
	}
}

// asked gives how many bytes the program has asked for since it started.
func asked() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
