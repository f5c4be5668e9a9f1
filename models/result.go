package models

// Result is a ranking with its uncertainty, as the page, the exports and the
// sealed files print it. All proportions are in 0 … 1.
type Result struct {
	Slug        string       `json:"slug"`
	Title       string       `json:"title"`
	Question    string       `json:"question"`
	Sealed      int          `json:"sealed_version"` // 1, 2 …
	MinVotes    int64        `json:"min_votes"`
	Voters      int64        `json:"voters"`       // voices that voted on anything here
	Votes       int64        `json:"votes"`        // counted on all ideas
	Unconfirmed int64        `json:"unconfirmed"`  // votes whose link was never used; not counted
	Changes     []RuleChange `json:"changes"`      // of dates and rules after opening, oldest first
	Undecided   []Undecided  `json:"undecided"`    // what moderators had not decided when it was sealed
	AllOneBand  bool         `json:"all_one_band"` // too few votes to rank
	Ideas       []ResultIdea `json:"ideas"`        // board order, then those with not enough votes by number
}

// ResultIdea is one idea in a Result. Rank, Band and the rank interval are 0
// for an idea with not enough votes; Support, Lo and Hi are nil when nobody took a side.
type ResultIdea struct {
	Number        int      `json:"number"`
	Title         string   `json:"title"`
	Author        string   `json:"author"`
	Body          string   `json:"body"`
	Tally                  // agree, disagree, pass
	Rank          int      `json:"rank"`
	RankLo        int      `json:"rank_lo"`
	RankHi        int      `json:"rank_hi"`
	Support       *float64 `json:"support"`
	Lo            *float64 `json:"lo"` // 95 % Wilson interval
	Hi            *float64 `json:"hi"`
	Band          int      `json:"band"` // tie band, 1 is first
	CouldBeHigher bool     `json:"could_be_higher"`
	Split         bool     `json:"split"`
	Reach         float64  `json:"reach"`
	MergedFrom    []int    `json:"merged_from"` // numbers of ideas whose votes count here
	Response      *Answer  `json:"response"`
}

// Undecided names a text that moderators had not decided, without its words: one that
// waited, or a published one with open reports.
type Undecided struct {
	Item    string `json:"item"`    // "reply-ID" or "idea-ID"
	Idea    int    `json:"idea"`    // number of the idea that it is, or in whose thread it stands; 0: none
	Since   Time   `json:"since"`   // when it was sent, or first reported
	Reports int    `json:"reports"` // open reports; 0: a text that waited
}

// UndecidedTexts and UndecidedReports count what is in Undecided: texts that waited, and
// published texts with open reports.
func (r Result) UndecidedTexts() int { return len(r.Undecided) - r.UndecidedReports() }

// UndecidedReports is as UndecidedTexts.
func (r Result) UndecidedReports() (n int) {
	for _, u := range r.Undecided {
		if u.Reports > 0 {
			n++
		}
	}
	return n
}

// Answer is a published board response as it is printed.
type Answer struct {
	Decision    ResponseDecision `json:"decision"`
	Reason      string           `json:"reason"`
	Owner       string           `json:"owner"`
	By          string           `json:"by"`
	PublishedAt string           `json:"published"` // date, 2006-01-02
}

// Ranked reports whether the idea has enough votes to be placed.
func (r ResultIdea) Ranked() bool { return r.Rank > 0 }

// Sides is the number of voices that took a side, agree or disagree.
func (r ResultIdea) Sides() int64 { return r.Agree + r.Disagree }

// Order lists the numbers of all ideas in the order of the result.
func (r Result) Order() []int {
	order := make([]int, len(r.Ideas))
	for i, idea := range r.Ideas {
		order[i] = idea.Number
	}
	return order
}

// RankedNumbers lists the numbers of the placed ideas in board order.
func (r Result) RankedNumbers() (numbers []int) {
	for _, i := range r.Ideas {
		if i.Ranked() {
			numbers = append(numbers, i.Number)
		}
	}
	return numbers
}
