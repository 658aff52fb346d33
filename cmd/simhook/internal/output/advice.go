package output

import (
	"errors"
	"io/fs"
	"syscall"
)

// WriteAdvice says what helps where a file cannot be written.
func WriteAdvice(err error) string {
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return "give this user the right to write there, or name another file with --results"
	case errors.Is(err, fs.ErrNotExist):
		return "make the folder, or name another file with --results"
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return "raise the number of open files that is allowed (ulimit -n)"
	}
	return "make room, or name another file with --results"
}
