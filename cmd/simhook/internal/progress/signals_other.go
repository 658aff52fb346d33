//go:build !unix

package progress

import "os"

// Signals are those that ask a run how far it is. This system has none.
func Signals() []os.Signal { return nil }
