package service

import (
	"context"
	"fmt"
	"strings"

	"folkmoot/models"
)

// People lists participants for the admin, the oldest account first, with the
// signed cursor of the next page.
func (s *Service) People(ctx context.Context, actor models.Actor, staffOnly bool, after string) ([]models.Participant, string, error) {
	if err := models.Require(actor.Participant, models.MayAdminister, ""); err != nil {
		return nil, "", err
	}
	list := "people"
	if staffOnly {
		list = "staff"
	}
	cursor, err := s.staffCursor(list, after)
	if err != nil {
		return nil, "", err
	}
	people, next, err := s.store.Participants(ctx, staffOnly, cursor, staffPage)
	return people, s.staffNext(list, next), err
}

// maxGrantScopes bounds the list of consultations to which a role may be limited.
const maxGrantScopes = 100

// GrantScopes lists the consultations to which an admin may limit a role, the
// newest first, at most 100.
func (s *Service) GrantScopes(ctx context.Context, actor models.Actor) ([]models.Consultation, error) {
	if err := models.Require(actor.Participant, models.MayAdminister, ""); err != nil {
		return nil, err
	}
	list, _, err := s.store.Consultations(ctx, models.ConsultationFilter{Limit: maxGrantScopes})
	return list, err
}

// GrantRole grants the person with that address a role, everywhere or in the named
// consultation, and makes the account if there is none. An admin is one everywhere.
func (s *Service) GrantRole(ctx context.Context, actor models.Actor, email, name string, role models.Role, consultationSlug string) error {
	if err := models.Require(actor.Participant, models.MayAdminister, ""); err != nil {
		return err
	}
	var f form
	address, name := f.address("email", email), f.optionalName("name", name)
	if !role.Valid() || role == models.RoleParticipant {
		f.add("role", "error.people.role")
	}
	g := models.Grant{Role: role}
	if slug := strings.TrimSpace(consultationSlug); slug != "" {
		c, err := s.store.ConsultationBySlug(ctx, slug)
		switch {
		case models.IsNotFound(err):
			f.add("consultation", "error.people.consultation")
		case err != nil:
			return err
		case role == models.RoleAdmin:
			f.add("consultation", "error.people.admin_everywhere")
		}
		g.ConsultationID = c.ID
	}
	if err := f.err(); err != nil {
		return err
	}
	act := models.AuditRoleGranted
	by := withGrant(onParticipant(actor.AuditActor(act, ""), act, ""), g)
	_, err := s.store.EnsureParticipant(ctx, models.Participant{
		ID: newID(), Name: name, Address: address, AddressKey: AddressKey(address),
		Language: actor.Language, Grants: []models.Grant{g},
	}, by)
	return err
}

// RevokeRole takes one role from a participant, and lets unused links that were made
// with it expire. CodeNotFound if they do not hold it; CodeConflict (error.people.last_admin) for the last admin.
func (s *Service) RevokeRole(ctx context.Context, actor models.Actor, participantID string, g models.Grant) error {
	if err := models.Require(actor.Participant, models.MayAdminister, ""); err != nil {
		return err
	}
	act := models.AuditRoleRevoked
	return s.store.RevokeGrant(ctx, participantID, g, withGrant(onParticipant(actor.AuditActor(act, ""), act, participantID), g))
}

// AdminLink makes a one-time link to sign in for a participant, which the admin
// hands over; no mail is sent, so it is outside the limit of its address.
func (s *Service) AdminLink(ctx context.Context, actor models.Actor, participantID string) (token string, err error) {
	if err := models.Require(actor.Participant, models.MayAdminister, ""); err != nil {
		return "", err
	}
	p, err := s.store.Participant(ctx, participantID)
	if err != nil {
		return "", err
	}
	if p.AddressKey == "" {
		return "", models.Fail(models.CodeConflict, "error.people.no_address")
	}
	return s.linkFor(ctx, actor.AuditActor(models.AuditLinkMade, ""), p, models.RoleParticipant)
}

// WaitingMail lists messages that wait to be sent, the oldest first, with the
// signed cursor of the next page.
func (s *Service) WaitingMail(ctx context.Context, actor models.Actor, after string) ([]models.Job, string, error) {
	if err := models.Require(actor.Participant, models.MayAdminister, ""); err != nil {
		return nil, "", err
	}
	cursor, err := s.staffCursor("mail", after)
	if err != nil {
		return nil, "", err
	}
	jobs, next, err := s.store.WaitingJobs(ctx, cursor, staffPage)
	if err != nil {
		return nil, "", fmt.Errorf("read the waiting mail: %w", err)
	}
	return jobs, s.staffNext("mail", next), nil
}
