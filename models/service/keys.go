package service

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"unicode"

	"go.mau.fi/util/confusable"
	"golang.org/x/net/idna"
	"golang.org/x/text/unicode/norm"

	"folkmoot/models"
)

var encoding = base64.RawURLEncoding.Strict()

// Sign binds payload to a purpose: base64url of the payload, a dot, and base64url
// of its HMAC-SHA256 under a key derived from the store's secret for that purpose.
// It fits into cookies and addresses.
func (s *Service) Sign(purpose, payload string) string {
	return encoding.EncodeToString([]byte(payload)) + "." + encoding.EncodeToString(s.mac("sign", purpose, payload))
}

// Unsign returns the payload of what Sign made for the same purpose; ok is false
// for anything else.
func (s *Service) Unsign(purpose, signed string) (payload string, ok bool) {
	left, right, found := strings.Cut(signed, ".")
	text, err := encoding.DecodeString(left)
	mac, err2 := encoding.DecodeString(right)
	if !found || err != nil || err2 != nil || !hmac.Equal(mac, s.mac("sign", purpose, string(text))) {
		return "", false
	}
	return string(text), true
}

// paddedTo is the multiple of bytes to which Encrypt fills up a payload.
const paddedTo = 256

// Encrypt returns payload so that nobody without the store's secret can read or make it,
// nor tell from its length much of what it holds: base64url of a random nonce and of
// AES-256-GCM under a key derived for the purpose. All nodes on a store share the key.
func (s *Service) Encrypt(purpose, payload string) string {
	padded := append([]byte(payload), 1) // the end; zeros follow
	padded = append(padded, make([]byte, (paddedTo-len(padded)%paddedTo)%paddedTo)...)
	return encoding.EncodeToString(s.aead(purpose).Seal(nil, nil, padded, nil))
}

// Decrypt returns the payload of what Encrypt made for the same purpose; ok is false for
// anything else.
func (s *Service) Decrypt(purpose, encrypted string) (payload string, ok bool) {
	sealed, err := encoding.DecodeString(encrypted)
	if err != nil {
		return "", false
	}
	padded, err := s.aead(purpose).Open(nil, nil, sealed, nil)
	if err != nil {
		return "", false
	}
	return strings.TrimSuffix(strings.TrimRight(string(padded), "\x00"), "\x01"), true
}

// aead returns the cipher for a purpose.
func (s *Service) aead(purpose string) cipher.AEAD {
	block, err := aes.NewCipher(s.mac("encrypt", purpose, ""))
	if err != nil {
		panic(err) // a MAC is as long as a key
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // AES has the block size that GCM wants
	}
	return aead
}

// Keyed returns the keyed hash of value for a purpose, base64url: what is kept
// instead of a guest cookie's id or a network.
func (s *Service) Keyed(purpose, value string) string {
	return encoding.EncodeToString(s.mac("hash", purpose, value))
}

// mac derives a key for the use and purpose, then authenticates value with it, so
// that what was made for one purpose is worth nothing for another.
func (s *Service) mac(use, purpose, value string) []byte {
	key := hmac.New(sha256.New, s.secret)
	key.Write([]byte("folkmoot-1 " + use + " " + purpose))
	sum := hmac.New(sha256.New, key.Sum(nil))
	sum.Write([]byte(value))
	return sum.Sum(nil)
}

// contributionToken returns the token of an item's private link. It is derived,
// so that later messages can carry the link while the store keeps only its hash.
func (s *Service) contributionToken(item models.Item) string {
	return s.Keyed("contribution link", item.String())
}

// shownToken returns the token of a private link that is shown on a page to the author of
// a text. Where an address was typed with the text it is not the one that is mailed there:
// who has seen it has not proved that the address is theirs.
func (s *Service) shownToken(item models.Item, by models.Contribution) string {
	if by.Address == "" {
		return s.contributionToken(item)
	}
	return item.String() + "." + s.Keyed(shownLink, item.String())
}

const shownLink = "shown contribution link"

// shownItem returns the item of a token that shownToken made with a mark of its own; ok is
// false for any other token.
func (s *Service) shownItem(token string) (item models.Item, ok bool) {
	name, mark, found := strings.Cut(token, ".")
	if !found || !hmac.Equal([]byte(mark), []byte(s.Keyed(shownLink, name))) {
		return item, false
	}
	item, err := models.ParseItem(name)
	return item, err == nil
}

// NewToken returns 32 random bytes in base64url.
func NewToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: the program stops instead
	return encoding.EncodeToString(b[:])
}

// referenceAlphabet has no two signs that are mistaken for each other, and no vowels.
const referenceAlphabet = "23456789CDFGHJKMNPQRTVWXY"

// NewReference returns a short reference for people to quote: "K7QF-2M9P".
func NewReference() string {
	out := make([]byte, 0, 9)
	for len(out) < 9 {
		if len(out) == 4 {
			out = append(out, '-')
		}
		var b [1]byte
		_, _ = rand.Read(b[:])
		if int(b[0]) < 256/len(referenceAlphabet)*len(referenceAlphabet) { // no sign is likelier than another
			out = append(out, referenceAlphabet[int(b[0])%len(referenceAlphabet)])
		}
	}
	return string(out)
}

// AddressKey returns what an account is found by: the domain as IDNA in lower
// case, the local part in lower case (design: one voice). A letter outside ASCII
// is never lowered into ASCII: a Kelvin sign in somebody's address is no k.
func AddressKey(address string) string {
	local, domain, ok := cutAddress(address)
	local = strings.Map(func(r rune) rune {
		if low := unicode.ToLower(r); r <= unicode.MaxASCII || low > unicode.MaxASCII {
			return low
		}
		return r
	}, local)
	if !ok {
		return local
	}
	if ascii, ok := asciiDomain(domain); ok {
		domain = ascii
	}
	return local + "@" + strings.ToLower(domain)
}

// MailboxKey returns what the limits of mail are counted by. It is the same for all
// spellings that may lead to one mailbox: with a tag after a plus sign, with and without
// dots, in other letters that look alike. It is not the key of an account: several
// mailboxes may share it.
func MailboxKey(address string) string {
	local, domain, ok := cutAddress(norm.NFKC.String(address))
	if ascii, is := asciiDomain(domain); is {
		domain = ascii
	}
	if domain = strings.ToLower(domain); domain == "googlemail.com" {
		domain = "gmail.com"
	}
	local, _, _ = strings.Cut(strings.Trim(local, `"`), "+")
	local = strings.Map(func(r rune) rune {
		if r == '.' || r == '\\' || unicode.IsMark(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(confusable.Skeleton(strings.ToLower(local))))
	if !ok {
		return local
	}
	return local + "@" + domain
}

// keyOf is AddressKey for an address that may be missing.
func keyOf(address string) string {
	if address == "" {
		return ""
	}
	return AddressKey(address)
}

// cutAddress parts an address at its last @.
func cutAddress(address string) (local, domain string, ok bool) {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address, "", false
	}
	return address[:at], address[at+1:], true
}

// asciiDomain returns a domain as IDNA in lower case; ok is false if it is none.
func asciiDomain(domain string) (string, bool) {
	ascii, err := idna.Lookup.ToASCII(domain)
	return strings.ToLower(ascii), err == nil
}
