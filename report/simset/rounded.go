package simset

import (
	"strconv"
	"strings"
)

// LooksRounded reports whether an ICCID can be what a program makes of another one that it takes for a number: 15 digits and
// zeros, or a floating-point number in all of its digits, or in as many as tell it. By chance one ICCID of 19 digits in 500
// looks so, and one of 18 digits in 60.
func LooksRounded(iccid string) bool {
	const kept = 15
	if end := iccid[max(len(iccid)-1, 0):]; !strings.Contains("02468", end) { // most are done with here
		return false
	}
	number, err := strconv.ParseFloat(iccid, 64)
	return err == nil && (len(strings.TrimRight(iccid, "0")) <= kept ||
		iccid == strconv.FormatFloat(number, 'f', 0, 64) || iccid == strconv.FormatFloat(number, 'f', -1, 64))
}

// Rounded are the ICCIDs that programs make of one that they take for a number: its first 15 digits and zeros, cut off or rounded,
// and the nearest floating-point number in all of its digits, or in as many as tell it.
func Rounded(iccid string) (rounded []string) {
	const kept = 15
	number, err := strconv.ParseFloat(iccid, 64)
	if err != nil || len(iccid) <= kept {
		return nil
	}
	zeros := strings.Repeat("0", len(iccid)-kept)
	rounded = append(rounded, iccid[:kept]+zeros)
	if up, err := strconv.Atoi(iccid[:kept]); err == nil && iccid[kept] >= '5' {
		rounded = append(rounded, strconv.Itoa(up+1)+zeros)
	}
	for _, digits := range []int{0, -1} {
		rounded = append(rounded, strconv.FormatFloat(number, 'f', digits, 64))
	}
	return rounded
}
