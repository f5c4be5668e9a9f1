package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"folkmoot/models"
	"folkmoot/models/mongo/mongotest"
	"folkmoot/models/sqlite"
	"folkmoot/views/i18n"
)

// asCopier makes the test binary be the program, which says at its end how much memory
// it has taken, and stops for ever at the line of its progress that the variable names.
const asCopier = "FOLKMOOT_TEST_AS_COPIER"

// runAsCopier is the program under asCopier.
func runAsCopier() int {
	sh := &shell{ctx: context.Background(), out: os.Stdout, err: stopper{os.Stderr, os.Getenv(asCopier)}, clock: models.SystemClock{}, l: i18n.For("")}
	code := sh.run(os.Args[1:])
	fmt.Fprintf(os.Stderr, "peak memory: %d kB\n", peakMemory())
	return code
}

// stopper waits, after the line, for what never comes.
type stopper struct {
	io.Writer
	line string
}

func (s stopper) Write(b []byte) (int, error) {
	n, err := s.Writer.Write(b)
	if strings.TrimSpace(string(b)) == s.line {
		_, _ = io.Copy(io.Discard, os.Stdin)
	}
	return n, err
}

// peakMemory is the most that this process has had in memory, in kB; 0 where the
// system does not say.
func peakMemory() int64 {
	status, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return n
		}
	}
	return 0
}

// copyMemory bounds what a copy may take, in kB, however much it copies.
const copyMemory = 256 << 10

// TestCopyScale copies a large store to MongoDB and back. Either copy is killed in the
// middle of the votes, refused to everybody else meanwhile, and run again. All three
// stores are the same but for the log, to which each copy adds an entry in its source, and
// verify is content with them.
func TestCopyScale(t *testing.T) {
	uri := mongotest.Database(t)
	dir := t.TempDir()
	here, back := filepath.Join(dir, "here.db"), filepath.Join(dir, "back.db")
	size := bulk{replies: scaled(200_000), votes: scaled(1_000_000)}
	size.fill(t, here)
	first := copyKilled(t, here, uri, size.votes)
	second := copyKilled(t, uri, back, size.votes)
	if first != second || !strings.Contains(first, fmt.Sprintf(" %d ", size.votes)) {
		t.Errorf("there:\n%s\nand back:\n%s", first, second)
	}
	for _, store := range []string{uri, back} {
		if code, out, errs := command(t, "verify", "--store", store); code != exitDone {
			t.Errorf("verify %s: %s%s", store, out, errs)
		}
	}
}

// copyKilled copies, kills the program in the middle of the votes, looks that nobody
// takes what it left for a store, and copies again. It returns the table of what was copied,
// without the log and the site, which has the log's end.
func copyKilled(t *testing.T, from, to string, votes int) string {
	t.Helper()
	began := time.Now()
	half := int64(1000)
	for nextProgressCount(half) <= int64(votes/2) {
		half = nextProgressCount(half)
	}
	stop := strings.TrimSpace(i18n.For("").T("cli.copy.progress", "kind", i18n.For("").T("cli.copy.kind.votes"), "count", half))
	if code, out, errs := copier(t, stop, "copy", "--from", from, "--to", to); code >= 0 {
		t.Fatalf("the copy ended with %d before it was killed: %s%s", code, out, errs)
	}
	if code, _, errs := command(t, "verify", "--store", to); code != exitFailed || !strings.Contains(errs, "half a copy") {
		t.Fatalf("half a copy was taken for a store: %d, %s", code, errs)
	}
	code, out, errs := copier(t, "", "copy", "--from", from, "--to", to)
	if code != exitDone || !strings.Contains(out, i18n.For("").T("cli.copy.resumed")) {
		t.Fatalf("the second run: %d, %s%s", code, out, errs)
	}
	peak := int64(0)
	for line := range strings.Lines(errs) {
		_, _ = fmt.Sscanf(line, "peak memory: %d kB", &peak)
	}
	if peak > copyMemory {
		t.Errorf("copying took %d kB, the bound is %d", peak, copyMemory)
	}
	t.Logf("copied from %s to %s in %v, %d kB at most", storeName(from), storeName(to), time.Since(began).Round(100*time.Millisecond), peak)
	_, table, _ := strings.Cut(out, "\n")
	var same []string
	for line := range strings.Lines(table) {
		if l := i18n.For(""); !strings.Contains(line, l.T("cli.copy.kind.audit")) && !strings.Contains(line, l.T("cli.copy.kind.site")) {
			same = append(same, line)
		}
	}
	return strings.Join(same, "")
}

