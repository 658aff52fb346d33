package progress

import (
	"time"

	"simhook/batch"
	"simhook/cmd/simhook/internal/output"
)

// Cost says what a run will take, at the rate that it starts with.
func Cost(action batch.Action, plan batch.Plan, ofShard string, expected time.Duration) string {
	sims, calls := output.Counted(plan.ToDo(), "SIM"), output.Counted(plan.Calls(), "call")
	text := string(action) + " " + sims + ofShard + " (" + calls + ")"
	if expected == 0 {
		return text + " as fast as the API answers"
	}
	perMinute := int(float64(plan.Calls())/expected.Minutes() + 0.5)
	duration := output.Roughly(expected)
	if expected >= time.Second {
		duration = "about " + duration
	}
	return text + " at about " + output.Counted(perMinute, "call") + " a minute: " + duration
}

// Question is what the operator is asked; "": there is nothing to ask.
func Question(action batch.Action, plan batch.Plan) string {
	switch {
	case plan.ToDo() == 0:
		return ""
	case action == batch.Restore:
		return "Put back or remove the webhooks of " + output.Counted(plan.ToDo(), "SIM")
	case action == batch.Apply:
		return "Change the webhooks of " + output.Counted(plan.ToDo(), "SIM") + " as the plan says"
	case action == batch.Unregister:
		return "Remove the webhooks of " + output.Counted(plan.ToDo(), "SIM")
	case plan.Gone > 0:
		return "Remove the webhooks of " + output.Counted(plan.Gone, "SIM") + " that left the fleet"
	}
	return ""
}
