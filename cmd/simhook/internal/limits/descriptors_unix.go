//go:build unix

package limits

import "syscall"

// descriptors is how many files the process may have open (RLIMIT_NOFILE). Go raises the limit to the hard one when it starts.
// 0: it is not known.
func descriptors() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0
	}
	return int(min(uint64(limit.Cur), 1<<30)) //nolint:unconvert // it is signed on some systems
}
