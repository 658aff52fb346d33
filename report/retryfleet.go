package report

import (
	"bufio"
	"io"
	"strings"

	"simhook/report/cell"
)

// RetryFleet writes the SIMs that failed or were refused as a fleet file, each with its reason. An operator can
// read it, fix it, and run it.
type RetryFleet struct {
	out     *bufio.Writer
	buf     []byte // not written yet
	labels  []string
	rows    int
	invalid int
}

// RetryColumns are the names of the fleet file's columns. A fleet reader uses the first two and ignores the
// others.
func RetryColumns() []string {
	return []string{"iccid", "webhook_url", "status", "reason", "correlation_id"}
}

// NewRetryFleet starts a fleet file with its header. Columns with these labels stand behind its own.
func NewRetryFleet(w io.Writer, labels []string) *RetryFleet {
	f := &RetryFleet{out: bufio.NewWriter(w), labels: labels}
	f.buf = append(f.buf, strings.Join(RetryColumns(), ",")+","...)
	for _, name := range labels {
		f.buf = cell.Append(f.buf, cell.Text(name))
	}
	f.buf[len(f.buf)-1] = '\n'
	return f
}

// Add takes in the newest row of a SIM. It leaves out SIMs that have left the fleet (their Line is 0) and rows
// that name no SIM.
func (f *RetryFleet) Add(row *Row) {
	switch {
	case row.Status == StatusInvalid:
		f.invalid++
		return
	case row.Status != StatusFailed && row.Status != StatusRefused, row.Line == 0:
		return
	}
	f.rows++
	f.buf = cell.Append(f.buf, cell.Text(row.ICCID))
	f.buf = cell.Append(f.buf, cell.URL(row.ownURL()))
	f.buf = cell.Append(f.buf, cell.Text(string(row.Status)))
	f.buf = cell.Append(f.buf, cell.Text(row.Error))
	f.buf = cell.Append(f.buf, cell.Text(row.failedCall().CorrelationID))
	for _, name := range f.labels {
		f.buf = cell.Append(f.buf, cell.Text(row.Label(name)))
	}
	f.buf[len(f.buf)-1] = '\n'
	_, _ = f.out.Write(f.buf) // the writer keeps its first error, which Flush returns
	f.buf = f.buf[:0]
}

// ownURL is the webhook URL that the fleet file has in the row; "": it has none, and the next run gives it the one of
// --webhook-url, which may be corrected by then. A URL that the API refused stays: the row must not get another one unnoticed, and is
// refused again until somebody changes it. So does one that nobody knows the source of.
func (row *Row) ownURL() string {
	if row.URLFrom == URLOfOption {
		return ""
	}
	return row.WebhookURL
}

// Flush writes the buffered rest. Its error is the writer's first.
func (f *RetryFleet) Flush() error {
	_, _ = f.out.Write(f.buf)
	f.buf = f.buf[:0]
	return f.out.Flush()
}

// Rows is how many SIMs are in the file.
func (f *RetryFleet) Rows() int { return f.rows }

// Invalid is how many rows were left out because they name no SIM.
func (f *RetryFleet) Invalid() int { return f.invalid }
