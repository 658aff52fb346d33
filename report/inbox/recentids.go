package inbox

// lately recognises keys that were added lately: at least the last span different ones, and at most
// twice as many. Its size is bounded by that.
type recentIDs struct {
	span          int
	recent, older map[uint64]struct{}
}

func newRecentIDs(span int) *recentIDs {
	return &recentIDs{span: span, recent: map[uint64]struct{}{}, older: map[uint64]struct{}{}}
}

func (m *recentIDs) has(key uint64) bool {
	if _, known := m.recent[key]; known {
		return true
	}
	_, known := m.older[key]
	return known
}

func (m *recentIDs) add(key uint64) {
	if len(m.recent) == m.span {
		m.recent, m.older = m.older, m.recent
		clear(m.recent)
	}
	m.recent[key] = struct{}{}
}
