//go:build !unix

package inbox

import (
	"io/fs"
	"os"
)

// unlinked is never true: a file that is open cannot be deleted.
func unlinked(fs.FileInfo) bool { return false }

// lockFile does nothing: the lock file alone keeps other inboxes out.
func lockFile(*os.File) error { return nil }
