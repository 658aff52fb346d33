package results

import (
	"bytes"
	"encoding/binary"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"simhook/report"
	"simhook/report/file"
	"simhook/report/reporttest"
)

// refusals are what each reader says of a file with this text: a run that goes on with complete results or with those of an
// unfinished run, a report, a merge, and Read. All but Read name the file, and none changes anything.
func refusals(t *testing.T, text string) map[string]error {
	t.Helper()
	path := resultsIn(t)
	folder := filepath.Dir(path)
	errs := map[string]error{}
	for reader, ending := range map[string]string{"a run": "", "a run that continues": partialSuffix} {
		at := filepath.Join(folder, reader+".csv")
		reporttest.Write(t, at+ending, text)
		for _, look := range []bool{true, false} {
			options := bothTypes()
			options.ReadOnly = look
			_, err := Open(at, options)
			mismatch, refused := errors.AsType[*file.MismatchError](err)
			if !refused || mismatch.Path != at+ending {
				t.Errorf("%s: %v", reader, err)
				continue
			}
			errs[reader] = errors.New(mismatch.Reason)
		}
	}
	reporttest.Write(t, path, text)
	_, errs["a report"] = newestIn(path)
	shard := filepath.Join(folder, "fleet.register.0-of-1.csv")
	reporttest.Write(t, shard, text)
	merged := filepath.Join(folder, "merged.csv")
	reporttest.Write(t, merged, string(headerLine())+lines(reporttest.OKRow(reporttest.SimC, 9)))
	before := reporttest.Snapshot(t, folder)
	_, err := Merge(merged, []string{shard})
	if failure, refused := errors.AsType[*MergeError](err); !refused || failure.Path != shard {
		t.Errorf("a merge: %v", err)
	} else {
		errs["a merge"] = errors.New(failure.Reason)
	}
	if diff := cmp.Diff(before, reporttest.Snapshot(t, folder)); diff != "" {
		t.Error("a file was changed:", diff)
	}
	for _, err := range Read(strings.NewReader(text)) {
		if err != nil {
			errs["reading"] = err
		}
	}
	return errs
}

// A spreadsheet gives the cells of a whole line other values. No crash of simhook leaves such a line.
func TestALineThatAnotherProgramHasChangedIsRefusedByAllInTheSameWords(t *testing.T) {
	rows := []report.Row{reporttest.OKRow(reporttest.SimA, 2), reporttest.HalfRow(reporttest.SimB, 3), reporttest.OKRow(reporttest.SimC, 4)}
	good := string(headerLine()) + lines(rows...)
	for name, c := range map[string]struct{ old, new, says string }{
		"an ICCID in scientific notation": {"\n" + reporttest.SimB + ",", "\n8.94448E+18,", `line 3: the iccid is "8.94448E+18"`},
		"an ICCID that was rounded":       {"\n" + reporttest.SimB + ",", "\n8944478600004950000,", "line 3: the ICCID 8944478600004950000 is not that of its correlation ID, " + reporttest.SimB + ": a spreadsheet has probably rounded the column"},
		"an apostrophe":                   {"\n" + reporttest.SimB + ",", "\n'" + reporttest.SimB + ",", `line 3: the iccid is "'` + reporttest.SimB + `"`},
		"a blank at the end":              {"\n" + reporttest.SimB + ",", "\n" + reporttest.SimB + " ,", `line 3: the iccid is "` + reporttest.SimB + ` "`},
		"a formula":                       {"\n" + reporttest.SimB + ",", "\n\"=\"\"" + reporttest.SimB + "\"\"\",", `line 3: the iccid is "=\"` + reporttest.SimB + `\""`},
		"a time without a zone":           {",2026-03-01T22:00:03.123Z,", ",2026-03-01 22:00:03.123,", `line 2: the finished_at is "2026-03-01 22:00:03.123"`},
		"a time without milliseconds":     {",2026-03-01T22:00:03.123Z,", ",2026-03-01 22:00:03,", `line 2: the finished_at is "2026-03-01 22:00:03"`},
		"a number with a point":           {"\n" + reporttest.SimB + ",3,", "\n" + reporttest.SimB + ",3.0,", `line 3: the line is "3.0"`},
		"a status of its own":             {",failed,https", ",FAILED,https", `line 3: the status is "FAILED"`},
	} {
		t.Run(name, func(t *testing.T) {
			text := strings.Replace(good, c.old, c.new, 1)
			if text == good {
				t.Fatal("nothing is changed")
			}
			for reader, err := range refusals(t, text) {
				if reader == "reading" && strings.Contains(name, "status") {
					continue // it gives every status as it is
				}
				if err == nil || !strings.HasPrefix(err.Error(), c.says) {
					t.Errorf("%s says %v", reader, err)
				} else if !strings.HasSuffix(err.Error(), "Use the file as simhook wrote it") {
					t.Errorf("%s does not say what to do: %v", reader, err)
				}
			}
		})
	}
}

