package report

// lately recognises keys that were added lately: at least the last span different ones, and at most
// twice as many. Its size is bounded by that.
type lately struct {
	span          int
	recent, older map[uint64]struct{}
}

func newLately(span int) *lately {
	return &lately{span: span, recent: map[uint64]struct{}{}, older: map[uint64]struct{}{}}
}

func (m *lately) has(key uint64) bool {
	if _, known := m.recent[key]; known {
		return true
	}
	_, known := m.older[key]
	return known
}

func (m *lately) add(key uint64) {
	if len(m.recent) == m.span {
		m.recent, m.older = m.older, m.recent
		clear(m.recent)
	}
	m.recent[key] = struct{}{}
}
