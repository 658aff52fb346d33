package main

import (
	"time"

	"simhook/batch"
	"simhook/cmd/simhook/internal/output"
)

// cost says what a run will take, at the rate that its pacer begins with.
func cost(action batch.Action, plan batch.Plan, ofShard string, expected time.Duration) string {
	text := string(action) + " " + output.Counted(plan.ToDo(), "SIM") + ofShard + " (" + output.Counted(plan.Calls, "call") + ")"
	if expected == 0 {
		return text + " as fast as the API answers"
	}
	perMinute := int(float64(plan.Calls)/expected.Minutes() + 0.5)
	duration := output.Roughly(expected)
	if expected >= time.Second {
		duration = "about " + duration
	}
	return text + " at about " + output.Counted(perMinute, "call") + " a minute: " + duration
}
