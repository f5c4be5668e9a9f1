package models

import (
	"crypto/sha256"
	"encoding/hex"
)

// Action is what a decision does.
type Action string

// The actions. Withdraw is the author's own, import and erase are the admin's.
const (
	ActionPublish  Action = "publish"
	ActionReject   Action = "reject"
	ActionSpam     Action = "spam"
	ActionRemove   Action = "remove"
	ActionRestore  Action = "restore"
	ActionUndo     Action = "undo"
	ActionWithdraw Action = "withdraw"
	ActionImport   Action = "import"
)

// Decision is one moderator's act on one or more items of one consultation. It
// is only ever added, and chained by hash to the one before it.
type Decision struct {
	ConsultationID string
	Seq            int64 // 1, 2, 3 …, given by the store
	Action         Action
	Reason         string
	ReasonSalt     string
	ActorID        string
	Undoes         int64 // the Seq that this one takes back; 0: none
	Items          []DecisionItem
	At             Time
	PrevHash       string
	Hash           string
}

// DecisionItem is what a decision did to one item.
type DecisionItem struct {
	Item   Item
	Rev    int64 // of the text that was decided on
	From   Status
	To     Status
	Digest string // TextDigest of that text
}

// TextDigest is the salted digest of an item's text at one revision. The salt
// is destroyed when a text is erased, so that the digest then reveals nothing.
func TextDigest(salt, title, body string) string {
	return digest("folkmoot-text-1", salt, title, body)
}

// ReasonDigest is the salted digest of a decision's reason, as it enters the chain.
func ReasonDigest(salt, reason string) string {
	return digest("folkmoot-reason-1", salt, reason)
}

// ChainHash is the hash of the decision as its chain prints it; see SealedDecision.ChainHash.
func (d Decision) ChainHash() string {
	hash, err := d.Sealed().ChainHash(d.ConsultationID)
	if err != nil { // only strings and integers go in
		panic(err)
	}
	return hash
}

// Sealed returns the decision as a sealed file prints it: identifiers and salted digests.
func (d Decision) Sealed() SealedDecision {
	items := make([][6]any, len(d.Items))
	for i, it := range d.Items {
		items[i] = [6]any{string(it.Item.Kind), it.Item.ID, it.Rev, string(it.From), string(it.To), it.Digest}
	}
	return SealedDecision{
		Seq: d.Seq, Action: d.Action, ReasonDigest: digest("folkmoot-reason-1", d.ReasonSalt, d.Reason),
		ActorID: d.ActorID, Undoes: d.Undoes, Items: items, At: d.At.UnixMilli(), PrevHash: d.PrevHash, Hash: d.Hash,
	}
}

// ChainHash is SHA-256 over the canonical JSON of the decision's identifiers and
// salted digests and the hash before it. No name and no text enters it. A value in
// Items that JSON does not know is an error.
func (d SealedDecision) ChainHash(consultationID string) (string, error) {
	items := d.Items
	if items == nil {
		items = [][6]any{}
	}
	b, err := CanonicalJSON(map[string]any{
		"consultation": consultationID,
		"seq":          d.Seq,
		"action":       string(d.Action),
		"reason":       d.ReasonDigest,
		"actor":        d.ActorID,
		"undoes":       d.Undoes,
		"items":        items,
		"at":           d.At,
		"prev":         d.PrevHash,
	})
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), err
}

// HashToken hashes tokens and keys the same way everywhere: SHA-256, hex.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		var n [8]byte
		for i, l := 0, len(p); i < 8; i++ {
			n[i] = byte(l >> (8 * i))
		}
		h.Write(n[:])
		h.Write([]byte(p))
	}
	return hex.EncodeToString(h.Sum(nil))
}
