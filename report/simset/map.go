package simset

// Map keeps a number for SIMs, in 16 to 28 bytes each. The zero value is empty. It is not safe for concurrent use.
type Map struct{ entries slots }

// Put sets the number of a key.
func (m *Map) Put(key uint64, number uint32) {
	_, place := m.entries.at(key)
	*place = entry(number)
}

// Get returns the number of a key, 0 if it has none.
func (m *Map) Get(key uint64) (number uint32) { return uint32(m.entries.get(key)) }
