package output

import (
	"encoding/json"

	"simhook/api"
	"simhook/report"
)

// EncodeSummary is the summary as one line of JSON. The userinfo of URLs is masked: an API may repeat it in its
// messages.
func EncodeSummary(s report.Summary) []byte {
	data, err := json.Marshal(s)
	if err != nil {
		panic("encoding a summary: " + err.Error()) // it consists of texts, numbers and times
	}
	return []byte(api.MaskURLs(string(data)) + "\n")
}

// SummaryLimit is the longest summary file, in bytes: Kubernetes cuts a container's termination message off there.
const SummaryLimit = 4096

// Shortened is a summary that fits SummaryLimit, if need be with fewer causes and differences. The results file has
// all of them.
func Shortened(s report.Summary) report.Summary {
	for len(EncodeSummary(s)) > SummaryLimit && len(s.Causes)+len(s.Mismatches) > 0 {
		s.Causes = s.Causes[:len(s.Causes)*2/3]
		s.Mismatches = s.Mismatches[:len(s.Mismatches)*2/3]
	}
	return s
}
