package service

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"folkmoot/models"
)

// store checks the whole store and returns what differs, as printed.
func (r *staffRoom) verified(t testing.TB) string {
	t.Helper()
	_, diffs, err := r.VerifyStore(t.Context())
	ok(t, err)
	lines := make([]string, len(diffs))
	for i, d := range diffs {
		lines[i] = d.String()
	}
	return strings.Join(lines, "\n")
}

// exec runs one statement that must alter something.
func exec(t testing.TB, db *sql.DB, query string, args ...any) {
	t.Helper()
	result, err := db.Exec(query, args...)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	if n, _ := result.RowsAffected(); n == 0 {
		t.Fatalf("%s altered nothing", query)
	}
}

// altered returns what differs after one statement on a table, and puts the table back.
func (r *staffRoom) altered(t testing.TB, db *sql.DB, table, alter string) string {
	t.Helper()
	define := func(query string) {
		_, err := db.Exec(query)
		ok(t, err)
	}
	define("CREATE TABLE kept AS SELECT * FROM " + table)
	exec(t, db, alter)
	got := r.verified(t)
	define("DELETE FROM " + table)
	exec(t, db, "INSERT INTO "+table+" SELECT * FROM kept")
	define("DROP TABLE kept")
	return got
}

func TestVerifyStoreContent(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	r.sealed(t)
	r.clock.set(start)
	open := r.opened(t, "Still open", nil, "One")
	r.votes(t, open.Slug, 1, 2, 1, 0)
	author := guest("g")
	item := must(r.PostReply(t.Context(), author, ReplyInput{Slug: open.Slug, Name: "Ada", Body: "Before."}))(t).Item
	ok(t, r.act(t, r.mod, item, models.ActionReject, "No."))
	must(r.Undo(t.Context(), r.mod, open.Slug, 1))(t)
	ok(t, r.Edit(t.Context(), author, EditInput{Item: item, Rev: 1, Body: "After."}))
	ok(t, r.act(t, r.mod, item, models.ActionPublish, ""))
	checked, diffs, err := r.VerifyStore(t.Context())
	ok(t, err)
	if len(diffs) > 0 {
		t.Fatalf("an untouched store differs: %v", diffs)
	}
	want := Checked{Consultations: 2, Decisions: 8, Items: 11, Votes: 78, Files: 2, AuditEntries: 94}
	if checked != want {
		t.Errorf("checked %+v, want %+v", checked, want)
	}
}

// bookkeeping are columns beside a decision that it does not consist of: where a
// row stands among the items, and how long it had waited.
var bookkeeping = map[string]bool{"position": true, "waited": true}

// TestVerifyFindsEachDecisionRow alters each column of each decision and of each
// of its items, and removes each row, one at a time.
func TestVerifyFindsEachDecisionRow(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	c, _ := r.sealed(t)
	db := r.raw(t)
	for _, table := range []string{"decisions", "decision_items"} {
		for seq := int64(1); seq <= c.ChainLength; seq++ {
			for _, column := range columns(t, db, table) {
				if bookkeeping[column] {
					continue
				}
				t.Run(fmt.Sprintf("%s %d %s", table, seq, column), func(t *testing.T) {
					r.checkAlteredRow(t, db, table, seq, fmt.Sprintf(
						"UPDATE %s SET %s = CASE typeof(%[2]s) WHEN 'integer' THEN %[2]s + 1000 ELSE %[2]s || 'x' END WHERE seq = %d",
						table, column, seq))
				})
			}
			t.Run(fmt.Sprintf("%s %d removed", table, seq), func(t *testing.T) {
				r.checkAlteredRow(t, db, table, seq, fmt.Sprintf("DELETE FROM %s WHERE seq = %d", table, seq))
			})
		}
	}
	if got := r.verified(t); got != "" {
		t.Errorf("the restored store differs: %s", got)
	}
}

// checkAlteredRow alters the table, wants the decision named, and puts it back.
func (r *staffRoom) checkAlteredRow(t *testing.T, db *sql.DB, table string, seq int64, alter string) {
	t.Helper()
	got := r.altered(t, db, table, alter)
	if want := fmt.Sprintf("empty-shops: decision %d", seq); !strings.Contains(got, want) {
		t.Errorf("%q is not named in:\n%s", want, got)
	}
}

func columns(t testing.TB, db *sql.DB, table string) (names []string) {
	t.Helper()
	rows, err := db.Query("SELECT name FROM pragma_table_info(?)", table)
	ok(t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var name string
		ok(t, rows.Scan(&name))
		names = append(names, name)
	}
	ok(t, rows.Err())
	return names
}

