package mail

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"strings"
	"testing"

	gosmtp "github.com/emersion/go-smtp"

	"folkmoot/models"
)

const from = "from=The%20Moot%20%3Cno-reply@moot.example%3E"

var letter = models.Mail{
	ID: "0199-abc", To: "zoë@example.org", Subject: "Your reply – “Shops”",
	Text: "Hello Zoë,\nit is published.\n", HTML: "<p>Hello Zoë</p>",
	Headers: map[string]string{"Reply-To": "office@moot.example"},
}

// sender makes an SMTP that trusts the test's certificate.
func sender(t *testing.T, s *server, url string) *SMTP {
	t.Helper()
	m, err := NewSMTP(url, "https://moot.example/sub")
	if err != nil {
		t.Fatal(err)
	}
	m.tls.RootCAs = s.roots
	return m
}

func TestSendOverSTARTTLS(t *testing.T) {
	s := start(t, &server{withAuth: true}, true, false)
	m := sender(t, s, "smtp://moot:pa%3Ass%2Fword@"+s.addr()+"?"+from+"&tls=required")
	plain := letter
	plain.To = "zoe@example.org"
	if err := m.Send(context.Background(), plain); err != nil {
		t.Fatal(err)
	}
	got := s.deliveries()
	if len(got) != 1 || !got[0].tls || !got[0].signedIn || got[0].from != "no-reply@moot.example" ||
		got[0].to != "zoe@example.org" || got[0].hello != "moot.example" {
		t.Fatalf("taken: %+v", got)
	}
	checkMessage(t, got[0].body)
}

// checkMessage reads the message as a mail program would.
func checkMessage(t *testing.T, body []byte) {
	t.Helper()
	msg, err := netmail.ReadMessage(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil || subject != letter.Subject {
		t.Errorf("subject %q, %v", subject, err)
	}
	for name, want := range map[string]string{
		"Message-Id": "<0199-abc@moot.example>", "From": `"The Moot" <no-reply@moot.example>`,
		"To": "<zoe@example.org>", "Auto-Submitted": "auto-generated", "Reply-To": "office@moot.example",
		"X-Mailer": "", "User-Agent": "",
	} {
		if got := msg.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if _, err := msg.Header.Date(); err != nil {
		t.Errorf("date: %v", err)
	}
	checkParts(t, msg)
}

func checkParts(t *testing.T, msg *netmail.Message) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %q, %v", kind, err)
	}
	parts := multipart.NewReader(msg.Body, params["boundary"])
	for _, want := range []struct{ kind, text string }{
		{"text/plain", letter.Text}, {"text/html", letter.HTML},
	} {
		p, err := parts.NextRawPart()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(quotedprintable.NewReader(p))
		text := strings.ReplaceAll(string(b), "\r\n", "\n")
		if err != nil || !strings.HasPrefix(p.Header.Get("Content-Type"), want.kind) || strings.TrimRight(text, "\n") != strings.TrimRight(want.text, "\n") {
			t.Errorf("%s: %q, %v", p.Header.Get("Content-Type"), text, err)
		}
	}
}

func TestSendOtherSecurity(t *testing.T) {
	for _, c := range []struct {
		name, scheme, options string
		withTLS, implicit     bool
		wantTLS, wantErr      bool
	}{
		{name: "implicit", scheme: "smtps", withTLS: true, implicit: true, wantTLS: true},
		{name: "plain on loopback", scheme: "smtp"},
		{name: "offered on loopback", scheme: "smtp", withTLS: true, wantTLS: true},
		{name: "refused without", scheme: "smtp", options: "&tls=required", wantErr: true},
		{name: "asked for plain", scheme: "smtp", options: "&tls=none", withTLS: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, &server{}, c.withTLS, c.implicit)
			m := sender(t, s, c.scheme+"://"+s.addr()+"?"+from+c.options)
			err := m.Send(context.Background(), letter)
			got := s.deliveries()
			if (err != nil) != c.wantErr || len(got) != 1 && !c.wantErr || len(got) == 1 && got[0].tls != c.wantTLS {
				t.Errorf("err %v, taken %+v", err, got)
			}
		})
	}
}

