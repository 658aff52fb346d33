package sandbox

import "slices"

// recentItems is how many items a recent keeps.
const recentItems = 100

// recent keeps the newest items.
type recent[T any] struct {
	items []T
	next  int // index of the oldest item, once all places are taken
}

func (r *recent[T]) add(item T) {
	if len(r.items) < recentItems {
		r.items = append(r.items, item)
		return
	}
	r.items[r.next] = item
	r.next = (r.next + 1) % recentItems
}

func (r *recent[T]) newestFirst() []T {
	list := slices.Concat(r.items[r.next:], r.items[:r.next])
	slices.Reverse(list)
	return list
}
