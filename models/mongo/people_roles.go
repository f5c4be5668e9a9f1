package mongo

import (
	"context"
	"errors"
	"slices"
	"time"

	"folkmoot/models"
)

// duty is what a change of roles leaves to do; it stands in the participant's document.
type duty struct {
	Op    string    `bson:"op"`
	Grant grant     `bson:"grant"`
	Taken bool      `bson:"taken"` // the role was taken away; else it was given
	At    time.Time `bson:"at"`
}

// addGrants adds those that are not there; who becomes a moderator is numbered, and
// the votes of who is staff now are not counted any more.
func (a *act) addGrants(id string, grants []models.Grant) error {
	for _, g := range grants {
		set := eq("staff", true)
		if g == adminEverywhere {
			set = append(set, field{Key: "admin", Value: true})
		}
		change := eq("$push", eq("grants", grant(g)), "$set", set)
		left := duty{Op: a.id, Grant: grant(g), At: a.now}
		if g.Role != models.RoleParticipant {
			set = append(set, field{Key: "todo", Value: true})
			change = eq("$push", eq("grants", grant(g), "duties", left), "$set", set)
		}
		added, err := a.s.update(a.ctx, "participants", eq("_id", id, "grants", eq("$ne", grant(g))), change)
		if err == nil && !added { // by this act, and the answer was lost?
			added, err = a.s.has(a.ctx, "participants", eq("_id", id, "duties", eq("$elemMatch", eq("op", left.Op, "grant", left.Grant))))
		}
		if err == nil && added {
			err = leftToSweep(a.discharge(id, left))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// adminEverywhere is the role that somebody has to have.
var adminEverywhere = models.Grant{Role: models.RoleAdmin}

// discharge does what a change of roles has left to do.
func (a *act) discharge(participantID string, d duty) error {
	do := a.welcome
	if d.Taken {
		do = a.leave
	}
	if err := do(participantID, d); err != nil {
		return err
	}
	_, err := a.s.update(a.ctx, "participants", eq("_id", participantID),
		eq("$pull", eq("duties", eq("op", d.Op, "grant", d.Grant, "taken", d.Taken))))
	if err == nil {
		_, err = a.s.update(a.ctx, "participants", eq("_id", participantID, "duties", eq("$size", 0)), eq("$set", eq("todo", false)))
	}
	return err
}

// moderatorsID is the document that counts moderators.
const moderatorsID = "moderators"

// numberModerator gives the participant the next number, unless there is one. A number
// that is drawn and lost in a crash is never given.
func (s *Store) numberModerator(ctx context.Context, id string) error {
	d, found, err := get[participant](ctx, s, "participants", id)
	if err != nil || !found || d.Number > 0 {
		return err
	}
	if _, err = s.insert(ctx, "site", moderatorsID, "", eq("_id", moderatorsID, "last", int64(0))); err != nil {
		return err
	}
	drawn, _, err := take[struct {
		Last int `bson:"last"`
	}](ctx, s, "site", eq("_id", moderatorsID), eq("$inc", eq("last", int64(1))), true, nil)
	if err != nil {
		return err
	}
	_, err = s.update(ctx, "participants", eq("_id", id, "number", 0), eq("$set", eq("number", drawn.Last)))
	return err
}

// welcome numbers who is a moderator now, and takes back the votes of who is staff now.
func (a *act) welcome(participantID string, d duty) error {
	if d.Grant.Role == models.RoleModerator {
		if err := a.s.numberModerator(a.ctx, participantID); err != nil {
			return err
		}
	}
	return a.takeBackVotes(participantID, d)
}

// takeBackVotes takes back the choices of who has become staff that stand within the
// role's scope, but for what is sealed.
func (a *act) takeBackVotes(participantID string, d duty) error {
	filter := eq("participant", participantID)
	if d.Grant.ConsultationID != "" {
		filter = eq("c", d.Grant.ConsultationID, "participant", participantID)
	}
	list, err := all[vote](a.ctx, a.s, query{coll: "votes", filter: filter})
	if err != nil {
		return err
	}
	for _, v := range list {
		if v.Vote.Choice == models.ChoiceNone {
			continue
		}
		if err := a.takeBack(v.Vote.model()); err != nil {
			return err
		}
	}
	return nil
}

// takeBack takes one back, whatever became of its idea: a vote on one that was
// removed would count again if that were restored.
func (a *act) takeBack(v models.Vote) error {
	v.Choice = models.ChoiceNone
	one := &act{s: a.s, ctx: a.ctx, id: newID(), now: a.now}
	defer one.end()
	b := &casting{act: one, vote: v, moves: true, free: true}
	e := &entry{Kind: kindVote, Ref: voteID(v.IdeaID, v.ParticipantID), On: v.IdeaID, Voices: []string{v.Voice}}
	check := func(c consultation) error {
		if c.State == models.StateSealed || c.State == models.StateAnswered {
			return errNothing
		}
		if err := b.look(); err != nil {
			return err
		}
		if b.choice() == models.ChoiceNone {
			return errNothing
		}
		var err error
		b.vote.At, err = b.timeAfter()
		return err
	}
	err := one.run(v.ConsultationID, e, check, func(c consultation) error {
		_, changed, err := b.cast(c)
		b.note(e, changed)
		return err
	})
	if errors.Is(err, errNothing) {
		return nil
	}
	return err
}

// RevokeGrant implements models.PeopleStore.
func (s *Store) RevokeGrant(ctx context.Context, participantID string, g models.Grant) error {
	return s.act(ctx, func(a *act) error {
		d, found, err := get[participant](a.ctx, s, "participants", participantID)
		if err != nil || !found {
			return missing(found, err, "error.people.unknown")
		}
		if !slices.Contains(d.Grants, grant(g)) {
			return models.Fail(models.CodeNotFound, "error.people.no_grant")
		}
		if g != adminEverywhere {
			a.commit()
			return a.revoke(participantID, g)
		}
		return a.alone("admins", func() error {
			left, err := s.has(a.ctx, "participants", eq("admin", true, "_id", eq("$ne", participantID)))
			if err == nil && !left {
				err = models.Fail(models.CodeConflict, "error.people.last_admin")
			}
			return errorOr(err, func() error { return a.revoke(participantID, g) })
		})
	})
}

// revoke is the act; what it leaves to do stands in the same document.
func (a *act) revoke(participantID string, g models.Grant) error {
	left := duty{Op: a.id, Grant: grant(g), Taken: true, At: a.now}
	set := eq("todo", true)
	if g == adminEverywhere {
		set = append(set, field{Key: "admin", Value: false})
	}
	done, err := a.s.update(a.ctx, "participants", eq("_id", participantID, "grants", grant(g)),
		eq("$pull", eq("grants", grant(g)), "$push", eq("duties", left), "$set", set))
	if err == nil && !done {
		done, err = a.s.has(a.ctx, "participants", eq("_id", participantID, "duties.op", a.id))
	}
	if err == nil && !done {
		err = models.Fail(models.CodeNotFound, "error.people.no_grant")
	}
	if err != nil {
		return err
	}
	return leftToSweep(a.discharge(participantID, left))
}

// leave takes who has no role any more off the list of staff, and ends links.
func (a *act) leave(participantID string, d duty) error {
	_, err := a.s.update(a.ctx, "participants", eq("_id", participantID, "grants", eq("$size", 0)), eq("$set", eq("staff", false)))
	if err != nil {
		return err
	}
	return a.expireLinks(participantID, d)
}

// expireLinks lets the participant's unused sign-in links end that were made with a
// role which was taken away.
func (a *act) expireLinks(participantID string, d duty) error {
	p, _, err := get[participant](a.ctx, a.s, "participants", participantID)
	if err != nil || p.AddressKey == "" {
		return err
	}
	q := query{coll: "links", filter: eq("addressKey", p.AddressKey, "purpose", models.PurposeSignIn, "usedAt", int64(0))}
	list, err := all[link](a.ctx, a.s, q)
	for _, l := range list {
		if err == nil && l.Grant != nil && *l.Grant == d.Grant && !l.CreatedAt.After(d.At) {
			_, err = a.s.update(a.ctx, "links", eq("_id", l.ID, "usedAt", int64(0), "expiresAt", eq("$gt", d.At)),
				eq("$set", eq("expiresAt", d.At)))
		}
	}
	return err
}
