package results

import (
	"bufio"
	"fmt"

	"simhook/report/file"
)

// MergeError says why results are not those of all shards of one fleet. Nothing
// was written.
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

// Merge writes the complete results of all shards of a fleet to one complete
// results file at path, in the order of the shards, and returns the number of its
// rows. Results of the same command and API that stand there already are
// replaced; a reader sees the old file or all of the new one.
//
// The shards may come in any order. Which one a file is of is told by its rows,
// whatever its name; the name counts where there are no rows, and is not allowed
// to say anything else.
//
// Errors: *MergeError; *fs.PathError of a shard's file; *MismatchError,
// *LockedError and *WriteError of the file at path.
func Merge(path string, shards []string) (rows int, err error) {
	var kind kind
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
		if err := f.examine(&kind); err != nil {
			return 0, err
		}
		rows += f.rows
	}
	if files, err = inOrder(files); err != nil {
		return 0, err
	}
	return rows, writeMerged(path, kind, files)
}

// writeMerged takes the lock that a run with these results takes.
func writeMerged(path string, kind kind, files []*shardFile) error {
	j, err := Open(path, Options{Action: kind.action, BaseURL: kind.baseURL, Plan: kind.plan})
	if err != nil {
		return err
	}
	defer j.Close() // nothing was appended
	if j.live > 0 {
		return &file.MismatchError{Path: j.PartialPath(), Reason: "holds rows of a run that is not finished"}
	}
	err = j.replace(j.path, func(out *bufio.Writer) error {
		for _, f := range files {
			if err := eachRow(f.file, func(scan *scan) error { return writeLine(out, scan.text) }); err != nil {
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
