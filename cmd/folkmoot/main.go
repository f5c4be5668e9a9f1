// Command folkmoot hosts public consultations: it serves the site, and it
// imports, exports, verifies and backs up what the site holds. Flags and
// environment variables live here and nowhere else.
package main

import (
	"context"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"folkmoot/models"
	"folkmoot/views/i18n"
)

// The exit codes. Scripts rely on them.
const (
	exitDone   = 0
	exitFailed = 1 // failed, or what was verified differs
	exitUsage  = 2 // wrong usage, or reserved
)

// program is the whole command line. Every flag has an environment variable:
// --base-url is FOLKMOOT_BASE_URL.
type program struct {
	Store   string `help:"The store: a file, made when it is first needed, or mongodb://host/database." default:"folkmoot.db" placeholder:"STORE"`
	BaseURL string `name:"base-url" help:"Where people reach the site, such as https://moot.example.org. Default: from --listen." placeholder:"URL"`

	Serve      serveCommand      `cmd:"" help:"Serve the site."`
	SignInLink signInLinkCommand `cmd:"" name:"sign-in-link" help:"Print a one-time link to sign in with; makes the account."`
	Import     importCommands    `cmd:"" help:"Take in consultations from elsewhere."`
	Export     exportCommand     `cmd:"" help:"Write the result or the replies of a consultation to a file."`
	Verify     verifyCommand     `cmd:"" help:"Check a sealed file, or the whole store, and say where it differs."`
	Backup     backupCommand     `cmd:"" help:"Copy the store to a file while it is in use."`
	Restore    restoreCommand    `cmd:"" help:"Put a backup in the place of the store; the old one is kept beside it."`
	Copy       copyCommand       `cmd:"" help:"Copy one store into another, between a file and MongoDB."`
	Version    versionCommand    `cmd:"" help:"Print the version."`

	Token reservedCommand `cmd:"" hidden:"" passthrough:""`
	Check reservedCommand `cmd:"" hidden:"" passthrough:""`
}

// shell is what a command has around it; a test fills in its own.
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

// run carries out one command line and gives the exit code.
func (sh *shell) run(args []string) (code int) {
	defer func() {
		if p := recover(); p != nil { // kong's way out of --help
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
		kong.Writers(sh.out, sh.err), kong.Exit(func(code int) { panic(earlyExit(code)) }), kong.Bind(sh, &p), kong.Vars{"listen": defaultListen},
	)
	if err != nil {
		panic(err) // the struct above is wrong
	}
	command, err := parser.Parse(args)
	if err != nil {
		sh.say(sh.err, "cli.usage", "problem", err.Error())
		return exitUsage
	}
	return sh.fail(command.Run())
}

// earlyExit carries the exit code out of --help.
type earlyExit int
