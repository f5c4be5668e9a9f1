package main

import (
	"cmp"
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
		return p.withStore(sh, false, func(ctx context.Context, store models.Store, svc *service.Service) error {
			foreign, err := schemaDifferences(ctx, store)
			if err != nil {
				return err
			}
			return sh.verifyStore(ctx, storePlace(p.Store), svc, foreign)
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

// schemaDifferences returns the tables, triggers, views and the like that are not as the
// store made them.
func schemaDifferences(ctx context.Context, store models.Store) ([]sealed.Difference, error) {
	checker, ok := store.(models.SchemaChecker)
	if !ok {
		return nil, nil
	}
	list, err := checker.CheckSchema(ctx)
	var diffs []sealed.Difference
	for _, d := range list {
		got, want := firstDifference(d.Got, d.Want)
		diffs = append(diffs, sealed.Difference{Where: d.Object, Got: cmp.Or(got, "missing"), Want: cmp.Or(want, "nothing: it is not Folkmoot's")})
	}
	return diffs, err
}

// firstDifference returns the parts of two texts around their first difference.
func firstDifference(a, b string) (string, string) {
	const before, most = 20, 80
	x, y, at := []rune(a), []rune(b), 0
	for at < min(len(x), len(y)) && x[at] == y[at] {
		at++
	}
	cut := func(text []rune) string {
		from := min(max(0, at-before), len(text))
		shown := string(text[from:min(len(text), from+most)])
		if from > 0 {
			shown = "…" + shown
		}
		if from+most < len(text) {
			shown += "…"
		}
		return shown
	}
	return cut(x), cut(y)
}

// verifyStore checks the content of a store and prints what was checked, and the
// differences with those found before.
func (sh *shell) verifyStore(ctx context.Context, store string, svc *service.Service, before []sealed.Difference) error {
	checked, diffs, err := svc.VerifyStore(ctx)
	if err != nil {
		return err
	}
	diffs = append(before, diffs...)
	sh.say(sh.out, "cli.verify.store", "store", store)
	for _, a := range []amount{
		{"consultations", checked.Consultations},
		{"decisions", checked.Decisions},
		{"items", checked.Items},
		{"votes", checked.Votes},
		{"files", checked.Files},
		{"entries", checked.AuditEntries},
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
