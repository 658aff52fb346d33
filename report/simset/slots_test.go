package simset

import (
	"fmt"
	"math/bits"
	"testing"

	"pgregory.net/rapid"
)

// Keys are drawn from few blocks of neighbours and a few far apart, so that groups overflow.
func TestSlotsHoldWhatAMapWouldHold(t *testing.T) {
	key := rapid.OneOf(
		rapid.Uint64Range(1e17, 1e17+2000),
		rapid.Map(rapid.Uint64Range(1, 100), func(n uint64) uint64 { return 1e17 + n<<40 }),
		rapid.Map(rapid.Uint64(), func(n uint64) uint64 { return n | 1<<63 }),
	)
	rapid.Check(t, func(t *rapid.T) {
		var s slots
		want := map[uint64]entry{}
		expected := rapid.IntRange(0, 800).Draw(t, "expected when")
		for i, k := range rapid.SliceOfN(key, 200, 800).Draw(t, "keys") {
			if i == expected {
				s.reserve(10_000)
			}
			e, place := s.at(k)
			if e != want[k] {
				t.Fatalf("%d. key %d: %d, want %d", i, k, e, want[k])
			}
			*place, want[k] = entry(i), entry(i)
		}
		for k, e := range want {
			if got := s.get(k); got != e {
				t.Errorf("key %d: %d, want %d", k, got, e)
			}
			if _, known := want[k+1]; !known && s.get(k+1) != 0 {
				t.Errorf("key %d was never put there", k+1)
			}
		}
		if s.count != len(want) {
			t.Errorf("count is %d, want %d", s.count, len(want))
		}
		s.each(func(e *entry) { *e |= flagMarked })
		for k, e := range want {
			if got := s.get(k); got != e|flagMarked {
				t.Errorf("each has not shown key %d", k)
			}
		}
	})
}

// Whatever the pattern of a fleet's numbers, a key is found within 16 groups.
func TestKeysAreFoundCloseToHome(t *testing.T) {
	for name, step := range map[string]uint64{
		"one after the other":             1,
		"as check digits leave them":      10,
		"every 64th":                      64,
		"in steps of a power of two":      1 << 20,
		"in steps of a power of ten":      1e7,
		"with the last digits always 000": 1000,
	} {
		t.Run(name, func(t *testing.T) {
			var s slots
			const keys = 100_000
			for n := range uint64(keys) {
				s.at(1e18 + n*step)
			}
			visited := 0
			for n := range uint64(keys) {
				key := 1e18 + n*step
				hash := hashKey(key)
				segment := s.segment(hash)
				group, at := segment.find(key, hash)
				if group.slots[at].key() != key {
					t.Fatalf("%d is lost", key)
				}
				visited++
				for home := segment.home(hash); &segment.groups[home] != group; home = segment.after(home) {
					visited++
				}
			}
			if mean := float64(visited) / keys; mean > 16 {
				t.Errorf("%.1f groups are looked at for a key", mean)
			}
		})
	}
}

// BenchmarkSlots puts 1,000,000 keys in and finds them again, and compares with a Go map.
func BenchmarkSlots(b *testing.B) {
	const keys = 1_000_000
	for name, key := range map[string]func(n uint64) uint64{
		"neighbours": func(n uint64) uint64 { return 1e18 + 10*n },
		"scattered":  func(n uint64) uint64 { return 1e18 + bits.Reverse64(n)>>10 },
	} {
		b.Run(fmt.Sprint(name, "/slots"), func(b *testing.B) {
			for b.Loop() {
				var s slots
				for range 2 {
					for n := range uint64(keys) {
						e, place := s.at(key(n))
						*place = e + 1
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/2/keys, "ns/key")
		})
		b.Run(fmt.Sprint(name, "/map"), func(b *testing.B) {
			for b.Loop() {
				m := map[uint64]entry{}
				for range 2 {
					for n := range uint64(keys) {
						m[key(n)]++
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/2/keys, "ns/key")
		})
	}
}
