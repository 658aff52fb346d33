package report

import (
	"cmp"
	"strconv"
	"strings"
)

// urlTooLong stands in a row's errors where the results cannot tell what the
// webhook was before.
const urlTooLong = "the previous webhook URL was longer than 16,384 bytes and is not kept"

// appendRow appends the line of a row to buf, its cells in the order of record's
// fields.
func appendRow(buf []byte, row *Row) []byte {
	se, ut := &row.SubscriptionEnd, &row.UsageThreshold
	seError, utError, rowError := se.Error, ut.Error, row.Error
	for _, call := range []struct {
		*Call
		text *string
	}{{se, &seError}, {ut, &utError}} {
		if len(call.PreviousURL) > urlLimit {
			*call.text = strings.TrimPrefix(*call.text+"; "+urlTooLong, "; ")
			rowError = cmp.Or(rowError, urlTooLong)
		}
	}

	buf = appendCell(buf, textCell(row.ICCID))
	buf = strconv.AppendInt(buf, int64(row.Line), 10)
	buf = append(buf, ',')
	buf = appendCell(buf, textCell(row.Action))
	buf = appendCell(buf, textCell(string(row.Status)))
	buf = appendCell(buf, urlCell(row.WebhookURL))
	buf = appendCall(buf, se, seError)
	buf = appendCall(buf, ut, utError)
	buf = appendCell(buf, textCell(rowError))
	buf = appendTime(buf, row.StartedAt)
	buf = appendTime(buf, row.FinishedAt)
	buf = appendCell(buf, urlCell(row.BaseURL))
	buf[len(buf)-1] = '\n'
	return buf
}

func appendCall(buf []byte, call *Call, text string) []byte {
	buf = appendCell(buf, textCell(string(call.Outcome)))
	buf = appendNumber(buf, call.HTTPStatus)
	buf = appendCell(buf, textCell(text))
	buf = appendNumber(buf, call.Attempts)
	buf = appendCell(buf, textCell(call.CorrelationID))
	return appendCell(buf, urlCell(call.PreviousURL))
}

// appendNumber leaves the cell of 0 empty.
func appendNumber(buf []byte, n int) []byte {
	if n != 0 {
		buf = strconv.AppendInt(buf, int64(n), 10)
	}
	return append(buf, ',')
}
