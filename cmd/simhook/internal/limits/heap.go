package limits

import (
	"os"
	"runtime/debug"
)

// The garbage collector starts when the heap has grown by a percentage of what is alive. The default of 100 % suits no
// fleet: with a small one it collects 50 times a second, which holds up calls, and with 10 million SIMs it doubles
// the memory. So the percentage is low, and an allocation of 40 MB, which takes no memory because it is never
// touched, raises the heap that the percentage is taken of: the heap may grow by 8 MB and a fifth of the fleet.
const (
	heapReserve = 40 << 20
	heapGrowth  = 20 // percent
)

// ReserveHeap returns what must be kept alive. Where GOGC is set, it decides instead.
func ReserveHeap() []byte {
	if os.Getenv("GOGC") != "" {
		return nil
	}
	debug.SetGCPercent(heapGrowth)
	return make([]byte, heapReserve)
}
