package mail

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"
)

// delivery is one message as the server took it.
type delivery struct {
	from, to, hello string
	tls, signedIn   bool
	body            []byte
}

// server is a real SMTP server on loopback that keeps what it is sent.
type server struct {
	mu       sync.Mutex
	taken    []delivery
	rcptErr  error
	roots    *x509.CertPool
	listener net.Listener
	withAuth bool
}

// start runs the server until the test ends; withTLS offers STARTTLS, or TLS
// from the first byte where implicit is set.
func start(t *testing.T, s *server, withTLS, implicit bool) *server {
	t.Helper()
	srv := gosmtp.NewServer(gosmtp.BackendFunc(func(c *gosmtp.Conn) (gosmtp.Session, error) {
		return &session{server: s, conn: c}, nil
	}))
	srv.Domain = "localhost"
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if withTLS {
		srv.TLSConfig, s.roots = certificate(t)
	}
	if implicit {
		listener = tls.NewListener(listener, srv.TLSConfig)
	}
	s.listener = listener
	done := make(chan error, 1)
	go func() { done <- srv.Serve(listener) }()
	t.Cleanup(func() {
		_ = listener.Close() // Serve may not know it yet
		<-done
		_ = srv.Close()
	})
	return s
}

func (s *server) addr() string { return s.listener.Addr().String() }

func (s *server) deliveries() []delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]delivery(nil), s.taken...)
}

// session implements gosmtp.AuthSession.
type session struct {
	server *server
	conn   *gosmtp.Conn
	now    delivery
	authed bool
}

func (s *session) Reset()        { s.now = delivery{} }
func (s *session) Logout() error { return nil }

func (s *session) AuthMechanisms() []string {
	if s.server.withAuth {
		return []string{sasl.Plain}
	}
	return nil
}

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, name, password string) error {
		if name != "moot" || password != "pa:ss/word" {
			return gosmtp.ErrAuthFailed
		}
		s.authed = true
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *gosmtp.MailOptions) error {
	if s.server.withAuth && !s.authed {
		return gosmtp.ErrAuthRequired
	}
	s.now.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	s.now.to = to
	return s.server.rcptErr
}

func (s *session) Data(r io.Reader) (err error) {
	_, s.now.tls = s.conn.TLSConnectionState()
	s.now.hello, s.now.signedIn = s.conn.Hostname(), s.authed
	if s.now.body, err = io.ReadAll(r); err != nil {
		return errors.New("cut off")
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.taken = append(s.server.taken, s.now)
	return nil
}

// certificate makes a certificate for 127.0.0.1 that lasts an hour.
func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"localhost"},
		IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, pool
}
