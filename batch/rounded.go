package batch

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"simhook/report"
	"simhook/report/results"
	"simhook/report/simset"
)

// RoundedError says that a new SIM of the fleet file may be one that has left it, whose ICCID was rounded by a program that took
// it for a number. Nothing was called: the SIM that is meant must keep its webhooks, and once another one is registered in its
// place no later run can tell.
type RoundedError struct {
	Line      int // of the fleet file
	New, Gone string
}

func (e *RoundedError) Error() string {
	return fmt.Sprintf("line %d has SIM %s, which is new, in place of SIM %s, which has left the fleet: has a spreadsheet rounded it? Nothing was changed. "+
		"Correct the line, or if both are right run once without --prune", e.Line, e.New, e.Gone)
}

// roundedSIMs are the lines of the SIMs of the fleet that may have been rounded, by their keys.
type roundedSIMs map[uint64]int

func (r roundedSIMs) add(row *sourceRow) {
	if row.Problem != "" || !simset.LooksRounded(row.ICCID) {
		return
	}
	if key, ok := simset.Key(row.ICCID); ok {
		r[key] = row.Line
	}
}

// of is a SIM of the fleet that a program may have made of another one; 0: there is none.
func (r roundedSIMs) of(iccid string) (key uint64) {
	for _, rounded := range simset.Rounded(iccid) {
		if key, ok := simset.Key(rounded); ok && rounded != iccid && r[key] > 0 {
			return key
		}
	}
	return 0
}

// drop takes away the SIMs that have a row in results. Where these cannot be read, the SIMs stay.
func (r roundedSIMs) drop(path string) {
	for row, err := range results.Newest(path) {
		key, ok := simset.Key(row.ICCID)
		if err != nil || !ok || row.Status == report.StatusInvalid || row.Status == report.StatusDuplicate {
			continue
		}
		delete(r, key)
	}
}

// checkRounded refuses a fleet where a SIM has left and one has come that may be the same, rounded, even where nothing is pruned for
// another reason: a later run would prune. Only where there may be such a SIM, the results are read for which SIMs are new.
func (p *planner) checkRounded() error {
	if len(p.rounded) == 0 || p.cfg.FromAccount { // no spreadsheet has had the account's own list
		return nil
	}
	paths, err := p.allShards()
	if err != nil {
		return err
	}
	suspects, err := p.mayBeRounded(paths)
	if err != nil || len(suspects) == 0 {
		return err
	}
	for _, path := range paths {
		p.rounded.drop(path)
	}
	for _, gone := range suspects {
		if key := p.rounded.of(gone); key != 0 {
			return &RoundedError{Line: p.rounded[key], New: simset.ICCID(key), Gone: gone}
		}
	}
	return nil
}

// mayBeRounded are the SIMs that have left the fleet, and in whose place one of it may stand. A shard looks at the other shards'
// SIMs, too: it must not register one in place of theirs.
func (p *planner) mayBeRounded(paths []string) (suspects []string, err error) {
	for row, err := range p.past.Gone() {
		if err != nil {
			return nil, err
		}
		if p.cfg.hasOwn(&row) && !p.elsewhere.has(row.ICCID) && p.rounded.of(row.ICCID) != 0 {
			suspects = append(suspects, row.ICCID)
		}
	}
	if p.others.seen == nil { // there are no other shards
		return suspects, nil
	}
	for _, path := range paths {
		for row, err := range results.Newest(path) {
			if err != nil {
				break // its own shard reports it
			}
			key, ok := simset.Key(row.ICCID)
			if ok && p.cfg.hasOwn(&row) && !p.cfg.Shard.Owns(row.ICCID) && !p.others.seen.SeenKey(key) && !p.elsewhere.has(row.ICCID) && p.rounded.of(row.ICCID) != 0 {
				suspects = append(suspects, row.ICCID)
			}
		}
	}
	return suspects, nil
}

// allShards are the complete results of the last run, of whichever shards.
func (p *planner) allShards() (paths []string, err error) {
	folder, name := filepath.Split(p.past.Path())
	files, err := os.ReadDir(filepath.Clean(folder))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("looking for results of other shards: %w", err)
	}
	for _, file := range files {
		if withoutShard(file.Name()) == withoutShard(name) {
			paths = append(paths, filepath.Join(folder, file.Name()))
		}
	}
	return paths, nil
}
