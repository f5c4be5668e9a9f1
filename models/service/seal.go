package service

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"

	"folkmoot/models"
	"folkmoot/models/ranking"
	"folkmoot/models/sealed"
)

// sealTries is how often sealing begins again because something moved meanwhile.
const sealTries = 5

// Seal counts the votes of a consultation that is counting from nothing, freezes
// the result and keeps the full and the public file. What moderators have not decided
// is listed in the result and does not hold it up. CodeConflict while voting links can
// still be used (error.seal.ballots), when it is not counting, or when the tallies kept
// do not equal the count (error.seal.differs): then nothing is sealed.
func (s *Service) Seal(ctx context.Context, actor models.Actor, slug string) (models.Sealed, error) {
	for try := 1; ; try++ {
		c, err := s.forStaff(ctx, actor, models.MayOrganise, slug)
		if err != nil {
			return models.Sealed{}, err
		}
		sealed, err := s.sealOnce(ctx, actor, c)
		if !isConflict(err, "error.seal.moved") || try == sealTries {
			return sealed, err
		}
	}
}

// sealOnce reads everything, then asks the store to keep the files if c did not
// move since.
func (s *Service) sealOnce(ctx context.Context, actor models.Actor, c models.Consultation) (models.Sealed, error) {
	if err := s.checkSealing(ctx, c); err != nil {
		return models.Sealed{}, err
	}
	ideas, err := s.store.Ideas(ctx, models.IdeaFilter{ConsultationID: c.ID, All: true})
	if err != nil {
		return models.Sealed{}, fmt.Errorf("read the ideas: %w", err)
	}
	votes, err := s.recountVotes(ctx, c.ID, ideas)
	if err != nil {
		return models.Sealed{}, err
	}
	if err := s.checkTallies(ctx, c, votes); err != nil {
		return models.Sealed{}, err
	}
	result, err := s.countedResult(ctx, c, ideas, votes)
	if err != nil {
		return models.Sealed{}, err
	}
	chain, err := s.chain(ctx, c)
	if err != nil {
		return models.Sealed{}, err
	}
	version, err := sealed.Write(sealed.Input{
		Consultation: c, Ideas: ideas, Decisions: chain, Votes: votes.counted, Result: result,
		At: s.Now(), Pseudonym: func() string { return randomHex(16) },
	})
	if err != nil {
		return models.Sealed{}, err
	}
	version.ConsultationID, version.SealedBy, version.At = c.ID, actor.ID(), s.Now()
	by := onConsultation(actor, models.AuditSealed, c).With("version", strconv.Itoa(version.Version)).
		With("full_sha256", version.FullSHA256).With("public_sha256", version.PublicSHA256)
	if err := s.store.Seal(ctx, version, c.Fence(), by); err != nil {
		return models.Sealed{}, err
	}
	return version, nil
}

// checkSealing reports whether c may be sealed as it is.
func (s *Service) checkSealing(ctx context.Context, c models.Consultation) error {
	if err := c.CheckMove(models.StateSealed, "", s.Now()); err != nil {
		return err
	}
	open, err := s.store.OpenBallotLinks(ctx, c.ID)
	if err != nil {
		return fmt.Errorf("count the open links: %w", err)
	}
	if open > 0 {
		return models.Fail(models.CodeConflict, "error.seal.ballots",
			"count", open, "date", c.ClosesAt.Add(models.LateLinks), "zone", c.TimeZone)
	}
	return nil
}

// countedResult ranks what a count found, as the first sealed version.
func (s *Service) countedResult(ctx context.Context, c models.Consultation, ideas []models.Idea, votes recount) (models.Result, error) {
	head := resultHead(c, votes.voters)
	head.Sealed = 1
	revisions, err := s.store.ConsultationRevisions(ctx, c.ID)
	if err != nil {
		return head, fmt.Errorf("read the changes: %w", err)
	}
	head.Changes = models.RuleChanges(revisions)
	if head.Undecided, err = s.store.Undecided(ctx, c.ID); err != nil {
		return head, fmt.Errorf("read the queue: %w", err)
	}
	if head.Unconfirmed, err = s.store.UnconfirmedVotes(ctx, c.ID); err != nil {
		return head, fmt.Errorf("count the unconfirmed votes: %w", err)
	}
	return ranking.RankResult(head, resultIdeas(ideas, votes.tallies)), nil
}

// chain reads the decisions of c up to its chain length.
func (s *Service) chain(ctx context.Context, c models.Consultation) (list []models.Decision, err error) {
	err = s.eachDecision(ctx, c.ID, 0, func(d models.Decision) error {
		if d.Seq <= c.ChainLength {
			list = append(list, d)
		}
		return nil
	})
	return list, err
}

// recount is a count from nothing.
type recount struct {
	tallies map[string]models.Tally // by id of the ideas after merging
	counted []models.Vote           // the one that counts of each voice on each idea
	voters  int64                   // voices with at least one agree, disagree or pass
	read    int                     // entries read
	target  func(string) string     // see models.MergeTarget
}