// copier runs the program, kills it at a line of its progress (then code is -1) and
// gives what it said.
func copier(t *testing.T, stop string, args ...string) (code int, out, errs string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asCopier+"="+cmp.Or(stop, "nothing"))
	var said, told bytes.Buffer
	cmd.Stdout = &said
	progress, err := cmd.StderrPipe()
	check(t, err)
	_, err = cmd.StdinPipe() // on which it waits
	check(t, err)
	check(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(progress)
	for lines.Scan() {
		told.WriteString(lines.Text() + "\n")
		if stop != "" && strings.TrimSpace(lines.Text()) == stop {
			check(t, cmd.Process.Kill())
		}
	}
	_ = cmd.Wait() // its code tells
	return cmd.ProcessState.ExitCode(), said.String(), told.String()
}

// bulk is a store of many replies and votes.
type bulk struct{ replies, votes int }

// bulkIdeas is how many ideas there are to vote on.
const bulkIdeas = 50

// fill makes the store as a copy is made: in records.
func (b bulk) fill(t *testing.T, file string) {
	t.Helper()
	ctx := t.Context()
	s, err := sqlite.Open(ctx, file, sqlite.Options{Copying: true})
	check(t, err)
	check(t, s.BeginCopy(ctx, models.CopyMark{Source: "test"}))
	var batch []models.CopyRecord
	b.records(func(r models.CopyRecord) {
		if batch = append(batch, r); len(batch) == 1000 {
			check(t, s.CopyIn(ctx, batch))
			batch = batch[:0]
		}
	})
	check(t, s.CopyIn(ctx, batch))
	check(t, s.FinishCopy(ctx))
	check(t, s.EndCopy(ctx))
	check(t, s.Close())
}

