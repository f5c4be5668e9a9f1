package models

import (
	"encoding/base64"
	"strings"
	"testing"
)

// TestCanonicalRecord looks that what is secret or large enters it as a digest.
func TestCanonicalRecord(t *testing.T) {
	secret := []byte("0123456789abcdef0123456789abcdef")
	for _, one := range []struct{ this, other CopyRecord }{
		{CopiedSite{Secret: secret}, CopiedSite{Secret: secret[1:]}},
		{CopiedSealed{Sealed{Full: secret}}, CopiedSealed{Sealed{Full: secret[1:]}}},
		{CopiedSealed{Sealed{Public: secret}}, CopiedSealed{Sealed{Public: secret[1:]}}},
		{CopiedVote{Vote{Choice: ChoiceAgree}}, CopiedVote{Vote{Choice: ChoicePass}}},
	} {
		this, err := CanonicalRecord(one.this)
		if err != nil {
			t.Fatal(err)
		}
		other, err := CanonicalRecord(one.other)
		if err != nil || string(this) == string(other) {
			t.Errorf("%s and %s, %v", this, other, err)
		}
		if plain := base64.StdEncoding.EncodeToString(secret); strings.Contains(string(this), plain) {
			t.Errorf("%s holds %s", this, plain)
		}
	}
}

// TestCopyKinds looks that each kind is there once and comes after what it refers to.
func TestCopyKinds(t *testing.T) {
	at := map[CopyKind]int{}
	for n, k := range CopyKinds() {
		if _, twice := at[k]; twice {
			t.Errorf("%s comes twice", k)
		}
		at[k] = n
	}
	for _, pair := range [][2]CopyKind{
		{CopyConsultations, CopyIdeas},
		{CopyConsultations, CopyReplies},
		{CopyParticipants, CopySessions},
		{CopyIdeas, CopyVotes},
		{CopyIdeas, CopyReports},
		{CopyReplies, CopyReports},
		{CopyIdeas, CopyResponses},
		{CopyReplies, CopyWordings},
	} {
		if at[pair[0]] >= at[pair[1]] {
			t.Errorf("%s come before %s", pair[1], pair[0])
		}
	}
}
