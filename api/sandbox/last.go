package sandbox

import "slices"

// lastKept is how many things a last keeps.
const lastKept = 100

// last keeps the last things that were added.
type last[T any] struct {
	kept []T
	next int // to be overwritten, once there are enough
}

func (l *last[T]) add(thing T) {
	if len(l.kept) < lastKept {
		l.kept = append(l.kept, thing)
		return
	}
	l.kept[l.next] = thing
	l.next = (l.next + 1) % lastKept
}

func (l *last[T]) newestFirst() []T {
	list := slices.Concat(l.kept[l.next:], l.kept[:l.next])
	slices.Reverse(list)
	return list
}
