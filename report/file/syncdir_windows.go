package file

// SyncDir does nothing: Windows cannot sync a folder. After a power cut a file may have its old name or contents.
func SyncDir(Disk, string) error { return nil }
