package main

import (
	"io/fs"

	"simhook/cmd/simhook/internal/output"
	"simhook/report/file"
	"simhook/report/results"
)

// merge puts the shards' results together in one file. Its errors are report.Merge's, but for a *fileError
// where a shard cannot be read.
func (r *reporter) merge() error {
	rows, err := results.Merge(r.merged, r.paths)
	switch {
	case err == nil:
		r.console.Say("merged %s of %s: %s", output.Counted(rows, "row"), output.Counted(len(r.paths), "shard"), r.merged)
		return nil
	case is[*fs.PathError](err) && !is[*file.WriteError](err):
		return &fileError{err}
	}
	return err
}
