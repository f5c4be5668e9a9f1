package ranking

// banding is the place of one idea among the tie bands.
type banding struct {
	band          int
	couldBeHigher bool
}

// bands walks the board order (indices into the ranked ideas). The first idea leads band
// 1; the next ones stay in it until one is clearly below the leader, which leads the next
// band. An idea that is not clearly below some leader of a band before its own could be
// higher. The result is in board order.
func (c *clearPairs) bands(board []int) []banding {
	out := make([]banding, len(board))
	var leaders []int
	for place, i := range board {
		if last := len(leaders) - 1; last < 0 || c.clearlyAbove(leaders[last], i) {
			leaders = append(leaders, i)
		}
		out[place].band = len(leaders)
		for _, leader := range leaders[:len(leaders)-1] {
			if !c.clearlyAbove(leader, i) {
				out[place].couldBeHigher = true
				break
			}
		}
	}
	return out
}
