package main

import "github.com/alecthomas/kong"

// reservedCommand is a word that is kept for later. It takes anything and
// refuses it with a sentence.
type reservedCommand struct {
	Args []string `arg:"" optional:""`
}

// Run refuses.
func (*reservedCommand) Run(command *kong.Context) error {
	return usage("cli.reserved.command", "command", command.Selected().FullPath())
}
