package fleet

import (
	"slices"
	"strconv"
	"strings"

	"simhook/api"
	"simhook/report"
	"simhook/report/cell"
	"simhook/report/results"
)

// Limits of the labels. They are chosen: more is no label, and a results file of a million SIMs should stay readable.
const (
	maxLabels     = 32
	maxLabelName  = 40  // bytes
	maxLabelValue = 200 // bytes; what is longer is cut
)

// labels are the columns that are carried along.
type labels struct {
	names   []string
	columns []int // where they are
}

// findLabels takes all columns but those two, and those of simhook's own files. A name that results have too gets the prefix
// fleet_. A name that is there already gets a number.
func findLabels(header [][]byte, iccid, webhookURL int) (l labels) {
	own := ownColumns(header)
	for i, text := range header {
		if i == iccid || i == webhookURL || i < own || len(l.names) == maxLabels {
			continue
		}
		name := cell.Disarm(strings.TrimSpace(cell.Clean(string(text), maxLabelName))) // as results have it

		if name == "" {
			continue
		}
		if slices.Contains(reservedNames(), strings.ToLower(name)) {
			name = "fleet_" + name
		}
		unique := name
		for n := 2; slices.Contains(l.names, unique); n++ {
			unique = name + "_" + strconv.Itoa(n)
		}
		l.names, l.columns = append(l.names, unique), append(l.columns, i)
	}
	return l
}

// reservedNames are the columns of simhook's results, and those of the file of --failed that are no such.
func reservedNames() []string {
	var types []string
	for _, t := range api.AllNotificationTypes() {
		types = append(types, string(t))
	}
	return append(append(results.Columns(types...), report.RetryColumns()...), report.URLSourceColumn)
}

// ownColumns is how many columns a file has from the first on that simhook has written: it is one of results, or of --failed.
func ownColumns(header [][]byte) (n int) {
	if len(header) < 5 || string(header[0]) != "iccid" || string(header[1]) != "line" && string(header[3]) != "reason" {
		return 0
	}
	for n < len(header) && slices.Contains(reservedNames(), string(header[n])) {
		n++
	}
	return n
}

// isResults reports whether a header is that of results as simhook writes them.
func isResults(header [][]byte) bool {
	n := ownColumns(header)
	for i, name := range results.Columns()[:min(n, 5)] {
		if string(header[i]) != name {
			return false
		}
	}
	return n > 5 && slices.ContainsFunc(header[:n], func(name []byte) bool { return string(name) == "base_url" })
}

// of are the cells of a row.
func (l *labels) of(cells [][]byte) []string {
	if len(l.columns) == 0 {
		return nil
	}
	values := make([]string, len(l.columns))
	for i, column := range l.columns {
		values[i] = strings.TrimSpace(shown(string(cellAt(cells, column)), maxLabelValue))
	}
	return values
}
