package handlers

import (
	"bufio"
	"context"
	"io"
	"time"

	"github.com/gofiber/fiber/v2"

	"folkmoot/models"
	"folkmoot/views/boardpack"
)

const mimeCSV = "text/csv; charset=utf-8"

// exportDeadline bounds a download; a thread of 100,000 replies takes seconds.
const exportDeadline = 5 * time.Minute

func (s *Server) repliesCSV(c *fiber.Ctx) error {
	return s.replies(c, "csv", mimeCSV, boardpack.NewRepliesCSV)
}

func (s *Server) repliesJSON(c *fiber.Ctx) error {
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
		if err := s.svc.Store().EachReply(ctx, sub.C.ID, out.Write); err != nil {
			return err
		}
		return out.Close()
	})
}

func (s *Server) resultsJSON(c *fiber.Ctx) error {
	return s.resultFile(c, "json", fiber.MIMEApplicationJSONCharsetUTF8, boardpack.NewResultJSON)
}

func (s *Server) resultsCSV(c *fiber.Ctx) error {
	open := func(w io.Writer, _ models.Result) *boardpack.ResultWriter { return boardpack.NewResultCSV(w) }
	return s.resultFile(c, "csv", mimeCSV, open)
}

func (s *Server) resultFile(c *fiber.Ctx, ext, contentType string, open func(io.Writer, models.Result) *boardpack.ResultWriter) error {
	sub, err := s.subjectOf(c)
	if err != nil {
		return err
	}
	r, err := s.svc.StreamResult(c.UserContext(), sub.C)
	if err != nil {
		return err
	}
	attachment(c, sub.C.Slug+"-results."+ext, contentType)
	return s.stream(c, func(ctx context.Context, w io.Writer) error {
		out := open(w, r.Head)
		if err := r.Each(ctx, out.Write); err != nil {
			return err
		}
		return out.Close()
	})
}

// stream sends a file as it is made. What breaks off half-way breaks the connection
// too, so that nobody takes half a file for a whole one.
func (s *Server) stream(c *fiber.Ctx, write func(context.Context, io.Writer) error) error {
	log := s.log(c)
	r, w := io.Pipe()
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), exportDeadline)
		defer cancel()
		buffered := bufio.NewWriterSize(w, 64<<10)
		err := write(ctx, buffered)
		if err == nil {
			err = buffered.Flush()
		}
		if err != nil {
			log.Warn("export broke off", "error", err)
		}
		w.CloseWithError(err)
	}()
	c.Set(fiber.HeaderCacheControl, "no-cache")
	return c.SendStream(r)
}
