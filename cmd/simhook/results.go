package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"simhook/batch"
	"simhook/report"
	"simhook/report/file"
)

// stdinPath stands for standard input.
const stdinPath = "-"

// results is the path of the results file: the one that --results names, or else fleet.KIND.csv beside fleet.csv or
// fleet.csv.gz, and for a shard fleet.KIND.2-of-8.csv.
func (s *settings) results(fleet string, kind string, shard report.Shard) string {
	if named := s.text("results"); named != "" {
		path, err := resultsFile(named)
		if err != nil {
			s.fail("results", err.Error())
		}
		s.keepApart(path, fleet)
		return path
	}
	if fleet == stdinPath {
		s.fail("results", "name the results file: a fleet from standard input has none beside it")
		return ""
	}
	if info, err := os.Stat(fleet); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		s.fail("results", "name the results file: a fleet from a pipe or a device has none beside it")
		return ""
	}
	path, err := resultsFile(defaultResults(fleet, kind, shard))
	if err != nil {
		s.fail("results", err.Error())
	}
	return path
}

// resultsFile is the file that results are written to: where a link leads, so that the files beside it stand there too.
func resultsFile(path string) (string, error) {
	path = file.Follow(path)
	if info, err := os.Stat(path); path == stdinPath || err == nil && !info.Mode().IsRegular() {
		return "", fmt.Errorf("results are kept in a regular file, which %s is not: name another file", path)
	}
	return path, nil
}

// resultsKind is the part of a results file's name that says what the rows are: the action, or plan for the dry run of
// a reconciliation.
func resultsKind(action batch.Action, dryRun bool) string {
	if dryRun && action == batch.Reconcile {
		return "plan"
	}
	return string(action)
}

func defaultResults(fleet, kind string, shard report.Shard) string {
	name := withoutExtension(fleet) + "." + kind
	if label := shard.Label(); label != "" {
		name += "." + label
	}
	return name + ".csv"
}

// withoutExtension is fleet for fleet.csv and for fleet.csv.gz. Any other ending stays, so that sims.csv and sims.txt have
// results of their own.
func withoutExtension(path string) string {
	for _, ending := range []string{".gz", ".csv"} {
		if ext := filepath.Ext(path); strings.EqualFold(ext, ending) {
			path = strings.TrimSuffix(path, ext)
		}
	}
	return path
}

// keepApart refuses results that would overwrite the fleet.
func (s *settings) keepApart(results, fleet string) {
	if fleet == stdinPath {
		return
	}
	source, err := os.Stat(fleet)
	if err != nil {
		return // opening the fleet gives the better error
	}
	for _, suffix := range []string{"", report.PartialSuffix, ".lock"} {
		if target, err := os.Stat(results + suffix); err == nil && os.SameFile(source, target) {
			s.fail("results", "the results would be written over the fleet file: name another file")
		}
	}
}
