package fleet

import (
	"bytes"
	"errors"
	"io"
)

// maxLine is the longest line of a fleet file that is read, in bytes. An ICCID and a URL take far less: a longer
// line means that the file is no CSV, or that its lines end in another way.
const maxLine = 1 << 20

// errLongLine says that a line is longer than maxLine and was skipped.
var errLongLine = errors.New("the line is longer than 1 MB")

// lineReader cuts a text into physical lines, which end in LF, CRLF or CR.
type lineReader struct {
	in         io.Reader
	buf        []byte
	start, end int   // of the part of buf that is not yet returned
	cr, quote  int   // the next one in buf; end: there is none; before the place of a search: outdated
	afterCR    bool  // a LF at start belongs to the line before
	err        error // why nothing more can be read
	number     int   // of the line last returned, from 1
	quoted     bool  // the line last returned has a quote
}

func newLineReader(in io.Reader) *lineReader {
	return &lineReader{in: in, buf: make([]byte, 1<<16)}
}

// next gives the next line without its end. The caller may write into it until it calls next again. Errors are
// errLongLine, after which reading continues, io.EOF and those of the reader.
func (l *lineReader) next() ([]byte, error) {
	searched, long := 0, false
	for {
		l.skipLF()
		end := l.lineEnd(l.start + searched)
		text := l.buf[l.start:end]
		if end < l.end {
			l.afterCR = end == l.cr
			return l.line(text, end+1, long)
		}
		searched = len(text)
		if searched > maxLine {
			l.start, searched, long = l.end, 0, true
		}
		if l.err == nil {
			l.fill()
			continue
		}
		if errors.Is(l.err, io.EOF) && (searched > 0 || long) {
			return l.line(text, l.end, long)
		}
		return nil, l.err
	}
}

// lineEnd is where the first line end behind from is; end: there is none.
func (l *lineReader) lineEnd(from int) int {
	l.cr = l.ahead(l.cr, from, '\r')
	return min(l.index(from, '\n'), l.cr)
}

// ahead is index for a character that most files do not have. The search covers all that was read, and what it found is known
// for later lines.
func (l *lineReader) ahead(known, from int, character byte) int {
	if known >= from {
		return known
	}
	return l.index(from, character)
}

// index is where a character stands behind from; end: nowhere.
func (l *lineReader) index(from int, character byte) int {
	if i := bytes.IndexByte(l.buf[from:l.end], character); i >= 0 {
		return from + i
	}
	return l.end
}

// line returns a line, behind which the next one starts.
func (l *lineReader) line(text []byte, next int, long bool) ([]byte, error) {
	l.quote = l.ahead(l.quote, l.start, '"')
	l.quoted = l.quote < next
	l.start = next
	l.number++
	if long || len(text) > maxLine {
		return nil, errLongLine
	}
	return text, nil
}

// skipLF skips the second half of a CRLF, which may come in a later read.
func (l *lineReader) skipLF() {
	if !l.afterCR || l.start == l.end {
		return
	}
	if l.buf[l.start] == '\n' {
		l.start++
	}
	l.afterCR = false
}

// fill reads more. It enlarges a buffer that is full.
func (l *lineReader) fill() {
	copy(l.buf, l.buf[l.start:l.end])
	l.start, l.end, l.cr, l.quote = 0, l.end-l.start, -1, -1
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
