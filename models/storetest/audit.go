package storetest

import (
	"fmt"
	"slices"

	"folkmoot/models"
)

var auditCases = []testCase{
	{"each act of staff leaves its entry, in order and chained", auditActs},
	{"an entry is stored as it is given, with the store's time", auditRoundTrip},
	{"the list goes by act, actor and consultation, the newest first", auditList},
	{"a write that is refused or changes nothing leaves no entry", auditRefused},
	{"without an entry nothing is written", auditNone},
	{"a text is erased, and the chain verifies", auditErased},
	{"a copy holds the log and goes on with it", auditCopy},
}

// auditLog reads the whole log and expects it to be one chain up to its head.
func (e *env) auditLog() (log []models.AuditEntry) {
	e.Helper()
	var head models.AuditHead
	e.ok(e.store.EachAuditEntry(e.ctx, func(a models.AuditEntry) error {
		e.equal("the hash before", a.PrevHash, head.Hash)
		head = models.AuditHead{Length: head.Length + 1, Hash: a.Hash}
		e.equal("the number", a.Seq, head.Length)
		e.equal("the hash", a.ChainHash(), a.Hash)
		for _, t := range a.Texts {
			if t.Salt != "" {
				e.equal("the digest of "+t.Name, models.AuditTextDigest(t.Salt, t.Name, t.Text), t.Digest)
			}
		}
		log = append(log, a)
		return nil
	}))
	e.equal("the head", must(e.store.AuditHead(e.ctx))(e), head)
	return log
}

// audited lists entries page by page.
func (e *env) audited(f models.AuditFilter) []models.AuditEntry {
	e.Helper()
	return walk(e, f.Limit, func(after string) ([]models.AuditEntry, string, error) {
		f.After = after
		return e.store.AuditEntries(e.ctx, f)
	}, nil)
}

func actOf(a models.AuditEntry) models.AuditAct { return a.Act }

// auditActs does everything that takes an entry.
func auditActs(e *env) {
	var want []models.AuditAct
	act := func(a models.AuditAct, write func(by models.AuditEntry) error) {
		e.Helper()
		e.ok(write(Entry(a).Because("a reason")))
		want = append(want, a)
		e.equal("entries", ids(e.auditLog(), actOf), want)
	}
	c := e.newConsultation()
	act(models.AuditConsultationAdded, func(by models.AuditEntry) error { return e.store.AddConsultation(e.ctx, c, nil, by) })
	act(models.AuditConsultationEdited, func(by models.AuditEntry) error {
		_, err := e.store.EditConsultation(e.ctx, e.reload(c), nil, by)
		return err
	})
	var ideas []models.Idea
	for range 2 {
		act(models.AuditIdeaAdded, func(by models.AuditEntry) error {
			i, err := e.store.AddOrganiserIdea(e.ctx, e.newOrganiserIdea(c, "Markets"), by)
			ideas = append(ideas, i)
			return err
		})
	}
	act(models.AuditIdeaEdited, func(by models.AuditEntry) error {
		_, err := e.store.EditDraftIdea(e.ctx, ideas[1], by)
		return err
	})
	act(models.AuditIdeaMoved, func(by models.AuditEntry) error {
		return e.store.MoveDraftIdea(e.ctx, c.ID, ideas[1].ID, 1, by)
	})
	act(models.AuditIdeaRemoved, func(by models.AuditEntry) error { return e.store.RemoveDraftIdea(e.ctx, c.ID, ideas[1].ID, by) })
	act(models.AuditConsultationOpened, func(by models.AuditEntry) error {
		next := e.reload(c)
		next.State = models.StateOpen
		_, err := e.store.MoveConsultation(e.ctx, next, by)
		return err
	})
	p := e.newPerson("Ada")
	p.Grants = []models.Grant{everywhere(models.RoleModerator)}
	act(models.AuditRoleGranted, func(by models.AuditEntry) error {
		_, err := e.store.EnsureParticipant(e.ctx, p, by)
		return err
	})
	act(models.AuditRoleRevoked, func(by models.AuditEntry) error {
		return e.store.RevokeGrant(e.ctx, p.ID, everywhere(models.RoleModerator), by)
	})
	act(models.AuditLinkMade, func(by models.AuditEntry) error { return e.store.AddHandLink(e.ctx, e.newLink("Ada"), by) })
	act(models.AuditSessionAdded, func(by models.AuditEntry) error { return e.store.AddSession(e.ctx, e.newSession(p), &by) })
	e.clock.Set(c.ClosesAt.Add(models.LateLinks))
	act(models.AuditSealed, func(by models.AuditEntry) error {
		return e.store.Seal(e.ctx, e.newSealed(e.reload(c), 1), e.reload(c).Fence(), by)
	})
	act(models.AuditFullFileDownloaded, func(by models.AuditEntry) error { return e.store.AddAuditEntry(e.ctx, by) })
	act(models.AuditResponsePublished, func(by models.AuditEntry) error {
		return e.store.PutResponse(e.ctx, e.newResponse(ideas[0], models.ResponseAdopt), nil, nil, by)
	})
}

