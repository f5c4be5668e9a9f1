package main

import (
	"context"
	"fmt"

	"folkmoot/models"
	"folkmoot/models/service"
)

// signInLinkCommand prints a one-time sign-in link and creates the account if needed.
// The first admin signs in this way.
type signInLinkCommand struct {
	Email string `arg:"" help:"Address of the account."`
	Name  string `help:"Public name, for a new account."`
	Role  string `help:"Role of the account: ${enum}." enum:"participant,moderator,organiser,board,admin" default:"participant"`
}

// Run prints the link alone, so that scripts can use it.
func (c *signInLinkCommand) Run(sh *shell, p *program) error {
	if _, bad := models.CheckAddress("email", c.Email); bad != nil {
		return usageError{&models.Error{Code: models.CodeInvalid, Key: bad.Key, Fields: []models.FieldError{*bad}}}
	}
	return p.with(sh, false, func(ctx context.Context, svc *service.Service) error {
		token, _, err := svc.MakeSignInLink(ctx, c.Email, c.Name, models.Role(c.Role))
		if models.CodeOf(err) == models.CodeInvalid {
			return usageError{err}
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(sh.out, signInURL(p.siteURL(), token))
		return err
	})
}

// signInCommand returns the command line that makes a link for the first account of a
// role, to be completed with an address.
func signInCommand(role models.Role, store, base string) string {
	return commandLine("sign-in-link", "YOU@EXAMPLE.ORG", "--role", string(role), "--store", storeFlag(store), "--base-url", base)
}

// signInURL returns the address of a one-time link.
func signInURL(base, token string) string { return base + "/sign-in/" + token }
