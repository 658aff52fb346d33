// Package sources finds the files that a report is made of.
package sources

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"simhook/report"
	"simhook/report/file"
	"simhook/report/results"
)

// Stdin is the path that stands for standard input, and stdinName is what people are told of it.
const (
	Stdin     = "-"
	stdinName = "standard input"
)

// Set is files that can be read several times.
type Set struct {
	Names []string // as people know them
	Paths []string // where they are
	spool string   // folder of copies; "": none
}

// Open finds results files. Where a run has not finished, its rows are beside the path: they count too. What cannot be read
// twice, and what is compressed by gzip, is copied. Close removes the copies. Its errors are *fs.PathErrors, and those of stdin.
func Open(named []string, stdin io.Reader) (_ *Set, err error) {
	s := &Set{}
	defer func() {
		if err != nil {
			_ = s.Close() // the first error counts
		}
	}()
	for _, name := range named {
		if name == Stdin {
			if slices.Contains(s.Names, stdinName) {
				continue
			}
			if err := s.copy(stdinName, stdin); err != nil {
				return nil, err
			}
			continue
		}
		_, err := os.Stat(name)
		partial := file.Follow(name) + report.PartialSuffix
		_, partialErr := os.Stat(partial)
		if err == nil || partialErr != nil {
			if err := s.add(name); err != nil {
				return nil, err
			}
		}
		if partialErr == nil {
			if err := s.add(partial); err != nil {
				return nil, err
			}
		}
	}
	return s, nil
}

// add takes a file in, once.
func (s *Set) add(name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return err
	}
	for _, path := range s.Paths {
		if other, err := os.Stat(path); err == nil && os.SameFile(info, other) {
			return nil
		}
	}
	in, err := os.Open(name)
	if err != nil {
		return err
	}
	defer in.Close()
	if !info.Mode().IsRegular() || compressed(in) {
		return s.copy(name, in)
	}
	s.Names, s.Paths = append(s.Names, name), append(s.Paths, name)
	return nil
}

// gzipMagic begins what gzip has compressed (RFC 1952).
var gzipMagic = []byte{0x1f, 0x8b}

func compressed(file *os.File) bool {
	begin := make([]byte, len(gzipMagic))
	_, err := file.ReadAt(begin, 0)
	return err == nil && bytes.Equal(begin, gzipMagic)
}

// copy makes a file of what can be read once.
func (s *Set) copy(name string, from io.Reader) (err error) {
	if s.spool == "" {
		if s.spool, err = os.MkdirTemp("", "simhook-"); err != nil {
			return err
		}
	}
	in := bufio.NewReader(from)
	var plain io.Reader = in
	if begin, _ := in.Peek(len(gzipMagic)); bytes.Equal(begin, gzipMagic) {
		if plain, err = gzip.NewReader(in); err != nil {
			return &fs.PathError{Op: "read", Path: name, Err: err}
		}
	}
	path := filepath.Join(s.spool, string(rune('a'+len(s.Paths)%26))+filepath.Base(name))
	out, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, plain)
	if err = errors.Join(err, out.Close()); err != nil {
		return &fs.PathError{Op: "read", Path: name, Err: err}
	}
	s.Names, s.Paths = append(s.Names, name), append(s.Paths, path)
	return nil
}

// NameOf is the name of the file that an error of results.Newest is about.
func (s *Set) NameOf(err error) string {
	failure, ok := errors.AsType[*results.SourceError](err)
	if !ok {
		return s.Names[0]
	}
	return s.Names[slices.Index(s.Paths, failure.Path)]
}

// Close removes the copies.
func (s *Set) Close() error {
	if s.spool == "" {
		return nil
	}
	return os.RemoveAll(s.spool)
}
