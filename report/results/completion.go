package results

import (
	"bufio"
	"fmt"
	"os"

	"simhook/report/file"
)

// Complete turns the rows into RESULTS.csv. It holds one row for each row of the fleet, of which the last pass
// has seen fleetRows. It also keeps the rows of SIMs that have left the fleet if they are worth keeping, since
// their webhooks are recorded nowhere else; kept is their number. A plan keeps none of an earlier one: what was planned then
// may be done by now. Its error is a *file.WriteError; all rows are then still there for the next Open.
func (j *Journal) Complete(fleetRows int) (kept int, err error) {
	if err := j.Sync(); err != nil {
		return 0, err
	}
	switch whole := !j.known.stale && j.known.live == fleetRows; {
	case j.base == nil && whole:
		err = j.publish()
	case j.base != nil && j.known.live == 0 && j.known.baseRows == fleetRows:
		err = j.discardPartial()
	default:
		kept, err = j.merge(fleetRows)
	}
	if err != nil {
		return kept, &file.WriteError{Path: j.path, Err: err}
	}
	return kept, nil
}

// publish gives the partial file its final name. Windows renames and removes no file that is open.
func (j *Journal) publish() error {
	if err := j.closeFiles(); err != nil {
		return err
	}
	if err := j.disk.Rename(j.PartialPath(), j.path); err != nil {
		return err
	}
	return file.SyncDir(j.disk, j.path)
}

func (j *Journal) discardPartial() error {
	if err := j.closeFiles(); err != nil {
		return err
	}
	if err := j.disk.Remove(j.PartialPath()); err != nil {
		return err
	}
	return file.SyncDir(j.disk, j.path)
}

// merge replaces RESULTS.csv by the newest row of each SIM and bad row. If it is killed, the next Open finds
// all rows again.
func (j *Journal) merge(fleetRows int) (kept int, err error) {
	err = j.replace(j.path, &j.layout, func(out *bufio.Writer) error {
		written := 0
		for _, f := range []*os.File{j.base, j.partial} {
			if f == nil {
				continue
			}
			err := eachRow(f, func(s *scan) error {
				inFleet, wanted := j.wanted(s)
				switch {
				case !wanted:
					return nil
				case inFleet:
					written++
				default:
					kept++
				}
				return writeLine(out, s.refit(&j.layout))
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

// wanted reports whether a row belongs in RESULTS.csv, and whether the fleet still has it.
func (j *Journal) wanted(s *scan) (inFleet, wanted bool) {
	key := s.entry.key
	inFleet = j.known.sims.SeenKey(key)
	switch {
	case s.file == j.base && j.known.sims.Marked(key):
		return inFleet, false // the partial file has a newer one
	case s.file == j.partial && !j.isNewest(key, s.offset):
		return inFleet, false
	}
	return inFleet, inFleet || s.entry.worthKeeping() && (s.file == j.partial || !j.options.Plan)
}
