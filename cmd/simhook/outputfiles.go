package main

import (
	"os"

	"simhook/report"
	"simhook/report/file"
	"simhook/report/history"
)

// outputFile is a file that a command writes.
type outputFile struct {
	option string
	path   string // "": none; "-": standard output
}

// writeFile writes a file whole, or to standard output.
func (p *program) writeFile(path string, data []byte, mode os.FileMode) error {
	if path == stdinPath {
		return p.printData(string(data))
	}
	return file.Replace(path, data, mode)
}

// checkOutputs makes sure, before the first call, that the files can be written, and that none is written over another
// file of the run. taken are those others. Its errors are a *usageError and an *outputError.
func checkOutputs(outputs []outputFile, taken ...string) error {
	for i, output := range outputs {
		if output.path == "" || output.path == stdinPath {
			continue
		}
		for _, other := range taken {
			if other != "" && other != stdinPath && file.Same(output.path, other) {
				return usagef("--%s: it would be written over %s: name another file", output.option, other)
			}
		}
		for _, other := range outputs[:i] {
			if other.path != "" && file.Same(output.path, other.path) {
				return usagef("--%s and --%s name the same file", other.option, output.option)
			}
		}
		if err := file.CheckReplace(output.path); err != nil {
			return &outputError{"the file of --" + output.option, err}
		}
	}
	return nil
}

// checkOutputs looks at the files that a run writes beside its results.
func (b *bulk) checkOutputs() error {
	outputs := []outputFile{{"summary", b.summary}}
	if !b.looksOnly() {
		outputs = append(outputs, outputFile{"metrics-file", b.metricsFile})
	}
	taken := []string{b.source, b.knownRefused, b.access.Credentials.SecretFile, b.access.Credentials.TokenFile}
	if b.file != nil {
		taken = append(taken, b.file.Path)
	}
	for _, suffix := range []string{"", report.PartialSuffix, ".lock", ".torn", ".merging"} {
		taken = append(taken, b.results+suffix)
	}
	if base := b.history(); base != "" {
		taken = append(taken, history.Files(base)...)
		taken = append(taken, history.Path(base, b.shard))
	}
	return checkOutputs(outputs, taken...)
}
