// Package boardpack writes what a board downloads: the result and the replies
// as CSV and as JSON, with the same figures in both.
//
// The CSV is RFC 4180 in UTF-8: a header row, comma separated, CRLF line ends,
// fields quoted where they need it. It begins with a byte order mark, because
// spreadsheet programs otherwise read "é" as two characters; a program that
// reads the file skips the first three bytes (utf-8-sig in Python). A text that
// a spreadsheet would run as a formula gets an apostrophe in front of it.
package boardpack

// BOM is the byte order mark at the start of each CSV file.
const BOM = "\ufeff"
