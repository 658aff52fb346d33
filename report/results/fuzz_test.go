package results

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simhook/report/file"
	"simhook/report/reporttest"
)

func FuzzOpenPartial(f *testing.F) {
	rows := lines(mixedRows()...)
	f.Add(true, []byte(rows))
	f.Add(true, []byte(rows[:len(rows)-40]+strings.Repeat("\x00", 600)))
	f.Add(true, []byte(strings.Replace(rows, ",ok,", ",o\nk,", 2)))
	f.Add(true, []byte(strings.ReplaceAll(rows, `""`, `"`)))
	f.Add(true, []byte(strings.ReplaceAll(rows, "\n", "\r\n")))
	f.Add(false, []byte("iccid,line\n"))
	f.Add(false, headerLine()[:11])
	f.Add(false, []byte("\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, ours bool, text []byte) {
		if ours {
			text = append(headerLine(), text...)
		}
		path := resultsIn(t)
		reporttest.Write(t, partialPath(path), string(text))
		j, err := Open(path, bothTypes())
		if err != nil {
			if _, ok := errors.AsType[*file.MismatchError](err); !ok {
				t.Errorf("the error is %v", err)
			}
			if reporttest.Content(t, partialPath(path)) != string(text) {
				t.Error("it was refused, and changed")
			}
			return
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		rowsIn := bytes.Count([]byte(reporttest.Content(t, partialPath(path))), []byte("\n")) - 1
		file, err := os.Open(partialPath(path))
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		rows := 0
		for _, err := range Read(file) {
			if err != nil {
				t.Errorf("healed, it still cannot be read: %v", err)
			}
			rows++
		}
		if rows != rowsIn {
			t.Errorf("it holds %d rows in %d lines", rows, rowsIn)
		}
		before := reporttest.Snapshot(t, filepath.Dir(path))
		again := mustOpen(t, path, bothTypes())
		if again.Healed().Lines != 0 {
			t.Error("it needs healing twice")
		}
		if diff := cmp.Diff(before, reporttest.Snapshot(t, filepath.Dir(path))); diff != "" {
			t.Error("opened again, it changes:", diff)
		}
	})
}
