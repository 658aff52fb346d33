package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"

	"simhook/report"
	"simhook/report/results"
	"simhook/report/simset"
)

// unfinished reports whether a file is one that rows are still added to.
func unfinished(path string) bool { return strings.HasSuffix(path, ".partial") }

// eachNewest shows the rows of a results file, of each SIM the newest: an unfinished file may have several.
func eachNewest(path string, show func(*report.Row)) error {
	file, err := os.Open(path)
	if err != nil {
		return &fileError{err}
	}
	defer file.Close()
	newest := map[uint64]int{}
	err = eachRow(file, path, func(number int, row *report.Row) { newest[identity(row)] = number })
	if err != nil {
		return err
	}
	return eachRow(file, path, func(number int, row *report.Row) {
		if newest[identity(row)] == number {
			show(row)
		}
	})
}

// identity is what rows are recognised by: the ICCID, or for one that names no SIM where it stood.
func identity(row *report.Row) uint64 {
	if row.Status != report.StatusInvalid && row.Status != report.StatusDuplicate {
		if key, ok := simset.Key(row.ICCID); ok {
			return key
		}
	}
	return simset.BadRowKey(row.Line, row.ICCID, string(row.Status))
}

// eachRow shows the rows of a results file with their numbers.
func eachRow(file *os.File, path string, show func(number int, row *report.Row)) error {
	size, err := wholeLines(file, path)
	if err != nil {
		return &fileError{err}
	}
	number := 0
	for row, err := range results.Read(bufio.NewReader(io.NewSectionReader(file, 0, size))) {
		if err != nil {
			if is[*fs.PathError](err) {
				return &fileError{err}
			}
			return settingf("%s: %v", path, err)
		}
		number++
		show(number, &row)
	}
	return nil
}

// wholeLines is the part of a file to read. A process that is killed may leave an unfinished file with half
// a line at its end, which is no damage; a line is never longer than 1 MiB.
func wholeLines(file *os.File, path string) (int64, error) {
	info, err := file.Stat()
	if err != nil || !unfinished(path) {
		return info.Size(), err
	}
	const longest = 1 << 20
	from := max(info.Size()-longest, 0)
	tail := make([]byte, info.Size()-from)
	if _, err := file.ReadAt(tail, from); err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	return from + int64(bytes.LastIndexByte(tail, '\n')+1), nil
}
