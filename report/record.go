package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"strconv"
	"time"

	"github.com/gocarina/gocsv"
)

// timeFormat is RFC 3339 in UTC with milliseconds.
const timeFormat = "2006-01-02T15:04:05.000Z"

// number is an integer whose zero is an empty cell.
type number int

// MarshalCSV is gocsv's way to ask for the cell.
func (n number) MarshalCSV() (string, error) {
	if n == 0 {
		return "", nil
	}
	return strconv.Itoa(int(n)), nil
}

// UnmarshalCSV is gocsv's way to hand over the cell.
func (n *number) UnmarshalCSV(text string) error {
	if text == "" {
		*n = 0
		return nil
	}
	i, err := strconv.Atoi(text)
	*n = number(i)
	return err
}

// Columns are the names of the results file's columns, in order.
func Columns() []string {
	t := reflect.TypeFor[record]()
	names := make([]string, t.NumField())
	for i := range names {
		names[i] = t.Field(i).Tag.Get("csv")
	}
	return names
}

// encode appends rows to buf, one line each.
func encode(buf *bytes.Buffer, rows []Row) error {
	records := make([]record, len(rows))
	for i := range rows {
		records[i] = rows[i].record()
	}
	w := csv.NewWriter(buf)
	if err := gocsv.MarshalCSVWithoutHeaders(records, gocsv.NewSafeCSVWriter(w)); err != nil {
		return fmt.Errorf("encoding result rows: %w", err)
	}
	w.Flush()
	return w.Error()
}

// Read yields the rows of a results file, whole or partial. It stops at the
// first row that is none, with an error that names its line.
func Read(r io.Reader) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		reader := csv.NewReader(r)
		reader.ReuseRecord = true
		u, err := gocsv.NewUnmarshaller(reader, record{})
		if errors.Is(err, io.EOF) {
			err = errors.New("the file is empty")
		}
		if err == nil && (len(u.MismatchedStructFields) > 0 || len(u.MismatchedHeaders) > 0) {
			err = fmt.Errorf("its header is %q", u.Headers)
		}
		if err != nil {
			yield(Row{}, fmt.Errorf("not a results file of simhook: %w", err))
			return
		}
		for {
			line, _ := reader.FieldPos(0)
			item, err := u.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			var row Row
			if err == nil {
				row, err = item.(record).row()
			}
			if err != nil {
				yield(Row{}, fmt.Errorf("line %d: not a result row: %w", line+1, err))
				return
			}
			if !yield(row, nil) {
				return
			}
		}
	}
}

func (row *Row) record() record {
	se, ut := &row.SubscriptionEnd, &row.UsageThreshold
	return record{
		ICCID:      cell(row.ICCID),
		Line:       row.Line,
		Action:     row.Action,
		Status:     string(row.Status),
		WebhookURL: cell(row.WebhookURL),

		SubscriptionEnd:              string(se.Outcome),
		SubscriptionEndHTTPStatus:    number(se.HTTPStatus),
		SubscriptionEndError:         cell(se.Error),
		SubscriptionEndAttempts:      number(se.Attempts),
		SubscriptionEndCorrelationID: se.CorrelationID,
		SubscriptionEndPreviousURL:   cell(se.PreviousURL),

		UsageThreshold:              string(ut.Outcome),
		UsageThresholdHTTPStatus:    number(ut.HTTPStatus),
		UsageThresholdError:         cell(ut.Error),
		UsageThresholdAttempts:      number(ut.Attempts),
		UsageThresholdCorrelationID: ut.CorrelationID,
		UsageThresholdPreviousURL:   cell(ut.PreviousURL),

		Error:      cell(row.Error),
		StartedAt:  timestamp(row.StartedAt),
		FinishedAt: timestamp(row.FinishedAt),
		BaseURL:    cell(row.BaseURL),
	}
}

func (r record) row() (Row, error) {
	started, err := parseTimestamp(r.StartedAt)
	if err != nil {
		return Row{}, err
	}
	finished, err := parseTimestamp(r.FinishedAt)
	if err != nil {
		return Row{}, err
	}
	return Row{
		ICCID: r.ICCID, Line: r.Line, Action: r.Action, Status: Status(r.Status), WebhookURL: r.WebhookURL,
		SubscriptionEnd: Call{
			Outcome: Outcome(r.SubscriptionEnd), HTTPStatus: int(r.SubscriptionEndHTTPStatus), Error: r.SubscriptionEndError,
			Attempts: int(r.SubscriptionEndAttempts), CorrelationID: r.SubscriptionEndCorrelationID, PreviousURL: r.SubscriptionEndPreviousURL,
		},
		UsageThreshold: Call{
			Outcome: Outcome(r.UsageThreshold), HTTPStatus: int(r.UsageThresholdHTTPStatus), Error: r.UsageThresholdError,
			Attempts: int(r.UsageThresholdAttempts), CorrelationID: r.UsageThresholdCorrelationID, PreviousURL: r.UsageThresholdPreviousURL,
		},
		Error: r.Error, StartedAt: started, FinishedAt: finished, BaseURL: r.BaseURL,
	}, nil
}

func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(timeFormat)
}

func parseTimestamp(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.Parse(timeFormat, text)
}
