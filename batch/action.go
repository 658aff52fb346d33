package batch

import "simhook/report"

// Action is what a run does to each SIM.
type Action string

// The actions.
const (
	Register   Action = "register"   // sets the webhook
	Unregister Action = "unregister" // removes it
	Reconcile  Action = "reconcile"  // reads what each SIM has, and changes only what differs
	Restore    Action = "restore"    // puts back what earlier runs replaced or removed
	Apply      Action = "apply"      // does what a plan of a reconciliation says, and nothing else
)

// needsWebhookURL reports whether the action sets the webhook that the fleet names.
func (a Action) needsWebhookURL() bool { return a == Register || a == Reconcile }

// takesSteps reports whether the action takes its SIMs from [Steps], and not from a fleet.
func (a Action) takesSteps() bool { return a == Restore || a == Apply }

func (a Action) known() bool {
	switch a {
	case Register, Unregister, Reconcile, Restore, Apply:
		return true
	}
	return false
}

// sim is a SIM that calls are to be made for.
type sim struct {
	line       int // in the fleet file; 0: the SIM has left the fleet
	iccid      string
	urlFrom    report.URLSource
	webhookURL string // that it is to have; of Unregister with OnlyURL, that it is to lose
	labels     []report.Label
	earlier    *report.Row // what an earlier run has achieved; nil: nothing

	gone  bool  // it has left the fleet: what was registered is to be removed
	steps steps // of Restore and Apply
}
