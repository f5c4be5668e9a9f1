package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCommand prints the program's version.
type versionCommand struct{}

// Run prints version, Go version and platform on one line.
func (versionCommand) Run(sh *shell) error {
	_, err := fmt.Fprintf(sh.out, "folkmoot %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// release is the version of a released program; "make release" sets it.
var release string

// version returns the version of a release, or else the module's version or the commit
// that the program was built from.
func version() string {
	if release != "" {
		return release
	}
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
