// Package models is the domain of Folkmoot: its types, its rules and the
// interfaces through which they reach a store, a mailer and a clock. It imports
// the standard library alone, so every other package may import it.
package models
