//go:build profile

package main

import (
	"net/http"
	_ "net/http/pprof" // registers its handlers
	"os"
)

// A program built with -tags profile (make profile) serves net/http/pprof at
// FOLKMOOT_PROFILE_LISTEN.
func init() {
	if addr := os.Getenv("FOLKMOOT_PROFILE_LISTEN"); addr != "" {
		go func() { _ = http.ListenAndServe(addr, nil) }()
	}
}
