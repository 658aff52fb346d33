package fleet

// sample is what some of a file's ICCIDs tell of all of them.
type sample struct {
	lengths  lengths
	apart    int // end in one or two digits behind a separator, and are no ICCID without them
	doubtful int // are one with and without them
}

func newSample() sample { return sample{lengths: lengths{}} }

// add takes in a cell of the column of ICCIDs.
func (s *sample) add(cell string) {
	digits, _, apart, err := strip(cell)
	if err != nil || verify(digits, luhn(digits), false) != nil {
		return
	}
	switch {
	case apart == 0:
	case isICCID(digits[:apart]):
		s.doubtful++
		return
	default:
		s.apart++
	}
	s.lengths.add(digits)
}

// grouped reports whether the file writes its ICCIDs in groups, the last of which has one or two digits. One in ten is then an
// ICCID without them by chance.
func (s *sample) grouped() bool { return s.apart >= 3 && s.apart > s.doubtful }
