package fleet

import (
	"strconv"
	"strings"
)

// sample is what some of a file's ICCIDs tell of all of them.
type sample struct {
	lengths  lengths
	apart    map[int]int // how many end in one or two digits behind a separator, and are no ICCID without them, by their groups
	doubtful int         // are one with and without them

	short     int  // rows in a row that have too few cells
	leavesOff bool // rows have too few cells as it comes, and not two by two
}

func newSample() sample { return sample{lengths: lengths{}, apart: map[int]int{}} }

// add takes in a cell of the column of ICCIDs.
func (s *sample) add(cell string) {
	digits, _, cut, err := strip(cell)
	if err != nil || verify(digits, 0, true) != nil {
		return
	}
	wrong := luhn(digits) != 0
	switch {
	case cut.apart == 0 || wrong:
	case isICCID(digits[:cut.apart]):
		s.doubtful++
		return
	default:
		s.apart[cut.groups]++
	}
	s.lengths.add(digits, wrong)
}

// addWidth takes in the next row: whether it is short, and if so, whether it begins with an ICCID. A row that is broken in two
// gives two short ones.
func (s *sample) addWidth(isShort, hasICCID bool) {
	switch {
	case isShort && hasICCID:
		s.short++
		return
	case !isShort:
		s.leavesOff = s.leavesOff || s.short%2 == 1 || s.short >= maxBroken
	}
	s.short = 0
}

// groups is how many groups the file writes its ICCIDs in, the last of which has one or two digits; 0: it does not. One in ten is
// then an ICCID without them by chance.
func (s *sample) groups() (groups int) {
	most := max(2, s.doubtful)
	for n, cells := range s.apart {
		if cells > most {
			groups, most = n, cells
		}
	}
	return groups
}

// issuerDigits is how many first digits of an ICCID tell its issuer: 89, the country and the network (ITU-T E.118).
const issuerDigits = 7

// lengths are how many SIMs of each issuer have 18, 19 and 20 digits.
type lengths map[string]*counts

type counts struct{ right, wrong [3]int } // by their check digits

func (l lengths) add(iccid string, wrong bool) {
	issuer := iccid[:issuerDigits]
	if l[issuer] == nil {
		l[issuer] = new(counts)
	}
	if wrong {
		l[issuer].wrong[len(iccid)-18]++
	} else {
		l[issuer].right[len(iccid)-18]++
	}
}

// Limits of what tells the length of an issuer's SIMs. They are chosen: few SIMs tell little, and issuers with several lengths have
// more of each.
const (
	fewestOfLength = 10 // SIMs of the usual length
	partUnusual    = 20 // a length that less than one in so many SIMs has is unusual
)

// usual are the lengths that SIMs of each issuer have, as bits from 18 on. Issuers that tell too little are left out.
func (l lengths) usual() usualLengths {
	usual := usualLengths{issuers: map[string]uint8{}}
	for issuer, found := range l {
		all := found.right[0] + found.right[1] + found.right[2]
		most := max(found.right[0], found.right[1], found.right[2])
		if most < fewestOfLength {
			continue
		}
		var bits uint8
		for i, n := range found.right {
			isCut := found.wrong[i] > n // most check digits are wrong: some are right by chance
			if n > 1 && n*partUnusual >= all && !isCut || n == most {
				bits |= 1 << i
			}
		}
		usual.issuers[issuer] = bits
	}
	usual.all = usual.ofAll()
	return usual
}

// usualLengths are the lengths that SIMs have, as bits: 1 for 18 digits, 2 for 19 and 4 for 20.
type usualLengths struct {
	issuers map[string]uint8
	all     uint8 // that are usual for every issuer
}

func (u *usualLengths) ofAll() uint8 {
	all := uint8(7)
	for _, bits := range u.issuers {
		all &= bits
	}
	return all
}

// lacks reports whether an ICCID has a length that those of its issuer do not have.
func (u *usualLengths) lacks(iccid string) bool {
	bit := uint8(1) << (len(iccid) - 18)
	if u.all&bit != 0 { // as nearly always
		return false
	}
	bits, known := u.issuers[iccid[:issuerDigits]]
	return known && bits&bit == 0
}

// names are the usual lengths of an issuer's SIMs, for people.
func (u *usualLengths) names(iccid string) string {
	var names []string
	for i := range 3 {
		if u.issuers[iccid[:issuerDigits]]&(1<<i) != 0 {
			names = append(names, strconv.Itoa(18+i))
		}
	}
	return strings.Join(names, " or ")
}
