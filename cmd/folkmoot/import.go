package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/models/transfer"
)

// importCommands holds one command for each import format.
type importCommands struct {
	Wordpress importWordPress `cmd:"" help:"A WordPress export (WXR 1.0 to 1.2): each published post becomes a draft with its comments."`
	Disqus    reservedCommand `cmd:"" hidden:"" passthrough:""`
	Csv       reservedCommand `cmd:"" hidden:"" passthrough:""`
	Polis     reservedCommand `cmd:"" hidden:"" passthrough:""`
}

// importWordPress imports a WordPress export (WXR).
type importWordPress struct {
	File          string `arg:"" help:"The export, an XML file."`
	Post          string `help:"Import only the post with this id." placeholder:"ID"`
	Slug          string `help:"Slug of the consultation; needs exactly one post." placeholder:"SLUG"`
	IdeasFromList bool   `help:"Turn the post's numbered list into ideas 1, 2, 3 …"`
}

// Run imports the file and prints a report. The store is not created if the file is
// invalid.
func (c *importWordPress) Run(sh *shell, p *program) error {
	if err := checkStore(p.Store); err != nil {
		return err
	}
	file, err := c.open()
	if err != nil {
		return err
	}
	defer file.Close()
	read, err := c.read(file)
	if err != nil {
		return err
	}
	return p.with(sh, true, func(ctx context.Context, svc *service.Service) error {
		report, err := read.Add(ctx, svc)
		if c.Slug != "" && models.CodeOf(err) == models.CodeInvalid { // reserved, or not valid in an address
			return usageError{err}
		}
		if err != nil {
			return err
		}
		c.report(sh, p, report)
		return nil
	})
}

// open opens the file, which is read twice: what cannot be, a pipe, is copied to a
// temporary file.
func (c *importWordPress) open() (*os.File, error) {
	if c.Slug != "" && !models.ValidSlug(c.Slug) {
		return nil, usage("import.slug", "slug", c.Slug)
	}
	file, err := os.Open(c.File)
	if err != nil {
		return nil, models.Fail(models.CodeNotFound, "cli.file.open", "file", c.File, "problem", fileProblem(err))
	}
	if _, err := file.Seek(0, io.SeekStart); err == nil {
		return file, nil
	}
	defer file.Close()
	spool, err := os.CreateTemp("", "folkmoot-import-*.xml")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(spool.Name()) // it goes once it is closed
	if _, err = io.Copy(spool, file); err == nil {
		_, err = spool.Seek(0, io.SeekStart)
	}
	if err != nil {
		spool.Close()
		return nil, err
	}
	return spool, nil
}

// read parses and checks the file.
func (c *importWordPress) read(file *os.File) (*transfer.WordPressImport, error) {
	read, err := transfer.ReadWordPress(file, transfer.WordPressOptions{
		Post: c.Post, Slug: c.Slug, IdeasFromList: c.IdeasFromList,
	})
	if isFileError(err) {
		return nil, models.Fail(models.CodeInvalid, "cli.file.read", "file", c.File, "problem", fileProblem(err))
	}
	return read, err
}

// report prints the outcome for each post, and what was left out.
func (c *importWordPress) report(sh *shell, p *program, r transfer.WordPressReport) {
	added := false
	for _, post := range r.Posts {
		url := p.siteURL() + "/consultations/" + post.Slug
		if !post.Added {
			sh.say(sh.out, "cli.import.again", "title", post.Title, "url", url)
			continue
		}
		added = true
		sh.say(sh.out, "cli.import.added", "title", post.Title, "url", url)
		sh.printAmounts("  ", []amount{
			{"ideas", post.Ideas},
			{"replies", post.Replies},
			{"pending", post.Pending},
			{"orphans", post.Orphans},
			{"empty", post.Empty},
		})
		if c.IdeasFromList && post.Ideas == 0 {
			sh.say(sh.out, "cli.import.no_list")
		}
	}
	sh.printLeftOut(r.Counts)
	sh.printAmounts(sh.l.T("cli.import.repaired")+" ", []amount{
		{"characters", r.Repairs.Characters},
		{"sections", r.Repairs.Sections},
		{"bytes", r.Repairs.Bytes},
	})
	if added {
		sh.say(sh.out, "cli.import.next", "command", signInCommand(models.RoleOrganiser, p.Store, p.siteURL()))
	}
}

// printLeftOut prints what was not imported, by kind.
func (sh *shell) printLeftOut(c transfer.Counts) {
	list := []amount{
		{"pages", c.Pages},
		{"drafts", c.Drafts},
		{"private", c.Private},
		{"attachments", c.Attachments},
		{"other_types", c.OtherTypes},
		{"trash_posts", c.TrashPosts},
		{"pingbacks", c.Pingbacks},
		{"trackbacks", c.Trackbacks},
		{"other_comments", c.OtherComments},
		{"spam", c.Spam},
		{"trash", c.Trash},
		{"duplicates", c.Duplicates},
		{"elsewhere", c.CommentsElsewhere},
	}
	sh.printAmounts(sh.l.T("cli.import.left_out")+" ", list)
}

// amount is a count of things of one kind, which names the catalogue key.
type amount struct {
	kind string
	n    int
}

// printAmounts prints the non-zero amounts on one line.
func (sh *shell) printAmounts(prefix string, list []amount) {
	var parts []string
	for _, a := range list {
		if a.n > 0 {
			parts = append(parts, sh.l.T("cli.import."+a.kind, "count", a.n))
		}
	}
	if len(parts) > 0 {
		fmt.Fprintln(sh.out, prefix+strings.Join(parts, ", ")+".")
	}
}
