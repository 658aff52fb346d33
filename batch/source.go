package batch

import (
	"iter"

	"simhook/batch/fleet"
	"simhook/report"
)

// sourceRow is a row of a fleet, or of Steps.
type sourceRow struct {
	fleet.Row
	steps   steps
	urlFrom report.URLSource
}

// rows are the fleet's, or those of the Steps.
func (c *Config) rows() iter.Seq2[sourceRow, error] {
	if c.Steps != nil {
		return c.Steps.rows(c.Types)
	}
	return func(yield func(sourceRow, error) bool) {
		for row, err := range c.Fleet.All() {
			if !yield(c.sourced(row), err) {
				return
			}
		}
	}
}

// sourced gives a row the run's webhook URL, if it has none and needs one.
func (c *Config) sourced(row fleet.Row) sourceRow {
	one := sourceRow{Row: row}
	switch {
	case row.Problem != "" || !c.Action.needsWebhookURL():
	case row.WebhookURL != "":
		one.urlFrom = report.URLOfFleet
	case c.WebhookURL != "":
		one.WebhookURL, one.urlFrom = c.WebhookURL, report.URLOfOption
	}
	return one
}

// sourceName is the file that the rows come from.
func (c *Config) sourceName() string {
	if c.Steps != nil {
		return c.Steps.Name()
	}
	return c.Fleet.Name()
}
