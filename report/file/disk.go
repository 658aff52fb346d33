package file

import (
	"io"
	"os"
)

// Disk is every change on disk that is made by the results and the inbox. OS is the real one; tests make its n-th
// call fail.
type Disk interface {
	Write(f *os.File, b []byte) (int, error)
	Sync(f *os.File) error
	Truncate(f *os.File, size int64) error
	Rename(from, to string) error
	Remove(path string) error
}

// OS is the operating system's file system.
type OS struct{}

// Write appends b to f.
func (OS) Write(f *os.File, b []byte) (int, error) { return f.Write(b) }

// Sync makes what was written to f survive a power cut.
func (OS) Sync(f *os.File) error { return f.Sync() }

// Truncate cuts f.
func (OS) Truncate(f *os.File, size int64) error { return f.Truncate(size) }

// Rename gives a file another name, and replaces a file that has it.
func (OS) Rename(from, to string) error { return os.Rename(from, to) }

// Remove deletes a file.
func (OS) Remove(path string) error { return os.Remove(path) }

// Writer writes to a file through a Disk.
type Writer struct {
	Disk Disk
	File *os.File
}

func (w Writer) Write(b []byte) (int, error) {
	n, err := w.Disk.Write(w.File, b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return n, err
}
