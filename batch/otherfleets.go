package batch

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"simhook/report"
	"simhook/report/history"
	"simhook/report/results"
	"simhook/report/simset"
)

// otherFleets are the SIMs that other fleets' results beside these say are registered at the same API. A SIM that
// moved to another fleet file has left this one, and must keep its webhooks.
type otherFleets struct {
	files []string
	sims  simset.Map // by SIM the number of a file, from 1
}

func (o *otherFleets) has(iccid string) bool {
	key, _ := simset.Key(iccid)
	return o.sims.Get(key) != 0
}

// otherResultsError says that a file beside the results seems to be results of another fleet, and cannot be read. Any SIM may be
// in it.
type otherResultsError struct {
	path string
	err  error
}

func (e *otherResultsError) Error() string {
	return fmt.Sprintf("reading %s, which seems to be results of another fleet: %v", e.path, e.err)
}

func (e *otherResultsError) Unwrap() error { return e.err }

// readOtherFleets reads the results beside these, finished or not, whatever their names. Files of this fleet do not count, and
// in others not the rows that its own runs have written: they are copies. Its error is an *otherResultsError where results
// cannot be read.
func (p *planner) readOtherFleets() error {
	bases, runs, err := RunsOf(p.past.Path())
	if err != nil {
		return err
	}
	bases = append(bases, p.cfg.History)
	own := map[string]bool{}
	for _, run := range runs {
		own[run.ID] = true
	}
	folder := filepath.Dir(p.past.Path())
	files, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("looking for results of other fleets: %w", err)
	}
	for _, file := range files {
		path := filepath.Join(folder, file.Name())
		if p.isOwnFile(file.Name(), bases) {
			continue
		}
		isResults, err := seemsResults(path)
		if err == nil && isResults {
			err = p.elsewhere.add(path, func(row *report.Row) bool {
				return row.Line > 0 && row.BaseURL == p.cfg.APIName && p.cfg.hasOwn(row) && !anyCall(row, func(c *report.Call) bool { return own[c.Run()] })
			})
		}
		if err != nil {
			return &otherResultsError{path, err}
		}
	}
	return nil
}

// isOwnFile reports whether a name is that of the results, of whichever shard, or of another file that runs over a fleet with one
// of these bases leave.
func (p *planner) isOwnFile(name string, bases []string) bool {
	name = strings.TrimSuffix(name, report.PartialSuffix)
	if withoutShard(name) == withoutShard(filepath.Base(p.past.Path())) {
		return true
	}
	for _, base := range bases {
		rest, begins := strings.CutPrefix(name, filepath.Base(base)+".")
		rest, isCSV := strings.CutSuffix(rest, ".csv")
		if begins && isCSV && areKinds(rest) {
			return true
		}
	}
	return false
}

// LastResults is the path of the results that the last run of an action over a fleet had, or would have had for this shard; "":
// the history at base, a path without its ending, tells of none.
func LastResults(base string, action Action, shard report.Shard) string {
	runs, err := history.Runs(history.Files(base))
	if err != nil {
		return ""
	}
	for _, run := range slices.Backward(runs) {
		if run.Action != string(action) {
			continue
		}
		name := withoutShard(run.Results)
		if label := shard.Label(); label != "" {
			ending := filepath.Ext(name)
			name = strings.TrimSuffix(name, ending) + "." + label + ending
		}
		return filepath.Join(filepath.Dir(base), name)
	}
	return ""
}

// withoutShard is the name of a results file without the shard.
func withoutShard(name string) string {
	shard, is := results.ShardInName(name)
	if !is {
		return name
	}
	ending := filepath.Ext(name)
	return strings.TrimSuffix(name, "."+shard.Label()+ending) + ending
}

// areKinds reports whether a part of a file's name says nothing but what kind of results the file holds, such as
// reconcile.sandbox, register.2-of-8 or reconcile.restore.
func areKinds(text string) bool {
	parts := strings.Split(text, ".")
	for i, part := range parts {
		_, isShard := results.ShardInName("." + part + ".csv")
		if !isKind(part) && (i == 0 || part != "sandbox" && !isShard) {
			return false
		}
	}
	return true
}

// isKind reports whether results of some kind have this in their names.
func isKind(text string) bool { return text == "plan" || Action(text).known() }

// seemsResults reports whether the beginning of a file, or its name, says that it holds results, even if a spreadsheet has saved it in
// a form that cannot be read.
func seemsResults(path string) (bool, error) {
	name := strings.TrimSuffix(filepath.Base(path), report.PartialSuffix)
	stem, isCSV := strings.CutSuffix(withoutShard(name), ".csv")
	if _, err := os.Lstat(path); err != nil && isCSV {
		return true, err // its run has ended by now, and given the file another name
	}
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return false, nil // nothing can be read there, as of a link that leads nowhere
	}
	named := isCSV && Action(strings.TrimPrefix(filepath.Ext(strings.TrimSuffix(stem, ".sandbox")), ".")).known()
	f, err := os.Open(path)
	switch {
	case err != nil && isCSV:
		return true, err
	case err != nil:
		return false, nil // a file that nobody may read and that is no CSV, such as a key, is no results
	}
	defer f.Close()
	beginning, err := io.ReadAll(io.LimitReader(f, 16<<10)) // more than the header takes
	if err != nil {
		return named, err
	}
	plain := strings.NewReplacer("\x00", "", "\xff\xfe", "", "\xfe\xff", "", "\ufeff", "", `"`, "", ";", ",", "\t", ",").Replace(string(beginning))
	header := strings.Join(results.Columns()[:3], ",") + ","
	if strings.HasPrefix(plain, header) || strings.Contains(plain, "\n"+header) {
		return true, nil
	}
	return named && !isFleetList(plain), nil
}

// isFleetList reports whether a text is a list of SIMs, whose name only looks like that of results: it has no correlation IDs.
func isFleetList(text string) bool {
	first, _, _ := strings.Cut(text, "\n")
	cell, _, _ := strings.Cut(first, ",")
	_, isSIM := simset.Key(strings.TrimSpace(cell))
	return (isSIM || strings.Contains(strings.ToLower(first), "iccid")) && !strings.Contains(text, "-UT-") && !strings.Contains(text, "-SE-")
}

// add reads the SIMs of a file of results. A plan has set nothing.
func (o *otherFleets) add(path string, counts func(*report.Row) bool) error {
	var keys []uint64
	for row, err := range results.Newest(path) {
		if err != nil {
			return err
		}
		if anyCall(&row, func(c *report.Call) bool { return c.Outcome.Planned() }) {
			return nil
		}
		if key, ok := simset.Key(row.ICCID); ok && counts(&row) {
			keys = append(keys, key)
		}
	}
	o.files = append(o.files, path)
	for _, key := range keys {
		o.sims.Put(key, uint32(len(o.files)))
	}
	return nil
}

// warnOfOthers says which SIMs have left the fleet, and keep their webhooks since another fleet has them.
func (p *planner) warnOfOthers() error {
	kept, example, file := 0, "", ""
	for row, err := range p.past.Gone() {
		if err != nil {
			return err
		}
		if p.cfg.hasOwn(&row) && p.elsewhere.has(row.ICCID) {
			key, _ := simset.Key(row.ICCID)
			kept, example, file = kept+1, row.ICCID, p.elsewhere.files[p.elsewhere.sims.Get(key)-1]
		}
	}
	if kept > 0 {
		p.cfg.Log.Warn("SIMs that have left the fleet are in the results of another one, and keep their webhooks: where that file is only a copy, move it to another folder",
			"sims", kept, "iccid", example, "file", file)
	}
	return nil
}
