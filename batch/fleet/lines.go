package fleet

import (
	"bytes"
	"errors"
	"io"
)

// maxFleetLine is the longest line of a fleet file that is looked at, in bytes.
const maxFleetLine = 1 << 20

// errLongLine says that a line was longer than maxFleetLine and has been passed over.
var errLongLine = errors.New("the line is longer than 1 MB")

// fleetLines cuts a text into physical lines, which end in LF, CRLF or CR.
type fleetLines struct {
	in         io.Reader
	buf        []byte
	start, end int   // of what is in buf but not yet returned
	cr         int   // the first CR behind what was searched for it; end: there is none
	afterCR    bool  // a LF at start belongs to the line before
	err        error // why there is nothing more to read
	number     int   // of the line last returned, from 1
}

func newFleetLines(in io.Reader) *fleetLines {
	return &fleetLines{in: in, buf: make([]byte, 1<<16)}
}

// next gives the next line without its end; the caller may write into it until it calls again.
// Its errors are errLongLine, after which reading goes on, io.EOF and those of the reader.
func (l *fleetLines) next() ([]byte, error) {
	searched, long := 0, false
	for {
		l.skipLF()
		end := l.lineEnd(l.start + searched)
		text := l.buf[l.start:end]
		if end < l.end {
			l.afterCR = end == l.cr
			l.start = end + 1
			return l.line(text, long)
		}
		searched = len(text)
		if searched > maxFleetLine {
			l.start, searched, long = l.end, 0, true
		}
		if l.err == nil {
			l.fill()
			continue
		}
		if l.err == io.EOF && (searched > 0 || long) {
			l.start = l.end
			return l.line(text, long)
		}
		return nil, l.err
	}
}

// lineEnd is where the first line end behind from is; end: there is none. CRs are looked for once in what
// was read, not once a line: most files have none.
func (l *fleetLines) lineEnd(from int) int {
	if l.cr < from {
		l.cr = l.index(from, '\r')
	}
	return min(l.index(from, '\n'), l.cr)
}

// index is where a character is behind from; end: it is not there.
func (l *fleetLines) index(from int, character byte) int {
	if i := bytes.IndexByte(l.buf[from:l.end], character); i >= 0 {
		return from + i
	}
	return l.end
}

func (l *fleetLines) line(text []byte, long bool) ([]byte, error) {
	l.number++
	if long || len(text) > maxFleetLine {
		return nil, errLongLine
	}
	return text, nil
}

// skipLF passes over the second half of a CRLF, which may come in a later read.
func (l *fleetLines) skipLF() {
	if !l.afterCR || l.start == l.end {
		return
	}
	if l.buf[l.start] == '\n' {
		l.start++
	}
	l.afterCR = false
}

// fill reads more, into a larger buffer if this one is full.
func (l *fleetLines) fill() {
	copy(l.buf, l.buf[l.start:l.end])
	l.start, l.end, l.cr = 0, l.end-l.start, -1
	if l.end == len(l.buf) {
		l.buf = append(l.buf, make([]byte, len(l.buf))...)
	}
	for range 100 {
		n, err := l.in.Read(l.buf[l.end:])
		l.end += n
		l.err = err
		if n > 0 || err != nil {
			return
		}
	}
	l.err = io.ErrNoProgress
}
