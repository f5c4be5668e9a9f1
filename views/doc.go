// Package views turns typed pages into HTML: the pages that everybody may read. A page is
// a struct that a handler fills, in the Go file beside the template that shows it. Pages
// behind a role are in views/staff, those of one person in views/account.
package views
