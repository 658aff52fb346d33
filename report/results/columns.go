package results

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"simhook/report"
	"simhook/report/cell"
)

// Positions of the columns.
const (
	columnICCID = iota
	columnLine
	columnAction
	columnStatus
	columnWebhookURL
	columnSubscriptionEnd
	columnSubscriptionEndHTTPStatus
	columnSubscriptionEndError
	columnSubscriptionEndAttempts
	columnSubscriptionEndCorrelationID
	columnSubscriptionEndPreviousURL
	columnUsageThreshold
	columnUsageThresholdHTTPStatus
	columnUsageThresholdError
	columnUsageThresholdAttempts
	columnUsageThresholdCorrelationID
	columnUsageThresholdPreviousURL
	columnError
	columnStartedAt
	columnFinishedAt
	columnBaseURL
	columnCount
)

// columns is the one description of the results file: the name of each column, and the field of a row that is
// written into it and read back from it.
var columns = [columnCount]column{
	columnICCID:      textColumn("iccid", func(r *report.Row) *string { return &r.ICCID }),
	columnLine:       numberColumn("line", func(r *report.Row) *int { return &r.Line }),
	columnAction:     textColumn("action", func(r *report.Row) *string { return &r.Action }),
	columnStatus:     textColumn("status", func(r *report.Row) *string { return (*string)(&r.Status) }),
	columnWebhookURL: urlColumn("webhook_url", func(r *report.Row) *string { return &r.WebhookURL }),

	columnSubscriptionEnd: textColumn("subscription_end",
		func(r *report.Row) *string { return (*string)(&r.SubscriptionEnd.Outcome) }),
	columnSubscriptionEndHTTPStatus: optionalNumberColumn("subscription_end_http_status",
		func(r *report.Row) *int { return &r.SubscriptionEnd.HTTPStatus }),
	columnSubscriptionEndError: textColumn("subscription_end_error",
		func(r *report.Row) *string { return &r.SubscriptionEnd.Error }),
	columnSubscriptionEndAttempts: optionalNumberColumn("subscription_end_attempts",
		func(r *report.Row) *int { return &r.SubscriptionEnd.Attempts }),
	columnSubscriptionEndCorrelationID: textColumn("subscription_end_correlation_id",
		func(r *report.Row) *string { return &r.SubscriptionEnd.CorrelationID }),
	columnSubscriptionEndPreviousURL: urlColumn("subscription_end_previous_url",
		func(r *report.Row) *string { return &r.SubscriptionEnd.PreviousURL }),

	columnUsageThreshold: textColumn("usage_threshold",
		func(r *report.Row) *string { return (*string)(&r.UsageThreshold.Outcome) }),
	columnUsageThresholdHTTPStatus: optionalNumberColumn("usage_threshold_http_status",
		func(r *report.Row) *int { return &r.UsageThreshold.HTTPStatus }),
	columnUsageThresholdError: textColumn("usage_threshold_error",
		func(r *report.Row) *string { return &r.UsageThreshold.Error }),
	columnUsageThresholdAttempts: optionalNumberColumn("usage_threshold_attempts",
		func(r *report.Row) *int { return &r.UsageThreshold.Attempts }),
	columnUsageThresholdCorrelationID: textColumn("usage_threshold_correlation_id",
		func(r *report.Row) *string { return &r.UsageThreshold.CorrelationID }),
	columnUsageThresholdPreviousURL: urlColumn("usage_threshold_previous_url",
		func(r *report.Row) *string { return &r.UsageThreshold.PreviousURL }),

	columnError:      textColumn("error", func(r *report.Row) *string { return &r.Error }),
	columnStartedAt:  timeColumn("started_at", func(r *report.Row) *time.Time { return &r.StartedAt }),
	columnFinishedAt: timeColumn("finished_at", func(r *report.Row) *time.Time { return &r.FinishedAt }),
	columnBaseURL:    urlColumn("base_url", func(r *report.Row) *string { return &r.BaseURL }),
}

// Columns are the names of the results file's columns, in order.
func Columns() []string {
	names := make([]string, columnCount)
	for i := range columns {
		names[i] = columns[i].name
	}
	return names
}

// headerLine is the first line of a results file without labels.
func headerLine() []byte { return headerOf(nil) }

// headerOf is the first line of a results file: the fixed columns, and behind them those of the labels.
func headerOf(labels []string) []byte {
	line := []byte(strings.Join(Columns(), ",") + ",")
	for _, name := range labels {
		line = cell.Append(line, cell.Text(name))
	}
	line[len(line)-1] = '\n'
	return line
}

