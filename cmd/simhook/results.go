package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"simhook/batch"
	"simhook/report"
	"simhook/report/file"
)

// stdinPath stands for standard input.
const stdinPath = "-"

// results is the path of the results file: the one that --results names, or else fleet.KIND.csv beside fleet.csv or
// fleet.csv.gz, and for a shard fleet.KIND.2-of-8.csv. Other names are in withoutExtension.
func (s *settings) results(fleet string, kind string, shard report.Shard) string {
	if named := s.text("results"); named != "" {
		path, err := resultsFile(named)
		if err != nil {
			s.fail("results", err.Error())
		}
		s.keepApart(path, fleet)
		return path
	}
	if isStream(fleet) {
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

// past is the path of the results of the run that a dry run plans: those that it has without --results; where the plan has another
// place, those of the last run that the fleet's history tells of there.
func (s *settings) past(b *bulk, kind string) string {
	beside := ""
	if !isStream(b.source) {
		beside = file.Follow(defaultResults(b.source, kind, b.shard))
	}
	if s.text("results") == "" {
		return beside
	}
	if base := b.history(); base != "" {
		if last := batch.LastResults(base, b.action, b.shard); last != "" {
			return last
		}
	}
	if isStream(b.source) {
		s.fail("results", "it names the plan, and nothing tells where the results of the last run are, by which --prune goes: leave one of the two out")
	}
	return beside
}

// resultsFile is the file that results are written to: where a link leads, so that the files beside it stand there too.
func resultsFile(path string) (string, error) {
	path = file.Follow(path)
	if info, err := os.Stat(path); path == stdinPath || err == nil && !info.Mode().IsRegular() {
		return "", fmt.Errorf("results are kept in a regular file, which %s is not: name another file", path)
	}
	if isStream(path) {
		return "", fmt.Errorf("%s is the system's own folder: keep results in another one", filepath.Dir(path))
	}
	return path, nil
}

// isStream reports whether a path stands for standard input, or is in a folder where the system shows devices and open files,
// such as /dev/stdin. Nothing can be kept beside it, even where a regular file is open under that name.
func isStream(path string) bool {
	folder, err := filepath.Abs(filepath.Dir(path))
	if resolved, linkErr := filepath.EvalSymlinks(folder); linkErr == nil {
		folder = resolved
	}
	return path == stdinPath || err == nil && (folder == "/dev" || folder == "/dev/fd" || folder == "/proc" || strings.HasPrefix(folder, "/proc/"))
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

// withoutExtension is what the names of a fleet's own files begin with: fleet for fleet.csv and for fleet.csv.gz. No other path
// gives the same, because fleets that share results would prune each other's SIMs: any other name stays whole, with .file
// behind it but for names of text files, such as sims.txt.
func withoutExtension(path string) string {
	const whole = ".file"
	isText := func(path string) bool {
		return slices.Contains([]string{".txt", ".tsv", ".tab", ".dat", ".lst"}, filepath.Ext(path))
	}
	stem, isCSV := strings.CutSuffix(strings.TrimSuffix(path, ".gz"), ".csv")
	switch {
	case isText(path):
		return path
	case isCSV && filepath.Ext(stem) != whole && !isText(stem):
		return stem
	case isCSV:
		path = stem + ".csv"
	}
	return path + whole
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