// fullEntry has something in each field.
func (e *env) fullEntry() models.AuditEntry {
	return models.NewAuditEntry(models.AuditRulesChanged, models.AuditActor{ID: "org", Role: models.RoleOrganiser},
		models.AuditSubject{Kind: models.SubjectConsultation, ID: "c"}, "c").
		With("closes_at", "1 → 2").With("name", "Ελένη").Because("Rain.")
}

func auditRoundTrip(e *env) {
	e.equal("an empty log", must(e.store.AuditHead(e.ctx))(e), models.AuditHead{})
	in := e.fullEntry()
	e.ok(e.store.AddAuditEntry(e.ctx, in))
	in, _, err := models.AuditHead{}.Append(in, e.now())
	e.ok(err)
	e.equal("as read", e.auditLog(), []models.AuditEntry{in})
	e.equal("as listed", e.audited(models.AuditFilter{Limit: 5}), []models.AuditEntry{in})
	p := e.person("Ada", everywhere(models.RoleAdmin))
	e.equal("the account of a role", e.auditLog()[1].Subject, models.AuditSubject{Kind: models.SubjectParticipant, ID: p.ID})
}

func auditList(e *env) {
	for n := range 12 {
		by := models.NewAuditEntry([]models.AuditAct{models.AuditSealed, models.AuditRulesChanged}[n%2],
			models.AuditActor{ID: fmt.Sprint("org", n%3), Role: models.RoleOrganiser},
			models.AuditSubject{Kind: models.SubjectConsultation, ID: "c"}, fmt.Sprint("c", n%4))
		e.ok(e.store.AddAuditEntry(e.ctx, by))
	}
	for _, f := range []models.AuditFilter{
		{},
		{Act: models.AuditSealed},
		{ActorID: "org1"},
		{ConsultationID: "c3"},
		{Act: models.AuditSealed, ActorID: "org1"},
		{Act: models.AuditRulesChanged, ActorID: "org1", ConsultationID: "c3"},
		{ActorID: "nobody"},
	} {
		var want []int64
		for _, a := range slices.Backward(e.auditLog()) {
			if (f.Act == "" || f.Act == a.Act) && (f.ActorID == "" || f.ActorID == a.Actor.ID) && (f.ConsultationID == "" || f.ConsultationID == a.ConsultationID) {
				want = append(want, a.Seq)
			}
		}
		f.Limit = 3
		e.equal(fmt.Sprint(f), ids(e.audited(f), func(a models.AuditEntry) int64 { return a.Seq }), want)
	}
	_, _, err := e.store.AuditEntries(e.ctx, models.AuditFilter{After: "the beginning", Limit: 3})
	e.refused("a cursor that nobody gave", err, models.CodeInvalid, "error.cursor")
}

func auditRefused(e *env) {
	c := e.open("Markets")
	p := e.person("Ada", everywhere(models.RoleAdmin))
	before := len(e.auditLog())
	refused := func(what string, err error) {
		e.Helper()
		if err == nil {
			e.Errorf("%s: not refused", what)
		}
		e.equal(what+": entries", len(e.auditLog()), before)
	}
	stale := c
	stale.Rev--
	_, err := e.store.EditConsultation(e.ctx, stale, nil, Entry(models.AuditConsultationEdited))
	refused("a stale edit", err)
	_, err = e.store.MoveConsultation(e.ctx, stale, Entry(models.AuditConsultationPaused))
	refused("a stale move", err)
	refused("a taken slug", e.store.AddConsultation(e.ctx, c, nil, Entry(models.AuditConsultationAdded)))
	refused("an idea that is fixed", e.store.RemoveDraftIdea(e.ctx, c.ID, e.ideas(c)[0].ID, Entry(models.AuditIdeaRemoved)))
	_, err = e.store.EditDraftIdea(e.ctx, e.ideas(c)[0], Entry(models.AuditIdeaEdited))
	refused("an edit of an idea that is fixed", err)
	refused("a move of an idea that is fixed", e.store.MoveDraftIdea(e.ctx, c.ID, e.ideas(c)[0].ID, 1, Entry(models.AuditIdeaMoved)))
	refused("the last admin", e.store.RevokeGrant(e.ctx, p.ID, everywhere(models.RoleAdmin), Entry(models.AuditRoleRevoked)))
	refused("a seal while open", e.store.Seal(e.ctx, e.newSealed(c, 1), c.Fence(), Entry(models.AuditSealed)))
	refused("an answer before the seal", e.store.PutResponse(e.ctx, e.newResponse(e.ideas(c)[0], models.ResponseAdopt), nil, nil, Entry(models.AuditResponseDrafted)))
	by := Entry(models.AuditSessionAdded)
	refused("nobody's session", e.store.AddSession(e.ctx, e.newSession(models.Participant{ID: "nobody"}), &by))
	refused("an entry that is not there", e.store.EraseAuditTexts(e.ctx, 999, nil, models.Erasing(999, nil, models.Host, "")))
	e.person("Ada", everywhere(models.RoleAdmin))
	e.equal("a role that is held: entries", len(e.auditLog()), before)
}

