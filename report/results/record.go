package results

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"iter"
	"reflect"
	"strconv"
	"time"

	"github.com/gocarina/gocsv"

	"simhook/report"
	"simhook/report/cell"
)

// record is a row of the results file as gocsv reads it: the columns, in order.
type record struct {
	ICCID                        string `csv:"iccid"`
	Line                         string `csv:"line"`
	Action                       string `csv:"action"`
	Status                       string `csv:"status"`
	WebhookURL                   string `csv:"webhook_url"`
	SubscriptionEnd              string `csv:"subscription_end"`
	SubscriptionEndHTTPStatus    string `csv:"subscription_end_http_status"`
	SubscriptionEndError         string `csv:"subscription_end_error"`
	SubscriptionEndAttempts      string `csv:"subscription_end_attempts"`
	SubscriptionEndCorrelationID string `csv:"subscription_end_correlation_id"`
	SubscriptionEndPreviousURL   string `csv:"subscription_end_previous_url"`
	UsageThreshold               string `csv:"usage_threshold"`
	UsageThresholdHTTPStatus     string `csv:"usage_threshold_http_status"`
	UsageThresholdError          string `csv:"usage_threshold_error"`
	UsageThresholdAttempts       string `csv:"usage_threshold_attempts"`
	UsageThresholdCorrelationID  string `csv:"usage_threshold_correlation_id"`
	UsageThresholdPreviousURL    string `csv:"usage_threshold_previous_url"`
	Error                        string `csv:"error"`
	StartedAt                    string `csv:"started_at"`
	FinishedAt                   string `csv:"finished_at"`
	BaseURL                      string `csv:"base_url"`
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

// Read yields the rows of a results file, whole or partial. It stops at the
// first row that is none, with an error that names its line.
func Read(r io.Reader) iter.Seq2[report.Row, error] {
	return func(yield func(report.Row, error) bool) {
		reader := csv.NewReader(r)
		reader.ReuseRecord = true
		u, err := gocsv.NewUnmarshaller(reader, record{})
		if errors.Is(err, io.EOF) {
			err = errors.New("the file is empty")
		}
		if err == nil && (len(u.MismatchedStructFields) > 0 || len(u.MismatchedHeaders) > 0) {
			err = fmt.Errorf("its header is %q", cell.Clean(fmt.Sprint(u.Headers), 200))
		}
		if err != nil {
			yield(report.Row{}, fmt.Errorf("not a results file of simhook: %w", err))
			return
		}
		for {
			row, err := readNext(u, reader)
			if errors.Is(err, io.EOF) || !yield(row, err) || err != nil {
				return
			}
		}
	}
}

func readNext(u *gocsv.Unmarshaller, reader *csv.Reader) (report.Row, error) {
	item, err := u.Read()
	if broken, ok := errors.AsType[*csv.ParseError](err); ok {
		return report.Row{}, fmt.Errorf("line %d: not a result row: %w", broken.Line, broken.Err)
	}
	if err != nil {
		return report.Row{}, err
	}
	row, err := item.(record).row()
	if err != nil {
		line, _ := reader.FieldPos(0)
		return report.Row{}, fmt.Errorf("line %d: not a result row: %w", line, err)
	}
	return row, nil
}

func (r record) row() (report.Row, error) {
	var p cellParser
	row := report.Row{
		ICCID: r.ICCID, Line: p.number(r.Line), Action: r.Action, Status: report.Status(r.Status), WebhookURL: r.WebhookURL,
		SubscriptionEnd: report.Call{
			Outcome:       report.Outcome(r.SubscriptionEnd),
			HTTPStatus:    p.number(r.SubscriptionEndHTTPStatus),
			Error:         r.SubscriptionEndError,
			Attempts:      p.number(r.SubscriptionEndAttempts),
			CorrelationID: r.SubscriptionEndCorrelationID,
			PreviousURL:   r.SubscriptionEndPreviousURL,
		},
		UsageThreshold: report.Call{
			Outcome:       report.Outcome(r.UsageThreshold),
			HTTPStatus:    p.number(r.UsageThresholdHTTPStatus),
			Error:         r.UsageThresholdError,
			Attempts:      p.number(r.UsageThresholdAttempts),
			CorrelationID: r.UsageThresholdCorrelationID,
			PreviousURL:   r.UsageThresholdPreviousURL,
		},
		Error: r.Error, StartedAt: p.time(r.StartedAt), FinishedAt: p.time(r.FinishedAt), BaseURL: r.BaseURL,
	}
	return row, p.err
}

// cellParser parses cells, of which empty ones are zero, and keeps the first
// error.
type cellParser struct{ err error }

func (p *cellParser) number(cell string) int {
	if cell == "" {
		return 0
	}
	n, err := strconv.Atoi(cell)
	p.note(err)
	return n
}

func (p *cellParser) time(text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	// time.Parse knows RFC 3339 by heart, and is several times slower with layouts of one's own.
	t, err := time.Parse(time.RFC3339, text)
	if err == nil && (len(text) != len(cell.TimeFormat) || t.Location() != time.UTC) {
		err = fmt.Errorf("the time %q is not in UTC with milliseconds", cell.Clean(text, 40))
	}
	p.note(err)
	return t
}

func (p *cellParser) note(err error) {
	if p.err == nil {
		p.err = err
	}
}
