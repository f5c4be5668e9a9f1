// Package staff holds the pages behind a role: moderation, organising, the board and the
// admin. Each page is a struct in the Go file beside its template.
package staff
