package report

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// maxLine bounds a line of a results file, in bytes: what is longer was not
// written by simhook.
const maxLine = 1 << 20

// MismatchError says that a file is not what this run could go on with: results
// of another command, API or shard, or no results at all. It was not touched.
type MismatchError struct {
	Path   string
	Reason string
}

func (e *MismatchError) Error() string {
	return fmt.Sprintf("%s: %s; it was left as it is: choose another --results or move it away", e.Path, e.Reason)
}

// Open locks the results at path and reads what earlier runs left there. Errors:
// *LockedError, *MismatchError (nothing was changed), *WriteError.
func Open(path string, options Options) (_ *Journal, err error) {
	if options.Disk == nil {
		options.Disk = OS{}
	}
	j := &Journal{
		path: path, options: options, disk: options.Disk,
		table: NewTable(), newest: map[uint64]int64{}, unmet: map[uint64]place{},
	}
	if !options.ReadOnly {
		if j.lock, err = lockFile(path + ".lock"); err != nil {
			return nil, err
		}
	}
	defer func() {
		if err != nil {
			_ = j.Close() // the first error counts
		}
	}()
	if err := j.openBase(); err != nil {
		return nil, err
	}
	if err := j.openPartial(); err != nil {
		return nil, err
	}
	return j, nil
}

// openBase reads the results of an earlier run that was completed.
func (j *Journal) openBase() error {
	f, err := os.Open(j.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return &WriteError{Path: j.path, Err: err}
	}
	j.base = f
	scan, err := newScan(f)
	if err != nil {
		return &MismatchError{j.path, err.Error()}
	}
	for scan.next() {
		if scan.damaged {
			return &MismatchError{j.path, fmt.Sprintf("line %d is no result row of simhook (was the file edited?)", scan.number)}
		}
		if err := j.examine(&scan.line); err != nil {
			return &MismatchError{j.path, err.Error()}
		}
		j.baseRows++
		if !j.options.Sweep {
			j.remember(scan)
		}
	}
	if scan.torn() {
		return &MismatchError{j.path, "its last line is cut off"}
	}
	return scan.err
}

// openPartial reads the rows of a run that was not finished, and sets aside what
// is torn; or starts a new file.
func (j *Journal) openPartial() error {
	path := j.PartialPath()
	mode := os.O_RDWR | os.O_APPEND | os.O_CREATE
	if j.options.ReadOnly {
		mode = os.O_RDONLY
	}
	f, err := os.OpenFile(path, mode, 0o600)
	if j.options.ReadOnly && errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return &WriteError{Path: path, Err: err}
	}
	j.partial = f
	scan, err := newScan(f)
	if errors.Is(err, errNoHeader) {
		if j.options.ReadOnly {
			return nil
		}
		return j.start()
	}
	if err != nil {
		return &MismatchError{path, err.Error()}
	}
	var damaged []span
	for scan.next() {
		if scan.damaged {
			damaged = append(damaged, span{scan.offset, scan.end})
			continue
		}
		if err := j.examine(&scan.line); err != nil {
			return &MismatchError{path, err.Error()}
		}
		j.remember(scan)
		key, _ := scan.line.identity()
		j.place(key, scan.offset)
	}
	if scan.err != nil {
		return &WriteError{Path: path, Err: scan.err}
	}
	j.size = scan.end
	if scan.torn() {
		j.size = scan.offset
		damaged = append(damaged, span{scan.offset, scan.end})
	}
	j.synced = j.size
	if j.options.ReadOnly {
		j.healed = Healed{Lines: len(damaged)}
		return nil
	}
	return j.heal(damaged)
}

// start gives a new partial file its header, so that a disk that takes nothing
// is found out before the first call.
func (j *Journal) start() error {
	header := headerLine()
	err := j.disk.Truncate(j.partial, 0)
	if err == nil {
		var n int
		if n, err = j.disk.Write(j.partial, header); err == nil && n < len(header) {
			err = io.ErrShortWrite
		}
	}
	if err == nil {
		err = j.disk.Sync(j.partial)
	}
	if err == nil {
		err = syncDir(j.disk, j.path)
	}
	if err != nil {
		return &WriteError{Path: j.PartialPath(), Err: err}
	}
	j.size, j.synced = int64(len(header)), int64(len(header))
	return nil
}

