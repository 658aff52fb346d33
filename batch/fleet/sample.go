package fleet

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
