package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"folkmoot/models"
	"folkmoot/models/mail"
)

// serveCommand runs the web server.
type serveCommand struct {
	Listen       string   `help:"Address to listen on." default:"${listen}" placeholder:"HOST:PORT"`
	SMTP         string   `name:"smtp" help:"Mail server, as smtp://user:password@host:587?from=Folkmoot%20%3Cno-reply@example.org%3E (or smtps://). Without it mail is kept in the store and not sent." placeholder:"URL"`
	Site         string   `help:"Name of the site on pages and in messages." default:"Folkmoot"`
	TrustedProxy []string `name:"trusted-proxy" help:"Address or network of a proxy whose X-Forwarded-For header is used; may be repeated." placeholder:"ADDR"`
	Demo         bool     `help:"Fill an empty store with demonstration data."`
	LogFormat    string   `help:"Format of the log: ${enum}. auto is text on a terminal, otherwise json." enum:"auto,text,json" default:"auto"`
	AccessLog    bool     `help:"Log each request." default:"true" negatable:""`
	Limits       bool     `help:"Limit how much one network may send and what is mailed; disable for load tests only." default:"true" negatable:""`

	MetricsListen string `hidden:""`
}

// Run serves until SIGINT or SIGTERM, then shuts down gracefully. A second signal ends
// the process at once.
func (c *serveCommand) Run(sh *shell, p *program) error {
	if c.MetricsListen != "" {
		return usage("cli.reserved.flag", "flag", "--metrics-listen")
	}
	sender, err := c.sender(p)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(sh.ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // restores the signals' default action
	log := newLogger(sh.err, c.LogFormat)
	slog.SetDefault(log) // used by stores and libraries
	go releaseMemory(ctx)
	normal := debug.SetGCPercent(startupGCPercent)
	ready := func(running) { debug.SetGCPercent(normal) }
	return run(ctx, config{
		Store: p.Store, Listen: c.Listen, BaseURL: p.BaseURL, Site: c.Site, Sender: sender, Demo: c.Demo,
		TrustedProxies: c.TrustedProxy, AccessLog: c.AccessLog, NoLimits: !c.Limits,
		Clock: sh.clock, Log: log, Shell: sh,
	}, ready)
}

// sender returns the SMTP sender, or mail.Hold if --smtp is not set.
func (c *serveCommand) sender(p *program) (models.Sender, error) {
	if c.SMTP == "" {
		return mail.Hold{}, nil
	}
	s, err := mail.NewSMTP(c.SMTP, p.siteURL())
	if err != nil {
		return nil, usageError{err}
	}
	return s, nil
}
