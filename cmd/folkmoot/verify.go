package main

import (
	"context"
	"os"

	"folkmoot/models"
	"folkmoot/models/sealed"
	"folkmoot/models/service"
)

// verifyCommand checks a sealed file or the whole store by recomputing it.
type verifyCommand struct {
	File string `arg:"" optional:"" help:"A sealed file, full or public; without it, the whole store."`
}

// Run prints what was checked and every difference. The exit code is 1 if there is any.
func (c *verifyCommand) Run(sh *shell, p *program) error {
	if c.File == "" {
		return p.with(sh, false, func(ctx context.Context, svc *service.Service) error {
			return sh.verifyStore(ctx, storePlace(p.Store), svc)
		})
	}
	b, err := os.ReadFile(c.File)
	if err != nil {
		return models.Fail(models.CodeNotFound, "cli.file.open", "file", c.File, "problem", fileProblem(err))
	}
	kind, sum, diffs, err := sealed.Verify(b)
	if err != nil {
		return err
	}
	sh.say(sh.out, "cli.verify.file."+kindKey(kind), "file", c.File)
	sh.say(sh.out, "cli.verify.sha256", "sum", sum)
	return sh.printDifferences(diffs)
}

// exactly is text that say prints as showExactly has it.
type exactly string

// kindKey returns the last part of the catalogue key for a kind of file. A forged file
// may claim any kind.
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
	return sh.printDifferences(diffs)
}

// printDifferences prints the differences and returns errReported if there are any.
func (sh *shell) printDifferences(diffs []sealed.Difference) error {
	if len(diffs) == 0 {
		sh.say(sh.out, "cli.verify.same")
		return nil
	}
	for _, d := range diffs {
		sh.say(sh.out, "cli.verify.difference", "where", exactly(d.Where), "got", exactly(d.Got), "want", exactly(d.Want))
	}
	sh.say(sh.out, "cli.verify.differs", "count", len(diffs))
	return errReported
}
