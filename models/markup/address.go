package markup

import (
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Bare addresses in text are found as UTS #58 (Unicode Link Detection) has it:
// an address ends at a character that never stands in one (blank space, <, CJK
// and quotation marks), brackets have to be paired within it, and punctuation
// belongs to it only if more of it follows.

// maxAddress is the length, in bytes, beyond which no address is looked for.
const maxAddress = 4 << 10

// hostNames converts a host to the form in which browsers ask for it.
var hostNames = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false),
	idna.CheckHyphens(false), idna.BidiRule(), idna.VerifyDNSLength(true))

// webAddress returns the length of the web address that s begins with and the
// link it means. before is the text on the left of s. The length is 0 if there
// is no address; with an empty href the text of that length is no link, nor is
// any part of it.
func webAddress(s, before string) (length int, href string) {
	left := lastRune(before)
	if left == '/' || left == '@' || isWord(left) && !unspaced(left) {
		return 0, ""
	}
	scheme, rest := "http", s
	switch {
	case hasFoldPrefix(s, "https://"):
		scheme, rest = "https", s[len("https://"):]
	case hasFoldPrefix(s, "http://"):
		rest = s[len("http://"):]
	case !hasFoldPrefix(s, "www."):
		return 0, ""
	}
	start := len(s) - len(rest)
	if at := userEnd(rest); at > 0 {
		return start + at, "" // what looks like the host is a user's name
	}
	host, ascii := hostAt(rest)
	if host == 0 {
		return 0, ""
	}
	end := start + host
	end += portAt(s[end:])
	tail := 0
	if end < len(s) && strings.IndexByte("/?#", s[end]) >= 0 {
		tail = tailAt(s[end:], before)
	}
	return end + tail, scheme + "://" + ascii + s[start+host:end] + escapeTail(s[end:end+tail])
}

// mailAddress returns the length of the mail address around the @ at the end of
// before, as the part on its left and the part on its right, and the link.
func mailAddress(before, after string) (left, right int, href string) {
	local := before
	for len(local) > 0 {
		r, size := utf8.DecodeLastRuneInString(local)
		if !isWord(r) && !strings.ContainsRune(".!#$%&'*+=?^_{|}~-", r) {
			break
		}
		local = local[:len(local)-size]
	}
	name := strings.TrimLeft(before[len(local):], ".!#$%&'*+=?^_{|}~-")
	local = before[:len(before)-len(name)]
	previous := lastRune(local)
	host, ascii := hostAt(after)
	if name == "" || strings.HasSuffix(name, ".") || previous == '/' || previous == '\\' || previous == '@' ||
		host == 0 || strings.HasPrefix(after, "[") || strings.HasPrefix(after[host:], "@") {
		return 0, 0, ""
	}
	return len(name), host, "mailto:" + escapeNonASCII(mailSigns.Replace(name)) + "@" + ascii
}

var mailSigns = strings.NewReplacer("%", "%25", "?", "%3F", "#", "%23", "&", "%26")

// hostAt returns the length of the host that s begins with and its ASCII form:
// a name of two labels or more, or an IP address.
func hostAt(s string) (length int, ascii string) {
	if strings.HasPrefix(s, "[") {
		end := strings.IndexByte(s[:min(len(s), 64)], ']')
		if end < 0 {
			return 0, ""
		}
		if ip, err := netip.ParseAddr(s[1:end]); err != nil || !ip.Is6() || ip.Zone() != "" {
			return 0, ""
		}
		return end + 1, strings.ToLower(s[:end+1])
	}
	end := 0
	for end < len(s) && end < maxAddress {
		r, size := utf8.DecodeRuneInString(s[end:])
		if !isWord(r) && !unicode.IsMark(r) && !strings.ContainsRune("-._。．", r) {
			break
		}
		if r == '。' && !isWord(firstRune([]byte(s[end+size:]))) {
			break
		}
		end += size
	}
	name := strings.TrimRight(s[:end], "-._．")
	name = name[:lastLabel(name)]
	ascii, ok := asciiHost(name)
	if !ok || !strings.Contains(ascii, ".") {
		return 0, ""
	}
	if last := ascii[strings.LastIndexByte(ascii, '.')+1:]; strings.Trim(last, "0123456789") == "" {
		if _, err := netip.ParseAddr(ascii); err != nil {
			return 0, ""
		}
	}
	return len(name), ascii
}

// lastLabel returns the length of name without the words of a script that
// writes no spaces behind an ASCII top-level domain: "example.org" and what the
// sentence says next.
func lastLabel(name string) int {
	dot := strings.LastIndexByte(name, '.') + 1
	for i, r := range name[dot:] {
		if r >= utf8.RuneSelf && unspaced(r) && i > 0 {
			return dot + i
		}
		if r >= utf8.RuneSelf {
			break
		}
	}
	return len(name)
}

