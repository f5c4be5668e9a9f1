//go:build unix

package main

import (
	"io"
	"mime"
	"net"
	"net/mail"
	"net/url"
	"regexp"
	"sync"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"
)

// mailServer is an SMTP server on loopback that records every message.
type mailServer struct {
	address string

	mu     sync.Mutex
	taken  []delivered
	inHand int           // messages that have come and wait for an answer
	held   chan struct{} // closed when messages are answered again; nil: they are
}

// delivered is one message as it came.
type delivered struct {
	id, to, reference string
	at                time.Time
}

func startMailServer(t *testing.T) *mailServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	p := &mailServer{address: listener.Addr().String()}
	smtp := gosmtp.NewServer(gosmtp.BackendFunc(func(*gosmtp.Conn) (gosmtp.Session, error) { return &mailSession{server: p}, nil }))
	smtp.Domain = "localhost"
	done := make(chan error, 1)
	go func() { done <- smtp.Serve(listener) }()
	t.Cleanup(func() {
		_ = listener.Close() // Serve may not know it yet
		<-done
		_ = smtp.Close()
	})
	return p
}

// url is what --smtp takes.
func (p *mailServer) url() string {
	return "smtp://" + p.address + "?timeout=5s&from=" + url.QueryEscape("Folkmoot <no-reply@example.org>")
}

// hold takes messages and answers none until release.
func (p *mailServer) hold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = make(chan struct{})
}

func (p *mailServer) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.held)
	p.held = nil
}

// waiting is how many messages wait for an answer.
func (p *mailServer) waiting() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.inHand
}

// take records a message and returns what to wait for before it is answered, nil for nothing.
func (p *mailServer) take(d delivered) (held chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken = append(p.taken, d)
	if p.held != nil {
		p.inHand++
	}
	return p.held
}

// answer counts a message as answered.
func (p *mailServer) answer() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inHand--
}

// messages returns what came so far.
func (p *mailServer) messages() []delivered {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]delivered(nil), p.taken...)
}

// mailSession implements gosmtp.Session.
type mailSession struct {
	server *mailServer
	to     string
}

func (s *mailSession) Reset()                                      { s.to = "" }
func (s *mailSession) Logout() error                               { return nil }
func (s *mailSession) Mail(string, *gosmtp.MailOptions) error      { return nil }
func (s *mailSession) Rcpt(to string, _ *gosmtp.RcptOptions) error { s.to = to; return nil }

// references finds in a subject the reference of the text that the message is about.
var references = regexp.MustCompile(`[A-Z0-9]{4}-[A-Z0-9]{4}`)

func (s *mailSession) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return err
	}
	held := s.server.take(delivered{
		id: m.Header.Get("Message-ID"), to: s.to, reference: references.FindString(subject), at: time.Now(),
	})
	if held != nil {
		<-held
		s.server.answer()
	}
	return nil
}
