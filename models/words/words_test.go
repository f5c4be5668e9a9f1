package words

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// finds reports whether a query finds a text, by the rules that stores follow.
func finds(text, query string) bool {
	have, runs := Of(text), Runs(text)
	terms := Query(query)
	for _, t := range terms {
		for i, w := range t.Words {
			if !slices.ContainsFunc(have, func(h string) bool { return h == w || t.Prefix && i == len(t.Words)-1 && strings.HasPrefix(h, w) }) {
				return false
			}
		}
		if !t.Holds(runs) {
			return false
		}
	}
	return len(terms) > 0
}

func TestFinds(t *testing.T) {
	for _, c := range []struct {
		text, query string
		want        bool
	}{
		{"Die Straße ist löchrig", "STRASSE", true},
		{"STRASSE", "straße", true},
		{"GROẞE", "große", true},
		{"un œuf, ŒUVRE", "oeuf oeuvre", true},
		{"Ещё ёлка", "еще елка", true},
		{"Đường phố", "duong pho", true},
		{"Işık ıŞIK", "ISIK", true},
		{"İstanbul", "istanbul", true},
		{"Η οδός της Αθήνας", "ΟΔΟΣ αθηνας", true},
		{"ΟΔΌΣ", "οδός", true},
		{"Łódź Øre Æble", "lodz ore aeble", true},
		{"ｆｕｌｌ ﬁne", "full fine", true},
		{"مُشَاوَرَة", "مشاورة", true},
		{"שָׁלוֹם", "שלום", true},
		{"我们希望在老城区增加更多的自行车道", "自行车道", true},
		{"我们希望在老城区增加更多的自行车道", "道", true},
		{"我们希望在老城区增加更多的自行车道", "行自", false},
		{"自行, 行车", "自行车", false},
		{"商店街に自転車置き場を増やして", "自転車", true},
		{"ﾊﾞｽ停", "バス停", true},
		{"サーバー", "サーバ", true},
		{"อยากให้เพิ่มทางจักรยานในเมือง", "จักรยาน", true},
		{"자전거도로를 늘려주세요", "도로", true},
		{"路线101号", "101", true},
		{"Otters", "tters", false},
		{"Otters", "ott", true},
		{"Otters here", "ott here", false},
		{"हिन्दी", "हिन्दी", true},
		{"x", "\u0301", false},
	} {
		if got := finds(c.text, c.query); got != c.want {
			t.Errorf("%q finds %q: %v, words %q, terms %+v", c.query, c.text, got, Of(c.text), Query(c.query))
		}
	}
}

func TestQueryBounds(t *testing.T) {
	if n := len(Query(strings.Repeat("a ", 500))); n != maxTerms {
		t.Errorf("%d terms", n)
	}
}

func TestCaseSearch(t *testing.T) {
	data := os.Getenv("FOLKMOOT_DATA")
	if data == "" {
		t.Skip("FOLKMOOT_DATA is not set: the small inputs are not here")
	}
	raw, err := os.ReadFile(filepath.Join(data, "cases", "search.txt"))
	if err != nil {
		t.Fatal(err)
	}
	cases := 0
	for line := range strings.Lines(string(raw)) {
		text, queries, ok := strings.Cut(strings.TrimSpace(line), " => ")
		if !ok || strings.HasPrefix(text, "text") {
			continue
		}
		for query := range strings.SplitSeq(queries, ", ") {
			if cases++; !finds(text, query) {
				t.Errorf("%q does not find %q", query, text)
			}
		}
	}
	if cases < 5 {
		t.Errorf("only %d cases", cases)
	}
}
