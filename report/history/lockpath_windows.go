package history

// lockPath is the file that is locked for a history. On Windows a lock keeps everybody from reading what it is on, the
// process that has it included, so that it is a file of its own.
func lockPath(path string) string { return path + ".lock" }
