package fleet

import (
	"fmt"
	"math"
	"strings"
)

// damage looks for the marks that a spreadsheet or a program leaves on a whole file when it takes ICCIDs for numbers, or when the
// check digit is cut off or added. Each number alone may be an ICCID, even with a right check digit, and then is that of another
// SIM.
type damage struct {
	rows   int
	digits [3]int // rows with 18, 19 and 20

	marks [3]mark
	added mark // are an ICCID without their last digit too
	asked int  // rows for which that was looked at
	wrong mark // have a wrong check digit

	lines map[string]int // on which an ICCID stands: all of the first rows, and rounded ones
}

// The marks of rounded numbers, with how many of honest ICCIDs have them.
const (
	endInZeros  = iota // as a spreadsheet writes numbers, of which it keeps 15 digits: one in 10,000 of 19 digits
	wholeFloats        // can be written as a float64 without loss, as all rounded ones can: one in 1,024 of 19 digits
	shortFloats        // end in two zeros, as a float64 is printed with the fewest digits that tell it: one in 100
)

// mark is how many ICCIDs of a file have a mark. A SIM that stands on several lines counts once.
type mark struct {
	sims  map[string]bool
	rows  int
	wrong int // of sims have a wrong check digit
}

// maxMarked bounds the SIMs that are told apart: where more have a mark, their rows are counted.
const maxMarked = 1024

func (m *mark) add(iccid string) {
	m.rows++
	if len(m.sims) < maxMarked {
		if m.sims == nil {
			m.sims = map[string]bool{}
		}
		if !m.sims[iccid] && luhn(iccid) != 0 {
			m.wrong++
		}
		m.sims[strings.Clone(iccid)] = true
	}
}

func (m *mark) count() int {
	if len(m.sims) < maxMarked {
		return len(m.sims)
	}
	return m.rows
}

// add takes in the digits of a row. wrong reports that their check digit is.
func (d *damage) add(digits string, wrong bool) {
	d.rows++
	d.digits[len(digits)-18]++
	if tail := lastFour(digits); tail%100 == 0 || tail%16 == 0 { // all rounded numbers are multiples of one of these
		d.addRounded(digits, tail)
	} else if d.rows <= maxMarked || tail%64 == 8 && d.lines[digits] > 0 { // of those that are counted, a part is counted on
		d.count(digits)
	}
	switch {
	case wrong:
		d.wrong.add(digits)
	case len(digits) > 18 && (d.rows <= maxMarked || d.rows%16 == 0): // some of many rows are enough
		d.asked++
		if luhn(digits[:len(digits)-1]) == 0 {
			d.added.add(digits)
		}
	}
}

// addRounded takes in a number that may have been rounded, with its last four digits.
func (d *damage) addRounded(digits string, tail uint64) {
	if tail%100 == 0 {
		d.marks[shortFloats].add(digits)
	}
	zeros, float := tail%1000 == 0 && endsInZeros(digits), isFloat(digits)
	if zeros {
		d.marks[endInZeros].add(digits)
	}
	if float {
		d.marks[wholeFloats].add(digits)
	}
	if zeros || float || d.rows <= maxMarked {
		d.count(digits)
	}
}

// expected is how many ICCIDs of a file that is whole have a mark.
func (d *damage) expected(mark int) (expected float64) {
	for i, rows := range d.digits {
		part := 1e-2 // shortFloats
		switch mark {
		case endInZeros:
			part = math.Pow10(keptDigits - 18 - i)
		case wholeFloats:
			part = math.Exp2(-float64(lostBits(18 + i)))
		}
		expected += part * float64(rows)
	}
	return expected
}

// count counts the lines of an ICCID.
func (d *damage) count(digits string) {
	if d.lines == nil {
		d.lines = map[string]int{}
	}
	if _, known := d.lines[digits]; !known && d.rows > maxMarked { // those before may keep each other's memory
		if len(d.lines) >= 2*maxMarked {
			return
		}
		digits = strings.Clone(digits)
	}
	d.lines[digits]++
}

// keptDigits is how many digits of a number a spreadsheet keeps.
const keptDigits = 15

func endsInZeros(digits string) bool { return strings.Trim(digits[keptDigits:], "0") == "" }

