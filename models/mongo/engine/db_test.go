package engine

import "testing"

func TestDatabaseName(t *testing.T) {
	for uri, want := range map[string]string{
		"mongodb://127.0.0.1:27017":                           "folkmoot",
		"mongodb://127.0.0.1:27017/":                          "folkmoot",
		"mongodb://a:1,b:2,c:3/moot?replicaSet=rs0":           "moot",
		"mongodb://u:p%2Fw@a:1/?replicaSet=rs0":               "folkmoot",
		"mongodb+srv://cluster.example.org/b%C3%BCrger?tls=1": "bürger",
	} {
		if got, err := databaseName(uri); got != want || err != nil {
			t.Errorf("%s: %q, %v; want %q", uri, got, err, want)
		}
	}
	for _, uri := range []string{"", "folkmoot.db", "postgres://a/b", "mongodb://a/%zz"} {
		if _, err := databaseName(uri); err == nil {
			t.Errorf("%q was taken for an address", uri)
		}
	}
}
