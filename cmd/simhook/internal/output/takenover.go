package output

import (
	"strings"

	"simhook/report"
)

// TakenOver says which results of another number of shards a run begins with, or would begin with.
func TakenOver(files []string, n int, would bool) string {
	const shown = 3
	more := ""
	if len(files) > shown {
		more = " and " + report.Thousands(len(files)-shown) + " more"
		files = files[:shown]
	}
	rows := Counted(n, "row")
	if would {
		return "results of another number of shards: " + rows + " of this one in " + strings.Join(files, ", ") + more
	}
	return "took over results of another number of shards: " + rows + " from " + strings.Join(files, ", ") + more
}
