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

// postOffice is a real mail server on loopback that notes every message.
type postOffice struct {
	address string

	mu     sync.Mutex
	taken  []delivered
	inHand int           // messages that have come and wait for an answer
	held   chan struct{} // closed when answers are given again; nil: they are given
}

// delivered is one message as it came.
type delivered struct {
	id, to, reference string
	at                time.Time
}

func opensPostOffice(t *testing.T) *postOffice {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	check(t, err)
	p := &postOffice{address: listener.Addr().String()}
	server := gosmtp.NewServer(gosmtp.BackendFunc(func(*gosmtp.Conn) (gosmtp.Session, error) { return &postSession{post: p}, nil }))
	server.Domain = "localhost"
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	t.Cleanup(func() {
		_ = listener.Close() // Serve may not know it yet
		<-done
		_ = server.Close()
	})
	return p
}

// url is what --smtp takes.
func (p *postOffice) url() string {
	return "smtp://" + p.address + "?timeout=5s&from=" + url.QueryEscape("Folkmoot <no-reply@example.org>")
}

// hold takes messages and answers none until release.
func (p *postOffice) hold() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.held = make(chan struct{})
}

func (p *postOffice) release() {
	p.mu.Lock()
	defer p.mu.Unlock()
	close(p.held)
	p.held = nil
}

// waiting is how many messages wait for an answer.
func (p *postOffice) waiting() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.inHand
}

// take notes a message, and gives what to wait for before it is answered, nil for nothing.
func (p *postOffice) take(d delivered) (held chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taken = append(p.taken, d)
	if p.held != nil {
		p.inHand++
	}
	return p.held
}

func (p *postOffice) answer() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.inHand--
}

// letters gives what came so far.
func (p *postOffice) letters() []delivered {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]delivered(nil), p.taken...)
}

// postSession implements gosmtp.Session.
type postSession struct {
	post *postOffice
	to   string
}

func (s *postSession) Reset()                                      { s.to = "" }
func (s *postSession) Logout() error                               { return nil }
func (s *postSession) Mail(string, *gosmtp.MailOptions) error      { return nil }
func (s *postSession) Rcpt(to string, _ *gosmtp.RcptOptions) error { s.to = to; return nil }

// references finds what the subject calls the text that the message is about.
var references = regexp.MustCompile(`[A-Z0-9]{4}-[A-Z0-9]{4}`)

func (s *postSession) Data(r io.Reader) error {
	m, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil {
		return err
	}
	held := s.post.take(delivered{
		id: m.Header.Get("Message-ID"), to: s.to, reference: references.FindString(subject), at: time.Now(),
	})
	if held != nil {
		<-held
		s.post.answer()
	}
	return nil
}