func TestSendToAnUntrustedServer(t *testing.T) {
	s := start(t, &server{}, true, false)
	m := sender(t, s, "smtp://"+s.addr()+"?"+from+"&tls=required")
	m.tls.RootCAs = nil
	if err := m.Send(context.Background(), letter); err == nil || len(s.deliveries()) > 0 {
		t.Errorf("sent to a server that nobody vouches for: %v", err)
	}
}

func TestSendRefused(t *testing.T) {
	for _, c := range []struct {
		name      string
		answer    error
		permanent bool
	}{
		{"no such address", &gosmtp.SMTPError{Code: 550, EnhancedCode: gosmtp.EnhancedCode{5, 1, 1}, Message: "no <zoë@example.org>"}, true},
		{"relay denied", &gosmtp.SMTPError{Code: 554, EnhancedCode: gosmtp.EnhancedCode{5, 7, 1}, Message: "who are you"}, false},
		{"greylisted", &gosmtp.SMTPError{Code: 451, EnhancedCode: gosmtp.EnhancedCode{4, 7, 1}, Message: "later"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, &server{rcptErr: c.answer}, false, false)
			err := sender(t, s, "smtp://"+s.addr()+"?"+from).Send(context.Background(), letter)
			_, permanent := errors.AsType[*PermanentError](err)
			if err == nil || permanent != c.permanent {
				t.Errorf("%v, permanent %v", err, permanent)
			}
			if strings.Contains(err.Error(), "zo") {
				t.Errorf("the error holds the address: %v", err)
			}
		})
	}
}

// TestInjection tries to end a header line in every place that outside text reaches.
func TestInjection(t *testing.T) {
	s := start(t, &server{}, false, false)
	m := sender(t, s, "smtp://"+s.addr()+"?"+from)
	for name, change := range map[string]func(*models.Mail){
		"subject":        func(l *models.Mail) { l.Subject = "Hi\r\nBcc: all@example.org" },
		"subject lf":     func(l *models.Mail) { l.Subject = "Hi\nBcc: all@example.org" },
		"no subject":     func(l *models.Mail) { l.Subject = "" },
		"to":             func(l *models.Mail) { l.To = "a@example.org\r\nBcc: b@example.org" },
		"two addresses":  func(l *models.Mail) { l.To = "a@example.org, b@example.org" },
		"name and to":    func(l *models.Mail) { l.To = "A <a@example.org>" },
		"smtp command":   func(l *models.Mail) { l.To = "\"a> SIZE=1\r\nDATA\"@example.org" },
		"id":             func(l *models.Mail) { l.ID = "x>\r\nBcc: b@example.org" },
		"id with at":     func(l *models.Mail) { l.ID = "x@elsewhere" },
		"header value":   func(l *models.Mail) { l.Headers = map[string]string{"X-A": "1\r\nBcc: b@example.org"} },
		"header name":    func(l *models.Mail) { l.Headers = map[string]string{"X-A: 1\r\nBcc": "b@example.org"} },
		"our header":     func(l *models.Mail) { l.Headers = map[string]string{"bCC": "b@example.org"} },
		"our message id": func(l *models.Mail) { l.Headers = map[string]string{"message-id": "<a@b>"} },
		"no text":        func(l *models.Mail) { l.Text = "" },
	} {
		l := letter
		change(&l)
		err := m.Send(context.Background(), l)
		if _, ok := errors.AsType[*PermanentError](err); !ok {
			t.Errorf("%s: %v, want a permanent refusal", name, err)
		}
	}
	if got := s.deliveries(); len(got) > 0 {
		t.Errorf("something was sent: %+v", got)
	}
}

func TestHold(t *testing.T) {
	var s models.Sender = Hold{}
	if !s.Holds() || s.Send(context.Background(), letter) == nil {
		t.Error("held mail can be sent")
	}
}
