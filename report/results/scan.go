package results

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"simhook/report/cell"
)

// errNoHeader says that a file ends before its header does.
var errNoHeader = errors.New("the file has no header")

func HeaderLine() []byte { return []byte(strings.Join(Columns(), ",") + "\n") }

// scan reads the lines of a results file one after the other.
type scan struct {
	file    *os.File
	reader  *bufio.Reader
	line    line
	text    []byte // of the line, without its end
	number  int    // of the line, from 1
	offset  int64  // where the line begins
	end     int64  // and where it ends
	damaged bool   // it is no result row
	err     error
}

// newScan reads the header of a results file.
func newScan(f *os.File) (*scan, error) {
	s := &scan{file: f, reader: bufio.NewReaderSize(f, cell.MaxLine)}
	text, err := s.reader.ReadSlice('\n')
	header := HeaderLine()
	switch {
	case bytes.Equal(bytes.Replace(text, []byte("\r\n"), []byte("\n"), 1), header):
		s.number, s.end = 1, int64(len(text))
		return s, nil
	case errors.Is(err, io.EOF) && bytes.HasPrefix(header, bytes.TrimRight(text, "\x00")):
		return nil, errNoHeader // a power cut leaves zeros where nothing was written yet
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull):
		return nil, fmt.Errorf("reading it: %w", err)
	}
	return nil, errors.New("is no results file of simhook: its first line is another header")
}

// next goes to the next whole line and reports whether there is one.
func (s *scan) next() bool {
	s.offset = s.end
	text, err := s.reader.ReadSlice('\n')
	s.end += int64(len(text))
	s.damaged = false
	for errors.Is(err, bufio.ErrBufferFull) {
		s.damaged = true
		text, err = s.reader.ReadSlice('\n')
		s.end += int64(len(text))
	}
	if err != nil {
		if !errors.Is(err, io.EOF) {
			s.err = err
		}
		return false
	}
	s.number++
	s.text = bytes.TrimSuffix(text[:len(text)-1], []byte("\r"))
	s.damaged = s.damaged || !s.line.parse(s.text)
	return true
}

// torn reports whether the file ends within a line.
func (s *scan) torn() bool { return s.err == nil && s.end > s.offset }

// eachRow shows the rows of a file that newScan accepted before; what is damaged
// it passes over.
func eachRow(f *os.File, show func(*scan) error) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	scan, err := newScan(f)
	if err != nil {
		return fmt.Errorf("reading %s again: %w", f.Name(), err)
	}
	for scan.next() {
		if scan.damaged {
			continue
		}
		if err := show(scan); err != nil {
			return err
		}
	}
	return scan.err
}
