package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"folkmoot/models"
)

// SMTP is the Sender that hands each message to a mail server, in a connection
// of its own.
type SMTP struct {
	cfg  Config
	host string // of the base URL: the right side of a Message-ID
	tls  *tls.Config
}

// NewSMTP makes a Sender from an SMTP URL (see ParseURL). baseURL is the site's
// own address: its host stands in each Message-ID. It does not connect yet.
func NewSMTP(rawURL, baseURL string) (*SMTP, error) {
	cfg, err := ParseURL(rawURL)
	if err != nil {
		return nil, err
	}
	host := hostOf(baseURL)
	if cfg.Hello == "" {
		cfg.Hello = host
	}
	return &SMTP{cfg: cfg, host: host, tls: &tls.Config{ServerName: cfg.Host, MinVersion: tls.VersionTLS12}}, nil
}

// Holds implements models.Sender: false.
func (s *SMTP) Holds() bool { return false }

// Timeout is how long one delivery may take.
func (s *SMTP) Timeout() time.Duration { return s.cfg.Timeout }

// Send implements models.Sender. Its error is a *PermanentError if no repeat can
// help. It returns nil as soon as the server has taken the message, whatever
// becomes of the connection afterwards.
func (s *SMTP) Send(ctx context.Context, m models.Mail) error {
	msg, err := s.compose(m)
	if err != nil {
		return &PermanentError{fmt.Errorf("mail: compose: %w", err)}
	}
	client, err := s.client()
	if err != nil {
		return fmt.Errorf("mail: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	err = client.DialAndSendWithContext(ctx, msg)
	if err == nil || msg.IsDelivered() {
		return nil
	}
	return classify(err)
}

func (s *SMTP) client() (*gomail.Client, error) {
	opts := []gomail.Option{
		gomail.WithPort(s.cfg.Port), gomail.WithHELO(s.cfg.Hello),
		gomail.WithTimeout(s.cfg.Timeout), gomail.WithTLSConfig(s.tls),
	}
	switch s.cfg.Security {
	case SecurityTLS:
		opts = append(opts, gomail.WithSSL())
	case SecurityRequired:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSMandatory))
	case SecurityOpportunistic:
		opts = append(opts, gomail.WithTLSPolicy(gomail.TLSOpportunistic))
	case SecurityNone:
		opts = append(opts, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.cfg.Username != "" {
		opts = append(opts, gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover),
			gomail.WithUsername(s.cfg.Username), gomail.WithPassword(s.cfg.Password))
	}
	return gomail.NewClient(s.cfg.Host, opts...)
}

// classify distinguishes an address that does not exist (RFC 3463, class 5.1) from
// everything that may pass or be put right: a full disk, a wrong password, a
// relay that does not know us yet. The server's own sentence is left out: it
// often repeats the address, and this error goes to the log.
func classify(err error) error {
	sent, ok := errors.AsType[*gomail.SendError](err)
	if !ok {
		return fmt.Errorf("mail: %w", err)
	}
	plain := fmt.Errorf("mail: %s: server answered %d %s", sent.Reason, sent.ErrorCode(), sent.EnhancedStatusCode())
	if sent.Reason == gomail.ErrSMTPRcptTo && !sent.IsTemp() && strings.HasPrefix(sent.EnhancedStatusCode(), "5.1.") {
		return &PermanentError{plain}
	}
	return plain
}

// hostOf returns the host of the base URL, or localhost where that is no name.
func hostOf(baseURL string) string {
	u, err := url.Parse(baseURL)
	if err != nil || u.Hostname() == "" || strings.Contains(u.Hostname(), ":") {
		return "localhost"
	}
	return u.Hostname()
}
