package models

import (
	"reflect"
	"testing"
)

var (
	allActions  = []Action{ActionPublish, ActionReject, ActionSpam, ActionRemove, ActionRestore, ActionUndo, ActionWithdraw, ActionImport}
	allStatuses = []Status{StatusPending, StatusPublished, StatusRejected, StatusSpam, StatusRemoved, StatusErased}
)

// TestNext asks for every action in every status, of what its author withdrew too.
func TestNext(t *testing.T) {
	type step struct {
		do   Action
		from Status
	}
	leads := map[step]Status{
		{ActionPublish, StatusPending}:    StatusPublished,
		{ActionPublish, StatusPublished}:  StatusPublished, // a report is dismissed so
		{ActionReject, StatusPending}:     StatusRejected,
		{ActionSpam, StatusPending}:       StatusSpam,
		{ActionSpam, StatusPublished}:     StatusSpam,
		{ActionRemove, StatusPublished}:   StatusRemoved,
		{ActionRestore, StatusRejected}:   StatusPublished,
		{ActionRestore, StatusSpam}:       StatusPublished,
		{ActionRestore, StatusRemoved}:    StatusPublished,
		{ActionWithdraw, StatusPending}:   StatusRemoved,
		{ActionWithdraw, StatusPublished}: StatusRemoved,
	}
	for _, a := range append(allActions, "", "delete") {
		for _, s := range allStatuses {
			for _, withdrawn := range []bool{false, true} {
				want := leads[step{a, s}]
				if withdrawn && a == ActionRestore {
					want = ""
				}
				got, err := a.Next(Contribution{Status: s, Withdrawn: withdrawn})
				code := CodeConflict
				if want != "" {
					code = ""
				}
				refused(t, string(a)+" when "+string(s), err, code, "error.decision.status")
				if got != want {
					t.Errorf("%s when %s (withdrawn %v): %q, want %q", a, s, withdrawn, got, want)
				}
			}
		}
	}
}

// TestNeedsReason wants one where the author is told no.
func TestNeedsReason(t *testing.T) {
	for _, a := range allActions {
		if got, want := a.NeedsReason(), a == ActionReject || a == ActionRemove; got != want {
			t.Errorf("%s: %v, want %v", a, got, want)
		}
	}
}

