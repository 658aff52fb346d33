package results

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"simhook/report"
	"simhook/report/reporttest"
	"simhook/report/simset"
)

func TestSplittingFindsTheCellsThatEncodingCSVFinds(t *testing.T) {
	cell := rapid.OneOf(
		rapid.Just(""), rapid.StringMatching(`[a"', \\.]{0,6}`),
		rapid.Map(rapid.StringMatching(`([a, ]|""){0,6}`), func(s string) string { return `"` + s + `"` }),
	)
	cells := rapid.SliceOfN(cell, columnCount-1, columnCount+1)
	rapid.Check(t, func(t *rapid.T) {
		compareWithCSV(t, []byte(strings.Join(cells.Draw(t, "cells"), ",")))
	})
	rapid.Check(t, func(t *rapid.T) {
		row := drawRow(t)
		text := bytes.TrimSuffix([]byte(lines(row)), []byte("\n"))
		standard := newLayout(standardTypes(), nil)
		l := newLine(&standard)
		if !l.split(text) {
			t.Errorf("what was written cannot be split: %q", text)
		}
		compareWithCSV(t, text)
	})
}

func FuzzLine(f *testing.F) {
	for _, row := range []report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.HalfRow(reporttest.SimB, 3), reporttest.BadRow(`8.94E+18, "odd"`, 4, report.StatusInvalid), {}} {
		f.Add([]byte(strings.TrimSuffix(lines(row), "\n")))
	}
	f.Add([]byte(strings.Repeat(",", columnCount-1)))
	f.Add([]byte(strings.Repeat(`"a""b",`, columnCount-1) + `"""`))
	f.Fuzz(func(t *testing.T, text []byte) {
		if bytes.ContainsAny(text, "\r\n") {
			t.Skip("no line")
		}
		compareWithCSV(t, text)
		standard := newLayout(standardTypes(), nil)
		l := newLine(&standard)
		var e entry
		if !l.parse(text, &e) || e.checkCorrelation() != nil {
			return
		}
		for row, err := range Read(bytes.NewReader(append(append(headerLine(), text...), '\n'))) {
			if err != nil {
				t.Errorf("a good line is not read: %v", err)
			}
			if string(row.Status) != string(l.cells[columnStatus]) || row.BaseURL != string(l.cells[columnCount-1]) {
				t.Errorf("it is read as %+v", row)
			}
		}
	})
}

type failer interface {
	Helper()
	Errorf(format string, args ...any)
}

func compareWithCSV(t failer, text []byte) {
	t.Helper()
	reader := csv.NewReader(bytes.NewReader(append(bytes.Clone(text), '\n')))
	want, err := reader.Read()
	wantOK := err == nil && len(want) == columnCount
	standard := newLayout(standardTypes(), nil)
	l := newLine(&standard)
	l.split([]byte(strings.Repeat(`"x""y",`, columnCount-1))) // what an earlier line leaves
	if ok := l.split(text); ok != wantOK {
		t.Errorf("%q is a row: %v, says split; encoding/csv: %v (%d cells, %v)", text, ok, wantOK, len(want), err)
	} else if ok {
		got := make([]string, columnCount)
		for i := range got {
			got[i] = string(l.cells[i])
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q splits to %q, want %q", text, got, want)
		}
	}
}

func TestALineIsARowOnlyIfItCanBeReadAndRecognised(t *testing.T) {
	good := lines(reporttest.OKRow(reporttest.SimA, 2))
	tests := map[string]struct {
		old, new string
		want     bool
	}{
		"a whole one":                        {"", "", true},
		"an ICCID that a spreadsheet spoilt": {reporttest.SimA, "8.94447E+18", false},
		"no ICCID":                           {reporttest.SimA, "", false},
		"an unknown status":                  {",ok,", ",done,", false},
		"a line that is no number":           {",2,", ",two,", false},
		"no line":                            {",2,", ",,", false},
		"an HTTP status that is no number":   {",200,", ",OK,", false},
		"attempts that are no number":        {",,1,", ",,once,", false},
		"a time in another form":             {"2026-03-01T22:00:02.123Z", "2026-03-01 22:00", false},
		"a time that never was":              {"2026-03-01T22:00:03.123Z", "2026-02-30T22:00:03.123Z", false},
		"a cell too few":                     {",200,", ",", false},
		"a cell too many":                    {",200,", ",200,,", false},
		"a quote within a cell":              {"/a,", "/\"a,", false},
		"a quote that is not closed":         {"https://example.com", "\"https://example.com", false},
		"text behind a closing quote":        {"https://example.com/a,", "\"https\"://example.com/a,", false},
		"zeros in the middle":                {reporttest.SimA, "\x00\x00\x00" + reporttest.SimA, false},
		"a bad row names no SIM":             {reporttest.SimA + ",2,register,ok", "junk,2,register,invalid", true},
		"nor does a duplicate":               {reporttest.SimA + ",2,register,ok", "junk,2,register,duplicate", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			text := strings.TrimSuffix(strings.Replace(good, tt.old, tt.new, 1), "\n")
			if tt.old != "" && text+"\n" == good {
				t.Fatal("the line is not changed")
			}
			standard := newLayout(standardTypes(), nil)
			l := newLine(&standard)
			if got := l.parse([]byte(text), new(entry)); got != tt.want {
				t.Errorf("%q is a row: %v", text, got)
			}
		})
	}
}

func TestARowIsRecognisedByWhatWasWrittenOfIt(t *testing.T) {
	iccid := rapid.OneOf(rapid.StringMatching(`89[0-9]{16,18}`), reporttest.Hostile())
	rapid.Check(t, func(t *rapid.T) {
		row := drawRow(t)
		row.ICCID = iccid.Draw(t, "SIM")
		standard := newLayout(standardTypes(), nil)
		l := newLine(&standard)
		var e entry
		if !l.parse([]byte(strings.TrimSuffix(lines(row), "\n")), &e) {
			if _, sim := simset.Key(row.ICCID); sim || !namesSIM(row.Status) {
				t.Fatalf("a row of %q that is %s is not recognised", row.ICCID, row.Status)
			}
			return
		}
		if e.key != keyOf(&row) {
			t.Errorf("%q has the key %d in the file, and %d before", row.ICCID, e.key, keyOf(&row))
		}
		if e.status != row.Status || e.isPlan() || e.calls[0].good != row.Call("SUBSCRIPTION_END").Outcome.Good() {
			t.Errorf("%+v is decoded as %+v", row, e)
		}
	})
}