// TestVerifyStoreFinds alters other things that follow from something else.
func TestVerifyStoreFinds(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	r.sealed(t)
	db := r.raw(t)
	for name, try := range map[string]struct {
		table, alter, where string
	}{
		"status of a reply":  {"replies", "UPDATE replies SET status = 'published' WHERE status = 'rejected'", ": status"},
		"status of an idea":  {"ideas", "UPDATE ideas SET status = 'pending' WHERE number = 5", "idea 5: status"},
		"organiser's status": {"ideas", "UPDATE ideas SET status = 'removed' WHERE number = 1", "idea 1: status"},
		"text of a reply":    {"replies", "UPDATE replies SET body = 'Kind words.' WHERE status = 'rejected'", "text of revision 1"},
		"text of an idea":    {"ideas", "UPDATE ideas SET title = 'Bookshops' WHERE number = 5", "idea 5: text of revision 1"},
		"salt":               {"ideas", "UPDATE ideas SET salt = '' WHERE number = 5", "idea 5: text of revision 1"},
		"revision":           {"ideas", "UPDATE ideas SET rev = 2 WHERE number = 5", "idea 5: text of revision 1"},
		"a text removed":     {"replies", "DELETE FROM replies WHERE status = 'rejected'", "missing"},
		"tally":              {"ideas", "UPDATE ideas SET disagree = 1 WHERE number = 1", "idea 1: disagree: 1 (must be 2)"},
		"vote":               {"votes", "UPDATE votes SET choice = 'pass' WHERE choice = 'agree' AND idea_id = (SELECT id FROM ideas WHERE number = 3)", "idea 3: agree: 10 (must be 0)"},
		"vote removed":       {"votes", "DELETE FROM votes WHERE idea_id = (SELECT id FROM ideas WHERE number = 4)", "voters: 75 (must be 73)"},
		"idea counter":       {"consultations", "UPDATE consultations SET idea_count = 9", "published ideas: 9 (must be 5)"},
		"reply counter":      {"consultations", "UPDATE consultations SET reply_count = 9", "published replies: 9 (must be 1)"},
		"voter counter":      {"consultations", "UPDATE consultations SET voter_count = 9", "voters: 9 (must be 75)"},
		"chain length":       {"consultations", "UPDATE consultations SET chain_length = 4", "chain: length: 5 (must be 4)"},
		"chain head":         {"consultations", "UPDATE consultations SET chain_head = 'x'", "chain: head"},
		"full file":          {"sealed", "UPDATE sealed SET full_file = CAST(replace(CAST(full_file AS TEXT), 'Markets', 'Bazaars') AS BLOB)", "full file: SHA-256"},
		"full file, inside":  {"sealed", "UPDATE sealed SET full_file = CAST(replace(CAST(full_file AS TEXT), 'Markets', 'Bazaars') AS BLOB)", "full file: idea 3: title"},
		"public file":        {"sealed", "UPDATE sealed SET public_file = CAST('{}' AS BLOB)", "public file"},
		"full SHA-256":       {"sealed", "UPDATE sealed SET full_sha256 = 'x'", "full file: SHA-256"},
		"public SHA-256":     {"sealed", "UPDATE sealed SET public_sha256 = 'x'", "public file: SHA-256"},
		"kept result":        {"sealed", "UPDATE sealed SET result = replace(result, 'Markets', 'Bazaars')", "sealed version 1, result"},
		"version":            {"sealed", "UPDATE sealed SET version = 2", "sealed files: version"},
		"files removed":      {"sealed", "DELETE FROM sealed", "sealed files"},
	} {
		t.Run(name, func(t *testing.T) {
			got := r.altered(t, db, try.table, try.alter)
			if !strings.Contains(got, try.where) {
				t.Errorf("%q is not named in:\n%s", try.where, got)
			}
		})
	}
	if got := r.verified(t); got != "" {
		t.Errorf("the restored store differs: %s", got)
	}
}

// TestVerifyFindsARewrittenChain replaces the whole chain consistently: the
// sealed file still knows its head.
func TestVerifyFindsARewrittenChain(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	c, _ := r.sealed(t)
	db := r.raw(t)
	last := must(r.store.Decision(t.Context(), c.ID, c.ChainLength))(t)
	last.ActorID = "somebody"
	exec(t, db, "UPDATE decisions SET actor_id = 'somebody', hash = ? WHERE seq = ?", last.ChainHash(), last.Seq)
	exec(t, db, "UPDATE consultations SET chain_head = ?", last.ChainHash())
	if got := r.verified(t); !strings.Contains(got, "sealed version 1, full file: head of the chain") {
		t.Errorf("the rewritten chain is not found: %s", got)
	}
}
