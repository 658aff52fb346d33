package inbox

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"simhook/report/cell"
)

// maxFirst is how many bytes of its first row recognise a file. They begin with the time it was received at.
const maxFirst = 200

// Position is a place in the files of an inbox. The zero Position is the beginning of the oldest one. A file is
// recognised by its first row, whatever it is called now: files are renamed and copied.
type Position struct {
	First  string `json:"first_row"`
	Offset int64  `json:"offset"` // bytes
}

// Tail reads the rows of an inbox in the order in which they were received, from all files that begin with its name:
// those put aside, those that another program renamed or copied, and the one being written.
type Tail struct {
	path string
	at   Position
	file *os.File // nil: to be found
}

// OpenTail continues at a position.
func OpenTail(path string, at Position) *Tail { return &Tail{path: path, at: at} }

// Close releases the file.
func (t *Tail) Close() {
	if t.file != nil {
		_ = t.file.Close() // it is only read
		t.file = nil
	}
}

// Next returns the rows that follow, as many as there are in about 64 KiB, and the position after them. There are none
// when all have been read so far.
func (t *Tail) Next() ([]Row, Position, error) {
	for {
		if t.file == nil {
			if found, err := t.find(); err != nil || !found {
				return nil, t.at, err
			}
		}
		rows, err := t.read()
		if err != nil || len(rows) > 0 {
			return rows, t.at, err
		}
		if t.current() {
			return nil, t.at, nil
		}
		t.Close()
		if found, err := t.find(); err != nil || !found {
			return nil, t.at, err
		}
	}
}

// read reads whole lines. A line that is no row is a header or damaged.
func (t *Tail) read() (rows []Row, err error) {
	const usual = 64 << 10
	for size := usual; ; size = cell.MaxLine {
		text := make([]byte, size)
		n, err := t.file.ReadAt(text, t.at.Offset)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		end := bytes.LastIndexByte(text[:n], '\n') + 1
		if end == 0 && n == usual {
			continue // a long line
		}
		for text := range bytes.Lines(text[:end]) {
			var l line
			if l.parse(text[:len(text)-1]) {
				rows = append(rows, l.row())
			}
		}
		t.at.Offset += int64(end)
		if len(rows) == 0 && end > 0 {
			continue // only a header so far
		}
		return rows, nil
	}
}

// current reports whether the file is still the one being written, and has not been truncated.
func (t *Tail) current() bool {
	mine, err := t.file.Stat()
	if err != nil || mine.Size() < t.at.Offset {
		return false
	}
	there, err := os.Stat(t.path)
	return err == nil && os.SameFile(mine, there)
}

// find opens the file of the position where it has more rows, or else the next one.
func (t *Tail) find() (found bool, err error) {
	paths, err := filepath.Glob(globbed(strings.TrimSuffix(t.path, filepath.Ext(t.path))) + "*")
	if err != nil {
		return false, err
	}
	var best *os.File
	var first string
	for _, path := range paths {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return false, err
		}
		row, more := t.firstRow(f)
		if more && (best == nil || row < first) {
			f, best, first = best, f, row
		}
		if f != nil {
			_ = f.Close() // it is only read
		}
	}
	if best == nil {
		return false, nil
	}
	if first != t.at.First {
		t.at = Position{First: first}
	}
	t.file = best
	return true, nil
}

// firstRow is the first row of a file, and whether the file has rows behind the position.
func (t *Tail) firstRow(f *os.File) (first string, more bool) {
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return "", false
	}
	text := make([]byte, len(header())+cell.MaxLine/4)
	n, _ := f.ReadAt(text, 0) // what is not read is no row
	text = bytes.TrimPrefix(text[:n], header())
	row, _, whole := bytes.Cut(text, []byte("\n"))
	var l line
	if !whole || !l.parse(row) {
		return "", false
	}
	first = string(row[:min(len(row), maxFirst)])
	return first, first > t.at.First || first == t.at.First && info.Size() > t.at.Offset
}

// globbed escapes what Glob would take for a pattern.
func globbed(path string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// row is the notification of a line.
func (l *line) row() Row {
	r := Row{
		ID: armed(l.cells[columnID]), Type: armed(l.cells[columnType]), ICCID: string(l.cells[columnICCID]),
		SubscriptionID: armed(l.cells[columnSubscriptionID]), Threshold: int(number(l.cells[columnThreshold])),
		Other: string(l.cells[columnOther]),
	}
	r.ReceivedAt, _ = time.Parse(cell.TimeFormat, string(l.cells[columnReceivedAt])) // parse has checked it
	r.ExpirationDate, _ = time.Parse(cell.TimeFormat, string(l.cells[columnExpirationDate]))
	if text := l.cells[columnCurrentBalance]; len(text) > 0 {
		balance := number(text)
		r.CurrentBalance = &balance
	}
	return r
}
