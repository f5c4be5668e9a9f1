// Package handlers is HTTP: the only code that knows Fiber. A handler binds what
// came in, calls one use case of the service, and fills one typed page; errors
// go up and errors.go turns them into answers.
package handlers

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"folkmoot/handlers/httpconn"
	"folkmoot/handlers/pagecache"
	"folkmoot/models"
	"folkmoot/models/service"
)

// The limits of one request (limits of bad input).
const (
	requestDeadline = 15 * time.Second
	readTimeout     = 60 * time.Second
	writeTimeout    = 60 * time.Second
)

// Options is what the handlers need from the program around them.
type Options struct {
	Service        *service.Service
	Log            *slog.Logger
	BaseURL        string // absolute links and the Origin check come from it, never from Host
	Site           string // the host's name
	Demo           bool   // the store holds demonstration data
	ShowLinks      bool   // show one-time links on the page: the demonstration on loopback alone
	CanMail        bool
	TrustedProxies []string // addresses or networks whose X-Forwarded-For counts
	AccessLog      bool
	Mail           models.Renderer // shows the admin the mail that waits
	Wake           func()          // tells the jobs that there is work
}

// Server answers HTTP.
type Server struct {
	Options
	svc     *service.Service
	app     *fiber.App
	table   routeTable
	fiber   fasthttp.RequestHandler // what Fiber makes of a request
	base    *url.URL
	proxies []*net.IPNet
	origin  *http.CrossOriginProtection
	public  publicPages
	pages   *pagecache.Cache[shared]
	keys    pagecache.Keys
	soon    sharedDeadline
	assets  sync.Map // hashed name to its gzip member
	unready atomic.Bool

	forwarded forwardedWarnings
}

// New makes a server. It fails on a base URL or a proxy that it cannot read.
func New(o Options) (*Server, error) {
	base, err := url.Parse(o.BaseURL)
	if err != nil {
		return nil, err
	}
	proxies, err := parseProxies(o.TrustedProxies)
	if err != nil {
		return nil, err
	}
	s := &Server{Options: o, svc: o.Service, base: base, proxies: proxies, origin: http.NewCrossOriginProtection()}
	if err := s.origin.AddTrustedOrigin(base.Scheme + "://" + base.Host); err != nil {
		return nil, err
	}
	s.public = publicPages{o.Service, o.Site, o.Demo, o.CanMail}
	s.pages, s.keys = newPageCache(s.public)
	s.app = fiber.New(s.config())
	s.routes()
	s.table = newRouteTable(s.Routes())
	s.fiber, s.app.Server().Handler = s.app.Handler(), s.serve
	s.app.Server().HeaderReceived = s.headerReceived
	return s, nil
}

// config decides Fiber's switches on purpose: strings outlive their request, paths
// are case-sensitive and taken as sent, a trailing slash is forgiven.
func (s *Server) config() fiber.Config {
	return fiber.Config{
		Immutable:             true,
		CaseSensitive:         true,
		StrictRouting:         false,
		UnescapePath:          false,
		DisableStartupMessage: true,
		BodyLimit:             noFormBody, // of a form: headerReceived
		ReadBufferSize:        16 << 10,
		ReadTimeout:           readTimeout,
		WriteTimeout:          writeTimeout,
		IdleTimeout:           readTimeout, // the same: one deadline then serves for both (httpconn)
		ErrorHandler:          s.handleError,
	}
}

// Serve answers on the listener until Shutdown.
func (s *Server) Serve(l net.Listener) error { return s.app.Listener(httpconn.Listener{Listener: l}) }

// Shutdown takes no more connections and waits for the requests under way.
func (s *Server) Shutdown(ctx context.Context) error { return s.app.ShutdownWithContext(ctx) }

// Test answers one request without a network, for tests.
func (s *Server) Test(r *http.Request) (*http.Response, error) { return s.app.Test(r, -1) }

// Route is one address that the router knows.
type Route struct{ Method, Path string }

// Routes lists every address, for the test that asks each of them as a stranger.
func (s *Server) Routes() []Route {
	var list []Route
	for _, r := range s.app.GetRoutes(true) {
		list = append(list, Route{r.Method, r.Path})
	}
	return list
}

func (s *Server) wake() {
	if s.Wake != nil {
		s.Wake()
	}
}
