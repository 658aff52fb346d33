package report

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
)

// Complete turns the rows into RESULTS.csv: one for each of the fleet's rows, of
// which the last pass has seen fleetRows, and those of SIMs that are no longer
// in the fleet but for which something was achieved, since nothing else remembers
// their webhooks. It returns how many of the latter there are.
func (j *Journal) Complete(fleetRows int) (kept int, err error) {
	if j.broken != nil {
		return 0, j.failure(j.broken, nil)
	}
	switch whole := !j.stale && j.live == fleetRows; {
	case j.base == nil && whole:
		err = j.publish(j.PartialPath())
	case j.base != nil && j.live == 0 && j.baseRows == fleetRows && !j.stale:
		err = j.discardPartial()
	default:
		kept, err = j.merge()
	}
	if err != nil {
		return kept, &WriteError{Path: j.path, Err: err}
	}
	return kept, nil
}

// publish gives a finished file its name, for good.
func (j *Journal) publish(from string) error {
	if err := j.disk.Rename(from, j.path); err != nil {
		return err
	}
	return syncDir(j.disk, j.path)
}

func (j *Journal) discardPartial() error {
	if err := j.disk.Remove(j.PartialPath()); err != nil {
		return err
	}
	return syncDir(j.disk, j.path)
}

// merge writes the newest row of each identity to a file that then replaces
// RESULTS.csv. Killed at any point, the next Open finds all rows again.
func (j *Journal) merge() (kept int, err error) {
	path := j.path + ".merging"
	merged, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, err
	}
	out := bufio.NewWriterSize(diskWriter{j.disk, merged}, 1<<18)
	_, err = out.Write(headerLine())
	for _, f := range []*os.File{j.base, j.partial} {
		if f == nil || err != nil {
			continue
		}
		var n int
		n, err = j.copyLive(out, f)
		kept += n
	}
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = j.disk.Sync(merged)
	}
	if err = errors.Join(err, merged.Close()); err != nil {
		_ = os.Remove(path) // the rows are safe in the partial file
		return kept, err
	}
	if err := j.publish(path); err != nil {
		return kept, err
	}
	return kept, j.discardPartial()
}

// copyLive copies the rows of f that no newer row replaces.
func (j *Journal) copyLive(out *bufio.Writer, f *os.File) (kept int, err error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return 0, err
	}
	scan, err := newScan(f)
	if err != nil {
		return 0, fmt.Errorf("reading %s again: %w", f.Name(), err)
	}
	for scan.next() {
		if scan.damaged {
			continue
		}
		key, _ := scan.line.identity()
		if f == j.base && j.table.Marked(key) {
			continue
		}
		if newest, several := j.newest[key]; f == j.partial && several && newest != scan.offset {
			continue
		}
		if !j.table.SeenKey(key) {
			if !scan.line.settled() {
				continue
			}
			kept++
		}
		if _, err := out.Write(scan.text); err != nil {
			return kept, err
		}
	}
	return kept, scan.err
}

// diskWriter is a file behind a Disk, as an io.Writer.
type diskWriter struct {
	disk Disk
	file *os.File
}

func (w diskWriter) Write(b []byte) (int, error) {
	n, err := w.disk.Write(w.file, b)
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return n, err
}