// isFloat reports whether an ICCID can be written as a float64 without loss.
func isFloat(digits string) bool { return valueOf(digits)%(1<<lostBits(len(digits))) == 0 }

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

// lastFour are the last digits as a number.
func lastFour(digits string) uint64 {
	last := digits[len(digits)-4:]
	return uint64(last[0])*1000 + uint64(last[1])*100 + uint64(last[2])*10 + uint64(last[3]) - '0'*1111
}

// err says that the file is damaged.
func (d *damage) err() error {
	const lost = "The last digits are lost. Export the column of ICCIDs as text, from where they are whole; do not use --allow-bad-luhn"
	zeros, floats, short := d.marks[endInZeros].count(), d.marks[wholeFloats].count(), d.marks[shortFloats].count()
	switch {
	case zeros*2 >= short && !d.isChance(endInZeros):
		return fmt.Errorf("%d of %d ICCIDs end in zeros, as a spreadsheet writes numbers that are too long for it. %s", zeros, d.rows, lost)
	case !d.isChance(wholeFloats):
		return fmt.Errorf("the ICCIDs were rounded by a program that took them for numbers (%d of %d are whole floating-point numbers). %s",
			floats, d.rows, lost)
	case short*shortPart >= d.rows && !d.isChance(shortFloats), !d.isChance(endInZeros):
		return fmt.Errorf("the ICCIDs were rounded by a program that took them for numbers (%d of %d end in zeros). %s", short, d.rows, lost)
	}
	if iccid, lines := d.gathered(); lines > 0 {
		return fmt.Errorf("%s stands on %d lines: it is what several ICCIDs become when a spreadsheet or a program rounds them. %s", iccid, lines, lost)
	}
	if added := d.added.count(); added*2 > d.asked && unlikely(added, d.asked, float64(d.asked)/10) {
		return fmt.Errorf("the ICCIDs are right without their last digit too (%d of %d): a check digit was added to whole ICCIDs. "+
			"Export them as they are printed on the card", added, d.asked)
	}
	if wrong := d.wrong.count(); wrong >= 2 && d.wrong.rows*2 > d.rows {
		return fmt.Errorf("the check digits of %d of %d ICCIDs are wrong: their last digit is missing, or the digits were changed. "+
			"Compare one with its card, and export them as printed there; only if the card shows the same digits, use --allow-bad-luhn", d.wrong.rows, d.rows)
	}
	return nil
}

// isChance reports whether so many ICCIDs have a mark by chance, or end in zeros because numbers were given out in steps of a
// hundred. Then the check digit is 0 in one of ten, and right, while nine of ten that were rounded have a wrong one.
func (d *damage) isChance(which int) bool {
	const (
		telling  = 5 // so many with a right check digit are not rounded
		stepPart = 6 // less than a sixth of the file
	)
	m, alike := &d.marks[which], &d.marks[shortFloats]
	stepped := which != wholeFloats && len(alike.sims) >= telling && alike.wrong*2 < len(m.sims) && alike.count()*stepPart < d.rows
	return stepped || !unlikely(m.count(), d.rows, d.expected(which))
}

// shortPart is the part of a file, an eighth, that ends in two zeros at least where numbers were rounded. It is chosen: issuers
// may give out numbers in steps of ten.
const shortPart = 8

// gathered finds a rounded ICCID that stands on more lines than others do.
func (d *damage) gathered() (iccid string, lines int) {
	most := 1 // of an ICCID that is not rounded
	for digits, n := range d.lines {
		switch {
		case !endsInZeros(digits) && !isFloat(digits):
			most = max(most, n)
		case n > lines:
			iccid, lines = digits, n
		}
	}
	if lines > 2*most {
		return iccid, lines
	}
	return "", 0
}

// chance is how seldom a file may be refused that is whole: once in 50,000. It is chosen.
const chance = 1.0 / 50_000

// unlikely reports whether so many of n are hardly by chance, where expected ones are. It uses Chernoff's bound, which is a little
// larger than the probability.
func unlikely(found, n int, expected float64) bool {
	part, usual := float64(found)/float64(n), expected/float64(n)
	if found == 0 || part <= usual {
		return false
	}
	exponent := part * math.Log(part/usual)
	if part < 1 {
		exponent += (1 - part) * math.Log((1-part)/(1-usual))
	}
	return exponent*float64(n) >= -math.Log(chance)
}
