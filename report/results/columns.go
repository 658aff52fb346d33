package results

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"simhook/report"
	"simhook/report/cell"
)

// Positions of the columns whose place is the same in every results file.
const (
	columnICCID = iota
	columnLine
	columnAction
	columnStatus
	columnWebhookURL
	firstCallColumn // of the first notification type
)

// Positions in the columns of a notification type.
const (
	callOutcome       = 0
	callCorrelationID = 4
	callPreviousURL   = 5
)

// The tables below are the one description of the results file: the name of each column, and the field of a row that is
// written into it and read back from it. firstColumns stand first, then callColumns for each notification type, with its name
// before theirs, then lastColumns, and then the labels.
var (
	firstColumns = [firstCallColumn]column[report.Row]{
		columnICCID:      textColumn("iccid", func(r *report.Row) *string { return &r.ICCID }),
		columnLine:       numberColumn("line", func(r *report.Row) *int { return &r.Line }),
		columnAction:     textColumn("action", func(r *report.Row) *string { return &r.Action }),
		columnStatus:     textColumn("status", func(r *report.Row) *string { return (*string)(&r.Status) }),
		columnWebhookURL: urlColumn("webhook_url", func(r *report.Row) *string { return &r.WebhookURL }),
	}
	callColumns = [...]column[report.Call]{
		callOutcome:       textColumn("", func(c *report.Call) *string { return (*string)(&c.Outcome) }),
		1:                 optionalNumberColumn("_http_status", func(c *report.Call) *int { return &c.HTTPStatus }),
		2:                 textColumn("_error", func(c *report.Call) *string { return &c.Error }),
		3:                 optionalNumberColumn("_attempts", func(c *report.Call) *int { return &c.Attempts }),
		callCorrelationID: textColumn("_correlation_id", func(c *report.Call) *string { return &c.CorrelationID }),
		callPreviousURL:   urlColumn("_previous_url", func(c *report.Call) *string { return &c.PreviousURL }),
	}
	lastColumns = [...]column[report.Row]{
		textColumn("error", func(r *report.Row) *string { return &r.Error }),
		timeColumn("started_at", func(r *report.Row) *time.Time { return &r.StartedAt }),
		timeColumn("finished_at", func(r *report.Row) *time.Time { return &r.FinishedAt }),
		urlColumn("base_url", func(r *report.Row) *string { return &r.BaseURL }),
	}
)

// Columns are the names of the columns of a results file about these notification types, in order.
func Columns(types ...string) []string {
	var names []string
	for i := range firstColumns {
		names = append(names, firstColumns[i].name)
	}
	for _, t := range types {
		for i := range callColumns {
			names = append(names, strings.ToLower(t)+callColumns[i].name)
		}
	}
	for i := range lastColumns {
		names = append(names, lastColumns[i].name)
	}
	return names
}

// column is one column of the results file. Its kind says how cells are written and parsed, and which one of
// the functions below gives the field, of a row or of one of its calls.
type column[T any] struct {
	name   string
	kind   kind
	text   func(*T) *string
	number func(*T) *int
	time   func(*T) *time.Time
}

type kind int

const (
	textKind           kind = iota // see cell.Text
	urlKind                        // see cell.URL
	numberKind                     // in decimal digits
	optionalNumberKind             // the same, and an empty cell for 0
	timeKind                       // see cell.TimeFormat; an empty cell for the zero time
)

func textColumn[T any](name string, field func(*T) *string) column[T] {
	return column[T]{name: name, kind: textKind, text: field}
}

func urlColumn[T any](name string, field func(*T) *string) column[T] {
	return column[T]{name: name, kind: urlKind, text: field}
}

func numberColumn[T any](name string, field func(*T) *int) column[T] {
	return column[T]{name: name, kind: numberKind, number: field}
}

func optionalNumberColumn[T any](name string, field func(*T) *int) column[T] {
	return column[T]{name: name, kind: optionalNumberKind, number: field}
}

func timeColumn[T any](name string, field func(*T) *time.Time) column[T] {
	return column[T]{name: name, kind: timeKind, time: field}
}

// append appends the cell, and a comma, to a line.
func (c *column[T]) append(line []byte, of *T) []byte {
	switch c.kind {
	case textKind:
		return cell.Append(line, cell.Text(*c.text(of)))
	case urlKind:
		return cell.Append(line, cell.URL(*c.text(of)))
	case numberKind:
		return append(strconv.AppendInt(line, int64(*c.number(of)), 10), ',')
	case optionalNumberKind:
		if n := *c.number(of); n != 0 {
			line = strconv.AppendInt(line, int64(n), 10)
		}
		return append(line, ',')
	}
	return cell.AppendTime(line, *c.time(of))
}

// parse sets the field to what a cell says.
func (c *column[T]) parse(cell string, of *T) (err error) {
	switch c.kind {
	case numberKind:
		*c.number(of), err = strconv.Atoi(cell)
	case optionalNumberKind:
		*c.number(of), err = parseOptionalNumber(cell)
	case timeKind:
		*c.time(of), err = parseTime(cell)
	default:
		*c.text(of) = cell
	}
	return err
}

// accepts reports whether parse would return no error.
func (k kind) accepts(cell []byte) bool {
	var err error
	switch k {
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

// append appends the line of a row to buf.
func (l *layout) append(buf []byte, row *report.Row) []byte {
	if hasTooLongURL(row) {
		row = withURLTooLong(row)
	}
	for i := range firstColumns {
		buf = firstColumns[i].append(buf, row)
	}
	for _, t := range l.types {
		call := row.Find(t)
		for i := range callColumns {
			if call == nil {
				buf = append(buf, ',')
			} else {
				buf = callColumns[i].append(buf, call)
			}
		}
	}
	for i := range lastColumns {
		buf = lastColumns[i].append(buf, row)
	}
	for _, name := range l.labels {
		value := row.Label(name)
		if name == report.URLSourceColumn {
			value = string(row.URLFrom)
		}
		buf = cell.Append(buf, cell.Text(value))
	}
	buf[len(buf)-1] = '\n'
	return buf
}

func hasTooLongURL(row *report.Row) bool {
	return slices.ContainsFunc(row.Calls, func(c report.Call) bool { return len(c.PreviousURL) > cell.URLLimit })
}

// withURLTooLong returns a copy of a row that says which previous URLs are left out.
func withURLTooLong(row *report.Row) *report.Row {
	noted := *row
	noted.Calls = slices.Clone(row.Calls)
	for i := range noted.Calls {
		if call := &noted.Calls[i]; len(call.PreviousURL) > cell.URLLimit {
			call.Error = strings.TrimPrefix(call.Error+"; "+urlTooLong, "; ")
		}
	}
	if noted.Error == "" {
		noted.Error = urlTooLong
	}
	return &noted
}
