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

type resultWriter func(io.Writer, models.Result) error

// exportDeadline bounds a download; a thread of 100,000 replies takes seconds.
const exportDeadline = 5 * time.Minute

func (s *Server) repliesCSV(c *fiber.Ctx) error {
	return s.stream(c, "csv", "text/csv; charset=utf-8", func(w io.Writer) replyWriter { return boardpack.NewRepliesCSV(w) })
}

func (s *Server) repliesJSON(c *fiber.Ctx) error {
	return s.stream(c, "json", fiber.MIMEApplicationJSONCharsetUTF8, func(w io.Writer) replyWriter { return boardpack.NewRepliesJSON(w) })
}

type replyWriter interface {
	Write(models.Reply) error
	Close() error
}

// stream sends a thread as it is read. What breaks off half-way breaks the
// connection too, so that nobody takes half a file for a whole one.
func (s *Server) stream(c *fiber.Ctx, ext, contentType string, open func(io.Writer) replyWriter) error {
	sub, err := s.subjectOf(c)
	if err != nil {
		return err
	}
	log := s.log(c)
	r, w := io.Pipe()
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), exportDeadline)
		defer cancel()
		err := s.writeReplies(ctx, sub.C.ID, w, open)
		if err != nil {
			log.Warn("export broke off", "error", err)
		}
		w.CloseWithError(err)
	}()
	attachment(c, sub.C.Slug+"-replies."+ext, contentType)
	c.Set(fiber.HeaderCacheControl, "no-cache")
	return c.SendStream(r)
}

func (s *Server) writeReplies(ctx context.Context, id string, w io.Writer, open func(io.Writer) replyWriter) error {
	buffered := bufio.NewWriterSize(w, 64<<10)
	out := open(buffered)
	if err := s.svc.Store().EachReply(ctx, id, out.Write); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	return buffered.Flush()
}
