package main

import "simhook/report"

// summaryLimit is how long a summary file gets, in bytes: what Kubernetes takes
// of a container's termination message, and cuts off beyond.
const summaryLimit = 4096

// shortened is a summary that fits summaryLimit: with fewer causes and
// differences if there are many, of which the results file has all.
func shortened(s report.Summary) report.Summary {
	for len(encodeSummary(s)) > summaryLimit && len(s.Causes)+len(s.Mismatches) > 0 {
		s.Causes = s.Causes[:len(s.Causes)*2/3]
		s.Mismatches = s.Mismatches[:len(s.Mismatches)*2/3]
	}
	return s
}
