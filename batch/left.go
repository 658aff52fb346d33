package batch

import "context"

// maxLeft is how many entries are kept from planning to calling: enough for what
// an earlier run has left in most cases, and for a fleet that is small.
const maxLeft = 1024

// left are the entries that something is still to be done about, as long as they
// are few: going over a large fleet once more would delay the first call.
type left struct {
	entries []entry
	tooMany bool
}

// note takes an entry into account.
func (l *left) note(e entry) {
	switch {
	case e.done || e.recorded || l.tooMany:
	case len(l.entries) == maxLeft:
		l.entries, l.tooMany = nil, true
	default:
		l.entries = append(l.entries, e)
	}
}

// entriesLeft shows what Plan has left to do, and perhaps more.
func (r *Run) entriesLeft(ctx context.Context, show func(entry) error) error {
	if r.left.tooMany {
		return r.pass(ctx, show)
	}
	for _, e := range r.left.entries {
		if err := show(e); err != nil {
			return err
		}
	}
	return nil
}
