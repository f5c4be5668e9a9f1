package storetest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"folkmoot/models"
)

// writers is how many write at once.
const writers = 64

var raceCases = []testCase{
	{"64 change their votes on one idea: the tally is the count", raceVotes},
	{"one participant votes from 64 browsers: one entry", raceOneVoter},
	{"16 change the settings at once: one does", raceSettings},
	{"16 of staff act at once: one chain, each act once", raceAudit},
	{"64 use one link: one gets in", raceUseLink},
	{"64 use their ballots at once: each counts once", raceBallots},
	{"64 ask for sign-in links for one address: five are sent", raceLinkLimit},
	{"64 reply in one consultation: every reply is there once", raceReplies},
	{"64 send one reply with one id: it is there once", raceReplyTwice},
	{"64 decide on one item: one wins", raceDecideSame},
	{"64 decide on different items: the chain is whole and no number comes twice", raceDecideOthers},
	{"64 take one slug: one wins", raceSlug},
	{"64 edit one consultation: one wins", raceEdit},
	{"64 edit one reply: one wins", raceEditReply},
	{"64 import one post: it is there once", raceImport},
	{"64 join with one address: one account", raceJoin},
	{"64 become moderators: no number comes twice", raceModerators},
	{"64 admins lose all their roles at once: one stays admin", raceRevoke},
	{"64 claim jobs: each job goes to one", raceClaim},
	{"64 seal: one wins", raceSeal},
	{"votes, replies, decisions and readers at once leave a whole store", raceAll},
}

// crowd adds as many participants as there are writers.
func (e *env) crowd() []models.Participant {
	e.Helper()
	people := make([]models.Participant, writers)
	e.all(together(writers, func(w int) (err error) {
		people[w], err = e.at(w).EnsureParticipant(e.ctx, e.newPerson(fmt.Sprint("voter", w)), Entry(models.AuditRoleGranted))
		return err
	}))
	return people
}

var anyChoice = []models.Choice{models.ChoiceAgree, models.ChoiceDisagree, models.ChoicePass, models.ChoiceNone}

// castSome casts random votes as one participant and returns the last choice.
func (e *env) castSome(i models.Idea, p models.Participant, w int) (last models.Choice, err error) {
	random := rand.New(rand.NewPCG(uint64(w), 1))
	for range 4 {
		last = anyChoice[random.IntN(len(anyChoice))]
		if _, _, err = e.at(w).PutVote(e.ctx, newVote(i, p, last)); err != nil {
			return last, err
		}
		e.clock.Add(time.Millisecond)
	}
	return last, nil
}

func raceVotes(e *env) {
	c := e.open("Markets", "Alms")
	i, people := e.ideas(c)[0], e.crowd()
	last := make([]models.Choice, writers)
	e.all(together(writers, func(w int) (err error) {
		last[w], err = e.castSome(i, people[w], w)
		return err
	}))
	var want models.Tally
	for w, choice := range last {
		want.Add(choice, 1)
		own := must(e.store.OwnVotes(e.ctx, c.ID, people[w].ID))(e)
		if choice != models.ChoiceNone && own[i.ID] != choice {
			e.Errorf("voter %d chose %s last, kept is %q", w, choice, own[i.ID])
		}
	}
	e.equal("tally", e.ideas(c)[0].Tally, want)
	e.equal("the other idea's", e.ideas(c)[1].Tally, models.Tally{})
	e.counted(c)
	e.voters(c)
}

func raceOneVoter(e *env) {
	c := e.open("Markets")
	i, p := e.ideas(c)[0], e.person("Ada")
	e.all(together(writers, func(w int) error {
		_, err := e.castSome(i, p, w)
		return err
	}))
	e.equal("entries", len(e.votes(c)), 1)
	e.counted(c)
	e.voters(c)
}

func raceBallots(e *env) {
	c := e.open("Markets")
	uses := make([]models.LinkUse, writers)
	for w := range uses {
		uses[w] = e.linkUse(e.ballot(c, fmt.Sprint("voter", w), e.chosen(c, anyChoice[w%3])...).TokenHash)
	}
	e.all(together(writers, func(w int) error {
		used, err := e.at(w).UseLink(e.ctx, uses[w])
		if err == nil && (used.Counted != 1 || !used.Created) {
			err = fmt.Errorf("counted %d, created %t", used.Counted, used.Created)
		}
		return err
	}))
	e.equal("tally", e.ideas(c)[0].Tally, models.Tally{Agree: 22, Disagree: 21, Pass: 21})
	e.equal("unconfirmed", must(e.store.UnconfirmedVotes(e.ctx, c.ID))(e), int64(0))
	e.counted(c)
	e.voters(c)
}

