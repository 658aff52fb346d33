package inbox

// recentIDs remembers at least the last span IDs and at most twice as many, by their hashes. It keeps two
// generations: when the younger one is full, the older one is dropped.
type recentIDs struct {
	span           int
	younger, older map[uint64]struct{}
}

func newRecentIDs(span int) *recentIDs {
	return &recentIDs{span: span, younger: map[uint64]struct{}{}, older: map[uint64]struct{}{}}
}

func (m *recentIDs) has(key uint64) bool {
	if _, known := m.younger[key]; known {
		return true
	}
	_, known := m.older[key]
	return known
}

func (m *recentIDs) add(key uint64) {
	if len(m.younger) == m.span {
		m.younger, m.older = m.older, m.younger
		clear(m.younger)
	}
	m.younger[key] = struct{}{}
}
