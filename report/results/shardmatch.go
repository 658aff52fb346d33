package results

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strconv"

	"simhook/report"
	"simhook/report/cell"
	"simhook/report/simset"
)

// matchesName refuses a results file that is named after another shard.
func matchesName(s report.Shard, path string) error {
	named, found := shardInName(path)
	if !found || named == s {
		return nil
	}
	return fmt.Errorf("is by its name for the results of %v, not of %v", named, s)
}

// matchesRow refuses a row that another shard writes.
func matchesRow(s report.Shard, l *line) error {
	iccid := string(l.cells[columnICCID])
	if l.status() == report.StatusInvalid {
		if _, sim := simset.Key(iccid); !sim && !s.OwnsBadRows() {
			return fmt.Errorf("holds a row that names no SIM (%q), which is for shard 0 to report", cell.Clean(iccid, 40))
		}
		return nil
	}
	if !s.Owns(iccid) {
		return fmt.Errorf("holds results of another shard (%s is not of %v)", cell.Clean(iccid, 40), s)
	}
	return nil
}

// matchesAll refuses SIMs that are all of this shard, but evidently were chosen
// as those of one of more shards. Those of the whole fleet may be: a fleet file
// can have been made from a shard's results.
func matchesAll(s report.Shard, sims spread) error {
	if s.Whole() {
		return nil
	}
	if other, evident := sims.finer(s.Count); evident {
		return fmt.Errorf("holds results of %v, not of %v", other, s)
	}
	return nil
}

// shardInName is the shard whose Label a results file's name ends in, before the
// extension.
func shardInName(path string) (report.Shard, bool) {
	label := shardLabel.FindStringSubmatch(filepath.Base(path))
	if label == nil {
		return report.Shard{}, false
	}
	index, indexErr := strconv.Atoi(label[1])
	count, countErr := strconv.Atoi(label[2])
	if indexErr != nil || countErr != nil {
		return report.Shard{}, false
	}
	shard, err := report.NewShard(index, count)
	return shard, err == nil && !shard.Whole()
}

var shardLabel = regexp.MustCompile(`\.([0-9]+)-of-([0-9]+)\.[^.]+$`)