// asciiHost returns a host name in lower case and punycode; ok is false for what
// is no name.
func asciiHost(name string) (ascii string, ok bool) {
	ascii, err := hostNames.ToASCII(name)
	if err != nil || ascii == "" || strings.Contains(ascii, "..") || ascii[0] == '.' || ascii[0] == '-' {
		return "", false
	}
	for i := range len(ascii) {
		if c := ascii[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '.' && c != '_' {
			return "", false
		}
	}
	return ascii, true
}

// portAt returns the length of the port that s begins with.
func portAt(s string) int {
	if len(s) < 2 || s[0] != ':' {
		return 0
	}
	end := 1
	for end < len(s) && end < 6 && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	if end == 1 {
		return 0
	}
	return end
}

// userEnd returns the length of an authority with a user's name in it, else 0.
func userEnd(s string) int {
	end := strings.IndexFunc(s, func(r rune) bool { return endsAddress(r) || strings.ContainsRune("/?#", r) })
	if end < 0 {
		end = len(s)
	}
	if strings.IndexByte(s[:end], '@') < 0 {
		return 0
	}
	return end
}

// tailAt returns the length of path, query and fragment at the beginning of s.
func tailAt(s, before string) int {
	var open []rune
	end := 0
	for i, r := range s {
		if endsAddress(r) || i > maxAddress {
			break
		}
		size := utf8.RuneLen(r)
		switch closer := closers[r]; {
		case closer != 0:
			open = append(open, closer)
			continue
		case strings.ContainsRune(")]}", r):
			if len(open) == 0 || open[len(open)-1] != r {
				return trimSigns(s[:end], before)
			}
			open = open[:len(open)-1]
		case soft(r):
			continue
		}
		end = i + size
	}
	return trimSigns(s[:end], before)
}

var closers = map[rune]rune{'(': ')', '[': ']', '{': '}'}

// trimSigns returns the length of tail without the signs at its end that close
// an emphasis, or a cell, begun before the address.
func trimSigns(tail, before string) int {
	for tail != "" {
		sign := tail[len(tail)-1]
		if strings.IndexByte("*_~|", sign) < 0 || !opened(before, sign) {
			break
		}
		tail = tail[:len(tail)-1]
	}
	return len(tail)
}

// opened reports whether the last run of sign in before begins something.
func opened(before string, sign byte) bool {
	before = before[max(0, len(before)-1000):]
	last := strings.LastIndexByte(before, sign)
	if last < 0 {
		return false
	}
	run := strings.TrimRight(before[:last], string(sign))
	after, _ := utf8.DecodeRuneInString(before[last+1:])
	if last+1 == len(before) {
		after = 'h' // the address itself
	}
	return opens(lastRune(run), after) && !strings.HasSuffix(run, `\`)
}

// endsAddress reports whether no address holds r.
func endsAddress(r rune) bool {
	switch {
	case r <= ' ', r == utf8.RuneError, strings.ContainsRune("<>\"`\\", r):
		return true
	case r < utf8.RuneSelf:
		return r == 0x7F
	case r == '\u200C' || r == '\u200D': // joiners: Persian and Indian words have them
		return false
	case r == '’' || r == '・':
		return false
	case r >= 0x3000 && r <= 0x303F && r != '々' && r != '〆' && r != '〇':
		return true
	case r >= 0xFF00 && r <= 0xFFEF:
		return !isWord(r)
	}
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Ps, unicode.Pe, unicode.Pi, unicode.Pf)
}

// soft reports whether r belongs to an address only if more of it follows.
func soft(r rune) bool {
	if r < utf8.RuneSelf {
		return strings.ContainsRune(".,:;!?'", r)
	}
	return unicode.IsPunct(r) || r == '\u200C' || r == '\u200D'
}

// escapeTail percent-encodes what may not stand in the path, query or fragment
// of a link. What is encoded already stays.
func escapeTail(s string) string {
	const upper = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		encoded := c == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2])
		if c == ';' && reference.MatchString(s[:i+1]) {
			b.WriteString("%3B") // or Markdown reads "&copy;" as a sign
			continue
		}
		if c > ' ' && c < 0x7F && (encoded || strings.IndexByte("\"%<>[\\]^`{|}", c) < 0) {
			b.WriteByte(c)
			continue
		}
		b.WriteString(string([]byte{'%', upper[c>>4], upper[c&15]}))
	}
	return b.String()
}

// escapeNonASCII percent-encodes the bytes beyond ASCII alone.
func escapeNonASCII(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if s[i] < utf8.RuneSelf {
			b.WriteByte(s[i])
		} else {
			b.WriteString(escapeTail(s[i : i+1]))
		}
	}
	return b.String()
}

// reference is the end of a text that is a character reference.
var reference = regexp.MustCompile(`&#?[0-9A-Za-z]{1,32};$`)

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func hasFoldPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// lastRune is the character that s ends with; a line end when s is empty.
func lastRune(s string) rune {
	if s == "" {
		return '\n'
	}
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// canonicalLink returns a link in the form in which it stands in a page: the
// scheme and the host in lower case, the host in punycode, the rest
// percent-encoded. ok is false for a link that may not be followed, see safeURL.
func canonicalLink(link string, relative bool) (href string, ok bool) {
	link = strings.TrimSpace(link)
	scheme, rest, _ := strings.Cut(link, "://")
	if !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https") {
		return escapeNonASCII(link), safeURL(link, relative)
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	user, host := "", rest[:end]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		user, host = escapeTail(host[:at+1]), host[at+1:]
	}
	if plain, err := url.PathUnescape(host); err == nil {
		host = plain
	}
	port := ""
	if colon := strings.LastIndexByte(host, ':'); colon >= 0 && portAt(host[colon:]) == len(host)-colon {
		host, port = host[:colon], host[colon:]
	}
	if !strings.HasPrefix(host, "[") {
		ascii, named := asciiHost(host)
		if !named {
			return "", false
		}
		host = ascii
	}
	href = strings.ToLower(scheme) + "://" + user + host + port + escapeTail(rest[end:])
	return href, safeURL(href, relative)
}