// recountVotes counts the votes of a consultation from nothing.
func (s *Service) recountVotes(ctx context.Context, consultationID string, ideas []models.Idea) (recount, error) {
	var votes []models.Vote
	err := s.store.EachVote(ctx, consultationID, func(v models.Vote) error {
		votes = append(votes, v)
		return nil
	})
	if err != nil {
		return recount{}, fmt.Errorf("read the votes: %w", err)
	}
	r := recount{read: len(votes), target: mergeTarget(ideas)}
	r.tallies, r.counted = models.Count(votes, r.target), models.Counted(votes, r.target)
	voices := map[string]bool{}
	for _, v := range r.counted {
		voices[v.Voice] = true
	}
	r.voters = int64(len(voices))
	return r, nil
}

// checkTallies compares what is kept with the count; a difference is a fault of
// the program or of the store, so it is logged and nothing is sealed.
func (s *Service) checkTallies(ctx context.Context, c models.Consultation, r recount) error {
	cached, err := s.store.CachedTallies(ctx, c.ID)
	if err != nil {
		return fmt.Errorf("read the tallies: %w", err)
	}
	if again, err := s.store.Consultation(ctx, c.ID); err != nil || again.Fence() != c.Fence() {
		if err != nil {
			return err
		}
		return models.Fail(models.CodeConflict, "error.seal.moved")
	}
	diffs := tallyDifferences(c, cached, r, nil)
	if len(diffs) == 0 {
		return nil
	}
	for _, d := range diffs {
		slog.ErrorContext(ctx, "tally differs from the votes", "consultation", c.Slug,
			"where", d.Where, "count", d.Want, "kept", d.Got)
	}
	return models.Fail(models.CodeConflict, "error.seal.differs", "count", len(diffs))
}

// tallyDifferences compares the tallies and the number of voters as kept with the
// count. name gives an idea's name from its id; nil: the id.
func tallyDifferences(c models.Consultation, cached map[string]models.Tally, r recount, name func(string) string) (diffs []sealed.Difference) {
	ids := slices.Sorted(maps.Keys(cached))
	for id := range r.tallies {
		if _, ok := cached[id]; !ok {
			ids = append(ids, id)
		}
	}
	for _, id := range ids {
		if r.target(id) != id {
			continue // its votes count elsewhere
		}
		want, got := r.tallies[id], cached[id]
		where := "idea " + id
		if name != nil {
			where = name(id)
		}
		diffs = sealed.Compare(diffs, where+": agree", want.Agree, got.Agree)
		diffs = sealed.Compare(diffs, where+": disagree", want.Disagree, got.Disagree)
		diffs = sealed.Compare(diffs, where+": pass", want.Pass, got.Pass)
	}
	return sealed.Compare(diffs, "voters", r.voters, c.VoterCount)
}

// FullFile returns the sealed version with ballots, to organisers only, and logs
// who took it.
func (s *Service) FullFile(ctx context.Context, actor models.Actor, slug string) (models.Sealed, error) {
	c, err := s.forStaff(ctx, actor, models.MayDownloadFull, slug)
	if err != nil {
		return models.Sealed{}, err
	}
	sealed, err := s.sealedFile(ctx, c, true)
	if err != nil {
		return models.Sealed{}, err
	}
	by := onConsultation(actor, models.AuditFullFileDownloaded, c).With("version", strconv.Itoa(sealed.Version))
	if err := s.store.AddAuditEntry(ctx, by); err != nil {
		return models.Sealed{}, fmt.Errorf("log the download: %w", err)
	}
	return sealed, nil
}

// PublicFile returns the sealed version that anybody may have; without the full file.
// CodeNotFound before sealing; CodeGone (error.sealed.withheld) while words that are
// in it are not public any more.
func (s *Service) PublicFile(ctx context.Context, slug string) (models.Sealed, error) {
	c, err := s.store.ConsultationBySlug(ctx, strings.TrimSpace(slug))
	if err != nil {
		return models.Sealed{}, err
	}
	sealed, err := s.sealedFile(ctx, c, false)
	if err != nil {
		return models.Sealed{}, err
	}
	if err := s.checkWithheld(ctx, c.ID, sealed.Public); err != nil {
		return models.Sealed{}, err
	}
	return sealed, nil
}

// checkWithheld refuses a file with the words of an idea that was taken down since.
func (s *Service) checkWithheld(ctx context.Context, consultationID string, public []byte) error {
	var file struct {
		Ideas []sealed.Idea `json:"ideas"`
	}
	if err := json.Unmarshal(public, &file); err != nil {
		return fmt.Errorf("read the sealed file: %w", err)
	}
	ideas, err := s.store.Ideas(ctx, models.IdeaFilter{ConsultationID: consultationID, All: true})
	if err != nil {
		return fmt.Errorf("read the ideas: %w", err)
	}
	now := map[int]models.Status{}
	for _, i := range ideas {
		now[i.Number] = i.Status
	}
	for _, i := range file.Ideas {
		if i.Status == models.StatusPublished && now[i.Number] != models.StatusPublished {
			return models.Fail(models.CodeGone, "error.sealed.withheld", "number", i.Number)
		}
	}
	return nil
}

// sealedFile returns the last sealed version with one of its files; CodeNotFound
// (error.sealed.none) before sealing.
func (s *Service) sealedFile(ctx context.Context, c models.Consultation, full bool) (models.Sealed, error) {
	if c.State != models.StateSealed && c.State != models.StateAnswered {
		return models.Sealed{}, models.Fail(models.CodeNotFound, "error.sealed.none")
	}
	return s.store.SealedFile(ctx, c.ID, full)
}
