//go:build unix

package reporttest

import (
	"io/fs"
	"syscall"
)

// inodeOf tells files apart, whatever their names.
func inodeOf(info fs.FileInfo) uint64 { return info.Sys().(*syscall.Stat_t).Ino }
