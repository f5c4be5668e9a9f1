//go:build profile

package main

import (
	"net/http"
	_ "net/http/pprof" // its handlers register themselves
	"os"
)

// A program built with -tags profile, as "make profile" builds it, shows its
// profiles at FOLKMOOT_PROFILE_LISTEN. Any other has no such address.
func init() {
	if addr := os.Getenv("FOLKMOOT_PROFILE_LISTEN"); addr != "" {
		go func() { _ = http.ListenAndServe(addr, nil) }()
	}
}
