package results

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"simhook/report/cell"
	"simhook/report/file"
)

// extent is what there is of a results file.
type extent struct {
	size   int64
	header int64 // bytes of the first line
	labels []string
}

// errNoHeader says that a file ends before its header does.
var errNoHeader = errors.New("the file has no header")

// scan is the position of scanRows in a results file.
type scan struct {
	file   *os.File
	reader *bufio.Reader
	line   line
	entry  entry    // what the line says, if it is a row
	text   []byte   // of the line, without its end
	number int      // of the line, from 1
	labels []string // names of the columns behind the fixed ones
	offset int64    // where the line begins
	end    int64    // and where it ends
}

// damage is a part of a results file that is no row.
type damage struct {
	file.Span
	line int  // its number, from 1
	torn bool // the file ends before the line does
}

// scanRows reads a results file from its beginning, in the file's order. It calls row for each row, and damaged for
// each part that is none.
//
// It stops at the first error of row or damaged, and returns that. Its other errors are errNoHeader, an error for a
// file that is not one of results, and reading errors, which wrap an *fs.PathError.
func scanRows(f *os.File, row func(*scan) error, damaged func(damage) error) (found extent, err error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return extent{}, fmt.Errorf("reading it: %w", err)
	}
	s := &scan{file: f, reader: bufio.NewReaderSize(f, cell.MaxLine)}
	if err := s.header(); err != nil {
		return extent{}, err
	}
	found = extent{header: s.end, labels: s.labels}
	for {
		whole, isRow, err := s.next()
		switch {
		case err != nil:
			return found, fmt.Errorf("reading it: %w", err)
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
	fixed := bytes.TrimSuffix(headerLine(), []byte("\n"))
	line, whole := bytes.CutSuffix(text, []byte("\n"))
	behind, ours := bytes.CutPrefix(bytes.TrimSuffix(line, []byte("\r")), fixed)
	written := bytes.TrimRight(text, "\x00") // a power cut leaves zeros where nothing was written yet
	switch {
	case whole && ours && s.readLabels(behind):
		s.number, s.end = 1, int64(len(text))
		return nil
	case errors.Is(err, io.EOF) && (bytes.HasPrefix(fixed, written) || bytes.HasPrefix(written, fixed)):
		return errNoHeader
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull):
		return fmt.Errorf("reading it: %w", err)
	}
	return errors.New("is no results file of simhook: its first line is another header")
}

// readLabels reads the names that stand behind those of the fixed columns, each after a comma.
func (s *scan) readLabels(text []byte) (ok bool) {
	var cutter cell.Cutter
	for more := len(text) > 0; more; {
		if text[0] != ',' && len(s.labels) == 0 {
			return false
		}
		if len(s.labels) == 0 {
			text = text[1:]
		}
		var name []byte
		if name, text, more, ok = cutter.Cut(text); !ok {
			return false
		}
		s.labels = append(s.labels, string(name))
	}
	s.line.labels = len(s.labels)
	return true
}

// refit is the line as it stands in a file with these labels.
func (s *scan) refit(labels []string) []byte {
	if slices.Equal(s.labels, labels) {
		return s.text
	}
	text := s.text
	if len(s.labels) > 0 {
		text = text[:len(text)-len(s.line.rest)-1]
	}
	var cutter cell.Cutter
	values := map[string]string{}
	for i, rest := 0, s.line.rest; i < len(s.labels); i++ {
		var value []byte
		value, rest, _, _ = cutter.Cut(rest) // as split has done
		values[s.labels[i]] = string(value)
	}
	buf := append(slices.Clone(text), ',')
	for _, name := range labels {
		buf = cell.Append(buf, values[name])
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
	s.text = bytes.TrimSuffix(text[:len(text)-1], []byte("\r"))
	return true, !tooLong && s.line.parse(s.text, &s.entry), nil
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
