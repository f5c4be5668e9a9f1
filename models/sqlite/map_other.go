//go:build !unix

package sqlite

import "os"

// mapped gives nothing: the file is read.
func mapped(*os.File) []byte { return nil }

func unmap([]byte) {}
