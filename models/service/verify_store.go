package service

import (
	"context"
	"fmt"

	"folkmoot/models"
	"folkmoot/models/sealed"
)

// Checked counts what VerifyStore went through.
type Checked struct {
	Consultations, Decisions, Items, Votes, Files, AuditEntries int
}

// verifyTries is how often a consultation is read again because somebody wrote
// into it while it was compared.
const verifyTries = 5

// VerifyStore compares everything in the store that follows from something else:
// the chains of decisions with their rows, the status of each text with its last
// decision, the texts decided on with their digests, tallies, voters and counters
// with what they count, sealed files with their SHA-256, with the chain and with
// themselves, and the chain of the audit log with its texts. It may run beside a server. CodeUnavailable
// (error.verify.busy) if a consultation never stood still.
func (s *Service) VerifyStore(ctx context.Context) (checked Checked, diffs []sealed.Difference, err error) {
	if checked.AuditEntries, diffs, err = s.compareAuditLog(ctx); err != nil {
		return checked, diffs, err
	}
	for after := ""; ; {
		list, next, err := s.store.Consultations(ctx, models.ConsultationFilter{After: after, Limit: 100})
		if err != nil {
			return checked, diffs, fmt.Errorf("read the consultations: %w", err)
		}
		for _, c := range list {
			a, err := s.compareSettled(ctx, c.ID)
			if err != nil {
				return checked, diffs, fmt.Errorf("consultation %s: %w", c.Slug, err)
			}
			checked.add(a.checked)
			diffs = append(diffs, a.diffs...)
		}
		if next == "" {
			return checked, diffs, nil
		}
		after = next
	}
}

func (c *Checked) add(d Checked) {
	c.Consultations += d.Consultations
	c.Decisions += d.Decisions
	c.Items += d.Items
	c.Votes += d.Votes
	c.Files += d.Files
}

// comparison compares what one consultation holds with what follows from it.
type comparison struct {
	s       *Service
	c       models.Consultation
	checked Checked
	diffs   []sealed.Difference
	decided map[models.Item][]models.DecisionItem // in the order of the chain
	hashes  map[int64]string                      // of the chain, by Seq
	merged  []models.Idea                         // id, number and pointer of every idea
	names   map[string]string                     // "idea 3", by id
}

// compareSettled compares a consultation until what differs is no change of the moment.
func (s *Service) compareSettled(ctx context.Context, id string) (*comparison, error) {
	for range verifyTries {
		before, err := s.store.Consultation(ctx, id)
		if err != nil {
			return nil, err
		}
		a := &comparison{s: s, c: before, checked: Checked{Consultations: 1}}
		if err := a.run(ctx); err != nil {
			return nil, err
		}
		after, err := s.store.Consultation(ctx, id)
		if err != nil {
			return nil, err
		}
		if len(a.diffs) == 0 || (before.Fence() == after.Fence() && before.Version == after.Version) {
			return a, nil
		}
	}
	return nil, models.Fail(models.CodeUnavailable, "error.verify.busy")
}