// examine refuses a row that another kind of run wrote.
func (j *Journal) examine(l *line) error {
	if action := string(l.cells[columnAction]); action != j.options.Action {
		return fmt.Errorf("holds results of %q, not of %q", Clean(action, 40), j.options.Action)
	}
	if url := string(l.cells[columnBaseURL]); url != j.options.BaseURL {
		return fmt.Errorf("holds results of the API at %s, not at %s", Clean(url, 200), j.options.BaseURL)
	}
	if iccid := string(l.cells[columnICCID]); j.options.Owns != nil && l.status() != StatusInvalid && !j.options.Owns(iccid) {
		return fmt.Errorf("holds results of another shard (%s is not this one's)", Clean(iccid, 40))
	}
	return nil
}

// remember takes note of a row for resuming.
func (j *Journal) remember(scan *scan) {
	l := &scan.line
	key, _ := l.identity()
	switch l.status() {
	case StatusInvalid, StatusDuplicate:
		j.table.RecordKey(key)
		return
	}
	done := l.satisfies(j.options.Want)
	j.table.Record(string(l.cells[columnICCID]), string(l.cells[columnWebhookURL]), done)
	if !done && l.settled() {
		j.unmet[key] = place{scan.file, scan.offset}
	} else {
		delete(j.unmet, key)
	}
}

// span is a part of a file.
type span struct{ from, to int64 }

// heal keeps damaged lines in a file of their own and cuts off what was torn at
// the end. Damage elsewhere stays in the partial file, where reading passes over
// it, until Complete leaves it out.
func (j *Journal) heal(damaged []span) error {
	if len(damaged) == 0 {
		return nil
	}
	j.healed = Healed{Lines: len(damaged), Aside: j.path + ".torn"}
	j.stale = true
	aside, err := os.OpenFile(j.healed.Aside, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return &WriteError{Path: j.healed.Aside, Err: err}
	}
	for _, s := range damaged {
		_, err = io.Copy(aside, io.NewSectionReader(j.partial, s.from, s.to-s.from))
		if err == nil {
			_, err = aside.WriteString("\n")
		}
		if err != nil {
			break
		}
	}
	if err = errors.Join(err, j.disk.Sync(aside), aside.Close()); err != nil {
		return &WriteError{Path: j.healed.Aside, Err: err}
	}
	if err := j.disk.Truncate(j.partial, j.size); err != nil {
		return &WriteError{Path: j.PartialPath(), Err: err}
	}
	return nil
}

// errNoHeader says that a file ends before its header does.
var errNoHeader = errors.New("the file has no header")

func headerLine() []byte { return []byte(strings.Join(Columns(), ",") + "\n") }

// scan reads the lines of a results file one after the other.
type scan struct {
	file    *os.File
	reader  *bufio.Reader
	line    line
	text    []byte
	number  int // of the line, from 1
	offset  int64
	end     int64
	damaged bool // the line is no result row
	err     error
}

// newScan reads the header of a results file.
func newScan(f *os.File) (*scan, error) {
	s := &scan{file: f, reader: bufio.NewReaderSize(f, maxLine)}
	text, err := s.reader.ReadSlice('\n')
	header := headerLine()
	switch {
	case bytes.Equal(bytes.Replace(text, []byte("\r\n"), []byte("\n"), 1), header):
		s.number, s.end = 1, int64(len(text))
		return s, nil
	case errors.Is(err, io.EOF) && bytes.HasPrefix(header, text):
		return nil, errNoHeader
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
	s.text = text
	if !s.damaged {
		s.damaged = !s.line.split(bytes.TrimSuffix(text[:len(text)-1], []byte("\r")))
	}
	if !s.damaged {
		_, known := s.line.identity()
		s.damaged = !known
	}
	return true
}

// torn reports whether the file ends within a line.
func (s *scan) torn() bool { return s.err == nil && s.end > s.offset }
