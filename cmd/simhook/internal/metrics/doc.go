// Package metrics is what Prometheus reads of a run: scraped while it runs, from a file that a textfile collector
// picks up at the end, or pushed then. No label holds an ICCID, whose number has no bound.
package metrics
