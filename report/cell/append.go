package cell

import (
	"strings"
	"time"
)

// timeFormat is RFC 3339 in UTC with milliseconds.
const TimeFormat = "2006-01-02T15:04:05.000Z"

// appendCell quotes as encoding/csv does: only where the cell could be
// misread. Clean cells hold no line breaks and do not begin with a space.
func Append(buf []byte, cell string) []byte {
	if strings.IndexByte(cell, ',') < 0 && strings.IndexByte(cell, '"') < 0 && cell != `\.` {
		return append(append(buf, cell...), ',')
	}
	buf = append(buf, '"')
	for {
		before, after, found := strings.Cut(cell, `"`)
		buf = append(buf, before...)
		if !found {
			return append(buf, '"', ',')
		}
		buf, cell = append(buf, '"', '"'), after
	}
}

// appendTime leaves the cell of the zero time empty.
func AppendTime(buf []byte, t time.Time) []byte {
	if !t.IsZero() {
		buf = t.UTC().AppendFormat(buf, TimeFormat)
	}
	return append(buf, ',')
}
