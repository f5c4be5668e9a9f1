package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"time"

	"folkmoot/handlers"
	"folkmoot/models"
	"folkmoot/models/jobs"
	"folkmoot/models/mail"
	"folkmoot/models/service"
	"folkmoot/models/sqlite"
	viewmail "folkmoot/views/mail"
)

// shutdownGrace is the time that active requests have to finish when the server stops.
const shutdownGrace = 20 * time.Second

// config configures run. Shell, Sender, Clock and Log are required.
type config struct {
	Store, Listen, BaseURL, Site string
	Sender                       models.Sender
	Demo                         bool
	TrustedProxies               []string
	AccessLog                    bool
	NoLimits                     bool
	Clock                        models.Clock
	Log                          *slog.Logger
	Shell                        *shell           // start-up messages go here
	Tick                         <-chan time.Time // drives the job runner in tests
}

// running describes a started server.
type running struct {
	Addr      net.Addr
	BaseURL   string
	Store     models.Store
	Limiter   models.Limiter
	Service   *service.Service
	ShowLinks bool // see config.showLinks
}

// run listens, opens the store, fills it with --demo, and serves until ctx is done.
// It calls ready, unless nil, once the server accepts requests. At the end it stops
// accepting connections, finishes active requests and deliveries, and closes the store.
func run(ctx context.Context, cfg config, ready func(running)) (err error) {
	if err := cfg.check(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return models.Fail(models.CodeUnavailable, "cli.listen", "listen", cfg.Listen, "problem", listenProblem(err))
	}
	defer listener.Close()
	base := cfg.BaseURL
	if base == "" {
		if base, err = baseURLFromListener(cfg.Listen, listener.Addr()); err != nil {
			return err
		}
	}
	store, err := cfg.Shell.openOrCreate(ctx, cfg.Store, sqlite.Options{Clock: cfg.Clock, Serving: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if cfg.Clock, err = store.Clock(ctx); err != nil {
		return err
	}
	demo, err := cfg.prepareDemo(ctx, store)
	if err != nil {
		return err
	}
	s := running{Addr: listener.Addr(), BaseURL: base, Store: store, Limiter: store.Limiter(cfg.Clock), ShowLinks: cfg.showLinks(listener.Addr(), base, demo)}
	if demo {
		s.Store = demoStore{store}
	}
	return cfg.serve(ctx, listener, s, demo, ready)
}

// check validates the configuration before any file is touched, and normalises the
// base URL.
func (cfg *config) check() (err error) {
	if err := checkStore(cfg.Store); err != nil {
		return err
	}
	if err := checkListen(cfg.Listen); err != nil {
		return err
	}
	if cfg.BaseURL != "" {
		if cfg.BaseURL, err = normaliseBaseURL(cfg.BaseURL); err != nil {
			return err
		}
	} else if _, err := baseURLFromListener(cfg.Listen, &net.TCPAddr{Port: 1}); err != nil {
		return err
	}
	return checkProxies(cfg.TrustedProxies)
}

// showLinks reports whether pages may show one-time links that would otherwise be
// mailed: only in the demonstration's store, and only if the server can be reached from
// this machine alone.
func (cfg *config) showLinks(addr net.Addr, base string, demo bool) bool {
	return demo && loopbackOnly(addr, base) && len(cfg.TrustedProxies) == 0
}

// mailLimiter returns the limiter that counts mail, nil without limits.
func (cfg *config) mailLimiter(l models.Limiter) models.Limiter {
	if cfg.NoLimits {
		return nil
	}
	return l
}

// serve constructs service, job runner and handlers, and runs them.
func (cfg *config) serve(ctx context.Context, listener net.Listener, s running, demo bool, ready func(running)) (err error) {
	mails := !cfg.Sender.Holds()
	s.Service, err = service.New(ctx, s.Store, cfg.Clock, s.Limiter, service.Config{
		BaseURL: s.BaseURL, CanMail: mails || s.ShowLinks, NoLimits: cfg.NoLimits,
	})
	if err != nil {
		return err
	}
	messages := viewmail.Renderer{BaseURL: s.BaseURL, Site: cfg.Site}
	runner := jobs.New(jobs.Options{
		Store: s.Store, Renderer: messages, Sender: cfg.Sender, Clock: cfg.Clock, Log: cfg.Log, Tick: cfg.Tick,
		Delivery: deliveryTimeout(cfg.Sender), Limiter: cfg.mailLimiter(s.Limiter),
	})
	server, err := handlers.New(handlers.Options{
		Service: s.Service, Log: cfg.Log, BaseURL: s.BaseURL, Site: cfg.Site, Demo: demo, ShowLinks: s.ShowLinks,
		CanMail: mails, TrustedProxies: cfg.TrustedProxies, AccessLog: cfg.AccessLog, Mail: messages, Wake: runner.Wake,
	})
	if err != nil {
		return fmt.Errorf("set up the pages: %w", err)
	}
	if err := cfg.printStart(ctx, s, demo); err != nil {
		return err
	}
	return cfg.serveUntilDone(ctx, listener, server, runner, func() {
		if ready != nil {
			ready(s)
		}
	})
}

// deliveryTimeout returns the longest time a sender takes for one message, or 0 if
// unknown.
func deliveryTimeout(s models.Sender) time.Duration {
	if smtp, ok := s.(*mail.SMTP); ok {
		return smtp.Timeout()
	}
	return 0
}

// serveUntilDone serves until ctx is done or the listener fails. It then waits for
// active requests first, since they may add jobs, and for the job runner after that.
func (cfg *config) serveUntilDone(ctx context.Context, listener net.Listener, server *handlers.Server, runner *jobs.Runner, ready func()) error {
	jobsCtx, stopJobs := context.WithCancel(context.WithoutCancel(ctx))
	jobsDone := make(chan struct{})
	go func() { runner.Run(jobsCtx); close(jobsDone) }()
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	ready()
	var err error
	select {
	case err = <-served:
	case <-ctx.Done():
		cfg.Log.Info("stopping")
		err = cfg.stop(server, listener, served)
	}
	stopJobs()
	<-jobsDone
	cfg.Log.Info("stopped")
	return err
}

// stop closes the listener and waits for active requests.
func (cfg *config) stop(server *handlers.Server, listener net.Listener, served <-chan error) error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	err := server.Shutdown(ctx)
	_ = listener.Close() // in case Serve has not started yet
	<-served
	if errors.Is(err, context.DeadlineExceeded) {
		cfg.Log.Warn("shutdown: active requests were aborted", "timeout", shutdownGrace)
		return nil
	}
	return err
}

// printStart logs the configuration and prints where the site can be reached.
func (cfg *config) printStart(ctx context.Context, s running, demo bool) error {
	cfg.Log.Info("listening", "address", s.Addr.String(), "base_url", s.BaseURL, "store", storePlace(cfg.Store), "demo", demo,
		"mail", map[bool]string{true: "held", false: "smtp"}[cfg.Sender.Holds()])
	if !loopbackOnly(s.Addr, s.BaseURL) && !strings.HasPrefix(s.BaseURL, "https://") {
		cfg.Log.Warn("base URL is not https: session cookies are sent unencrypted", "base_url", s.BaseURL)
	}
	if demo {
		return cfg.printDemoStart(ctx, s)
	}
	sh := cfg.Shell
	sh.say(sh.out, "cli.serve.where", "url", s.BaseURL)
	empty, err := s.Store.Empty(ctx)
	if err == nil && empty {
		sh.say(sh.out, "cli.serve.first_admin", "command", signInCommand(models.RoleAdmin, cfg.Store, s.BaseURL))
	}
	if cfg.Sender.Holds() {
		sh.say(sh.out, "cli.serve.held")
	}
	sh.say(sh.out, "cli.serve.stop")
	return err
}

// listenProblem returns the system's error text of a failed net.Listen.
func listenProblem(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err.Error()
	}
	return err.Error()
}
