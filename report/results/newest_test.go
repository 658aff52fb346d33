package results

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"simhook/report"
	"simhook/report/reporttest"
)

// newestIn reads all that Newest yields.
func newestIn(path string) (rows []report.Row, err error) {
	for row, err := range Newest(path) {
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func TestNewestYieldsOneRowOfEachSIM(t *testing.T) {
	ok, failed, half := reporttest.OKRow(reporttest.SimA, 2), reporttest.FailedRow(reporttest.SimA, 2), reporttest.HalfRow(reporttest.SimB, 3)
	// Without SIMs of their own, these are told apart by their lines and by what is wrong.
	junk, twice, nothing := reporttest.BadRow("junk", 4, report.StatusInvalid), reporttest.BadRow(reporttest.SimA, 5, report.StatusDuplicate), reporttest.BadRow("", 6, report.StatusInvalid)
	tests := map[string]struct {
		ending, text string
		want         []report.Row
	}{
		"a complete file":                  {"", lines(ok, half, junk), []report.Row{ok, half, junk}},
		"a partial file":                   {".partial", lines(half, ok), []report.Row{half, ok}},
		"a SIM that was tried again":       {".partial", lines(failed, half, failed, ok), []report.Row{half, ok}},
		"a SIM that failed after all":      {".partial", lines(ok, half, failed), []report.Row{half, failed}},
		"bad rows beside their SIM":        {".partial", lines(ok, junk, twice, nothing, junk), []report.Row{ok, twice, nothing, junk}},
		"a last line that is cut off":      {".partial", lines(failed, half) + lines(ok)[:60], []report.Row{failed, half}},
		"a last line that ends in zeros":   {".partial", lines(ok) + "\x00\x00\x00", []report.Row{ok}},
		"a header and nothing below":       {".partial", "", nil},
		"what a spreadsheet only saved":    {"", strings.ReplaceAll(lines(ok, half), "\n", "\r\n"), []report.Row{ok, half}},
		"a complete file joined by hand":   {"", lines(failed, half) + lines(ok), []report.Row{half, ok}},
		"a last line without its line end": {"", strings.TrimSuffix(lines(ok, half), "\n"), []report.Row{ok, half}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := resultsIn(t) + tt.ending
			reporttest.Write(t, path, string(headerLine())+tt.text)
			got, err := newestIn(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNewestSaysWhatIsWrongWithAFile(t *testing.T) {
	good, header := lines(reporttest.OKRow(reporttest.SimA, 2)), string(headerLine())
	tests := map[string]struct{ ending, text, want string }{
		"damage in the middle":             {".partial", header + good + "\x00\x00\n" + good, "line 3: not a result row"},
		"a complete file that is cut off":  {"", header + good + good[:60], "line 3: not a result row"},
		"a file of something else":         {"", "iccid\n" + reporttest.SimA + "\n", "not a results file of simhook: its first line is another header"},
		"an empty file":                    {"", "", "not a results file of simhook: the file is empty"},
		"a header that is cut off":         {".partial", header[:20], "not a results file of simhook: the file is empty"},
		"a header of which nothing is set": {".partial", "\x00\x00\x00", "not a results file of simhook: the file is empty"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := resultsIn(t) + tt.ending
			reporttest.Write(t, path, tt.text)
			if _, err := newestIn(path); err == nil || !strings.HasPrefix(err.Error(), tt.want) {
				t.Errorf("the error is %v, want %s", err, tt.want)
			}
		})
	}
}

func TestNewestOfAFileThatCannotBeReadIsAPathError(t *testing.T) {
	folder := t.TempDir()
	for name, path := range map[string]string{
		"a file that is not there": filepath.Join(folder, "none.csv"),
		"a folder":                 folder,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := newestIn(path); !isPathError(err) {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func isPathError(err error) bool {
	pathError := &fs.PathError{}
	is := errors.As(err, &pathError) // not wrapped: the caller says what it was doing
	return is
}

func TestNewestStopsWhereItsCallerDoes(t *testing.T) {
	path := resultsIn(t)
	reporttest.Write(t, path, string(headerLine())+lines(reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3))+"junk\n")
	rows := 0
	for _, err := range Newest(path) {
		if err != nil {
			t.Fatal(err)
		}
		if rows++; rows == 2 {
			break
		}
	}
	if rows != 2 {
		t.Errorf("it yields %d rows", rows)
	}
}
