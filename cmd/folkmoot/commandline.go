package main

import (
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"strings"
)

// commandLine returns a command of this program that can be pasted into a shell in any
// folder: with the program's path unless PATH leads to it, and quoted where needed.
func commandLine(args ...string) string {
	words := append([]string{programPath()}, args...)
	for i, word := range words {
		words[i] = shellQuote(word)
	}
	return strings.Join(words, " ")
}

// programPath returns "folkmoot" if that runs this program, or else its absolute path.
func programPath() string {
	const name = "folkmoot"
	self, err := os.Executable()
	if err != nil {
		return name
	}
	if found, err := exec.LookPath(name); err == nil {
		a, errA := os.Stat(found)
		b, errB := os.Stat(self)
		if errA == nil && errB == nil && os.SameFile(a, b) {
			return name
		}
	}
	return self
}

// shellQuote returns a word as a shell reads it.
func shellQuote(word string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-"
	switch {
	case word != "" && strings.Trim(word, plain) == "":
		return word
	case runtime.GOOS == "windows":
		return `"` + word + `"`
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// storeFlag returns the value of --store for a printed command: the absolute path of a
// file, or a MongoDB URI whose passwords are replaced by PASSWORD.
func storeFlag(store string) string {
	if !isMongoDB(store) {
		return storePlace(store)
	}
	scheme, rest, _ := strings.Cut(store, "://")
	rest, query, hasQuery := strings.Cut(rest, "?")
	hosts, path, hasPath := strings.Cut(rest, "/")
	if at := strings.LastIndex(hosts, "@"); at >= 0 {
		if user, _, ok := strings.Cut(hosts[:at], ":"); ok {
			hosts = user + ":PASSWORD" + hosts[at:]
		}
	}
	if hasPath {
		hosts += "/" + path
	}
	if hasQuery {
		hosts += "?" + withoutSecrets(query)
	}
	return scheme + "://" + hosts
}

// withoutSecrets returns the options of a MongoDB URI without the values of those that
// hold a password or a token.
func withoutSecrets(query string) string {
	options := strings.Split(query, "&")
	for i, option := range options {
		name, _, _ := strings.Cut(option, "=")
		if decoded, err := url.QueryUnescape(name); err == nil {
			name = decoded
		}
		lower := strings.ToLower(name)
		if strings.Contains(lower, "password") || lower == "authmechanismproperties" {
			options[i] = name + "=PASSWORD"
		}
	}
	return strings.Join(options, "&")
}