// TestParseAction lets the form send five actions and nothing else.
func TestParseAction(t *testing.T) {
	for typed, ok := range map[string]bool{
		"publish": true, "reject": true, "spam": true, "remove": true, "restore": true,
		"undo": false, "withdraw": false, "import": false, "erase": false, "": false, "Publish": false, " publish": false, "publish\x00": false,
	} {
		got, err := ParseAction(typed)
		if ok && (err != nil || got != Action(typed)) {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
		if !ok {
			refused(t, typed, err, CodeInvalid, "error.decision.unknown")
		}
	}
}

func TestParseItem(t *testing.T) {
	for typed, want := range map[string]Item{
		"reply-1":                {KindReply, "1"},
		"idea-0190a1b2-c3d4-7e5": {KindIdea, "0190a1b2-c3d4-7e5"},
		"reply--":                {KindReply, "-"},
	} {
		got, err := ParseItem(typed)
		if err != nil || got != want || got.String() != typed {
			t.Errorf("%q: %v, %v", typed, got, err)
		}
	}
	for _, typed := range []string{"", "-", "reply", "reply-", "idea-", "-1", "vote-1", "Reply-1", " reply-1", "reply_1", "replyidea-1"} {
		got, err := ParseItem(typed)
		refused(t, typed, err, CodeNotFound, "error.item.unknown")
		if got != (Item{}) {
			t.Errorf("%q: %v", typed, got)
		}
	}
}

// TestShown keeps a gap for what was once public, and nothing for the rest.
func TestShown(t *testing.T) {
	for _, s := range allStatuses {
		never, once := Contribution{Status: s}, Contribution{Status: s, PublishedAt: opened}
		if got, want := never.Shown(), s == StatusPublished; got != want {
			t.Errorf("%s, never published: %v", s, got)
		}
		if got, want := once.Shown(), s == StatusPublished || s == StatusRemoved || s == StatusErased; got != want {
			t.Errorf("%s, published once: %v", s, got)
		}
	}
}

// TestOwnedBy returns nothing to nobody, and an account's text to no cookie.
func TestOwnedBy(t *testing.T) {
	for _, c := range []struct {
		name, participant, guest string
		by                       Author
		want                     bool
	}{
		{"its participant", "p1", "", Author{ParticipantID: "p1"}, true},
		{"another participant", "p1", "", Author{ParticipantID: "p2"}, false},
		{"its participant's cookie alone", "p1", "g1", Author{Guest: "g1"}, false},
		{"its guest", "", "g1", Author{Guest: "g1"}, true},
		{"its guest, signed in", "", "g1", Author{ParticipantID: "p1", Guest: "g1"}, true},
		{"another guest", "", "g1", Author{Guest: "g2"}, false},
		{"nobody's, asked by nobody", "", "", Author{}, false},
		{"nobody's, asked by somebody", "", "", Author{ParticipantID: "p1"}, false},
	} {
		con := Contribution{ParticipantID: c.participant, Guest: c.guest}
		if got := con.OwnedBy(c.by); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// testDecision is one decision as its chain prints it.
func testDecision() SealedDecision {
	return SealedDecision{
		Seq: 2, Action: ActionReject, ReasonDigest: "aa11", ActorID: "p7", Undoes: 0,
		Items: [][6]any{{"reply", "r1", int64(3), "pending", "rejected", "bb22"}, {"idea", "i1", int64(1), "pending", "rejected", "cc33"}},
		At:    1803891600000, PrevHash: "dd44",
	}
}

// goldenChainHash is SHA-256 over
//
//	{"action":"reject","actor":"p7","at":1803891600000,"consultation":"c1","items":[["reply","r1",3,"pending","rejected","bb22"],
//	["idea","i1",1,"pending","rejected","cc33"]],"prev":"dd44","reason":"aa11","seq":2,"undoes":0}
//
// on one line.
const goldenChainHash = "9ef81add5cf500fc8ac3232d2c65280a5118cfd1a2d00f3800481800cc04cbc1"

// TestChainHash changes one field at a time: each must change the hash.
func TestChainHash(t *testing.T) {
	hash := func(d SealedDecision, consultation string) string {
		h, err := d.ChainHash(consultation)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	golden := hash(testDecision(), "c1")
	if golden != goldenChainHash {
		t.Errorf("the hash of old chains moved: %s", golden)
	}
	seen := map[string]string{golden: "nothing"}
	differs := func(what, h string) {
		if before, ok := seen[h]; ok {
			t.Errorf("changing %s gives the hash of changing %s", what, before)
		}
		seen[h] = what
	}
	differs("the consultation", hash(testDecision(), "c2"))
	for name, change := range map[string]func(*SealedDecision){
		"the number":        func(d *SealedDecision) { d.Seq = 3 },
		"the action":        func(d *SealedDecision) { d.Action = ActionSpam },
		"the reason":        func(d *SealedDecision) { d.ReasonDigest = "aa12" },
		"the actor":         func(d *SealedDecision) { d.ActorID = "p8" },
		"what it undoes":    func(d *SealedDecision) { d.Undoes = 1 },
		"the time":          func(d *SealedDecision) { d.At++ },
		"the hash before":   func(d *SealedDecision) { d.PrevHash = "dd45" },
		"the items' order":  func(d *SealedDecision) { d.Items[0], d.Items[1] = d.Items[1], d.Items[0] },
		"the items":         func(d *SealedDecision) { d.Items = d.Items[:1] },
		"all of the items":  func(d *SealedDecision) { d.Items = nil },
		"an item's kind":    func(d *SealedDecision) { d.Items[0][0] = "idea" },
		"an item's id":      func(d *SealedDecision) { d.Items[0][1] = "r2" },
		"an item's wording": func(d *SealedDecision) { d.Items[0][2] = int64(4) },
		"an item's from":    func(d *SealedDecision) { d.Items[0][3] = "published" },
		"an item's to":      func(d *SealedDecision) { d.Items[0][4] = "spam" },
		"an item's digest":  func(d *SealedDecision) { d.Items[0][5] = "bb23" },
	} {
		d := testDecision()
		change(&d)
		differs(name, hash(d, "c1"))
	}
	own := testDecision()
	own.Hash = "its own hash does not enter it"
	if hash(own, "c1") != golden {
		t.Error("the hash hashes itself")
	}
	if _, err := (SealedDecision{Items: [][6]any{{func() {}}}}).ChainHash("c1"); err == nil {
		t.Error("an item that no file can hold was hashed")
	}
}

// TestDecisionChainHash returns the store's form and the file's form one hash, with
// salts in it and no text.
func TestDecisionChainHash(t *testing.T) {
	d := Decision{
		ConsultationID: "c1", Seq: 2, Action: ActionReject, Reason: "Not about supply", ReasonSalt: "s1", ActorID: "p7", At: opened, PrevHash: "dd44",
		Items: []DecisionItem{{Item: Item{KindReply, "r1"}, Rev: 3, From: StatusPending, To: StatusRejected, Digest: TextDigest("s2", "", "text")}},
	}
	want, err := d.Sealed().ChainHash("c1")
	if err != nil || d.ChainHash() != want {
		t.Errorf("%s, want %s (%v)", d.ChainHash(), want, err)
	}
	for name, change := range map[string]func(*Decision){
		"salt":   func(d *Decision) { d.ReasonSalt = "s3" },
		"reason": func(d *Decision) { d.Reason = "" },
		"time":   func(d *Decision) { d.At = d.At.Add(ms) },
	} {
		other := d
		change(&other)
		if other.ChainHash() == want {
			t.Errorf("another %s, the same hash", name)
		}
	}
	if got := d.Sealed(); got.ReasonDigest != ReasonDigest("s1", "Not about supply") || !reflect.DeepEqual(got.Items[0], [6]any{"reply", "r1", int64(3), "pending", "rejected", TextDigest("s2", "", "text")}) {
		t.Errorf("the sealed form is %+v", got)
	}
}

// TestDigests keeps the parts of a digest apart, and its kinds.
func TestDigests(t *testing.T) {
	seen := map[string]string{}
	for name, d := range map[string]string{
		"a, bc": TextDigest("s", "a", "bc"), "ab, c": TextDigest("s", "ab", "c"), "abc": TextDigest("s", "", "abc"),
		"salt": TextDigest("sa", "", "bc"), "reason": ReasonDigest("s", "abc"), "none": TextDigest("", "", ""),
	} {
		if other, ok := seen[d]; ok {
			t.Errorf("%s and %s have one digest", name, other)
		}
		seen[d] = name
	}
}
