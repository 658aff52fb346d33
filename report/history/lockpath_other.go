//go:build !windows

package history

// lockPath is the file that is locked for a history: the history itself, so that there is no second file.
func lockPath(path string) string { return path }
