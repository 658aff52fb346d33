//go:build !unix

package main

import "os"

// statusSignals ask a run how far it is. There is no such signal here.
func statusSignals() []os.Signal { return nil }
