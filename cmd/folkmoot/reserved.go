package main

import "github.com/alecthomas/kong"

// reservedCommand is a command that is not implemented yet. It accepts any arguments
// and fails with exit code 2.
type reservedCommand struct {
	Args []string `arg:"" optional:""`
}

// Run returns the usage error.
func (*reservedCommand) Run(command *kong.Context) error {
	return usage("cli.reserved.command", "command", command.Selected().FullPath())
}
