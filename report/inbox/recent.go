package inbox

import "hash/maphash"

// recent remembers at least the last span notifications and at most twice as many. Of each it holds two hashes: of
// what identifies it, and of all its content. There are two generations: when the younger one is full, the older one
// is dropped.
type recent struct {
	span           int
	younger, older map[uint64]struct{}
}

func newRecent(span int) *recent {
	return &recent{span: span, younger: map[uint64]struct{}{}, older: map[uint64]struct{}{}}
}

func (m *recent) has(key uint64) bool {
	if _, known := m.younger[key]; known {
		return true
	}
	_, known := m.older[key]
	return known
}

func (m *recent) add(key uint64) {
	if m.has(key) {
		return
	}
	if len(m.younger) >= 2*m.span {
		m.younger, m.older = m.older, m.younger
		clear(m.younger)
	}
	m.younger[key] = struct{}{}
}

// identity is the hash of what two deliveries of one notification have in common. The documentation's examples of
// different types share one ID, so the ID alone is not enough.
func (b *Inbox) identity(l *line) uint64 {
	var h maphash.Hash
	h.SetSeed(b.seed)
	for _, column := range []int{columnID, columnType, columnICCID} {
		_, _ = h.Write(l.cells[column])
		_ = h.WriteByte('\n') // no cell holds one
	}
	return h.Sum64()
}

// content is the hash of a line of the file without the time it was received at.
func (b *Inbox) content(text []byte) uint64 {
	return maphash.Bytes(b.seed, text[len("2006-01-02T15:04:05.000Z"):])
}
