package models

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
)

// TestCanonicalRFC8785 runs the examples of RFC 8785, sections 3.2.2 and 3.2.3.
func TestCanonicalRFC8785(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{
			"3.2.2",
			`{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
			  "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
			  "literals": [null, true, false]}`,
			`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],` +
				`"string":"€$\u000f\nA'B\"\\\\\"/"}`,
		},
		{
			"3.2.3",
			`{"\u20ac": "Euro Sign", "\r": "Carriage Return", "\ufb33": "Hebrew Letter Dalet With Dagesh",
			  "1": "One", "\ud83d\ude00": "Emoji: Grinning Face", "\u0080": "Control",
			  "\u00f6": "Latin Small Letter O With Diaeresis"}`,
			`{"\r":"Carriage Return","1":"One",` + "\"\u0080\":\"Control\"," +
				`"ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign",` +
				"\"\U0001F600\":\"Emoji: Grinning Face\",\"\uFB33\":\"Hebrew Letter Dalet With Dagesh\"}",
		},
	} {
		got, err := CanonicalJSON(json.RawMessage(c.in))
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v\nwant %s", c.name, got, err, c.want)
		}
	}
}

// TestCanonicalNumbers runs RFC 8785, appendix B, through Go's float64.
func TestCanonicalNumbers(t *testing.T) {
	for bits, want := range map[uint64]string{
		0x0000000000000000: "0",
		0x8000000000000000: "0",
		0x0000000000000001: "5e-324",
		0x8000000000000001: "-5e-324",
		0x7fefffffffffffff: "1.7976931348623157e+308",
		0xffefffffffffffff: "-1.7976931348623157e+308",
		0x4340000000000000: "9007199254740992",
		0xc340000000000000: "-9007199254740992",
		0x4430000000000000: "295147905179352830000",
		0x44b52d02c7e14af5: "9.999999999999997e+22",
		0x44b52d02c7e14af6: "1e+23",
		0x44b52d02c7e14af7: "1.0000000000000001e+23",
		0x444b1ae4d6e2ef4e: "999999999999999700000",
		0x444b1ae4d6e2ef4f: "999999999999999900000",
		0x444b1ae4d6e2ef50: "1e+21",
		0x3eb0c6f7a0b5ed8c: "9.999999999999997e-7",
		0x3eb0c6f7a0b5ed8d: "0.000001",
		0x41b3de4355555553: "333333333.3333332",
		0x41b3de4355555554: "333333333.33333325",
		0x41b3de4355555555: "333333333.3333333",
		0x41b3de4355555556: "333333333.3333334",
		0x41b3de4355555557: "333333333.33333343",
		0xbecbf647612f3696: "-0.0000033333333333333333",
		0x43143ff3c1cb0959: "1424953923781206.2",
	} {
		got, err := CanonicalJSON(math.Float64frombits(bits))
		if err != nil || string(got) != want {
			t.Errorf("%016x: %s, %v; want %s", bits, got, err, want)
		}
	}
}

func TestCanonicalValues(t *testing.T) {
	type inner struct {
		Z int64  `json:"z"`
		A string `json:"a"`
		N *int   `json:"n"`
		O string `json:"o,omitempty"`
	}
	for _, c := range []struct {
		in   any
		want string
	}{
		{int64(math.MaxInt64), "9223372036854775807"},
		{int64(math.MinInt64), "-9223372036854775808"},
		{uint64(math.MaxUint64), "18446744073709551615"},
		{int64(9007199254740993), "9007199254740993"},
		{json.RawMessage("18446744073709551616"), "18446744073709552000"},
		{json.RawMessage("-0"), "0"},
		{json.RawMessage("-0.0"), "0"},
		{json.RawMessage("1.0"), "1"},
		{json.RawMessage("1e2"), "100"},
		{[]inner{}, "[]"},
		{[]inner(nil), "null"},
		{map[string]int{}, "{}"},
		{inner{Z: 2, A: "<a href='x'>&</a>"}, `{"a":"<a href='x'>&</a>","n":null,"z":2}`},
		{map[string]int{"b": 1, "a": 2, "": 3, "ab": 4, "B": 5}, `{"":3,"B":5,"a":2,"ab":4,"b":1}`},
		{"\u2028\u2029\x7f\b\f\t\x00\x1f", "\"\u2028\u2029\x7f\\b\\f\\t\\u0000\\u001f\""},
		{"bad \xff", "\"bad \uFFFD\""},
	} {
		got, err := CanonicalJSON(c.in)
		if err != nil || string(got) != c.want {
			t.Errorf("%v: %s, %v; want %s", c.in, got, err, c.want)
		}
		again, err := CanonicalJSON(json.RawMessage(got))
		if err != nil || string(again) != c.want {
			t.Errorf("not a fixed point: %s became %s, %v", got, again, err)
		}
	}
}

func TestCanonicalErrors(t *testing.T) {
	for _, in := range []any{
		math.NaN(), math.Inf(1), make(chan int), json.RawMessage("{"), json.RawMessage("[1,1e400]"),
		map[string]any{"x": json.RawMessage(`-1e999`)},
	} {
		got, err := CanonicalJSON(in)
		if err == nil || !strings.HasPrefix(err.Error(), "canonical json: ") {
			t.Errorf("%v gave %s, %v; want an error", in, got, err)
		}
	}
}
