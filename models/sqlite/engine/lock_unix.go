//go:build unix

package engine

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"folkmoot/models"
)

// fileLock is an advisory lock that the system releases when the process ends.
type fileLock struct{ f *os.File }

// lockFile opens the lock file, without a lock yet.
func lockFile(path string) (*fileLock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	return &fileLock{f}, nil
}

// try takes the lock or changes its kind. It returns false if other processes hold it.
func (l *fileLock) try(exclusive bool) (bool, error) {
	how := syscall.LOCK_SH
	if exclusive {
		how = syscall.LOCK_EX
	}
	err := syscall.Flock(int(l.f.Fd()), how|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return false, nil
	}
	return err == nil, err
}

func (l *fileLock) release() error { return l.f.Close() }

// checkOneName refuses a file with more than one name (hard links): SQLite and the locks
// know it by its name, so that two programs would overwrite each other's writes.
// CodeConflict error.store.linked (store).
func checkOneName(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open store: %w", err)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Nlink > 1 {
		return models.Fail(models.CodeConflict, "error.store.linked", "store", path)
	}
	return nil
}
