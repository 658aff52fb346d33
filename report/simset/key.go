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
	first, firstOK := appendDigits(1, iccid[2:len(iccid)-16])
	middle, middleOK := eightDigits(iccid[len(iccid)-16:])
	last, lastOK := eightDigits(iccid[len(iccid)-8:])
	if !firstOK || !middleOK || !lastOK {
		return 0, false
	}
	return (first*1e8+middle)*1e8 + last, true
}

// eightDigits is the number that the first eight characters of text are. It takes them together, as a number with a byte for each:
// that is faster than one after the other, because each digit waits for the one before it.
func eightDigits(text string) (number uint64, ok bool) {
	text = text[:8]
	word := uint64(text[0]) | uint64(text[1])<<8 | uint64(text[2])<<16 | uint64(text[3])<<24 |
		uint64(text[4])<<32 | uint64(text[5])<<40 | uint64(text[6])<<48 | uint64(text[7])<<56
	const high, zeros, sixes = 0xf0f0f0f0f0f0f0f0, 0x3030303030303030, 0x0606060606060606
	if word&high != zeros || (word+sixes)&high != zeros { // each is '0' to '?', and stays so if 6 is added
		return 0, false
	}
	word -= zeros
	word = word*10 + word>>8 // two digits in every second byte
	const pairs = 0x000000ff000000ff
	return (word&pairs*(1_000_000<<32+100) + word>>16&pairs*(10_000<<32+1)) >> 32, true
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
