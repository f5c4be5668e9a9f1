package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCommand prints what this program was built from.
type versionCommand struct{}

// Run prints one line.
func (versionCommand) Run(sh *shell) error {
	_, err := fmt.Fprintf(sh.out, "folkmoot %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// version gives the module's version, or the commit it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	found := info.Main.Version
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && (found == "" || found == "(devel)") {
			found = s.Value
		}
	}
	if found == "" {
		return "(devel)"
	}
	return found
}
