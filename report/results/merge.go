package results

import (
	"bufio"
	"fmt"

	"simhook/report/file"
)

// MergeError says why the results are not those of all shards of one fleet. Nothing was written.
type MergeError struct {
	Path   string // of the results file at fault; empty: a shard is missing
	Reason string
}

func (e *MergeError) Error() string {
	if e.Path == "" {
		return e.Reason
	}
	return e.Path + ": " + e.Reason
}

// Merge writes the complete results of all shards of a fleet to one complete results file at path, in the order
// of the shards, and returns the number of its rows. Results of the same command and API that are at path
// already are replaced. A reader of path sees either the old file or the whole new one.
//
// The shards may be given in any order. The SIMs in a file tell which shard it is of. The file's name tells it
// only where there are no SIMs, and must not contradict them.
//
// Errors: *MergeError; *fs.PathError of a shard's file; *file.MismatchError, *file.LockedError and
// *file.WriteError of the file at path.
func Merge(path string, shards []string) (rows int, err error) {
	var o origin
	var files []*shardFile
	defer func() {
		for _, f := range files {
			_ = f.file.Close() // it was only read
		}
	}()
	for _, shard := range shards {
		f, err := openShard(shard)
		if err != nil {
			return 0, err
		}
		files = append(files, f)
		if err := f.read(&o); err != nil {
			return 0, err
		}
		rows += f.rows
	}
	if files, err = inOrder(files); err != nil {
		return 0, err
	}
	return rows, writeMerged(path, o, files)
}

// writeMerged takes the same lock as a run with these results.
func writeMerged(path string, o origin, files []*shardFile) error {
	j, err := Open(path, Options{Action: o.action, BaseURL: o.baseURL, Plan: o.plan})
	if err != nil {
		return err
	}
	defer j.Close() // nothing was appended
	if j.known.live > 0 {
		return &file.MismatchError{Path: j.PartialPath(), Reason: "holds rows of a run that is not finished"}
	}
	var types, labels []string
	for _, f := range files {
		types, labels = union(types, f.layout.types), union(labels, f.layout.labels)
	}
	all := newLayout(types, labels)
	err = j.replace(j.path, &all, func(out *bufio.Writer) error {
		for _, f := range files {
			if err := eachRow(f.file, func(s *scan) error { return writeLine(out, s.refit(&all)) }); err != nil {
				return fmt.Errorf("copying %s: %w", f.path, err)
			}
		}
		return nil
	})
	if err == nil {
		err = j.discardPartial()
	} else {
		_ = j.discardPartial() // the first error counts
	}
	if err != nil {
		return &file.WriteError{Path: path, Err: err}
	}
	return nil
}