// column is one column of the results file. Its kind says how cells are written and parsed, and which one of
// the functions below gives the row's field.
type column struct {
	name   string
	kind   kind
	text   func(*report.Row) *string
	number func(*report.Row) *int
	time   func(*report.Row) *time.Time
}

type kind int

const (
	textKind           kind = iota // see cell.Text
	urlKind                        // see cell.URL
	numberKind                     // in decimal digits
	optionalNumberKind             // the same, and an empty cell for 0
	timeKind                       // see cell.TimeFormat; an empty cell for the zero time
)

func textColumn(name string, field func(*report.Row) *string) column {
	return column{name: name, kind: textKind, text: field}
}

func urlColumn(name string, field func(*report.Row) *string) column {
	return column{name: name, kind: urlKind, text: field}
}

func numberColumn(name string, field func(*report.Row) *int) column {
	return column{name: name, kind: numberKind, number: field}
}

func optionalNumberColumn(name string, field func(*report.Row) *int) column {
	return column{name: name, kind: optionalNumberKind, number: field}
}

func timeColumn(name string, field func(*report.Row) *time.Time) column {
	return column{name: name, kind: timeKind, time: field}
}

// append appends the row's cell, and a comma, to a line.
func (c *column) append(line []byte, row *report.Row) []byte {
	switch c.kind {
	case textKind:
		return cell.Append(line, cell.Text(*c.text(row)))
	case urlKind:
		return cell.Append(line, cell.URL(*c.text(row)))
	case numberKind:
		return append(strconv.AppendInt(line, int64(*c.number(row)), 10), ',')
	case optionalNumberKind:
		if n := *c.number(row); n != 0 {
			line = strconv.AppendInt(line, int64(n), 10)
		}
		return append(line, ',')
	}
	return cell.AppendTime(line, *c.time(row))
}

// parse sets the row's field to what a cell says.
func (c *column) parse(cell string, row *report.Row) (err error) {
	switch c.kind {
	case numberKind:
		*c.number(row), err = strconv.Atoi(cell)
	case optionalNumberKind:
		*c.number(row), err = parseOptionalNumber(cell)
	case timeKind:
		*c.time(row), err = parseTime(cell)
	default:
		*c.text(row) = cell
	}
	return err
}

// accepts reports whether parse would return no error.
func (c *column) accepts(cell []byte) bool { return c.isText() || c.parses(cell) }

func (c *column) isText() bool { return c.kind == textKind || c.kind == urlKind }

func (c *column) parses(cell []byte) bool {
	var err error
	switch c.kind {
	case numberKind:
		_, err = strconv.Atoi(string(cell))
	case optionalNumberKind:
		_, err = parseOptionalNumber(string(cell))
	case timeKind:
		_, err = parseTime(string(cell))
	}
	return err == nil
}

func parseOptionalNumber(cell string) (int, error) {
	if cell == "" {
		return 0, nil
	}
	return strconv.Atoi(cell)
}

func parseTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	// time.Parse has code of its own for RFC 3339, several times faster than with the layout cell.TimeFormat.
	t, err := time.Parse(time.RFC3339, text)
	if err == nil && (len(text) != len(cell.TimeFormat) || t.Location() != time.UTC) {
		err = fmt.Errorf("the time %q is not in UTC with milliseconds", cell.Clean(strings.Clone(text), 40))
	}
	return t, err
}

// urlTooLong stands in a row's errors where the results do not say what the webhook was before.
const urlTooLong = "the previous webhook URL was longer than 16,384 bytes and is not kept"

// appendRow appends the line of a row, with these labels, to buf.
func appendRow(buf []byte, row *report.Row, labels []string) []byte {
	if max(len(row.SubscriptionEnd.PreviousURL), len(row.UsageThreshold.PreviousURL)) > cell.URLLimit {
		row = withURLTooLong(row)
	}
	for i := range columns {
		buf = columns[i].append(buf, row)
	}
	for _, name := range labels {
		buf = cell.Append(buf, cell.Text(row.Label(name)))
	}
	buf[len(buf)-1] = '\n'
	return buf
}

// withURLTooLong returns a copy of a row that says which previous URLs are left out.
func withURLTooLong(row *report.Row) *report.Row {
	noted := *row
	for _, call := range []*report.Call{&noted.SubscriptionEnd, &noted.UsageThreshold} {
		if len(call.PreviousURL) > cell.URLLimit {
			call.Error = strings.TrimPrefix(call.Error+"; "+urlTooLong, "; ")
		}
	}
	if noted.Error == "" {
		noted.Error = urlTooLong
	}
	return &noted
}
