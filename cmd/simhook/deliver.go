package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"simhook/api"
	"simhook/report"
)

// deliver tells the outcome of a run to people and machines. It returns the error that the run ends with:
// err, or what kept a successful run from being told.
func (b *bulk) deliver(s report.Summary, err error) error {
	s.ExitCode = exitCode(err)
	if err != nil {
		s.Reason = err.Error()
	}
	if s.Rows > 0 {
		b.printSummary(s)
	}
	if lost, ok := asWriteError(err); ok && len(lost.Unrecorded) > 0 {
		b.console.say("called for, but perhaps not recorded: %s", strings.Join(lost.Unrecorded, ", "))
	}
	data := encodeSummary(s)
	var undelivered error
	if b.summary != "" {
		if failure := writeFile(b.summary, encodeSummary(shortened(s)), 0o644); failure != nil {
			b.log.Warn("the summary cannot be written", "file", b.summary, "error", failure.Error())
			undelivered = &outputError{"the summary", failure}
		}
	}
	if b.metricsFile != "" && !b.looksOnly() {
		if failure := b.metrics.write(b.metricsFile, s); failure != nil {
			b.log.Warn("the metrics cannot be written", "file", b.metricsFile, "error", failure.Error())
			undelivered = &outputError{"the metrics", failure}
		}
	}
	if b.json {
		if _, failure := b.stdout.Write(data); failure != nil {
			undelivered = &outputError{"to standard output", failure}
		}
	}
	if err == nil {
		return undelivered
	}
	return err
}

// encodeSummary is the summary as one line of JSON without the userinfo of URLs, which an API may repeat
// in its messages.
func encodeSummary(s report.Summary) []byte {
	data, err := json.Marshal(s)
	if err != nil {
		panic("encoding a summary: " + err.Error()) // it consists of texts, numbers and times
	}
	return []byte(api.MaskURLs(string(data)) + "\n")
}

// writeFile replaces a file such that nobody reads half of it. What cannot be replaced, as a device, a file
// in a read-only folder or one that is mounted by itself (a Kubernetes termination log), is written over.
func writeFile(path string, data []byte, mode os.FileMode) error {
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		return os.WriteFile(path, data, mode)
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return os.WriteFile(path, data, mode)
	}
	_, err = temp.Write(data)
	if err == nil {
		err = temp.Chmod(mode)
	}
	if closing := temp.Close(); err == nil {
		err = closing
	}
	if err == nil && os.Rename(temp.Name(), path) == nil {
		return nil
	}
	_ = os.Remove(temp.Name())
	if err != nil {
		return err
	}
	return os.WriteFile(path, data, mode)
}
