//go:build unix

package inbox

import (
	"io/fs"
	"os"
	"syscall"

	"simhook/report/file"
)

// unlinked reports whether the last name of a file was deleted.
func unlinked(info fs.FileInfo) bool {
	stat, ok := info.Sys().(*syscall.Stat_t)
	return ok && stat.Nlink == 0
}

// lockFile keeps other inboxes from a file that has several names. The lock ends when f is closed.
func lockFile(f *os.File) error {
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return &file.LockedError{Path: f.Name()}
	}
	return nil
}
