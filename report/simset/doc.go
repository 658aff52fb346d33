// Package simset remembers SIMs: which of a fleet were seen, with which webhook URL, and which have a row in the
// results.
//
// With a [Set] simhook recognises repeated lines of a fleet, and resumes by ICCID. Its memory grows with the fleet, by
// at most 32 bytes a SIM, as TestTableTakesAtMost32BytesASIM shows.
//
// It is built on a hash table of its own (slots.go) and not on a Go map, for two measured reasons. A
// map[uint64]uint32 takes up to 38 bytes a SIM, reached at 122,000 SIMs. And "simhook check" of a fleet of
// 1,000,000 SIMs takes 0.24 to 0.31 s and 45 MB with this table, against 0.56 to 0.77 s and 63 MB with a map. For
// small fleets it makes no difference: at 40,000 SIMs a map is a little faster, 80 ns a SIM against 100 ns.
// BenchmarkSlots compares the two.
package simset
