package main

import (
	"os"
	"runtime/debug"
)

// The garbage collector starts when the heap has grown by a percentage of what is alive. By default that
// is all of it again, which is little for a small fleet, where calls would be held up by 50 collections a
// second, and much for 10 million SIMs. heapReserve counts as alive without taking any memory, since it is
// never touched: so the heap may always grow by 8 MB, and by a fifth of what the fleet takes.
const (
	heapReserve = 40 << 20
	heapGrowth  = 20 // percent
)

// reserveHeap returns what has to be kept alive. GOGC, where it is set, is left to rule.
func reserveHeap() []byte {
	if os.Getenv("GOGC") != "" {
		return nil
	}
	debug.SetGCPercent(heapGrowth)
	return make([]byte, heapReserve)
}
