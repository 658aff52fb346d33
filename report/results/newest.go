package results

import (
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"strings"
	"time"

	"simhook/report"
	"simhook/report/simset"
)

// Newest yields the newest row of each SIM, and of each bad row of a fleet, in results files, in the files' order. A file
// may be complete or partial. A partial file can hold several rows of a SIM, and a killed run can leave it with a torn last
// line, which is passed over. Of rows in several files the one that was finished last counts, and of those that were finished
// together the last one.
//
// It stops at the first error, a *SourceError: it wraps an *fs.PathError if a file cannot be read, or else the error of Read. Memory: at most 32 bytes a SIM, as much again for each SIM that has several rows, and with several files 40 bytes more.
func Newest(paths ...string) iter.Seq2[report.Row, error] {
	return func(yield func(report.Row, error) bool) {
		last := map[uint64]rowOf{}
		if len(paths) > 1 {
			for i, path := range paths {
				for row, err := range newestOfFile(path) {
					if err != nil {
						break // it comes again
					}
					key, _ := identity(row.Status, row.ICCID, row.Line)
					if before, known := last[key]; !known || !row.FinishedAt.Before(before.finished) {
						last[key] = rowOf{i, row.FinishedAt}
					}
				}
			}
		}
		for i, path := range paths {
			for row, err := range newestOfFile(path) {
				if err != nil {
					err = &SourceError{path, err}
				}
				key, _ := identity(row.Status, row.ICCID, row.Line)
				if err == nil && len(paths) > 1 && last[key].file != i {
					continue
				}
				if !yield(row, err) || err != nil {
					return
				}
			}
		}
	}
}

// SourceError says which of several results files cannot be read. Its text is that of the error that it wraps.
type SourceError struct {
	Path string
	Err  error
}

func (e *SourceError) Error() string { return e.Err.Error() }
func (e *SourceError) Unwrap() error { return e.Err }

// rowOf is where the newest row of a SIM is.
type rowOf struct {
	file     int
	finished time.Time
}

// newestOfFile yields the newest rows of one file.
func newestOfFile(path string) iter.Seq2[report.Row, error] {
	return func(yield func(report.Row, error) bool) {
		f, err := os.Open(path)
		if err != nil {
			yield(report.Row{}, err)
			return
		}
		defer f.Close()
		lines, err := newestLines(f)
		if err != nil {
			yield(report.Row{}, err)
			return
		}
		rows, err := newRowReader(io.NewSectionReader(f, 0, lines.end))
		for err == nil {
			var row report.Row
			row, err = rows.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if err == nil && lines.isNewest(&row, rows.line()) && !yield(row, nil) {
				return
			}
		}
		yield(report.Row{}, err)
	}
}

// newest tells which lines of a results file to read.
type newest struct {
	end  int64          // of what is to be read
	line map[uint64]int // the line of the newest row, for keys that have several
}

// newestLines passes over damage: reading it again tells what is wrong. Its errors are *fs.PathErrors, and those of a file that
// another program has written.
func newestLines(f *os.File) (newest, error) {
	info, err := f.Stat()
	if err != nil {
		return newest{}, err
	}
	n := newest{end: info.Size(), line: map[uint64]int{}}
	met := simset.New()
	_, err = scanRows(f, func(s *scan) error {
		if met.Mark(s.entry.key) {
			n.line[s.entry.key] = s.number
		}
		return nil
	}, func(d damage) error {
		if d.torn && strings.HasSuffix(f.Name(), partialSuffix) {
			n.end = d.From
		}
		return nil
	})
	if failure, ok := errors.AsType[*fs.PathError](err); ok {
		return newest{}, failure
	}
	if errors.Is(err, errNoHeader) {
		n.end = 0 // the run was killed before it had written the header
		return n, nil
	}
	return n, err
}

func (n *newest) isNewest(row *report.Row, line int) bool {
	key, _ := identity(row.Status, row.ICCID, row.Line)
	newest, several := n.line[key]
	return !several || newest == line
}
