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
	viewmail "folkmoot/views/mail"
)

// shutdownGrace is how long requests under way may take when the server stops.
const shutdownGrace = 20 * time.Second

// config is a server to run. Shell, Sender, Clock and Log must be there.
type config struct {
	Store, Listen, BaseURL, Site string
	Sender                       models.Sender
	Demo                         bool
	TrustedProxies               []string
	AccessLog                    bool
	Limits                       service.Limits
	Clock                        models.Clock
	Log                          *slog.Logger
	Shell                        *shell           // the terminal
	Tick                         <-chan time.Time // paces the jobs in tests
}

// running is a server that answers.
type running struct {
	Addr      net.Addr
	BaseURL   string
	Store     models.Store
	Limiter   models.Limiter
	Service   *service.Service
	ShowLinks bool // one-time links appear on the page: see config.showLinks
}

// run serves until ctx ends: it opens the store, fills it where it is the
// demonstration's, listens, and tells ready (if not nil) once it answers. Then it
// takes no more connections, finishes the requests and the messages under way,
// commits the queue and closes the store.
func run(ctx context.Context, cfg config, ready func(running)) (err error) {
	if err := cfg.check(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return models.Fail(models.CodeUnavailable, "cli.listen", "listen", cfg.Listen, "problem", problemOf(err))
	}
	defer listener.Close()
	base := cfg.BaseURL
	if base == "" {
		if base, err = baseURLOf(cfg.Listen, listener.Addr()); err != nil {
			return err
		}
	}
	clock := &stageClock{base: cfg.Clock}
	store, err := openStore(ctx, cfg.Store, clock)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	if cfg.Clock, err = clockOf(ctx, store, cfg.Clock); err != nil {
		return err
	}
	clock.base = cfg.Clock
	demo, err := cfg.stage(ctx, store, clock)
	if err != nil {
		return err
	}
	s := running{Addr: listener.Addr(), BaseURL: base, Store: store, Limiter: limiterOf(store, cfg.Clock), ShowLinks: cfg.showLinks(listener.Addr(), base, demo)}
	if demo {
		s.Store = demoStore{store}
	}
	return cfg.serve(ctx, listener, s, demo, ready)
}

// check refuses what can be refused before anything is touched, and tidies the
// base URL.
func (cfg *config) check() (err error) {
	if err := checkStore(cfg.Store); err != nil {
		return err
	}
	if err := checkListen(cfg.Listen); err != nil {
		return err
	}
	if cfg.BaseURL != "" {
		if cfg.BaseURL, err = checkBaseURL(cfg.BaseURL); err != nil {
			return err
		}
	} else if _, err := baseURLOf(cfg.Listen, &net.TCPAddr{}); err != nil {
		return err
	}
	return checkProxies(cfg.TrustedProxies)
}

// showLinks tells whether a page may show the link that would have been mailed:
// only in a store that the demonstration filled, and only where nobody but this
// machine can reach it.
func (cfg *config) showLinks(addr net.Addr, base string, demo bool) bool {
	return demo && onThisMachine(addr, base) && len(cfg.TrustedProxies) == 0
}

// serve puts service, jobs and handlers together and runs them.
func (cfg *config) serve(ctx context.Context, listener net.Listener, s running, demo bool, ready func(running)) (err error) {
	mails := !cfg.Sender.Holds()
	s.Service, err = service.New(ctx, s.Store, cfg.Clock, s.Limiter, service.Config{
		BaseURL: s.BaseURL, CanMail: mails || s.ShowLinks, Limits: cfg.Limits,
	})
	if err != nil {
		return err
	}
	messages := viewmail.Renderer{BaseURL: s.BaseURL, Site: cfg.Site}
	runner := jobs.New(jobs.Options{
		Store: s.Store, Renderer: messages, Sender: cfg.Sender, Clock: cfg.Clock, Log: cfg.Log, Tick: cfg.Tick,
		Delivery: deliveryOf(cfg.Sender),
	})
	server, err := handlers.New(handlers.Options{
		Service: s.Service, Log: cfg.Log, BaseURL: s.BaseURL, Site: cfg.Site, Demo: demo, ShowLinks: s.ShowLinks,
		CanMail: mails, TrustedProxies: cfg.TrustedProxies, AccessLog: cfg.AccessLog, Mail: messages, Wake: runner.Wake,
	})
	if err != nil {
		return fmt.Errorf("set up the pages: %w", err)
	}
	if err := cfg.greet(ctx, s, demo); err != nil {
		return err
	}
	return cfg.untilDone(ctx, listener, server, runner, func() {
		if ready != nil {
			ready(s)
		}
	})
}

// deliveryOf is how long a sender may take over one message; 0: it does not say.
func deliveryOf(s models.Sender) time.Duration {
	if smtp, ok := s.(*mail.SMTP); ok {
		return smtp.Timeout()
	}
	return 0
}

// untilDone serves until ctx ends or the listener fails, then stops in order:
// requests first, since they may leave messages; the messages in hand after them.
func (cfg *config) untilDone(ctx context.Context, listener net.Listener, server *handlers.Server, runner *jobs.Runner, ready func()) error {
	working, stopWork := context.WithCancel(context.WithoutCancel(ctx))
	worked := make(chan struct{})
	go func() { runner.Run(working); close(worked) }()
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
	stopWork()
	<-worked
	cfg.Log.Info("stopped")
	return err
}

// stop takes no more connections and waits for the requests under way.
func (cfg *config) stop(server *handlers.Server, listener net.Listener, served <-chan error) error {
	ctx, cancel := context.WithTimeout(context.Background(), shutdownGrace)
	defer cancel()
	err := server.Shutdown(ctx)
	_ = listener.Close() // should Serve not have begun yet
	<-served
	if errors.Is(err, context.DeadlineExceeded) {
		cfg.Log.Warn("some requests were cut off", "after", shutdownGrace)
		return nil
	}
	return err
}

// greet logs how the server runs and tells the terminal where to look.
func (cfg *config) greet(ctx context.Context, s running, demo bool) error {
	cfg.Log.Info("listening", "address", s.Addr.String(), "base_url", s.BaseURL, "store", storeName(cfg.Store), "demo", demo,
		"mail", map[bool]string{true: "held", false: "smtp"}[cfg.Sender.Holds()])
	if !onThisMachine(s.Addr, s.BaseURL) && !strings.HasPrefix(s.BaseURL, "https://") {
		cfg.Log.Warn("the base URL is not https: sessions travel in plain text")
	}
	if demo {
		return cfg.greetDemo(ctx, s)
	}
	sh := cfg.Shell
	sh.say(sh.out, "cli.serve.where", "url", s.BaseURL)
	empty, err := s.Store.Empty(ctx)
	if err == nil && empty {
		sh.say(sh.out, "cli.serve.first_admin")
	}
	if cfg.Sender.Holds() {
		sh.say(sh.out, "cli.serve.held")
	}
	sh.say(sh.out, "cli.serve.stop")
	return err
}

// problemOf leaves the system's words of a failed listen.
func problemOf(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err.Error()
	}
	return err.Error()
}