func auditNone(e *env) {
	c := e.newConsultation()
	for _, by := range []models.AuditEntry{{}, {Act: "idled", Actor: models.Host, Subject: Entry(models.AuditSealed).Subject}, {Act: models.AuditSealed}} {
		if err := e.store.AddConsultation(e.ctx, c, nil, by); err == nil {
			e.Errorf("added with %+v", by)
		}
	}
	_, err := e.store.Consultation(e.ctx, c.ID)
	e.refused("the consultation", err, models.CodeNotFound, "")
	e.equal("entries", len(e.auditLog()), 0)
}

func auditErased(e *env) {
	e.ok(e.store.AddAuditEntry(e.ctx, e.fullEntry()))
	names := []string{"name", models.AuditReason}
	erase := func() error {
		return e.store.EraseAuditTexts(e.ctx, 1, names, models.Erasing(1, names, models.Host, "They asked."))
	}
	e.ok(erase())
	log := e.auditLog()
	e.equal("acts", ids(log, actOf), []models.AuditAct{models.AuditRulesChanged, models.AuditTextErased})
	for n, t := range log[0].Texts {
		e.equal(t.Name+" is there", t.Text != "" || t.Salt != "", n == 0)
		e.equal(t.Name+"'s digest is there", t.Digest != "", true)
	}
	seq, erased, ok := log[1].Erased()
	e.equal("what the entry says", []any{seq, erased, ok}, []any{"1", names, true})
	e.refused("once more", erase(), models.CodeNotFound, "error.audit.text")
	e.equal("entries", len(e.auditLog()), 2)
	e.refused("of no entry", e.store.EraseAuditTexts(e.ctx, 3, names, models.Erasing(3, names, models.Host, "")), models.CodeNotFound, "error.audit.unknown")
}

func auditCopy(e *env) {
	e.open("Markets")
	e.ok(e.store.AddAuditEntry(e.ctx, e.fullEntry()))
	before := e.auditLog()
	e.intoCopy()
	e.equal("the log", e.auditLog(), before)
	e.person("Ada", everywhere(models.RoleAdmin))
	e.equal("entries then", len(e.auditLog()), len(before)+1)
}

// raceAudit lets staff act at once, on consultations, on people and on the log alone.
func raceAudit(e *env) {
	const staff = 16
	consultations := make([]models.Consultation, staff)
	for w := range consultations {
		consultations[w] = e.draft()
	}
	before := len(e.auditLog())
	e.all(together(staff, func(w int) (err error) {
		c := consultations[w]
		for n := range 6 {
			by := Entry(models.AuditConsultationEdited).With("by", fmt.Sprint(w, " ", n))
			switch n % 3 {
			case 0:
				c, err = e.at(w).EditConsultation(e.ctx, c, nil, by)
			case 1:
				p := e.newPerson(fmt.Sprint("staff", w, n))
				p.Grants = []models.Grant{everywhere(models.RoleBoard)}
				_, err = e.at(w).EnsureParticipant(e.ctx, p, by)
			default:
				err = e.at(w).AddAuditEntry(e.ctx, by)
			}
			if err != nil {
				return err
			}
		}
		return nil
	}))
	said := map[string]int{}
	last := map[string]string{}
	for _, a := range e.auditLog()[before:] {
		text := a.Text("by")
		said[text]++
		var w, n int
		_, err := fmt.Sscan(text, &w, &n)
		e.ok(err)
		if was := last[fmt.Sprint(w)]; was > fmt.Sprint(n) {
			e.Errorf("writer %d: the act %d comes after %s", w, n, was)
		}
		last[fmt.Sprint(w)] = fmt.Sprint(n)
	}
	e.equal("acts", len(said), 6*staff)
}

// interruptAudited is a write of staff with its entry.
func interruptAudited(e *env) attempt {
	c := e.draft()
	next := e.reload(c)
	next.State = models.StateOpen
	by := Entry(models.AuditConsultationOpened).With("id", e.id())
	return attempt{
		c, func(s models.Store) error {
			_, err := s.MoveConsultation(e.ctx, next, by)
			return err
		},
		func() bool {
			entries := 0
			for _, a := range e.auditLog() {
				if a.Text("id") == by.Text("id") {
					entries++
				}
			}
			if entries > 1 {
				e.Errorf("%d entries of one act", entries)
			}
			return e.allOrNothing(map[string]bool{"state": e.reload(c).State == models.StateOpen, "entry": entries == 1})
		},
	}
}
