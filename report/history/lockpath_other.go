//go:build !windows

package history

// lockPath is the file that is locked for a history: the history itself, which nobody takes for a leftover.
func lockPath(path string) string { return path }
