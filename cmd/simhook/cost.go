package main

import (
	"time"

	"simhook/batch"
)

// cost says what a run will take, at the rate that its pacer begins with.
func cost(action batch.Action, plan batch.Plan, ofShard string, expected time.Duration) string {
	text := string(action) + " " + counted(plan.ToDo(), "SIM") + ofShard + " (" + counted(plan.Calls, "call") + ")"
	if expected == 0 {
		return text + " as fast as the API answers"
	}
	perMinute := int(float64(plan.Calls)/expected.Minutes() + 0.5)
	duration := roughly(expected)
	if expected >= time.Second {
		duration = "about " + duration
	}
	return text + " at about " + counted(perMinute, "call") + " a minute: " + duration
}
