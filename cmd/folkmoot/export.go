package main

import (
	"context"
	"io"
	"strings"

	"folkmoot/models"
	"folkmoot/models/service"
	"folkmoot/views/boardpack"
)

// exportCommand writes a result or the replies of a consultation as JSON or CSV.
type exportCommand struct {
	Slug   string `arg:"" help:"The consultation, as in its address."`
	Format string `help:"json or csv." enum:"json,csv,xlsx,pdf,html" required:"" placeholder:"FORMAT"`
	Part   string `help:"What to write: ${enum}." enum:"ideas,replies" default:"ideas"`
	Draft  bool   `help:"With --part replies: also from a consultation that is not public yet."`
	Output string `short:"o" help:"File to write; the terminal without it." placeholder:"FILE"`
}

// Run writes the requested part. Tallies that pages hide are not exported either.
func (c *exportCommand) Run(sh *shell, p *program) error {
	if c.Format != "json" && c.Format != "csv" {
		return usage("cli.reserved.format", "format", c.Format)
	}
	return p.withStore(sh, false, func(ctx context.Context, store models.Store, svc *service.Service) error {
		consultation, err := store.ConsultationBySlug(ctx, c.Slug)
		if models.IsNotFound(err) {
			return unknownSlug(ctx, store, c.Slug, storePlace(p.Store))
		}
		if err != nil {
			return err
		}
		if c.Part == "replies" {
			return c.replies(ctx, sh, store, consultation)
		}
		result, _, err := svc.Result(ctx, consultation)
		if err != nil {
			return err
		}
		return c.write(sh, func(w io.Writer) error {
			if c.Format == "csv" {
				return boardpack.ResultCSV(w, result)
			}
			return boardpack.ResultJSON(w, result)
		})
	})
}

// maxListedSlugs is how many slugs an error lists.
const maxListedSlugs = 100

// unknownSlug returns an error that lists the consultations in the store.
func unknownSlug(ctx context.Context, store models.ConsultationStore, slug, file string) error {
	list, next, err := store.Consultations(ctx, models.ConsultationFilter{Limit: maxListedSlugs})
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return models.Fail(models.CodeNotFound, "cli.export.none", "slug", slug, "store", file)
	}
	var slugs []string
	for _, c := range list {
		slugs = append(slugs, c.Slug)
	}
	if next != "" {
		slugs = append(slugs, "…")
	}
	return models.Fail(models.CodeNotFound, "cli.export.unknown", "slug", slug, "store", file, "slugs", strings.Join(slugs, ", "))
}

// replies streams the published replies in reading order. Those of a draft, which no
// page shows yet, need --draft.
func (c *exportCommand) replies(ctx context.Context, sh *shell, store models.ReplyStore, consultation models.Consultation) error {
	if !consultation.Public() && !c.Draft {
		return models.Fail(models.CodeConflict, "cli.export.draft", "slug", consultation.Slug)
	}
	return c.write(sh, func(w io.Writer) error {
		rows := boardpack.NewRepliesJSON(w)
		if c.Format == "csv" {
			rows = boardpack.NewRepliesCSV(w)
		}
		if err := store.EachReply(ctx, consultation.ID, rows.Write); err != nil {
			return err
		}
		return rows.Close()
	})
}

func (c *exportCommand) write(sh *shell, fill func(io.Writer) error) error {
	if err := writeTo(c.Output, sh.out, fill); err != nil {
		return err
	}
	if c.Output != "" && c.Output != "-" {
		sh.say(sh.err, "cli.export.done", "file", c.Output)
	}
	return nil
}
