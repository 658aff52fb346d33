package results

import (
	"bufio"
	"fmt"
	"os"

	"simhook/report/file"
)

// Complete turns the rows into RESULTS.csv: one for each of the fleet's rows, of
// which the last pass has seen fleetRows, and those of SIMs that are no longer
// in the fleet but for which something was achieved, since nothing else remembers
// their webhooks. It returns how many of the latter there are. Its error is a
// *WriteError; the rows are then still there, for the next Open to go on with.
func (j *Journal) Complete(fleetRows int) (kept int, err error) {
	if err := j.Sync(); err != nil {
		return 0, err
	}
	switch whole := !j.stale && j.live == fleetRows; {
	case j.base == nil && whole:
		err = j.publish()
	case j.base != nil && j.live == 0 && j.baseRows == fleetRows:
		err = j.discardPartial()
	default:
		kept, err = j.merge(fleetRows)
	}
	if err != nil {
		return kept, &file.WriteError{Path: j.path, Err: err}
	}
	return kept, nil
}

// publish gives the partial file its final name.
func (j *Journal) publish() error {
	if err := j.disk.Rename(j.PartialPath(), j.path); err != nil {
		return err
	}
	return file.SyncDir(j.disk, j.path)
}

func (j *Journal) discardPartial() error {
	if err := j.disk.Remove(j.PartialPath()); err != nil {
		return err
	}
	return file.SyncDir(j.disk, j.path)
}

// merge replaces RESULTS.csv by the newest row of each SIM and bad row. Killed at
// any point, the next Open finds all rows again.
func (j *Journal) merge(fleetRows int) (kept int, err error) {
	err = j.replace(j.path, func(out *bufio.Writer) error {
		written := 0
		for _, f := range []*os.File{j.base, j.partial} {
			if f == nil {
				continue
			}
			err := eachRow(f, func(scan *scan) error {
				seen, wanted := j.wanted(scan)
				switch {
				case !wanted:
					return nil
				case seen:
					written++
				default:
					kept++
				}
				return writeLine(out, scan.text)
			})
			if err != nil {
				return err
			}
		}
		if written != fleetRows {
			return fmt.Errorf("only %d of the fleet's %d rows have a result: run again", written, fleetRows)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return kept, j.discardPartial()
}

// wanted reports whether a row belongs in RESULTS.csv, and whether the fleet
// still has it.
func (j *Journal) wanted(scan *scan) (seen, wanted bool) {
	key, _ := scan.line.identity()
	seen = j.table.SeenKey(key)
	switch {
	case scan.file == j.base && j.table.Marked(key):
		return seen, false // the partial file has a newer one
	case scan.file == j.partial && !j.isNewest(key, scan.offset):
		return seen, false
	}
	return seen, seen || scan.line.settled()
}

// isNewest reports whether no later row of the partial file has this key.
func (j *Journal) isNewest(key uint64, offset int64) bool {
	newest, several := j.newest[key]
	return !several || newest == offset
}
