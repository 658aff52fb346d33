package inbox

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"simhook/report/cell"
)

// Row is one row of an inbox: a notification, and when it was received.
type Row struct {
	ReceivedAt time.Time

	// ID recognises a repeat. It should be at most 2,048 bytes of printable characters without spaces; other
	// IDs are changed to fit a cell, and two of them can then be the same.
	ID string

	Type           string
	ICCID          string
	SubscriptionID string
	Threshold      int       // percent; 0: none
	ExpirationDate time.Time // zero: none
	CurrentBalance *int64    // bytes; nil: none
	Other          string    // further fields as a JSON object; "": none
}

// Positions of the columns.
const (
	columnReceivedAt = iota
	columnID
	columnType
	columnICCID
	columnSubscriptionID
	columnThreshold
	columnExpirationDate
	columnCurrentBalance
	columnOther
	columnCount
)

var columns = [columnCount]string{
	columnReceivedAt:     "received_at",
	columnID:             "id",
	columnType:           "type",
	columnICCID:          "iccid",
	columnSubscriptionID: "subscription_id",
	columnThreshold:      "threshold",
	columnExpirationDate: "expiration_date",
	columnCurrentBalance: "current_balance",
	columnOther:          "other",
}

func header() []byte { return []byte(strings.Join(columns[:], ",") + "\n") }

// appendRow appends the line of r to buf, its cells in the order of columns.
func appendRow(buf []byte, r *Row) []byte {
	buf = cell.AppendTime(buf, r.ReceivedAt)
	buf = cell.Append(buf, idCell(r.ID))
	buf = cell.Append(buf, cell.Text(r.Type))
	buf = cell.Append(buf, cell.Text(r.ICCID))
	buf = cell.Append(buf, cell.Text(r.SubscriptionID))
	buf = cell.Append(buf, numberCell(int64(r.Threshold), r.Threshold != 0))
	buf = cell.AppendTime(buf, r.ExpirationDate)
	var balance int64
	if r.CurrentBalance != nil {
		balance = *r.CurrentBalance
	}
	buf = cell.Append(buf, numberCell(balance, r.CurrentBalance != nil))
	buf = cell.Append(buf, jsonCell(r.Other))
	buf[len(buf)-1] = '\n'
	return buf
}

// idCell is a text cell that keeps different IDs different. An ID that begins with an apostrophe gets another one,
// because the first could be taken for that of cell.Disarm.
func idCell(id string) string {
	if strings.HasPrefix(id, "'") {
		id = "'" + id
	}
	return cell.Text(id)
}

func numberCell(n int64, known bool) string {
	if !known {
		return ""
	}
	return cell.Disarm(strconv.FormatInt(n, 10))
}

// jsonCell escapes, as JSON does, what a cell must not hold. It is never cut, because a part of it would not be
// JSON.
func jsonCell(text string) string {
	if cell.IsClean(text) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		switch {
		case r == '\n' || r == '\r' || r == '\t': // between values; within values they are escaped already
			b.WriteByte(' ')
		case !cell.Unclean(r):
			b.WriteRune(r)
		default:
			for _, unit := range utf16.Encode([]rune{r}) {
				fmt.Fprintf(&b, `\u%04x`, unit)
			}
		}
	}
	return b.String()
}

// line is a line of an inbox, split into its cells.
type line struct {
	cell.Cutter
	cells [columnCount][]byte
}

// parse reports whether text, a line without its line end, is a row that appendRow wrote.
func (l *line) parse(text []byte) bool {
	l.Reset()
	if bytes.IndexByte(text, 0) >= 0 { // a power cut leaves zeros where nothing was written yet
		return false
	}
	for i := range l.cells {
		cell, rest, more, ok := l.Cut(text)
		if !ok || more != (i < len(l.cells)-1) {
			return false
		}
		l.cells[i], text = cell, rest
	}
	_, err := time.Parse(cell.TimeFormat, string(l.cells[columnReceivedAt]))
	return err == nil && len(l.cells[columnID]) > 0
}

// armed undoes cell.Disarm and idCell.
func armed(text []byte) string {
	return strings.TrimPrefix(string(text), "'")
}

// number reads a cell of numberCell. An empty one is 0.
func number(text []byte) int64 {
	n, _ := strconv.ParseInt(armed(text), 10, 64) // only simhook writes the file
	return n
}