func (a *comparison) run(ctx context.Context) error {
	for _, step := range []func(context.Context) error{a.chain, a.items, a.tallies, a.files} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// note adds differences, with the consultation in front of the place.
func (a *comparison) note(diffs ...sealed.Difference) {
	for _, d := range diffs {
		d.Where = a.c.Slug + ": " + d.Where
		a.diffs = append(a.diffs, d)
	}
}

// chain recomputes the hash of each decision from its rows.
func (a *comparison) chain(ctx context.Context) error {
	var chain sealed.Chain
	a.decided, a.hashes = map[models.Item][]models.DecisionItem{}, map[int64]string{}
	err := a.s.eachDecision(ctx, a.c.ID, 0, func(d models.Decision) error {
		a.checked.Decisions++
		chain.Add(d.Seq, d.PrevHash, d.Hash, d.ChainHash())
		a.hashes[d.Seq] = d.Hash
		for _, it := range d.Items {
			a.decided[it.Item] = append(a.decided[it.Item], it)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the decisions: %w", err)
	}
	a.note(chain.Finish(a.c.ChainLength, a.c.ChainHead)...)
	return nil
}

// items compares each reply and idea with its decisions, and counts the published ones.
func (a *comparison) items(ctx context.Context) error {
	a.names, a.merged = map[string]string{}, nil
	published, met := map[models.Kind]int64{}, map[models.Item]bool{}
	err := a.s.store.EachItem(ctx, a.c.ID, func(i models.VerifyItem) error {
		a.checked.Items++
		met[i.Item] = true
		name := i.Item.String()
		if i.Item.Kind == models.KindIdea && i.Number > 0 {
			name = fmt.Sprintf("idea %d", i.Number)
		}
		if i.Item.Kind == models.KindIdea {
			a.names[i.ID] = name
			a.merged = append(a.merged, models.Idea{Contribution: i.Contribution, Number: i.Number, MergedInto: i.MergedInto})
		}
		if i.Status == models.StatusPublished {
			published[i.Item.Kind]++
		}
		a.item(name, i)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the texts: %w", err)
	}
	for item := range a.decided {
		if !met[item] {
			a.note(sealed.Difference{Where: item.String(), Want: "a text: it was decided on", Got: "missing"})
		}
	}
	a.note(sealed.Compare(nil, "published ideas", published[models.KindIdea], a.c.IdeaCount)...)
	a.note(sealed.Compare(nil, "published replies", published[models.KindReply], a.c.ReplyCount)...)
	return nil
}

// item follows the status of one text through its decisions and compares the
// wordings decided on with their digests.
func (a *comparison) item(name string, i models.VerifyItem) {
	status := models.StatusPending
	if i.Organiser {
		status = models.StatusPublished
	}
	for _, d := range a.decided[i.Item] {
		a.note(sealed.Compare(nil, name+": status before a decision", status, d.From)...)
		status = d.To
		a.wording(name, i, d)
	}
	if i.Status != models.StatusErased {
		a.note(sealed.Compare(nil, name+": status", status, i.Status)...)
	}
}

// wording recomputes the digest of the text that was decided on. An erased text
// has neither words nor salt, so there is nothing to compare.
func (a *comparison) wording(name string, i models.VerifyItem, d models.DecisionItem) {
	if i.Status == models.StatusErased {
		return
	}
	title, body, found := i.Title, i.Body, i.Rev == d.Rev
	for _, r := range i.Revisions {
		if r.Rev == d.Rev {
			title, body, found = r.Title, r.Body, true
		}
	}
	where := fmt.Sprintf("%s: text of revision %d", name, d.Rev)
	if !found {
		a.note(sealed.Difference{Where: where, Want: "the wording that was decided on", Got: "missing"})
		return
	}
	a.note(sealed.Compare(nil, where, d.Digest, models.TextDigest(i.Salt, title, body))...)
}

// tallies counts the votes from nothing.
func (a *comparison) tallies(ctx context.Context) error {
	count, err := a.s.recountVotes(ctx, a.c.ID, a.merged)
	if err != nil {
		return err
	}
	a.checked.Votes += count.read
	cached, err := a.s.store.CachedTallies(ctx, a.c.ID)
	if err != nil {
		return fmt.Errorf("read the tallies: %w", err)
	}
	a.note(tallyDifferences(a.c, cached, count, func(id string) string { return orElse(a.names[id], "idea "+id) })...)
	return nil
}

// files checks every sealed version.
func (a *comparison) files(ctx context.Context) error {
	versions, err := a.s.store.SealedVersions(ctx, a.c.ID)
	if err != nil {
		return fmt.Errorf("read the sealed files: %w", err)
	}
	isSealed := a.c.State == models.StateSealed || a.c.State == models.StateAnswered
	if isSealed && len(versions) == 0 {
		a.note(sealed.Difference{Where: "sealed files", Want: "at least one version", Got: "missing"})
	}
	revisions, err := a.s.store.ConsultationRevisions(ctx, a.c.ID)
	if err != nil {
		return fmt.Errorf("read the changes: %w", err)
	}
	changes := models.RuleChanges(revisions)
	for n, v := range versions {
		a.note(sealed.Compare(nil, "sealed files: version", n+1, v.Version)...)
		a.checked.Files += 2
		for _, d := range sealed.VerifyVersion(v, a.c.ID, a.hashes) {
			d.Where = fmt.Sprintf("sealed version %d, %s", v.Version, d.Where)
			a.note(d)
		}
		for _, d := range sealed.CompareChanges(changes, v.Result.Changes) {
			d.Where = fmt.Sprintf("sealed version %d, %s", v.Version, d.Where)
			a.note(d)
		}
	}
	return nil
}
