package service

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"folkmoot/models"
)

// logged returns what the log says since an entry, one line each, and the last entry.
func (r *staffRoom) logged(t testing.TB, after int64) (lines []string, last int64) {
	t.Helper()
	ok(t, r.store.EachAuditEntry(t.Context(), func(e models.AuditEntry) error {
		if last = e.Seq; e.Seq <= after {
			return nil
		}
		line := fmt.Sprintf("%s by %s on %s", e.Act, e.Actor.Role, e.Subject.Kind)
		for _, text := range e.Texts {
			if !strings.HasSuffix(text.Name, "sha256") {
				line += fmt.Sprintf(" %s=%q", text.Name, text.Text)
			}
		}
		lines = append(lines, line)
		return nil
	}))
	return lines, last
}

// TestActsOfStaffAreLogged does what staff and commands do: each act leaves what it was,
// who did it by which role, on what, and why.
func TestActsOfStaffAreLogged(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	_, at := r.logged(t, 0)
	does := func(want ...string) {
		t.Helper()
		var got []string
		if got, at = r.logged(t, at); !slices.Equal(got, want) {
			t.Errorf("logged\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	c := must(r.NewConsultation(ctx, r.organiser, r.input("Shops")))(t)
	does(`consultation_added by organiser on consultation slug="shops"`)
	must(r.AddOrganiserIdea(ctx, r.organiser, c.Slug, "One", ""))(t)
	two := must(r.AddOrganiserIdea(ctx, r.organiser, c.Slug, "Two", ""))(t)
	ok(t, r.MoveOrganiserIdea(ctx, r.organiser, c.Slug, two.ID, 1))
	ok(t, r.EditOrganiserIdea(ctx, r.organiser, c.Slug, two.ID, two.Rev, "The second", ""))
	ok(t, r.RemoveOrganiserIdea(ctx, r.organiser, c.Slug, two.ID))
	does(`idea_added by organiser on idea`, `idea_added by organiser on idea`, `idea_moved by organiser on idea number="1"`,
		`idea_edited by organiser on idea`, `idea_removed by organiser on idea`)
	in := editForm(reload(t, r.Service, c.ID))
	in.Settings.MinVotes = 1
	c = must(r.EditConsultation(ctx, r.organiser, c.Slug, in))(t)
	does(`consultation_edited by organiser on consultation language="en" min_votes="5 → 1"`)
	c = must(r.Open(ctx, r.organiser, c.Slug, time.Time{}, c.Rev))(t)
	does(`consultation_opened by organiser on consultation opens_at="` + r.Now().Format(time.RFC3339) + `"`)
	in = editForm(c)
	in.Settings.MinVotes, in.Reason = 2, "Few voted."
	c = must(r.EditConsultation(ctx, r.organiser, c.Slug, in))(t)
	does(`rules_changed by organiser on consultation language="en" min_votes="1 → 2" reason="Few voted."`)
	in = editForm(c)
	in.ClosesAt, in.Reason = in.ClosesAt.Add(testDay), "The hall was flooded."
	next := must(r.EditConsultation(ctx, r.organiser, c.Slug, in))(t)
	does(fmt.Sprintf(`closing_put_off by organiser on consultation language="en" closes_at="%s → %s" reason="The hall was flooded."`,
		c.ClosesAt.Format(time.RFC3339), next.ClosesAt.Format(time.RFC3339)))
	c = must(r.Pause(ctx, r.organiser, c.Slug, "A fire.", next.Rev))(t)
	c = must(r.Resume(ctx, r.organiser, c.Slug, "It is out.", c.Rev))(t)
	does(`consultation_paused by organiser on consultation reason="A fire."`, `consultation_resumed by organiser on consultation reason="It is out."`)
	other := r.opened(t, "Parks", nil, "One")
	must(r.WithdrawConsultation(ctx, r.organiser, other.Slug, "A mistake.", other.Rev))(t)
	lines, _ := r.logged(t, at)
	does(append(lines[:3], `consultation_withdrawn by organiser on consultation reason="A mistake."`)...)

	ok(t, r.GrantRole(ctx, r.admin, "lee@example.org", "Lee", models.RoleModerator, c.Slug))
	ok(t, r.GrantRole(ctx, r.admin, "lee@example.org", "Lee", models.RoleModerator, c.Slug))
	does(`role_granted by admin on participant role="moderator"`)
	lee := must(r.store.ParticipantByAddress(ctx, "lee@example.org"))(t)
	must(r.AdminLink(ctx, r.admin, lee.ID))(t)
	ok(t, r.RevokeRole(ctx, r.admin, lee.ID, models.Grant{Role: models.RoleModerator, ConsultationID: c.ID}))
	does(`link_made by admin on participant role="participant"`, `role_revoked by admin on participant role="moderator"`)
	_, _, err := r.MakeSignInLink(ctx, "kim@example.org", "Kim", models.RoleBoard)
	ok(t, err)
	_, _, err = r.MakeSignInLink(ctx, "uma@example.org", "Uma", models.RoleParticipant)
	ok(t, err)
	does(`role_granted by host on participant role="board"`, `link_made by host on participant role="board"`,
		`participant_added by host on participant`, `link_made by host on participant role="participant"`)
	ok(t, r.LogCommand(ctx, models.AuditBackedUp, "monday.db"))
	does(`backed_up by host on site to="monday.db"`)

	r.votes(t, c.Slug, 1, 3, 0, 0)
	_, at = r.logged(t, at) // the voters' accounts
	r.clock.set(c.ClosesAt.Add(models.LateLinks))
	must(r.Seal(ctx, r.organiser, c.Slug))(t)
	must(r.FullFile(ctx, r.organiser, c.Slug))(t)
	answer := ResponseInput{Slug: c.Slug, Number: 1, Decision: models.ResponseAdopt}
	ok(t, r.Respond(ctx, r.organiser, answer))
	answer.Publish = true
	ok(t, r.Respond(ctx, r.board, answer))
	does(`sealed by organiser on consultation version="1"`, `full_file_downloaded by organiser on consultation version="1"`,
		`response_drafted by organiser on idea decision="adopt"`, `response_published by board on idea decision="adopt"`)
	if got := r.verified(t); got != "" {
		t.Errorf("verify: %s", got)
	}
}

// TestVerifyFindsAlteredAuditLog alters each column of some entries, removes entries, adds
// one, and moves the head.
func TestVerifyFindsAlteredAuditLog(t *testing.T) {
	t.Parallel()
	r := newStaffRoom(t)
	ctx := t.Context()
	c := r.opened(t, "Shops", nil, "One")
	in := editForm(c)
	in.Settings.MinVotes, in.Reason = 2, "Few voted."
	must(r.EditConsultation(ctx, r.organiser, c.Slug, in))(t)
	last := must(r.store.AuditHead(ctx))(t).Length
	names := []string{models.AuditReason}
	ok(t, r.store.EraseAuditTexts(ctx, last, names, models.Erasing(last, names, models.Host, "It named somebody.")))
	if got := r.verified(t); got != "" {
		t.Fatalf("an untouched log, with an erased text, differs: %s", got)
	}
	db := r.raw(t)
	alter := func(name, table, statement, where string) {
		t.Run(name, func(t *testing.T) {
			if got := r.altered(t, db, table, statement); !strings.Contains(got, where) {
				t.Errorf("%q is not named in:\n%s", where, got)
			}
		})
	}
	for _, column := range columns(t, db, "audit") {
		if column != "texts" {
			alter(column, "audit", fmt.Sprintf("UPDATE audit SET %s = CASE typeof(%[1]s) WHEN 'integer' THEN %[1]s + 1000 ELSE %[1]s || 'x' END WHERE seq = %d",
				column, last), fmt.Sprintf("audit log: entry %d", last))
		}
	}
	entry, erasing := fmt.Sprintf("audit log: entry %d", last), fmt.Sprintf("audit log: entry %d", last+1)
	alter("a text", "audit", fmt.Sprintf("UPDATE audit SET texts = replace(texts, '5 → 2', '5 → 3') WHERE seq = %d", last), entry+": min_votes")
	alter("a digest", "audit", fmt.Sprintf(`UPDATE audit SET texts = json_set(texts, '$[0].Digest', 'x') WHERE seq = %d`, last), entry+": hash")
	alter("a salt", "audit", fmt.Sprintf(`UPDATE audit SET texts = json_set(texts, '$[0].Salt', 'x') WHERE seq = %d`, last), entry+": language")
	alter("a text's name", "audit", fmt.Sprintf(`UPDATE audit SET texts = json_set(texts, '$[0].Name', 'x') WHERE seq = %d`, last), entry+": hash")
	alter("a text removed", "audit", fmt.Sprintf(`UPDATE audit SET texts = json_remove(texts, '$[0]') WHERE seq = %d`, last), entry+": hash")
	alter("a text erased in silence", "audit",
		fmt.Sprintf(`UPDATE audit SET texts = json_set(texts, '$[0].Salt', '', '$[0].Text', '') WHERE seq = %d`, last), entry+": language")
	alter("what was erased", "audit", fmt.Sprintf("UPDATE audit SET texts = replace(texts, '\"reason\",\"Salt', '\"language\",\"Salt') WHERE seq = %d", last+1), erasing)
	alter("the first entry removed", "audit", "DELETE FROM audit WHERE seq = 1", "audit log: entry 1")
	alter("an entry removed", "audit", fmt.Sprintf("DELETE FROM audit WHERE seq = %d", last), entry)
	alter("the last entry removed", "audit", fmt.Sprintf("DELETE FROM audit WHERE seq = %d", last+1), erasing)
	alter("all removed", "audit", "DELETE FROM audit", "audit log: entry 1 to")
	alter("one added", "audit", fmt.Sprintf("INSERT INTO audit SELECT seq + 1, at, act, actor_id, actor_role, subject_kind, subject_id, consultation_id, texts, hash, hash FROM audit WHERE seq = %d", last+1),
		fmt.Sprintf("audit log: entry %d: hash", last+2))
	alter("the head", "site", "UPDATE site SET value = CAST(replace(CAST(value AS TEXT), '\"Hash\":\"', '\"Hash\":\"x') AS BLOB) WHERE name = 'audit'", "audit log: chain: head")
	alter("the length", "site", "UPDATE site SET value = CAST(replace(CAST(value AS TEXT), '\"Length\":', '\"Length\":1') AS BLOB) WHERE name = 'audit'", "audit log: entry")
	alter("head and length removed", "site", "DELETE FROM site WHERE name = 'audit'", "audit log: chain: length")
	if got := r.verified(t); got != "" {
		t.Errorf("the restored store differs: %s", got)
	}
}

// TestActorOfAnEntry: an entry names the role that permits the act; a role that permits an act in one consultation permits
// no entry in another, so the store refuses the write.
func TestActorOfAnEntry(t *testing.T) {
	t.Parallel()
	here := models.Actor{Participant: &models.Participant{ID: "p", Grants: []models.Grant{
		{Role: models.RoleBoard}, {Role: models.RoleOrganiser, ConsultationID: "c"},
	}}}
	for _, try := range []struct {
		act  models.AuditAct
		c    string
		want models.AuditActor
	}{
		{models.AuditSealed, "c", models.AuditActor{ID: "p", Role: models.RoleOrganiser}},
		{models.AuditSealed, "d", models.AuditActor{ID: "p"}},
		{models.AuditResponseDrafted, "c", models.AuditActor{ID: "p", Role: models.RoleOrganiser}},
		{models.AuditResponseDrafted, "d", models.AuditActor{ID: "p", Role: models.RoleBoard}},
		{models.AuditResponsePublished, "c", models.AuditActor{ID: "p", Role: models.RoleBoard}},
		{models.AuditRoleGranted, "", models.AuditActor{ID: "p"}},
		{models.AuditBackedUp, "", models.AuditActor{ID: "p"}},
	} {
		got := here.AuditActor(try.act, try.c)
		if got != try.want {
			t.Errorf("%s in %q: %+v, want %+v", try.act, try.c, got, try.want)
		}
		_, _, err := models.AuditHead{}.Append(models.NewAuditEntry(try.act, got, models.AuditSubject{Kind: models.SubjectSite}, ""), start)
		if (err == nil) != (try.want.Role != "") {
			t.Errorf("%s in %q: the entry is added: %v", try.act, try.c, err)
		}
	}
	if got := (models.Actor{}).AuditActor(models.AuditSealed, ""); got != (models.AuditActor{}) {
		t.Errorf("a stranger is %+v", got)
	}
}
