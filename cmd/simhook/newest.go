package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"
	"os"

	"simhook/report"
	"simhook/report/cell"
	"simhook/report/results"
	"simhook/report/simset"
)

// newestRows yields the rows of a results file, of each SIM only the newest: an unfinished file may have several. It
// stops at the first error, which is an *fs.PathError where the file cannot be read.
func newestRows(path string) iter.Seq2[report.Row, error] {
	return func(yield func(report.Row, error) bool) {
		file, err := os.Open(path)
		if err != nil {
			yield(report.Row{}, err)
			return
		}
		defer file.Close()
		newest, number := map[uint64]int{}, 0
		for row, err := range wholeRows(file) {
			if err != nil {
				yield(report.Row{}, err)
				return
			}
			number++
			newest[rowKey(&row)] = number
		}
		number = 0
		for row, err := range wholeRows(file) {
			number++
			if err == nil && newest[rowKey(&row)] != number {
				continue
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}

// rowKey is what a row is recognised by: the ICCID, or for a row that names no SIM its place in the fleet.
func rowKey(row *report.Row) uint64 {
	if row.Status != report.StatusInvalid && row.Status != report.StatusDuplicate {
		if key, ok := simset.Key(row.ICCID); ok {
			return key
		}
	}
	return simset.BadRowKey(row.Line, row.ICCID, string(row.Status))
}

// wholeRows yields the rows of a results file, and ends with the first error.
func wholeRows(file *os.File) iter.Seq2[report.Row, error] {
	return func(yield func(report.Row, error) bool) {
		size, err := wholeLines(file)
		if err != nil {
			yield(report.Row{}, err)
			return
		}
		results.Read(bufio.NewReader(io.NewSectionReader(file, 0, size)))(yield)
	}
}

// wholeLines is how much of a file to read, in bytes. A process that is killed may leave an unfinished file with half
// a line at its end, which is no damage.
func wholeLines(file *os.File) (int64, error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	if !unfinished(file.Name()) {
		return info.Size(), nil
	}
	from := max(info.Size()-cell.MaxLine, 0)
	tail := make([]byte, info.Size()-from)
	if _, err := file.ReadAt(tail, from); err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	return from + int64(bytes.LastIndexByte(tail, '\n')+1), nil
}
