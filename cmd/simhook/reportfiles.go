package main

import (
	"bufio"
	"bytes"
	"errors"
	"io/fs"
	"os"
	"strings"

	"simhook/cmd/simhook/internal/output"
	"simhook/report"
	"simhook/report/file"
	"simhook/report/page"
	"simhook/report/results"
)

// merge writes the shards' results to one file. Its errors are a *fileError where a shard cannot be read, and else
// those of results.Merge.
func (r *reporter) merge() error {
	rows, err := results.Merge(r.merged, r.paths)
	switch {
	case err == nil:
		shards := output.Counted(len(r.paths), "shard")
		r.console.Say("merged %s of %s: %s", output.Counted(rows, "row"), shards, r.merged)
		return nil
	case is[*fs.PathError](err) && !is[*file.WriteError](err):
		return &fileError{err}
	}
	return err
}

// writePage writes the HTML page, if it was asked for.
func (r *reporter) writePage(page *page.Page) error {
	if r.html == "" {
		return nil
	}
	var text bytes.Buffer
	if err := page.Render(&text); err != nil {
		return err
	}
	if err := file.Replace(r.html, text.Bytes(), 0o644); err != nil {
		return &outputError{"the page", err}
	}
	r.console.Say("page: %s", r.html)
	return nil
}

// writeRetry writes the fleet of the SIMs to try again, if it was asked for. Only the owner can read it: its webhook
// URLs may hold secrets.
func (r *reporter) writeRetry(retry *report.RetryFleet, text *bytes.Buffer) error {
	if r.failed == "" {
		return nil
	}
	err := retry.Flush()
	if err == nil {
		err = file.Replace(r.failed, text.Bytes(), 0o600)
	}
	if err != nil {
		return &outputError{"the SIMs to try again", err}
	}
	r.console.Say("to try again: %s: %s", output.Counted(retry.Rows(), "SIM"), r.failed)
	if n := retry.Invalid(); n > 0 {
		r.console.Say("not in it: %s, to be fixed in the fleet file", output.Counted(n, "invalid row"))
	}
	return nil
}

// keepApart refuses to write over results, or over a fleet that --failed did not write.
func (r *reporter) keepApart() error {
	for option, path := range map[string]string{"--html": r.html, "--failed": r.failed} {
		target, err := os.Stat(path)
		if err != nil {
			continue // it does not exist, or writing it gives the better error
		}
		for _, results := range r.paths {
			if source, err := os.Stat(results); err == nil && os.SameFile(source, target) {
				return usagef("%s would be written over %s: name another file", option, results)
			}
		}
	}
	if r.html == stdinPath || r.failed == stdinPath {
		return usagef("--html and --failed write files, not to standard output: name a file")
	}
	if r.html != "" && r.html == r.failed {
		return usagef("--html and --failed name the same file")
	}
	if first, err := firstLine(r.html); r.html != "" && err == nil && first != "" && !strings.HasPrefix(strings.ToLower(first), "<!doctype html") {
		return usagef("--html: %s is there, and no page: name another file", r.html)
	}
	header := strings.Join(report.RetryColumns(), ",")
	if first, err := firstLine(r.failed); r.failed != "" && err == nil && first != "" && first != header && !strings.HasPrefix(first, header+",") {
		return usagef("--failed: %s is there, and not from --failed: name another file", r.failed)
	}
	return nil
}

// firstLine is the first line of a regular file without its line end; "": the file is empty.
func firstLine(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	if info, err := file.Stat(); err != nil || !info.Mode().IsRegular() {
		return "", errors.Join(err, fs.ErrInvalid)
	}
	line, _ := bufio.NewReader(file).ReadString('\n') // the whole file where it has no line end
	return strings.TrimRight(line, "\r\n"), nil
}
