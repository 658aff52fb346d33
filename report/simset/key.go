package simset

import (
	"hash/fnv"
	"strconv"
)

// Key packs an ICCID of 18 to 20 digits beginning with 89 into 64 bits: a 1 followed by the digits after the
// 89, so that ICCIDs of different lengths differ. ok is false for anything else. The top bit of a key is never
// set. ICCID is the inverse.
func Key(iccid string) (key uint64, ok bool) {
	if len(iccid) < 18 || len(iccid) > 20 || iccid[:2] != "89" {
		return 0, false
	}
	// Two numbers at a time are faster than one, because each digit waits for the one before it.
	middle := len(iccid) - 8
	high, highOK := appendDigits(1, iccid[2:middle])
	low, lowOK := appendDigits(0, iccid[middle:])
	if !highOK || !lowOK {
		return 0, false
	}
	return high*1e8 + low, true
}

// appendDigits writes more digits behind a number.
func appendDigits(number uint64, digits string) (longer uint64, ok bool) {
	for i := range len(digits) {
		digit := digits[i] - '0'
		if digit > 9 {
			return 0, false
		}
		number = number*10 + uint64(digit)
	}
	return number, true
}

// ICCID returns the ICCID of a Key, and "" for a number that is none, such as a BadRowKey.
func ICCID(key uint64) string {
	iccid := "89" + strconv.FormatUint(key, 10)[1:]
	if again, ok := Key(iccid); !ok || again != key {
		return ""
	}
	return iccid
}

// BadRowKey identifies a row without a usable ICCID by what the results say of it: the 64-bit FNV-1a hash of
// line, cell and status. Its top bit is set, so that it never equals a Key.
func BadRowKey(line int, cell, status string) uint64 {
	h := fnv.New64a()
	for _, part := range [...]string{strconv.Itoa(line), cell, status} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return h.Sum64() | 1<<63
}
