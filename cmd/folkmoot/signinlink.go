package main

import (
	"context"
	"fmt"

	"folkmoot/models"
	"folkmoot/models/service"
)

// signInLinkCommand makes an account, if there is none, and a link to it. It is
// how the first admin comes in, and the way in when no mail can be sent.
type signInLinkCommand struct {
	Email string `arg:"" help:"Address of the account."`
	Name  string `help:"Public name, for a new account."`
	Role  string `help:"Role to give: ${enum}." enum:"participant,moderator,organiser,board,admin" default:"participant"`
}

// Run prints the link and nothing else.
func (c *signInLinkCommand) Run(sh *shell, p *program) error {
	base, err := checkBaseURL(p.siteURL())
	if err != nil {
		return err
	}
	if _, bad := models.CheckAddress("email", c.Email); bad != nil { // before a store is made
		return usageError{&models.Error{Code: models.CodeInvalid, Key: bad.Key, Fields: []models.FieldError{*bad}}}
	}
	return p.with(sh, true, func(ctx context.Context, _ models.Store, svc *service.Service) error {
		token, _, err := svc.MakeSignInLink(ctx, c.Email, c.Name, models.Role(c.Role))
		if models.CodeOf(err) == models.CodeInvalid {
			return usageError{err}
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(sh.out, signInURL(base, token))
		return err
	})
}

// signInURL is the page of a one-time link.
func signInURL(base, token string) string { return base + "/sign-in/" + token }
