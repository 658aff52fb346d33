package file

import (
	"bufio"
	"errors"
	"io"
	"os"
)

// OpenRegular opens a regular file and refuses everything else: reading a pipe would never end, and replacing a link
// would leave the file behind it unchanged. Its error is a *WriteError, which wraps fs.ErrNotExist for a file that
// is not there and that mode does not create.
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

// Begin makes header the only content of f. When it returns nil, the file and its name survive a power cut.
func Begin(disk Disk, f *os.File, header []byte) error {
	err := disk.Truncate(f, 0)
	if err == nil {
		_, err = Writer{Disk: disk, File: f}.Write(header)
	}
	if err == nil {
		err = disk.Sync(f)
	}
	if err == nil {
		err = SyncDir(disk, f.Name())
	}
	return err
}

// Healed says what was found damaged when a file was opened.
type Healed struct {
	Lines int    // that were torn or unreadable
	Aside string // the file that they were moved to
}

// Span is a part of a file, in bytes.
type Span struct{ From, To int64 }

// SetAside appends damaged parts of a file to the file at path, and syncs that.
func SetAside(disk Disk, from io.ReaderAt, damaged []Span, path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(Writer{Disk: disk, File: f})
	for _, s := range damaged {
		if _, err = io.Copy(out, io.NewSectionReader(from, s.From, s.To-s.From)); err != nil {
			break
		}
		_ = out.WriteByte('\n') // Flush returns the error again
	}
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = disk.Sync(f)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return SyncDir(disk, path)
}
