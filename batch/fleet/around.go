package fleet

import (
	"bytes"
	"strings"
)

// isRule reports whether a line only rules off parts of a table.
func isRule(cells [][]byte) bool {
	strokes := 0
	for _, cell := range cells {
		for _, c := range cell {
			switch c {
			case '-', '=', '+':
				strokes++
			case '|', ':', ' ', '\t':
			default:
				return false
			}
		}
	}
	return strokes >= 3
}

// isFooter reports whether a line is how a database ends a table: "(2 rows)", "2 rows selected.", "2 rows in set (0.00 sec)",
// "(2 rows affected)".
func isFooter(cells [][]byte) bool {
	text := strings.ToLower(string(bytes.Join(cells, nil)))
	count, rest, _ := strings.Cut(strings.Trim(text, " \t()."), " ")
	if count == "" || len(count) > 11 || count != "no" && !onlyDigits(strings.ReplaceAll(count, ",", "")) {
		return false
	}
	rest, found := strings.CutPrefix(rest, "row")
	if !found {
		return false
	}
	switch rest = strings.TrimPrefix(rest, "s"); rest {
	case "", " selected", " affected", " returned", " fetched":
		return true
	}
	return strings.HasPrefix(rest, " in set")
}

// isNumbered reports whether a number stands before an ICCID, as in a list of points.
func isNumbered(cell []byte) bool {
	text := bytes.TrimLeft(cell, " (")
	number := len(text) - len(bytes.TrimLeft(text, "0123456789"))
	if number == 0 || number > 7 || number == len(text) || strings.IndexByte(".):", text[number]) < 0 {
		return false
	}
	return mayBeICCID(text[number+1:])
}
