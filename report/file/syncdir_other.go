//go:build !windows

package file

import (
	"errors"
	"os"
	"path/filepath"
)

// SyncDir makes a rename, a new file or a removed one in the folder of path survive a power cut. Without it the old
// state can come back.
func SyncDir(disk Disk, path string) error {
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	return errors.Join(disk.Sync(dir), dir.Close())
}
