package file

import (
	"errors"
	"os"
)

// openRegular opens a file, not what else may have its name: a pipe would never
// end, and replacing a link would leave the file behind it as it was.
func OpenRegular(path string, mode int) (*os.File, error) {
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, &WriteError{Path: path, Err: errors.New("is no regular file: choose another --results or move it away")}
	}
	f, err := os.OpenFile(path, mode, 0o600)
	if err != nil {
		return nil, &WriteError{Path: path, Err: err}
	}
	return f, nil
}