// bulkID makes identifiers that come in no order.
func bulkID(kind string, n int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %d", kind, n))
	return fmt.Sprintf("%x-%x-7%x-8%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}

// records returns all records of the store, what is referred to first.
func (b bulk) records(give func(models.CopyRecord)) {
	people := b.votes / bulkIdeas
	c := models.CopiedConsultation{ReplySeq: int64(b.replies), Consultation: bulkConsultation()}
	c.IdeaCount, c.ReplyCount, c.VoterCount, c.VoteSeq = bulkIdeas, int64(b.replies), int64(people), int64(b.votes)
	chain := b.decisions(&c.Consultation)
	give(c)
	for n := range people {
		address := fmt.Sprintf("p%d@example.org", n)
		give(models.CopiedParticipant{Participant: models.Participant{
			ID: bulkID("person", n), Name: fmt.Sprintf("Person %d", n), Address: address, AddressKey: address,
			Capacity: models.CapacityResident, Grants: []models.Grant{}, Language: "en", CreatedAt: c.OpensAt,
		}})
	}
	b.ideas(c.Consultation, people, give)
	var parent *models.Reply
	for n := range b.replies {
		r := bulkReply(c.Consultation, n)
		if n%5 == 0 {
			parent = nil
		}
		r.Place(parent, int64(n)+1)
		parent = &r
		give(models.CopiedReply{Reply: r, CopiedStanding: models.CopiedStanding{DecidedAt: c.OpensAt, LastSeq: int64(n/500) + 1}})
	}
	for _, d := range chain {
		give(d)
	}
}

func bulkConsultation() models.Consultation {
	opened := models.Millis(models.SystemClock{}.Now().AddDate(0, 0, -7))
	return models.Consultation{
		ID: bulkID("consultation", 0), Slug: "bulk", State: models.StateOpen, Language: "en", TimeZone: "Europe/London",
		Texts:    map[string]models.ConsultationText{"en": {Title: "Bulk", Question: "How much?", Body: "Much", BodyHTML: "<p>Much</p>"}},
		Settings: models.DefaultSettings(), OpensAt: opened, ClosesAt: opened.AddDate(0, 2, 0), AnswerBy: opened.AddDate(0, 3, 0),
		CreatedAt: opened, Rev: 2, Version: 2,
	}
}

// ideas returns the ideas with their tallies, and the votes.
func (b bulk) ideas(c models.Consultation, people int, give func(models.CopyRecord)) {
	choices := []models.Choice{models.ChoiceAgree, models.ChoiceDisagree, models.ChoicePass, models.ChoiceAgree}
	for n := range bulkIdeas {
		i := models.Idea{
			Contribution: bulkText(c, bulkID("idea", n)), Number: n + 1, Title: fmt.Sprintf("Idea %d", n+1), Body: "Why not",
			BodyHTML: "<p>Why not</p>", Organiser: true, FirstVote: c.OpensAt,
		}
		for p := range people {
			i.Tally.Add(choices[(p+n)%len(choices)], 1)
		}
		give(models.CopiedIdea{Idea: i})
	}
	for v := range b.votes {
		p, n := v/bulkIdeas, v%bulkIdeas
		who := bulkID("person", p)
		give(models.CopiedVote{Vote: models.Vote{
			ConsultationID: c.ID, IdeaID: bulkID("idea", n), ParticipantID: who, Voice: who, Capacity: models.CapacityResident,
			Tier: models.TierEmail, Channel: models.ChannelOnline, Choice: choices[(p+n)%len(choices)], At: c.OpensAt,
		}})
	}
}

func bulkText(c models.Consultation, id string) models.Contribution {
	return models.Contribution{
		ID: id, ConsultationID: c.ID, AuthorName: "Ada", Channel: models.ChannelOnline, Language: "en",
		Status: models.StatusPublished, Rev: 1, Salt: models.HashToken(id), CreatedAt: c.OpensAt, PublishedAt: c.OpensAt,
	}
}

func bulkReply(c models.Consultation, n int) models.Reply {
	text := fmt.Sprintf("Reply %d says what people say of shops, buses and rates. ", n)
	text = strings.Repeat(text, 1+n%5)
	return models.Reply{Contribution: bulkText(c, bulkID("reply", n)), Body: text, BodyHTML: "<p>" + text + "</p>"}
}

// decisions makes the chain that publishes the replies, 500 at a time.
func (b bulk) decisions(c *models.Consultation) (chain []models.CopiedDecision) {
	for n := 0; n < b.replies; n += 500 {
		d := models.CopiedDecision{Decision: models.Decision{
			ConsultationID: c.ID, Seq: c.ChainLength + 1, Action: models.ActionPublish, ReasonSalt: models.HashToken("reason"),
			ActorID: "moderator", At: c.OpensAt, PrevHash: c.ChainHead,
		}}
		for k := n; k < min(n+500, b.replies); k++ {
			r := bulkReply(*c, k)
			d.Items = append(d.Items, models.DecisionItem{
				Item: r.Item(), Rev: 1, From: models.StatusPending, To: models.StatusPublished, Digest: models.TextDigest(r.Salt, "", r.Body),
			})
			d.Waited = append(d.Waited, 1000)
		}
		d.Hash = d.ChainHash()
		c.ChainLength, c.ChainHead = d.Seq, d.Hash
		chain = append(chain, d)
	}
	return chain
}

// scaled returns full in a full-size run, the like fraction of it at other scales and a
// hundredth unless told.
func scaled(full int) int {
	scale, err := strconv.ParseFloat(os.Getenv("FOLKMOOT_TEST_SCALE"), 64)
	if err != nil || scale <= 0 {
		scale = 0.01
	}
	return max(1, int(float64(full)*min(scale, 1)))
}
