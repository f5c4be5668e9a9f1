// Package account holds the pages of one person: signing in, confirming votes, the account
// and what became of one's own texts. Each page is a struct in the Go file beside its template.
package account
