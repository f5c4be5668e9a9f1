package ranking

// banding is the place of one idea among the tie bands.
type banding struct {
	band          int
	couldBeHigher bool
}

// bands walks the board order (indices into the columns of shares). The first
// idea leads band 1; the next ones stay in it until one is clearly below the
// leader, which leads the next band. An idea that is not clearly below some
// leader of a band before its own could be higher. The result is in board
// order. Exact, and far below ideas² comparisons: see leaders.
func bands(shares table[float64], board []int) []banding {
	out := make([]banding, len(board))
	before := leaders{shares: shares}
	var lead []float64
	for place, i := range board {
		column := shares.of(i)
		if place == 0 {
			lead = column
		} else if clearlyBelow(column, lead) {
			before.add(lead)
			lead = column
		}
		out[place] = banding{
			band:          len(before.columns) + 1,
			couldBeHigher: !before.allClearlyAbove(column),
		}
	}
	return out
}

// clearlyBelow reports that the leader's θ is above the idea's in at least
// 97.5 % of the draws.
func clearlyBelow(idea, leader []float64) bool {
	above := 0
	for b, theta := range leader {
		if theta > idea[b] {
			above++
		}
	}
	return above >= permille(975, len(leader))
}

// leaders are the leaders of the bands before the present one. With F draws in
// which a clear leader may fail to be above, half of F are granted to each
// side: where all but F/2 of the leader's draws lie above all but F − F/2 of
// the idea's, at most F draws fail, and the idea is clearly below without
// comparing draw by draw. lowest keeps, for the first k + 1 leaders, the least
// of these lower marks, which settles a whole run of leaders at once.
type leaders struct {
	shares  table[float64]
	columns [][]float64
	lowest  []float64
	scratch []float64
}

// add appends a leader to the earlier ones.
func (l *leaders) add(column []float64) {
	least := -l.mark(column, l.allowed()/2, -1)
	if k := len(l.lowest); k > 0 {
		least = min(least, l.lowest[k-1])
	}
	l.columns = append(l.columns, column)
	l.lowest = append(l.lowest, least)
}

// allClearlyAbove reports whether the idea is clearly below every earlier
// leader. It starts from the nearest, the likeliest not to be.
func (l *leaders) allClearlyAbove(idea []float64) bool {
	if len(l.columns) == 0 {
		return true
	}
	f := l.allowed()
	high := l.mark(idea, f-f/2, 1)
	for k := len(l.columns) - 1; k >= 0; k-- {
		if l.lowest[k] > high {
			return true
		}
		if !clearlyBelow(idea, l.columns[k]) {
			return false
		}
	}
	return true
}

// allowed is F, the draws in which a clear leader may fail to be above.
func (l *leaders) allowed() int {
	return l.shares.draws - permille(975, l.shares.draws)
}

// mark returns the largest sign·θ that at most skip others exceed. It keeps
// the skip + 1 largest in order as it goes, which is cheaper than sorting all.
func (l *leaders) mark(column []float64, skip int, sign float64) float64 {
	top := l.scratch[:0]
	for _, theta := range column {
		x := float64(sign * theta)
		if len(top) <= skip {
			top = append(top, x)
		} else if x > top[skip] {
			top[skip] = x
		} else {
			continue
		}
		for i := len(top) - 1; i > 0 && top[i] > top[i-1]; i-- {
			top[i], top[i-1] = top[i-1], top[i]
		}
	}
	l.scratch = top
	return top[skip]
}
