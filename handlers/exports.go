package handlers

import (
	"context"
	"io"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/views/boardpack"
)

const mimeCSV = "text/csv; charset=utf-8"

func (s *Server) showRepliesCSV(c *fiber.Ctx) error {
	return s.replies(c, "csv", mimeCSV, boardpack.NewRepliesCSV)
}

func (s *Server) showRepliesJSON(c *fiber.Ctx) error {
	return s.replies(c, "json", fiber.MIMEApplicationJSONCharsetUTF8, boardpack.NewRepliesJSON)
}

func (s *Server) replies(c *fiber.Ctx, ext, contentType string, open func(io.Writer) *boardpack.RepliesWriter) error {
	sub, err := s.subjectOf(c)
	if err != nil {
		return err
	}
	attachment(c, sub.C.Slug+"-replies."+ext, contentType)
	return s.stream(c, func(ctx context.Context, w io.Writer) error {
		out := open(w)
		if err := s.svc.EachReply(ctx, sub.C, out.Write); err != nil {
			return err
		}
		return out.Close()
	})
}

func (s *Server) showResultsJSON(c *fiber.Ctx) error {
	return s.resultFile(c, "json", fiber.MIMEApplicationJSONCharsetUTF8, boardpack.NewResultJSON)
}

func (s *Server) showResultsCSV(c *fiber.Ctx) error {
	return s.resultFile(c, "csv", mimeCSV, boardpack.NewResultCSV)
}

func (s *Server) resultFile(c *fiber.Ctx, ext, contentType string, open func(io.Writer, models.Result) *boardpack.ResultWriter) error {
	sub, err := s.subjectOf(c)
	if err != nil {
		return err
	}
	r, _, err := s.svc.Result(c.UserContext(), sub.C)
	if err != nil {
		return err
	}
	attachment(c, sub.C.Slug+"-results."+ext, contentType)
	return s.stream(c, func(_ context.Context, w io.Writer) error {
		out := open(w, r)
		for _, i := range r.Ideas {
			if err := out.Write(i); err != nil {
				return err
			}
		}
		return out.Close()
	})
}
