//go:build unix

package main

import (
	"os"
	"syscall"
)

// statusSignals ask a run how far it is.
func statusSignals() []os.Signal { return []os.Signal{syscall.SIGUSR1} }
