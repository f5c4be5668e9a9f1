package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"
)

// load is one bounded measurement, as it is sent to a load generator: its streams
// run at the same time, until the seconds are over or the counts are reached.
type load struct {
	Addr    string
	Seconds float64 // measured, after Warm
	Warm    float64 // seconds that are driven and not measured
	Edge    float64 // length of the beginning and the end that are tallied apart, in seconds; 0: neither is
	Streams []stream
}

// stream is a number of workers, each on a connection of its own.
type stream struct {
	Workers    int
	Rate       float64 // per second, all workers together; 0: as fast as answers come
	Count      int     // per worker; 0: no bound but the time
	Cycle      bool    // operations follow one another; otherwise drawn by weight
	Operations []operation
}

// operation is one kind of request. The n-th request of a worker is made of Kind and n,
// so that two programs get the same ones.
type operation struct {
	Name     string
	Kind     string // "" for GET; "vote", "reply", "decide"
	Weight   int
	Paths    []string // GET: one after another; else the consultation's path
	Fields   []field
	Sessions []string // worker w is number w of them; none: strangers
	Ideas    int      // vote: on the ideas 1 … Ideas
	Items    []string // reply: answered now and then; decide: the item
	From     []int    // where each worker goes on counting; none: at 0
	Want     want
}

// want is what an answer must be. Bodies are looked at now and then.
type want struct {
	Status   int
	Length   int64          // of the body as sent; 0: any
	Contains []string       // of the body as read
	Times    map[string]int // how often something stands in it
}

// sampleEvery is how often a body is looked at.
const sampleEvery = 512

// generate is the load generator's process.
func generate(in io.Reader, out io.Writer) error {
	var l load
	if err := json.NewDecoder(in).Decode(&l); err != nil {
		return fmt.Errorf("read the load: %w", err)
	}
	return json.NewEncoder(out).Encode(l.drive())
}

// drive runs all workers and waits for them.
func (l load) drive() report {
	var group sync.WaitGroup
	begin := time.Now().Add(time.Duration(l.Warm * float64(time.Second)))
	end := begin.Add(time.Duration(l.Seconds * float64(time.Second)))
	all := make([][]*worker, len(l.Streams))
	for i, s := range l.Streams {
		for n := range s.Workers {
			w := newWorker(l.Addr, s, n, begin, end)
			all[i] = append(all[i], w)
			group.Go(w.run)
		}
	}
	group.Wait()
	r := report{Seconds: time.Since(begin).Seconds()}
	for i, s := range l.Streams {
		r.Streams = append(r.Streams, summarize(s, all[i], l))
	}
	return r
}

// worker is one visitor on one connection.
type worker struct {
	client
	stream
	number     int
	begin, end time.Time
	made       []func(n int) []byte
	count      []int // by operation
	samples    [][]sample
	measured   int // samples of all operations
	errors     []int
	problems   [][]string
	draw       *rand.Rand
}

// sample is one answer in the measured time.
type sample struct{ took, at time.Duration }

func newWorker(addr string, s stream, number int, begin, end time.Time) *worker {
	w := &worker{
		client: client{addr: addr}, stream: s, number: number, begin: begin, end: end,
		count: make([]int, len(s.Operations)), samples: make([][]sample, len(s.Operations)), errors: make([]int, len(s.Operations)),
		problems: make([][]string, len(s.Operations)), draw: rand.New(rand.NewPCG(4, uint64(number))),
	}
	for i, a := range s.Operations {
		w.made = append(w.made, a.maker(addr, number, s.Workers))
		if number < len(a.From) {
			w.count[i] = a.From[number]
		}
	}
	return w
}

// run works until the count or the time is over. Who has nothing measured by then,
// because answers take longer than the time, gets one more.
func (w *worker) run() {
	defer w.close()
	started, failed := time.Now(), 0
	for n := 0; (w.Count == 0 || n < w.Count) && failed < 100; n++ {
		w.wait(started, n)
		if !time.Now().Before(w.end) && (w.measured > 0 || failed > 0 || w.Rate > 0) {
			return
		}
		if w.next(w.pick(n)) {
			failed = 0
		} else {
			failed++
		}
	}
}

// wait keeps the pace of a stream with a rate; the workers alternate.
func (w *worker) wait(started time.Time, n int) {
	if w.Rate <= 0 {
		return
	}
	seconds := (float64(n)*float64(w.Workers) + float64(w.number)) / w.Rate
	at := started.Add(time.Duration(seconds * float64(time.Second)))
	if at.After(w.end) {
		at = w.end
	}
	time.Sleep(time.Until(at))
}

func (w *worker) pick(n int) int {
	if len(w.Operations) == 1 || w.Cycle {
		return n % len(w.Operations)
	}
	all := 0
	for _, a := range w.Operations {
		all += a.Weight
	}
	at := w.draw.IntN(all)
	for i, a := range w.Operations {
		if at -= a.Weight; at < 0 {
			return i
		}
	}
	return 0
}

// next sends the next request of an operation and checks its answer.
func (w *worker) next(i int) bool {
	n := w.count[i]
	w.count[i]++
	request, look := w.made[i](n), n%sampleEvery == 0
	sent := time.Now()
	a, err := w.do(request, look)
	got := time.Now()
	if err == nil {
		err = w.Operations[i].Want.check(a, look)
	}
	if err != nil {
		w.errors[i]++
		if len(w.problems[i]) < 3 {
			w.problems[i] = append(w.problems[i], err.Error())
		}
		return false
	}
	if !sent.Before(w.begin) {
		w.samples[i] = append(w.samples[i], sample{got.Sub(sent), got.Sub(w.begin)})
		w.measured++
	}
	return true
}

// check compares an answer with what it must be.
func (x want) check(a answer, look bool) error {
	if a.status != x.Status {
		return fmt.Errorf("status %d, not %d", a.status, x.Status)
	}
	if x.Length > 0 && a.length != x.Length {
		return fmt.Errorf("%d bytes, not %d", a.length, x.Length)
	}
	if !look || len(x.Contains)+len(x.Times) == 0 {
		return nil
	}
	text, err := a.text()
	if err != nil {
		return err
	}
	for _, part := range x.Contains {
		if !bytes.Contains(text, []byte(part)) {
			return fmt.Errorf("the body lacks %q", part)
		}
	}
	for part, times := range x.Times {
		if n := bytes.Count(text, []byte(part)); n != times {
			return fmt.Errorf("%q stands %d times in the body, not %d", part, n, times)
		}
	}
	return nil
}
