package models

// CheckVote reports whether the actor may vote in c: staff are not counted
// (CodeForbidden), and the consultation says which capacities and bands may.
func (p *Participant) CheckVote(c Consultation) error {
	if p == nil {
		return Fail(CodeUnauthenticated, "error.sign_in_first")
	}
	if p.Staff(c.ID) != "" {
		return Fail(CodeForbidden, "error.vote.staff")
	}
	return c.Settings.CheckEligible(p.VotesAs())
}

// CheckEligible reports whether somebody in that capacity and band may vote: nil or
// CodeForbidden. Where only some capacities may, who did not say theirs may not.
func (s ConsultationSettings) CheckEligible(c Capacity, b Band) error {
	if c == CapacityUnsaid && len(s.Capacities) > 0 {
		return Fail(CodeForbidden, "error.vote.capacity_unsaid")
	}
	if len(s.Capacities) > 0 && !contains(s.Capacities, c) {
		return Fail(CodeForbidden, "error.vote.capacity")
	}
	if c == CapacityBusiness && len(s.Bands) > 0 && !contains(s.Bands, b) {
		return Fail(CodeForbidden, "error.vote.band")
	}
	return nil
}
