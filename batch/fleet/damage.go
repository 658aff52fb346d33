package fleet

import (
	"fmt"
	"strings"
)

// damage looks for the marks that a spreadsheet or a program leaves on a whole file when it takes ICCIDs for numbers. Each
// number alone may be an ICCID, even with a right check digit, and then is that of another SIM.
type damage struct {
	rows   int
	zeros  int // end in as many zeros as a spreadsheet writes, which keeps 15 digits
	floats int // can be written as a float64 without loss, as all rounded ones can
	short  int // end in two zeros: a float64 printed with the fewest digits that tell it
}

// add takes in the digits of a row.
func (d *damage) add(digits string) {
	const kept = 15
	d.rows++
	if strings.HasSuffix(digits, "00") {
		d.short++
		if len(digits) > kept && strings.Trim(digits[kept:], "0") == "" {
			d.zeros++
		}
	}
	if valueOf(digits[len(digits)-4:])%16 == 0 && valueOf(digits)%(1<<lostBits(len(digits))) == 0 { // 10,000 is a multiple of 16
		d.floats++
	}
}

// lostBits is how many bits of a number with so many digits, of which the first are 89, a float64 does not keep: it has 53.
func lostBits(digits int) int {
	switch digits {
	case 18:
		return 60 - 53
	case 19:
		return 63 - 53
	}
	return 67 - 53
}

// valueOf is the number modulo 2^64, which does not change its lowest bits.
func valueOf(digits string) (n uint64) {
	for i := range len(digits) {
		n = n*10 + uint64(digits[i]-'0')
	}
	return n
}

// err says that the file is damaged. By chance one ICCID in 10,000 ends in four zeros, one in 1,000 is a whole float64, and one
// in 100 ends in two zeros: a twentieth of the file, or a third, are no chance.
func (d *damage) err() error {
	const lost = "The last digits are lost. Export the column of ICCIDs as text, from where they are whole; do not use --allow-bad-luhn"
	switch {
	case d.zeros >= 2 && d.zeros*20 >= d.rows:
		return fmt.Errorf("%d of %d ICCIDs end in zeros, as a spreadsheet writes numbers that are too long for it. %s", d.zeros, d.rows, lost)
	case d.floats >= 3 && d.floats*20 >= d.rows, d.short >= 3 && d.short*3 >= d.rows:
		return fmt.Errorf("the ICCIDs were rounded by a program that took them for numbers (%d of %d are whole floating-point numbers). %s",
			max(d.floats, d.short), d.rows, lost)
	}
	return nil
}
