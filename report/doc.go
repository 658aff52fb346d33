// Package report defines what is said of a run.
//
// A [Row] is the result of one SIM: its [Status], and for each notification type a [Call] with its [Outcome]. A
// [Tally] counts rows and groups failures by [Cause], each with advice on what to do. A [Summary] is a whole run
// in numbers. A [Shard] is the part of a fleet that one of several processes takes. [RetryFleet] writes the SIMs
// that failed as a fleet file.
//
// The packages below it write rows down and show them: results keeps the results file, page draws it as HTML,
// inbox keeps received notifications, simset remembers which SIMs were seen; cell and file are their tools.
package report
