package results

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"simhook/report/cell"
	"simhook/report/file"
)

// extent is how much of a results file is whole, and what its header says.
type extent struct {
	size   int64
	header int64 // bytes of the first line
	layout layout
}

// errNoHeader says that a file ends before its header does.
var errNoHeader = errors.New("the file has no header")

// scan is the position of scanRows in a results file.
type scan struct {
	file   *os.File
	reader *bufio.Reader
	line   line
	entry  entry  // what the line says, if it is a row
	text   []byte // of the line, without its end
	number int    // of the line, from 1
	layout layout
	offset int64 // where the line begins
	end    int64 // and where it ends
}

// damage is a part of a results file that is no row.
type damage struct {
	file.Span
	line int  // its number, from 1
	torn bool // the file ends before the line does
}

// scanRows reads a results file from its beginning, in the file's order. It calls row for each row, and damaged for
// each part that is none, as a crash leaves it.
//
// It stops at the first line that another program has changed, with an error that names the line: what the line said is not
// known, and so nothing may be done about its SIM. It stops at the first error of row or damaged, too, and returns that. Its
// other errors are errNoHeader, an error for a file that is not one of results, and reading errors, which wrap an *fs.PathError.
func scanRows(f *os.File, row func(*scan) error, damaged func(damage) error) (found extent, err error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return extent{}, fmt.Errorf("reading it: %w", err)
	}
	s := &scan{file: f, reader: bufio.NewReaderSize(f, cell.MaxLine)}
	if err := s.header(); err != nil {
		return extent{}, err
	}
	found = extent{header: s.end, layout: s.layout}
	for {
		whole, isRow, err := s.next()
		switch {
		case err != nil:
			return found, fmt.Errorf("reading it: %w", err)
		case whole && s.changed(isRow) != nil:
			return found, fmt.Errorf("line %d: %w", s.number, s.changed(isRow))
		case whole && isRow:
			err = row(s)
		case s.end > s.offset:
			err = damaged(damage{file.Span{From: s.offset, To: s.end}, s.number, !whole})
		}
		if err != nil || !whole {
			found.size = s.end
			return found, err
		}
	}
}

// header reads the first line.
func (s *scan) header() error {
	text, err := s.reader.ReadSlice('\n')
	l, notOurs := readHeader(text)
	switch {
	case err == nil && notOurs == nil:
		s.layout, s.number, s.end = l, 1, int64(len(text))
		s.line = newLine(&s.layout)
		return nil
	case errors.Is(err, io.EOF) && resaved(text) == nil && beginsHeader(bytes.TrimRight(text, "\x00")): // a power cut leaves zeros where nothing was written yet
		return errNoHeader
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull):
		return fmt.Errorf("reading it: %w", err)
	}
	return cmp.Or(notOurs, errOtherHeader)
}

// changed says what another program has changed in a whole line; nil: nothing.
func (s *scan) changed(isRow bool) error {
	if isRow {
		return s.entry.checkCorrelation()
	}
	return s.line.changed(s.text)
}

// refit is the line as it stands in a file with this layout.
func (s *scan) refit(l *layout) []byte {
	if s.layout.same(l) {
		return s.text
	}
	var buf []byte
	for _, name := range slices.Concat(l.names, l.labels) {
		var value string
		if i := slices.Index(s.layout.names, name); i >= 0 {
			value = string(s.line.cells[i])
		} else if i := slices.Index(s.layout.labels, name); i >= 0 {
			value = string(s.line.cells[len(s.layout.names)+i])
		}
		buf = cell.Append(buf, value)
	}
	return buf[:len(buf)-1]
}

// next goes to the next line. It reports whether that is a whole line, and whether it is a row. At the end of
// the file there is no whole line.
func (s *scan) next() (whole, isRow bool, err error) {
	s.offset = s.end
	s.number++
	text, err := s.reader.ReadSlice('\n')
	s.end += int64(len(text))
	tooLong := false
	for errors.Is(err, bufio.ErrBufferFull) {
		tooLong = true
		text, err = s.reader.ReadSlice('\n')
		s.end += int64(len(text))
	}
	switch {
	case errors.Is(err, io.EOF):
		return false, false, nil
	case err != nil:
		return false, false, err
	}
	if tooLong {
		s.text = nil
		return true, false, nil
	}
	s.text = bytes.TrimSuffix(text[:len(text)-1], []byte("\r"))
	return true, s.line.parse(s.text, &s.entry), nil
}

// refuseDamage is for files that hold whole rows only.
func refuseDamage(d damage) error {
	if d.torn {
		return errors.New("its last line is cut off")
	}
	return fmt.Errorf("line %d is no result row of simhook (was the file edited?)", d.line)
}

// secondRow refuses a SIM's further row, in files that hold one row of each SIM.
func secondRow(s *scan) error {
	return fmt.Errorf("line %d is the second row of its SIM (was the file edited?)", s.number)
}

// eachRow calls row for each row of a file that Open or Merge has read before, and passes over damage. It stops at
// the first error of row, and returns that.
func eachRow(f *os.File, row func(*scan) error) error {
	var failure error
	_, err := scanRows(f, func(s *scan) error {
		failure = row(s)
		return failure
	}, func(damage) error { return nil })
	if err != nil && failure == nil {
		return fmt.Errorf("%s, read again: %w", f.Name(), err)
	}
	return failure
}
