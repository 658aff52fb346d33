package file

import (
	"bufio"
	"errors"
	"io"
	"os"
)

// Healed says what opening the journal found damaged and set aside.
type Healed struct {
	Lines int    // that were torn or unreadable; their SIMs are called again
	Aside string // the file that keeps them
}

// span is a part of a file.
type Span struct{ From, To int64 }

// setAside appends parts of a file to the one at path.
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
		_ = out.WriteByte('\n') // Flush repeats its error
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
