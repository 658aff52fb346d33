package results

import (
	"cmp"
	"strconv"
	"strings"

	"simhook/report"
	"simhook/report/cell"
)

// urlTooLong stands in a row's errors where the results cannot tell what the
// webhook was before.
const urlTooLong = "the previous webhook URL was longer than 16,384 bytes and is not kept"

// appendRow appends the line of a row to buf, its cells in the order of record's
// fields.
func appendRow(buf []byte, row *report.Row) []byte {
	se, ut := &row.SubscriptionEnd, &row.UsageThreshold
	seError, utError, rowError := se.Error, ut.Error, row.Error
	for _, call := range []struct {
		*report.Call
		text *string
	}{{se, &seError}, {ut, &utError}} {
		if len(call.PreviousURL) > cell.URLLimit {
			*call.text = strings.TrimPrefix(*call.text+"; "+urlTooLong, "; ")
			rowError = cmp.Or(rowError, urlTooLong)
		}
	}

	buf = cell.Append(buf, cell.Text(row.ICCID))
	buf = strconv.AppendInt(buf, int64(row.Line), 10)
	buf = append(buf, ',')
	buf = cell.Append(buf, cell.Text(row.Action))
	buf = cell.Append(buf, cell.Text(string(row.Status)))
	buf = cell.Append(buf, cell.URL(row.WebhookURL))
	buf = appendCall(buf, se, seError)
	buf = appendCall(buf, ut, utError)
	buf = cell.Append(buf, cell.Text(rowError))
	buf = cell.AppendTime(buf, row.StartedAt)
	buf = cell.AppendTime(buf, row.FinishedAt)
	buf = cell.Append(buf, cell.URL(row.BaseURL))
	buf[len(buf)-1] = '\n'
	return buf
}

func appendCall(buf []byte, call *report.Call, text string) []byte {
	buf = cell.Append(buf, cell.Text(string(call.Outcome)))
	buf = appendNumber(buf, call.HTTPStatus)
	buf = cell.Append(buf, cell.Text(text))
	buf = appendNumber(buf, call.Attempts)
	buf = cell.Append(buf, cell.Text(call.CorrelationID))
	return cell.Append(buf, cell.URL(call.PreviousURL))
}

// appendNumber leaves the cell of 0 empty.
func appendNumber(buf []byte, n int) []byte {
	if n != 0 {
		buf = strconv.AppendInt(buf, int64(n), 10)
	}
	return append(buf, ',')
}
