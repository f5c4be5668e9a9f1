package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/models/transfer"
)

// importCommands are the kinds of import.
type importCommands struct {
	Wordpress importWordPress `cmd:"" help:"A WordPress export (WXR 1.0 to 1.2): each published post becomes a draft with its comments."`
	Disqus    reservedCommand `cmd:"" hidden:"" passthrough:""`
	Csv       reservedCommand `cmd:"" hidden:"" passthrough:""`
	Polis     reservedCommand `cmd:"" hidden:"" passthrough:""`
}

// importWordPress takes in a WordPress export.
type importWordPress struct {
	File          string `arg:"" help:"The export, an XML file."`
	Post          string `help:"Take only the post with this id." placeholder:"ID"`
	Slug          string `help:"Word in the address; needs exactly one post." placeholder:"SLUG"`
	IdeasFromList bool   `help:"Make the post's numbered list ideas 1, 2, 3 …"`
}

// Run imports and says what came of it. A file that is refused leaves no store.
func (c *importWordPress) Run(sh *shell, p *program) error {
	if err := checkStore(p.Store); err != nil {
		return err
	}
	read, err := c.read()
	if err != nil {
		return err
	}
	return p.with(sh, true, func(ctx context.Context, _ models.Store, svc *service.Service) error {
		report, err := read.Add(ctx, svc)
		if c.Slug != "" && models.CodeOf(err) == models.CodeInvalid { // a word that addresses need
			return usageError{err}
		}
		if err != nil {
			return err
		}
		c.report(sh, p, report)
		return nil
	})
}

// read reads the file and checks it.
func (c *importWordPress) read() (*transfer.WordPressImport, error) {
	if c.Slug != "" && !models.ValidSlug(c.Slug) {
		return nil, usage("import.slug", "slug", c.Slug)
	}
	file, err := os.Open(c.File)
	if err != nil {
		return nil, models.Fail(models.CodeNotFound, "cli.file.open", "file", c.File, "problem", plain(err))
	}
	defer file.Close()
	read, err := transfer.ReadWordPress(file, transfer.WordPressOptions{
		Post: c.Post, Slug: c.Slug, IdeasFromList: c.IdeasFromList,
	})
	if ofFile(err) {
		return nil, models.Fail(models.CodeInvalid, "cli.file.read", "file", c.File, "problem", plain(err))
	}
	return read, err
}

// report prints what became of each post, and what stayed out.
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
		sh.counts("  ", []amount{
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
	sh.leftOut(r.Counts)
	if added {
		sh.say(sh.out, "cli.import.next")
	}
}

// leftOut prints what of the file was not taken in, by kind.
func (sh *shell) leftOut(c transfer.Counts) {
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
	sh.counts(sh.l.T("cli.import.left_out")+" ", list)
}

// amount is a number of things of one kind.
type amount struct {
	kind string
	n    int
}

// counts prints the amounts that are not zero on one line, or nothing.
func (sh *shell) counts(prefix string, list []amount) {
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