func raceReplies(e *env) {
	c := e.open()
	root := e.published(e.newReply(c))
	const each = 4
	batch := make([]models.Reply, writers*each)
	for k := range batch {
		batch[k] = e.answerTo(root)
		if k%3 == 0 {
			batch[k] = e.newReply(c)
		}
	}
	e.all(together(writers, func(w int) (err error) {
		for k := w * each; k < (w+1)*each && err == nil; k++ {
			batch[k], err = e.at(w).AddReply(e.ctx, batch[k], nil)
		}
		return err
	}))
	seqs := map[int64]string{root.Seq: root.ID}
	for _, r := range batch {
		if other := seqs[r.Seq]; other != "" {
			e.Errorf("seq %d is both %s and %s", r.Seq, other, r.ID)
		}
		seqs[r.Seq] = r.ID
		e.equal("as read", e.reply(r.ID), r)
	}
	e.once("the queue", ids(e.queue(models.QueueFilter{Limit: 50}), entryID), ids(batch, replyID))
	e.decide(models.ActionPublish, ids(batch, models.Reply.Item)...)
	shown := e.thread(models.ThreadQuery{ConsultationID: c.ID, Limit: 30})
	e.once("the thread", ids(shown, replyID), ids(batch, replyID))
	e.equal("how many", len(shown), len(batch)+1)
	e.equal("sorted", slices.IsSortedFunc(shown, func(a, b models.Reply) int {
		if a.Path < b.Path {
			return -1
		}
		return 1
	}), true)
	e.equal("ReplyCount", e.reload(c).ReplyCount, int64(len(batch)+1))
}

func raceDecideOthers(e *env) {
	c := e.open("Markets")
	acts := make([]models.Decision, writers)
	for w := range acts {
		acts[w] = e.decision(models.ActionPublish, e.pendingIdea(c, "Idea").Item(), e.pending(e.newReply(c)).Item())
	}
	e.all(together(writers, func(w int) error {
		_, err := e.at(w).Decide(e.ctx, acts[w], nil)
		return err
	}))
	e.chained(c, writers)
	for n, i := range e.ideas(c) {
		e.equal("number", i.Number, n+1)
	}
	got := e.reload(c)
	e.equal("ideas and replies", []int64{got.IdeaCount, got.ReplyCount}, []int64{writers + 1, writers})
	e.equal("the queue", len(e.queue(models.QueueFilter{})), 0)
}

func raceClaim(e *env) {
	c := e.open()
	var want []string
	for range 8 {
		jobs := make([]models.Job, 20)
		for k := range jobs {
			jobs[k] = e.newMessage("Ada")
			want = append(want, jobs[k].ID)
		}
		e.enqueue(c, jobs...)
	}
	claims := make([][]models.Job, writers)
	e.all(together(writers, func(w int) (err error) {
		if claims[w], err = e.at(w).ClaimJobs(e.ctx, 2, time.Hour); len(claims[w]) > 2 {
			err = fmt.Errorf("claimed %d, asked for 2", len(claims[w]))
		}
		return err
	}))
	got := ids(slices.Concat(claims...), jobID)
	for rest := e.claimed(50); len(rest) > 0; rest = e.claimed(50) { // what claimers lost to each other
		got = append(got, rest...)
	}
	e.once("claimed", got, want)
}

// readAll reads what a page needs; a tally read at any moment is one of whole votes.
func (e *env) readAll(c models.Consultation) error {
	ideas, err := e.store.Ideas(e.ctx, models.IdeaFilter{ConsultationID: c.ID})
	if err != nil {
		return err
	}
	for _, i := range ideas {
		if t := i.Tally; t.Agree < 0 || t.Disagree < 0 || t.Pass < 0 || t.Total() > writers {
			return fmt.Errorf("idea %d has the tally %+v", i.Number, t)
		}
	}
	slice, err := e.store.Thread(e.ctx, models.ThreadQuery{ConsultationID: c.ID, Limit: 20})
	for _, r := range slice.Replies {
		if !r.Shown() {
			return fmt.Errorf("%s is in the thread and %s", r.ID, r.Status)
		}
	}
	return err
}

func raceAll(e *env) {
	c := e.open("Markets", "Alms")
	ideas, people := e.ideas(c), e.crowd()
	acts := make([]models.Decision, writers)
	for w := range acts {
		acts[w] = e.decision(models.ActionPublish, e.pending(e.newReply(c)).Item())
	}
	late := make([]models.Reply, writers)
	for w := range late {
		late[w] = e.newReply(c)
		late[w].IdeaID = ideas[w%2].ID
	}
	e.all(together(4*writers, func(n int) (err error) {
		switch w := n / 4; n % 4 {
		case 0:
			_, err = e.castSome(ideas[w%2], people[w], w)
		case 1:
			_, err = e.at(w).AddReply(e.ctx, late[w], []models.Job{{ID: "job " + late[w].ID, Kind: models.JobReceived, Recipient: "ada@example.org"}})
		case 2:
			_, err = e.at(w).Decide(e.ctx, acts[w], nil)
		default:
			err = e.readAll(c)
		}
		return err
	}))
	e.counted(c)
	e.voters(c)
	e.chained(c, writers)
	e.once("the queue", ids(e.queue(models.QueueFilter{Limit: 50}), entryID), ids(late, replyID))
	e.equal("the thread", len(e.thread(models.ThreadQuery{ConsultationID: c.ID, Limit: 30})), writers)
	e.equal("ReplyCount", e.reload(c).ReplyCount, int64(writers))
	e.equal("jobs", len(e.waiting()), writers)
}
