//go:build unix

package engine

import (
	"errors"
	"os"
	"syscall"
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
