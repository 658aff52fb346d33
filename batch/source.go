package batch

import (
	"iter"

	"simhook/batch/fleet"
)

// sourceRow is a row of a fleet, or of Steps.
type sourceRow struct {
	fleet.Row
	steps steps
}

// rows are the fleet's, or those of the Steps.
func (c *Config) rows() iter.Seq2[sourceRow, error] {
	if c.Steps != nil {
		return c.Steps.rows(c.Types)
	}
	return func(yield func(sourceRow, error) bool) {
		for row, err := range c.Fleet.All() {
			if !yield(sourceRow{Row: row}, err) {
				return
			}
		}
	}
}

// sourceName is the file that the rows come from.
func (c *Config) sourceName() string {
	if c.Steps != nil {
		return c.Steps.Name()
	}
	return c.Fleet.Name()
}
