package main

import (
	"io/fs"

	"simhook/report/file"
	"simhook/report/results"
)

// merge puts the shards' results together in one file. Its errors are report.Merge's, but for a *fileError
// where a shard cannot be read.
func (r *reporter) merge() error {
	rows, err := results.Merge(r.merged, r.paths)
	switch {
	case err == nil:
		r.console.say("merged %s of %s: %s", counted(rows, "row"), counted(len(r.paths), "shard"), r.merged)
		return nil
	case is[*fs.PathError](err) && !is[*file.WriteError](err):
		return &fileError{err}
	}
	return err
}
