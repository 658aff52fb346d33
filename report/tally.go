package report

import (
	"cmp"
	"regexp"
	"slices"
)

// Tally counts rows by status and outcome, and groups failures by cause. The zero value is ready to use.
type Tally struct {
	Statuses map[Status]int
	Outcomes Outcomes
	causes   map[causeKey]*Cause
}

// Cause is a group of rows with the same status and the same error.
type Cause struct {
	Status        Status `json:"status"`
	Error         string `json:"error"`
	Count         int    `json:"count"`
	ICCID         string `json:"iccid"` // of the first such row, as are Line, CorrelationID and HTTPStatus
	Line          int    `json:"line"`
	CorrelationID string `json:"correlation_id,omitempty"`
	HTTPStatus    int    `json:"http_status,omitempty"` // 0: no answer
	Advice        string `json:"advice"`                // what to do about it
}

type causeKey struct {
	status Status
	text   string
}

// maxCauses bounds the number of groups, whatever the API puts in its messages.
const maxCauses = 200

// Add counts a row.
func (t *Tally) Add(row *Row) {
	if t.Statuses == nil {
		t.Statuses = map[Status]int{}
		t.causes = map[causeKey]*Cause{}
	}
	t.Statuses[row.Status]++
	for i := range row.Calls {
		if call := &row.Calls[i]; call.Outcome != "" {
			t.Outcomes.add(call.Type, call.Outcome, 1)
		}
	}
	if row.Status != StatusOK && row.Status != StatusDuplicate {
		t.addCause(row)
	}
}

// Replace counts a row in place of one that was counted, and was ok.
func (t *Tally) Replace(old, row *Row) {
	t.Statuses[old.Status]--
	for i := range old.Calls {
		if call := &old.Calls[i]; call.Outcome != "" {
			t.Outcomes.add(call.Type, call.Outcome, -1)
		}
	}
	t.Add(row)
}

func (t *Tally) addCause(row *Row) {
	key := causeKey{row.Status, groupText(row)}
	if cause, known := t.causes[key]; known {
		cause.Count++
		return
	}
	if len(t.causes) >= maxCauses {
		key.text = "other reasons"
		if cause, known := t.causes[key]; known {
			cause.Count++
			return
		}
	}
	failed := row.failedCall()
	cause := &Cause{
		Status: row.Status, Error: key.text, Count: 1,
		ICCID: row.ICCID, Line: row.Line, CorrelationID: failed.CorrelationID, HTTPStatus: failed.HTTPStatus,
	}
	cause.Advice = advice(row)
	t.causes[key] = cause
}

// failedCall is the first call that was made and has no good outcome.
func (row *Row) failedCall() Call {
	for _, call := range row.Calls {
		if !call.Outcome.Good() && call.CorrelationID != "" {
			return call
		}
	}
	return Call{}
}

// Rows is how many rows were counted.
func (t *Tally) Rows() int {
	total := 0
	for _, n := range t.Statuses {
		total += n
	}
	return total
}

// Handled is how many rows are the result of a SIM.
func (t *Tally) Handled() int {
	return t.Statuses[StatusOK] + t.Statuses[StatusFailed] + t.Statuses[StatusRefused]
}

// Causes are the groups of rows that are failed, refused or invalid, the largest first.
func (t *Tally) Causes() []Cause {
	causes := make([]Cause, 0, len(t.causes))
	for _, cause := range t.causes {
		causes = append(causes, *cause)
	}
	slices.SortFunc(causes, func(a, b Cause) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Error, b.Error),
			cmp.Compare(a.Status, b.Status))
	})
	return causes
}

// groupText is a row's error without what differs from SIM to SIM: long numbers, and details in parentheses.
func groupText(row *Row) string {
	text := longNumber.ReplaceAllString(row.Error, "…")
	return details.ReplaceAllString(text, "")
}

var (
	longNumber = regexp.MustCompile(`[0-9]{6,}`)
	details    = regexp.MustCompile(` \([^()]*\)`)
)
