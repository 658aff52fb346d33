package report

import (
	"bufio"
	"io"
	"strings"

	"simhook/report/cell"
)

// RetryFleet writes the SIMs that failed or were refused as a fleet file, with the reason beside each: to look
// at, to mend, and to run again.
type RetryFleet struct {
	out     *bufio.Writer
	buf     []byte // not written yet
	rows    int
	invalid int
}

// RetryColumns are the names of the fleet file's columns. Those that a fleet reader does not know it passes
// over.
func RetryColumns() []string {
	return []string{"iccid", "webhook_url", "status", "reason", "correlation_id"}
}

// NewRetryFleet begins a fleet file with its header.
func NewRetryFleet(w io.Writer) *RetryFleet {
	f := &RetryFleet{out: bufio.NewWriter(w)}
	f.buf = append(f.buf, strings.Join(RetryColumns(), ",")+"\n"...)
	return f
}

// Add takes in a row: of each SIM, the newest. SIMs that have left the fleet, which have no line, are not
// tried again, and what names no SIM cannot be.
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
	f.buf = cell.Append(f.buf, cell.URL(row.WebhookURL))
	f.buf = cell.Append(f.buf, cell.Text(string(row.Status)))
	f.buf = cell.Append(f.buf, cell.Text(row.Error))
	f.buf = cell.Append(f.buf, cell.Text(row.failedCall().CorrelationID))
	f.buf[len(f.buf)-1] = '\n'
	_, _ = f.out.Write(f.buf) // the writer keeps its first error, which Flush returns
	f.buf = f.buf[:0]
}

// Flush writes what is left to write. Its error is the first of the writer's.
func (f *RetryFleet) Flush() error {
	_, _ = f.out.Write(f.buf)
	f.buf = f.buf[:0]
	return f.out.Flush()
}

// Rows is how many SIMs the file has.
func (f *RetryFleet) Rows() int { return f.rows }

// Invalid is how many rows it has not because they name no SIM that could be called for.
func (f *RetryFleet) Invalid() int { return f.invalid }
