package history

import (
	"cmp"
	"slices"

	"simhook/report/simset"
)

// Runs are the runs that histories tell of, in the order in which they began. Damaged lines are passed over.
func Runs(paths []string) ([]Run, error) {
	var runs []Run
	for _, path := range paths {
		at := map[string]int{} // of a run in runs
		_, err := scan(path, func(l *line) {
			i, known := at[string(l.cells[columnRun])]
			switch {
			case l.begins():
				at[string(l.cells[columnRun])] = len(runs)
				runs = append(runs, l.run())
			case known && l.finishes():
				runs[i].Finished = true
			case known:
				runs[i].Changes++
			}
		})
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(runs, func(a, b Run) int { return a.Began.Compare(b.Began) })
	return runs, nil
}

// LastChanges knows which run changed each SIM last. It takes 16 to 28 bytes for each SIM that was changed.
type LastChanges struct {
	order   map[string]uint32 // of runs by ID, from 1, in which they began
	last    simset.Map        // the order of the last run that changed the SIM
	damaged int
}

// ReadLastChanges reads which run changed each SIM last. Its error is a *file.MismatchError where another program has changed a
// history, so that this is not known.
func ReadLastChanges(paths []string) (*LastChanges, error) {
	runs, err := Runs(paths)
	if err != nil {
		return nil, err
	}
	c := &LastChanges{order: make(map[string]uint32, len(runs))}
	for i, run := range runs {
		c.order[run.ID] = uint32(i) + 1
	}
	for _, path := range paths {
		var rounding rounding
		damaged, err := scan(path, func(l *line) {
			if l.changes() {
				rounding.add(l)
			}
			key, ok := simset.Key(string(l.cells[columnICCID]))
			if order := c.order[string(l.cells[columnRun])]; ok && l.changes() && order > c.last.Get(key) {
				c.last.Put(key, order)
			}
		})
		if err = cmp.Or(err, rounding.err(path)); err != nil {
			return nil, err
		}
		c.damaged += damaged
	}
	return c, nil
}

// Damaged is how many lines could not be read.
func (c *LastChanges) Damaged() int { return c.damaged }

// After reports whether a run that began after the given one changed the SIM. A run that the histories do not tell of
// counts as older than all.
func (c *LastChanges) After(iccid, runID string) bool {
	key, ok := simset.Key(iccid)
	return ok && c.last.Get(key) > c.order[runID]
}

// Undo is what takes changes of one notification type of one SIM back.
type Undo struct {
	ICCID  string
	Type   string
	Before string // URL of the webhook that was there before the first change; "": none
	After  string // URL of the webhook that the last change set; "": it removed one

	// Path and Line are where a history tells of the first change.
	Path string
	Line int
}

// Changes are what takes the changes of the wanted runs back, in the order in which SIMs were first changed. Where a
// SIM was changed several times, Before is what was there before the first time, unless something else changed it in
// between: then what was there after that. It takes memory for each SIM that was changed. damaged is how many lines could
// not be read.
func Changes(paths []string, wanted func(Run) bool) (undos []Undo, damaged int, err error) {
	runs, err := Runs(paths)
	if err != nil {
		return nil, 0, err
	}
	order := map[string]int{}
	for i, run := range runs {
		if wanted(run) {
			order[run.ID] = i + 1
		}
	}
	collected := collector{order: order, at: map[string]int{}, urls: map[string]string{}}
	for _, path := range paths {
		collected.path = path
		n, err := scan(path, collected.add)
		if err != nil {
			return nil, 0, err
		}
		damaged += n
	}
	return collected.undos, damaged, nil
}

// collector puts the changes of each type of each SIM together.
type collector struct {
	path  string         // of the history that is read
	order map[string]int // of the wanted runs
	at    map[string]int // of an undo, by ICCID and type
	undos []Undo
	last  []Change          // the last change, by the same index
	runs  []int             // the order of the run that made it
	urls  map[string]string // each URL once
}

func (c *collector) add(l *line) {
	order, wanted := c.order[string(l.cells[columnRun])]
	if !wanted || !l.changes() {
		return
	}
	change := l.change()
	change.Before, change.After, change.Type = c.once(change.Before), c.once(change.After), c.once(change.Type)
	key := change.ICCID + " " + change.Type
	i, known := c.at[key]
	if !known {
		c.at[key] = len(c.undos)
		c.undos = append(c.undos, Undo{
			ICCID: change.ICCID, Type: change.Type, Before: change.Before, After: change.After, Path: c.path, Line: l.number,
		})
		c.last, c.runs = append(c.last, change), append(c.runs, order)
		return
	}
	if order < c.runs[i] { // older, of another file
		if continues(change, Change{Before: c.undos[i].Before}) {
			c.undos[i].Before = change.Before
		}
		return
	}
	if !continues(c.last[i], change) {
		c.undos[i].Before = change.Before
	}
	c.undos[i].After = change.After
	c.last[i], c.runs[i] = change, order
}

func (c *collector) once(text string) string {
	if one, known := c.urls[text]; known {
		return one
	}
	c.urls[text] = text
	return text
}

// continues reports whether a change found what the change before it left: what it set; or what it found, where it was
// not carried out; or nothing, where it removed the webhook and came no further.
func continues(last, next Change) bool {
	return next.Before == last.After || next.Before == last.Before || next.Before == ""
}
