package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// options is what the command line says.
type options struct {
	rows     []string // none: all
	runs     int
	duration time.Duration // of one measurement
	evening  time.Duration // length of a long evening
	quick    bool
	json     bool
	mongo    string
	program  string // the binary to measure; "": one is built
	profiles string // folder for profiles of the server; "": none are taken
	parent   string // of the run's own folder
	sizes    sizes
}

// sizes is how much the stores hold and how much is sent.
type sizes struct {
	page        int // replies on the page that is read
	deep        int // replies of the long thread
	shallow     int // replies of the short one it is compared with
	ideas       int // ideas of the list
	people      int // participants with a session
	replies     int // replies sent in five minutes
	resultIdeas int
	resultVotes int
	csv         int // ideas in the CSV
	footprint   int // replies in the store of the footprint
}

// full are the sizes of the goals.
func full() sizes {
	return sizes{
		page: 1000, deep: 100_000, shallow: 1000, ideas: 500, people: 256, replies: 50_000,
		resultIdeas: 10_000, resultVotes: 1_000_000, csv: 100_000, footprint: 10_000,
	}
}

// small are sizes that show that everything works, and nothing else.
func small() sizes {
	return sizes{
		page: 60, deep: 600, shallow: 250, ideas: 60, people: 256, replies: 300,
		resultIdeas: 100, resultVotes: 5000, csv: 500, footprint: 200,
	}
}

// usageError is a command line that makes no sense; what is wrong was said.
type usageError struct{ error }

// parseOptions reads the command line.
func parseOptions(args []string, out io.Writer) (options, error) {
	o := options{}
	f := flag.NewFlagSet("folkmoot-bench", flag.ContinueOnError)
	f.SetOutput(out)
	rows := f.String("rows", "", "measure these `names` only, with commas between (page* takes all that begin with page)")
	f.IntVar(&o.runs, "runs", 5, "runs of each row, of which the medians are printed")
	f.DurationVar(&o.duration, "duration", 2*time.Second, "length of one measurement")
	f.DurationVar(&o.evening, "evening", 5*time.Minute, "length of each of the two long evenings")
	f.BoolVar(&o.quick, "quick", false, "small sizes, few and short runs: shows that the bench works, not how fast anything is")
	f.BoolVar(&o.json, "json", false, "print JSON")
	f.StringVar(&o.mongo, "mongo", "", "measure over the MongoDB at this `URI` too; makes and drops databases named folkmoot_bench_…")
	f.StringVar(&o.program, "program", "", "measure this `binary` of folkmoot instead of building one")
	f.StringVar(&o.profiles, "profile", "", "write CPU and heap profiles of the server over each row to this `folder`")
	f.StringVar(&o.parent, "dir", "", "work in a new folder in this `folder`, on the disk to measure (default: where temporary files go)")
	sizeFlags(f, &o.sizes)
	f.Usage = func() { usage(f) }
	if err := f.Parse(args); errors.Is(err, flag.ErrHelp) {
		return o, err
	} else if err != nil {
		return o, usageError{err}
	}
	o.settle(f, *rows)
	return o, o.check(f)
}

// sizeFlags lets each size be chosen; 0 stands for that of the goals, or of -quick.
func sizeFlags(f *flag.FlagSet, s *sizes) {
	f.IntVar(&s.page, "page", 0, "replies on the page that is read (at most 1000)")
	f.IntVar(&s.deep, "deep", 0, "replies of the long thread")
	f.IntVar(&s.shallow, "shallow", 0, "replies of the short thread")
	f.IntVar(&s.ideas, "ideas", 0, "ideas of the list")
	f.IntVar(&s.people, "people", 0, "participants with a session")
	f.IntVar(&s.replies, "replies", 0, "replies sent within five minutes")
	f.IntVar(&s.resultIdeas, "result-ideas", 0, "ideas of the result")
	f.IntVar(&s.resultVotes, "result-votes", 0, "votes of the result")
	f.IntVar(&s.csv, "csv", 0, "replies of the CSV")
	f.IntVar(&s.footprint, "footprint", 0, "replies in the store whose server is weighed")
}

// settle fills in what was left open.
func (o *options) settle(f *flag.FlagSet, rows string) {
	o.rows = strings.FieldsFunc(rows, func(r rune) bool { return r == ',' || r == ' ' })
	d, given := full(), map[string]bool{}
	f.Visit(func(x *flag.Flag) { given[x.Name] = true })
	if o.quick {
		d = small()
		if !given["runs"] {
			o.runs = 2
		}
		if !given["duration"] {
			o.duration = 100 * time.Millisecond
		}
		if !given["evening"] {
			o.evening = 600 * time.Millisecond
		}
	}
	for _, p := range []struct {
		have *int
		want int
	}{
		{&o.sizes.page, d.page},
		{&o.sizes.deep, d.deep},
		{&o.sizes.shallow, d.shallow},
		{&o.sizes.ideas, d.ideas},
		{&o.sizes.people, d.people},
		{&o.sizes.replies, d.replies},
		{&o.sizes.resultIdeas, d.resultIdeas},
		{&o.sizes.resultVotes, d.resultVotes},
		{&o.sizes.csv, d.csv},
		{&o.sizes.footprint, d.footprint},
	} {
		if *p.have <= 0 {
			*p.have = p.want
		}
	}
}

// check refuses sizes that no row can work with, and rows that are none.
func (o *options) check(f *flag.FlagSet) error {
	problem := ""
	switch s := o.sizes; {
	case f.NArg() > 0:
		problem = fmt.Sprintf("what is %q?", f.Arg(0))
	case o.runs < 1 || o.runs > 20 || o.duration <= 0 || o.evening <= 0:
		problem = "-runs is from 1 to 20, and -duration and -evening more than nothing"
	case s.page > 1000 || s.page < 30:
		problem = "-page is from 30 to 1000"
	case s.shallow < 250 || s.deep < s.shallow:
		problem = "-shallow is at least 250, and -deep no less"
	case s.people < 256:
		problem = "-people is at least 256: so many connections vote"
	case s.resultVotes < s.resultIdeas:
		problem = "-result-votes is at least one for each of -result-ideas"
	}
	for _, name := range o.rows {
		if !slices.ContainsFunc(rowNames(), func(row string) bool { return matches(name, row) }) {
			problem = fmt.Sprintf("no row is called %q", name)
		}
	}
	if problem == "" {
		return nil
	}
	fmt.Fprintln(f.Output(), "folkmoot-bench:", problem)
	return usageError{errors.New(problem)}
}

// usage lists the flags and the rows.
func usage(f *flag.FlagSet) {
	fmt.Fprintln(f.Output(), "folkmoot-bench measures Folkmoot against what the machine can do. Run it inside the checkout.")
	fmt.Fprintln(f.Output(), "\nFlags:")
	f.PrintDefaults()
	fmt.Fprintln(f.Output(), "\nRows:")
	for _, r := range suites {
		for _, row := range r.rows {
			fmt.Fprintf(f.Output(), "  %-20s %s\n", row.name, row.what)
		}
	}
}

// matches reports whether a name given with -rows means the row.
func matches(name, row string) bool {
	if stem, all := strings.CutSuffix(name, "*"); all {
		return strings.HasPrefix(row, stem)
	}
	return name == row
}
