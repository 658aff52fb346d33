package report

import "time"

// Summary is a run in numbers. The counts add up: Rows = OK + Failed + Refused + Invalid + Duplicate + Remaining.
type Summary struct {
	Run        string    `json:"run"` // the part of the correlation IDs that all calls of the run share
	Action     string    `json:"action"`
	Shard      string    `json:"shard,omitempty"` // 2-of-8; empty: the whole fleet
	Fleet      string    `json:"fleet"`
	Results    string    `json:"results"`
	BaseURL    string    `json:"base_url"`
	Speed      int       `json:"sandbox_speed,omitempty"` // how many times as fast the time of a sandbox ran; 0: as the clock's
	StartedAt  time.Time `json:"started_at"`
	FinishedAt time.Time `json:"finished_at"`
	Seconds    float64   `json:"duration_seconds"`

	Rows      int `json:"rows"` // of the fleet file
	OK        int `json:"ok"`   // those of earlier runs included
	Earlier   int `json:"ok_earlier"`
	Failed    int `json:"failed"`
	Refused   int `json:"refused"`
	Accepted  int `json:"accepted"` // of Refused: known, or not more than --accept-refused
	Invalid   int `json:"invalid"`
	Duplicate int `json:"duplicate"`
	Remaining int `json:"remaining"` // SIMs that the run did not reach
	Kept      int `json:"kept"`      // rows of SIMs that are no longer in the fleet; not among Rows

	Pruned    int `json:"pruned"`     // SIMs that have left the fleet and lost their webhooks; not among Rows
	PrunedNot int `json:"pruned_not"` // SIMs that have left the fleet and may still have webhooks
	Verified  int `json:"verified"`   // SIMs that were read back at the end

	PrunedOutcomes map[Outcome]int `json:"pruned_outcomes,omitempty"` // of Pruned and PrunedNot, all types

	Mismatches []Mismatch `json:"mismatches,omitempty"` // differences found by that

	Attempts  int64 `json:"attempts"` // of calls by this run, retries included
	Retries   int64 `json:"retries"`
	Throttled int64 `json:"throttled"` // answers 429

	QuotaUsed float64 `json:"quota_used,omitempty"` // part of what the quota of writes or of reads allowed, the larger; 0: not known

	Outcomes Outcomes `json:"-"` // by this run; in JSON one member for each type, such as "subscription_end"
	Causes   []Cause  `json:"causes"`

	Complete bool   `json:"complete"` // every SIM has its row, and the results file its name
	ExitCode int    `json:"exit_code"`
	Reason   string `json:"reason,omitempty"` // why the run ended early
}

// MarshalJSON writes the outcomes of each type as a member of its own.
func (s Summary) MarshalJSON() ([]byte, error) {
	type plain Summary
	return s.Outcomes.JSONWith(plain(s))
}

// Mismatch is a webhook that is not the registered one when it is read back.
type Mismatch struct {
	ICCID string `json:"iccid"`
	Type  string `json:"type"`
	Want  string `json:"want"`
	Found string `json:"found"` // "": none
}
