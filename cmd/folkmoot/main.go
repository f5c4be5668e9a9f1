// Command folkmoot hosts public consultations: it serves the site, and imports,
// exports, verifies and backs up its content. All flags and environment variables are
// defined in this package.
package main

import (
	"context"
	"io"
	"os"
	"strconv"

	"github.com/alecthomas/kong"

	"folkmoot/models"
	"folkmoot/views/i18n"
)

// Exit codes; scripts rely on them.
const (
	exitDone   = 0
	exitFailed = 1 // failed, or verify found a difference
	exitUsage  = 2 // wrong usage, or reserved
)

// program is the command line. Every flag has an environment variable: --base-url is
// FOLKMOOT_BASE_URL.
type program struct {
	Store   string `help:"The store: a file, or mongodb://host/database. serve and import create it if it does not exist." default:"folkmoot.db" placeholder:"STORE"`
	BaseURL string `name:"base-url" help:"Address at which people reach the site, such as https://moot.example.org. Default: from --listen." placeholder:"URL"`

	Serve      serveCommand      `cmd:"" help:"Serve the site."`
	SignInLink signInLinkCommand `cmd:"" name:"sign-in-link" help:"Print a one-time sign-in link; creates the account."`
	Import     importCommands    `cmd:"" help:"Import consultations."`
	Export     exportCommand     `cmd:"" help:"Write the result or the replies of a consultation to a file."`
	Verify     verifyCommand     `cmd:"" help:"Check a sealed file or the whole store, and list the differences."`
	Backup     backupCommand     `cmd:"" help:"Copy the store to a file while it is in use."`
	Restore    restoreCommand    `cmd:"" help:"Replace the store with a backup; the previous store is kept."`
	Copy       copyCommand       `cmd:"" help:"Copy one store into another, between a file and MongoDB."`
	Version    versionCommand    `cmd:"" help:"Print the version."`

	Token reservedCommand `cmd:"" hidden:"" passthrough:""`
	Check reservedCommand `cmd:"" hidden:"" passthrough:""`
}

// shell is the environment of a command; tests provide their own.
type shell struct {
	ctx      context.Context
	out, err io.Writer
	clock    models.Clock
	l        *i18n.Localizer
}

func main() {
	sh := &shell{ctx: context.Background(), out: os.Stdout, err: os.Stderr, clock: models.SystemClock{}, l: i18n.For("")}
	os.Exit(sh.run(os.Args[1:]))
}

// run executes one command line and returns the exit code.
func (sh *shell) run(args []string) (code int) {
	defer func() {
		if p := recover(); p != nil { // raised by kong.Exit below, for --help
			early, ok := p.(earlyExit)
			if !ok {
				panic(p)
			}
			code = int(early)
		}
	}()
	var p program
	parser, err := kong.New(&p,
		kong.Name("folkmoot"), kong.Description("Public consultations: replies, ideas, votes, and a ranking that a board can defend."),
		kong.DefaultEnvars("FOLKMOOT"), kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Writers(sh.out, sh.err), kong.Exit(func(code int) { panic(earlyExit(code)) }), kong.Bind(sh, &p), kong.Vars{"listen": defaultListen, "keep_most": strconv.Itoa(maxKeepDays)},
	)
	if err != nil {
		panic(err) // the struct above is wrong
	}
	command, err := parser.Parse(args)
	if err != nil {
		sh.say(sh.err, "cli.usage", "problem", err.Error())
		return exitUsage
	}
	if p.BaseURL != "" {
		if p.BaseURL, err = normaliseBaseURL(p.BaseURL); err != nil {
			return sh.exitCode(err)
		}
	}
	return sh.exitCode(command.Run())
}

// earlyExit carries the exit code out of --help.
type earlyExit int
