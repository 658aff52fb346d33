package file

import "os"

// Begin makes header the only content of f, and makes file and folder survive a power cut.
func Begin(disk Disk, f *os.File, header []byte) error {
	err := disk.Truncate(f, 0)
	if err == nil {
		_, err = Writer{Disk: disk, File: f}.Write(header)
	}
	if err == nil {
		err = disk.Sync(f)
	}
	if err == nil {
		err = SyncDir(disk, f.Name())
	}
	return err
}
