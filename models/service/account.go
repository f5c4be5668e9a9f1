package service

import (
	"context"

	"folkmoot/models"
)

// AccountInput is what a participant says of themselves. An empty name is
// allowed: they are asked for one when they write something.
type AccountInput struct {
	Name     string
	Capacity models.Capacity
	Band     models.Band
}

// EditAccount changes the actor's name and capacity. Votes already cast stand as
// they were cast. CodeUnauthenticated, CodeInvalid with the fields.
func (s *Service) EditAccount(ctx context.Context, actor models.Actor, in AccountInput) error {
	p, err := signedIn(actor)
	if err != nil {
		return err
	}
	var f form
	next := *p
	next.Name = f.optionalName("name", in.Name)
	next.Capacity, next.Band = f.capacity(in.Capacity, in.Band)
	if next.Name != p.Name {
		if err := s.checkReserved(ctx, &f, "name", next.Name, p.ID); err != nil {
			return err
		}
	}
	if err := f.err(); err != nil {
		return err
	}
	return s.store.EditParticipant(ctx, next)
}

// MakeSignInLink makes the account of an address, if there is none, grants it a
// role everywhere (RoleParticipant: none) and makes a link to sign in with, which
// is mailed to nobody: for the command line. CodeInvalid with the fields, CodeConflict
// (error.link.voted) for an account that has voted, which is left as it is.
func (s *Service) MakeSignInLink(ctx context.Context, email, name string, role models.Role) (token string, p models.Participant, err error) {
	var f form
	address, name := f.address("email", email), f.optionalName("name", name)
	if !role.Valid() {
		f.add("role", "error.field.role")
	}
	if err := f.err(); err != nil {
		return "", p, err
	}
	p = models.Participant{
		ID: newID(), Name: name, Address: address, AddressKey: AddressKey(address), CreatedAt: s.Now(),
	}
	by := onParticipant(models.Host, models.AuditParticipantAdded, "")
	if role != models.RoleParticipant {
		p.Grants = []models.Grant{{Role: role}}
		by = withGrant(onParticipant(models.Host, models.AuditRoleGranted, ""), p.Grants[0])
	}
	there, err := s.store.ParticipantByAddress(ctx, p.AddressKey)
	if err == nil { // the link first: it may be refused
		if token, err = s.linkFor(ctx, models.Host, there, role); err != nil {
			return "", there, err
		}
	} else if !models.IsNotFound(err) {
		return "", p, err
	}
	if p, err = s.store.EnsureParticipant(ctx, p, by); err != nil || token != "" {
		return token, p, err
	}
	token, err = s.linkFor(ctx, models.Host, p, role)
	return token, p, err
}

// linkFor makes a link to sign in to an account with, without a message: it is made
// by hand and so outside the limits of mail. It grants no role; with the
// one that was given when it was made it ends, should that be revoked.
func (s *Service) linkFor(ctx context.Context, by models.AuditActor, p models.Participant, role models.Role) (string, error) {
	l, token := s.newLink(models.PurposeSignIn, p.Address, orElse(p.Language, "en"))
	l.Grant = &models.Grant{Role: role}
	if err := s.store.AddHandLink(ctx, l, withGrant(onParticipant(by, models.AuditLinkMade, p.ID), *l.Grant)); err != nil {
		return "", err
	}
	return token, nil
}