func TestAFileThatWasSavedInAnotherFormIsNamedForWhatItIs(t *testing.T) {
	good := string(headerLine()) + lines(reporttest.OKRow(reporttest.SimA, 2), reporttest.OKRow(reporttest.SimB, 3))
	quoted := strings.NewReplacer("\n", "\"\n\"", ",", `","`).Replace(good)
	for name, c := range map[string]struct{ text, form string }{
		"a byte order mark":          {"\ufeff" + good, "a byte order mark at its beginning"},
		"semicolons":                 {strings.ReplaceAll(good, ",", ";"), "semicolons between its cells"},
		"a mark, and semicolons":     {"\ufeff" + strings.ReplaceAll(good, ",", ";"), "semicolons between its cells"},
		"tabs":                       {strings.ReplaceAll(good, ",", "\t"), "tabs between its cells"},
		"quotes":                     {`"` + strings.TrimSuffix(quoted, `"`), "quotes around all of its cells"},
		"line ends of an old system": {strings.ReplaceAll(good, "\n", "\r"), "line ends that are carriage returns alone"},
		"UTF-16, little end first":   {utf16Of("\ufeff"+good, binary.LittleEndian), "UTF-16"},
		"UTF-16, big end first":      {utf16Of("\ufeff"+good, binary.BigEndian), "UTF-16"},
		"UTF-16 without a mark":      {utf16Of(good, binary.LittleEndian), "UTF-16"},
		"the same, with labels":      {strings.ReplaceAll(string(headerWith("site"))+strings.ReplaceAll(good[len(headerLine()):], "\n", ",here\n"), "\n", "\r"), "line ends that are carriage returns alone"},
	} {
		t.Run(name, func(t *testing.T) {
			want := "not a results file of simhook: a spreadsheet has saved it in another form (" + c.form + "). Use the file as simhook wrote it"
			for reader, err := range refusals(t, c.text) {
				if err == nil || err.Error() != want {
					t.Errorf("%s says %v", reader, err)
				}
			}
		})
	}
}

func utf16Of(text string, order binary.AppendByteOrder) string {
	var encoded bytes.Buffer
	for _, unit := range utf16.Encode([]rune(text)) {
		encoded.Write(order.AppendUint16(nil, unit))
	}
	return encoded.String()
}

// What is left where a run is killed or the power is cut is no other program's doing.
func TestHalfALineBeforeAnotherIsNoChange(t *testing.T) {
	path := resultsIn(t)
	second := lines(reporttest.OKRow(reporttest.SimB, 3))
	for _, half := range []int{3, 12, 40, 120} {
		reporttest.Write(t, partialPath(path), string(headerLine())+lines(reporttest.OKRow(reporttest.SimA, 2))+second[:half]+second)
		look := bothTypes()
		look.ReadOnly = true
		if healed := mustOpen(t, path, look).Healed(); healed.Lines != 1 {
			t.Errorf("half a line of %d bytes: %+v", half, healed)
		}
	}
}
