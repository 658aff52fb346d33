//go:build unix

package progress

import (
	"os"
	"syscall"
)

// Signals are those that ask a run how far it is.
func Signals() []os.Signal { return []os.Signal{syscall.SIGUSR1} }
