package main

import (
	"context"
	"os"

	"folkmoot/models"
	"folkmoot/models/sealed"
	"folkmoot/models/service"
)

// verifyCommand recomputes what can be recomputed.
type verifyCommand struct {
	File string `arg:"" optional:"" help:"A sealed file, full or public; without it, the whole store."`
}

// Run prints what was checked and every difference; any difference is exit code 1.
func (c *verifyCommand) Run(sh *shell, p *program) error {
	if c.File == "" {
		return p.with(sh, false, func(ctx context.Context, _ models.Store, svc *service.Service) error {
			return sh.verifyStore(ctx, storeName(p.Store), svc)
		})
	}
	b, err := os.ReadFile(c.File)
	if err != nil {
		return models.Fail(models.CodeNotFound, "cli.file.open", "file", c.File, "problem", plain(err))
	}
	kind, sum, diffs, err := sealed.Verify(b)
	if err != nil {
		return err
	}
	sh.say(sh.out, "cli.verify.file."+kindKey(kind), "file", c.File)
	sh.say(sh.out, "cli.verify.sha256", "sum", sum)
	return sh.verdict(diffs)
}

// kindKey names the sentence for a kind of file; a file may say anything of itself.
func kindKey(kind string) string {
	if kind == "full" || kind == "public" {
		return kind
	}
	return "other"
}

func (sh *shell) verifyStore(ctx context.Context, store string, svc *service.Service) error {
	checked, diffs, err := svc.VerifyStore(ctx)
	if err != nil {
		return err
	}
	sh.say(sh.out, "cli.verify.store", "store", store)
	for _, a := range []amount{
		{"consultations", checked.Consultations},
		{"decisions", checked.Decisions},
		{"items", checked.Items},
		{"votes", checked.Votes},
		{"files", checked.Files},
	} {
		sh.say(sh.out, "cli.verify."+a.kind, "count", a.n)
	}
	return sh.verdict(diffs)
}

// verdict prints the differences, and fails if there are any.
func (sh *shell) verdict(diffs []sealed.Difference) error {
	if len(diffs) == 0 {
		sh.say(sh.out, "cli.verify.same")
		return nil
	}
	for _, d := range diffs {
		sh.say(sh.out, "cli.verify.difference", "where", d.Where, "got", d.Got, "want", d.Want)
	}
	sh.say(sh.out, "cli.verify.differs", "count", len(diffs))
	return errSaid
}
