package fleet_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"simhook/batch/fleet"
)

const fleets = "../../testdata/fleets/"

// openFleet opens a fleet file that has to be usable.
func openFleet(t testing.TB, path string, options fleet.Options) *fleet.Fleet {
	t.Helper()
	f, err := fleet.Open(t.Context(), path, nil, "", options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// writeFleet makes a fleet file of text.
func writeFleet(t testing.TB, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "fleet.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// readFleet reads all rows of a fleet, and the error that ended them.
func readFleet(t testing.TB, f *fleet.Fleet) (rows []fleet.Row, err error) {
	t.Helper()
	for row, err := range f.All() {
		if err != nil {
			return rows, err
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// rowsOf reads all rows of a fleet whose reading has to succeed.
func rowsOf(t testing.TB, f *fleet.Fleet) []fleet.Row {
	t.Helper()
	rows, err := readFleet(t, f)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestFleetFilesOfSpreadsheetsAreUnderstood(t *testing.T) {
	sims := []string{
		"8944474600000109251", "8944478600004958824", "8944477100000000086", "8944472600000510740", "893000000002391231",
	}
	tests := map[string]struct {
		file      string
		firstLine int
		noURLs    bool
	}{
		"commas":                           {file: "comma.csv", firstLine: 2},
		"gzip":                             {file: "comma.csv.gz", firstLine: 2},
		"semicolons":                       {file: "semicolon.csv", firstLine: 2},
		"tabs":                             {file: "tabs.csv", firstLine: 2},
		"pipes":                            {file: "pipes.csv", firstLine: 2},
		"all cells quoted":                 {file: "quoted.csv", firstLine: 2},
		"CRLF and byte order mark":         {file: "crlf-bom.csv", firstLine: 2},
		"lone CR":                          {file: "cr.csv", firstLine: 2},
		"a sep= line":                      {file: "sep.csv", firstLine: 3},
		"UTF-16, little endian":            {file: "utf16.csv", firstLine: 2},
		"UTF-16, big endian":               {file: "utf16be.csv", firstLine: 2},
		"UTF-16 without a byte order mark": {file: "utf16-no-bom.csv", firstLine: 2},
		"Windows-1252":                     {file: "windows-1252.csv", firstLine: 2},
		"no header":                        {file: "noheader.csv", firstLine: 1, noURLs: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := openFleet(t, fleets+tt.file, fleet.Options{WebhookURL: "https://example.com/default"})
			if f.HasWebhookURLs() == tt.noURLs {
				t.Errorf("HasWebhookURLs is %v", f.HasWebhookURLs())
			}
			var want []fleet.Row
			for i, sim := range sims {
				row := fleet.Row{Line: tt.firstLine + i, ICCID: sim, WebhookURL: "https://example.com/default"}
				if i%2 == 0 && !tt.noURLs {
					row.WebhookURL = "https://example.com/hooks/" + string(rune('1'+i))
				}
				want = append(want, row)
			}
			for range 2 {
				if diff := cmp.Diff(want, rowsOf(t, f)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestExampleFleetIsAllValid(t *testing.T) {
	rows := rowsOf(t, openFleet(t, "../../testdata/fleet.csv", fleet.Options{}))
	if len(rows) != 25 {
		t.Errorf("%d rows, want 25", len(rows))
	}
	for _, row := range rows {
		if row.Problem != "" || row.Changes != 0 {
			t.Errorf("line %d: %q %q", row.Line, row.Problem, row.Changes)
		}
	}
}

func TestHeaderIsFound(t *testing.T) {
	const row, ownURL = "x,8944474600000109251,y\n", "x,8944474600000109251,https://example.com/own\n"
	tests := map[string]struct {
		text    string
		options fleet.Options
		urls    bool
	}{
		"in capitals":                           {"a,ICCID,b\n" + row, fleet.Options{}, false},
		"by the name sim":                       {"a,sim,b\n" + row, fleet.Options{}, false},
		"by the name SIM ICCID":                 {"a, SIM ICCID ,b\n" + row, fleet.Options{}, false},
		"with a webhook column":                 {"a,sim_iccid,Webhook URL\n" + ownURL, fleet.Options{}, true},
		"with a webhook column of another name": {"a,iccid,Callback-URL (optional)\n" + ownURL, fleet.Options{}, true},
		"below titles":                          {"Our SIMs,,\n# of March,,\na,iccid,b\n" + row, fleet.Options{}, false},
		"once more":                             {"a,iccid,b\n" + row + "a,iccid,b\n", fleet.Options{}, false},
		"before the end of an old file":         {"a,iccid,b\n" + row + "\x1a\n\x00\x00", fleet.Options{}, false},
		"after blank lines":                     {"\n  \n\na,iccid,b\n" + row, fleet.Options{}, false},
		"by the name that was asked for":        {"iccid,Card Number,b\n" + row, fleet.Options{Column: "card_number"}, false},
		"with the more telling name preferred":  {"sim,iccid,b\n" + row, fleet.Options{}, false},
		"with other columns of the same name":   {"a,iccid,a\n" + row, fleet.Options{}, false},
		"with more of the other delimiters":     {"a,iccid,b;c;d;e\n" + row, fleet.Options{}, false},
		"with the delimiter that was given":     {"a;iccid;b\nx;8944474600000109251;y", fleet.Options{Delimiter: ";"}, false},
		"with a tab that was given":             {"a\ticcid\nx\t8944474600000109251", fleet.Options{Delimiter: `\t`}, false},
		"with a given delimiter over sep=":      {"sep=,\na;iccid\nx;8944474600000109251", fleet.Options{Delimiter: ";"}, false},
		"with an unusual delimiter behind sep=": {"sep=^\na^iccid^b\nx^8944474600000109251^y", fleet.Options{}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := openFleet(t, writeFleet(t, tt.text), tt.options)
			rows := rowsOf(t, f)
			if len(rows) != 1 || rows[0].ICCID != documented || rows[0].Problem != "" {
				t.Errorf("rows: %+v", rows)
			}
			if f.HasWebhookURLs() != tt.urls || (rows[0].WebhookURL != "") != tt.urls {
				t.Errorf("HasWebhookURLs is %v, the row's is %q", f.HasWebhookURLs(), rows[0].WebhookURL)
			}
		})
	}
}

func TestFileWithoutHeaderIsRecognisedByItsFirstCell(t *testing.T) {
	for name, first := range map[string]string{
		"an ICCID":                         documented,
		"a decorated ICCID":                `="8944-4746 00000109251F"`,
		"an ICCID with a bad digit":        "8944474600000109254",
		"an ICCID already lost":            "8.94447E+18",
		"a number of an ICCID's length":    "1944474600000109251",
		"an ICCID before a sep= delimiter": "sep=;\n" + documented,
	} {
		t.Run(name, func(t *testing.T) {
			rows := rowsOf(t, openFleet(t, writeFleet(t, first+"\n8944478600004958824\n"), fleet.Options{}))
			if len(rows) != 2 || rows[1].ICCID != "8944478600004958824" {
				t.Errorf("rows: %+v", rows)
			}
		})
	}
}

func TestUnusableFleetFilesAreRefused(t *testing.T) {
	tests := map[string]struct {
		text    string
		options fleet.Options
		says    []string
	}{
		"an empty file":    {"", fleet.Options{}, []string{"is empty"}},
		"only blank lines": {"\n \r\n\n", fleet.Options{}, []string{"is empty"}},
		"only a sep= line": {"sep=;\n", fleet.Options{}, []string{"is empty"}},
		"no column of ICCIDs": {"imsi,name\n1,2\n", fleet.Options{},
			[]string{`"imsi", "name"`, "iccid, sim_iccid or sim", "--column"}},
		"not the column asked for":       {"iccid,name\n", fleet.Options{Column: "card"}, []string{`"card"`, `"iccid", "name"`}},
		"a column asked for, no header":  {documented + "\n", fleet.Options{Column: "card"}, []string{"no header", `"card"`}},
		"two columns of ICCIDs":          {"iccid,name,ICCID\n", fleet.Options{}, []string{"columns 1 and 3", "rename"}},
		"two columns of webhooks":        {"iccid,webhook_url,webhook_url\n", fleet.Options{}, []string{"columns 2 and 3"}},
		"an open quote in the header":    {"iccid,\"name\n", fleet.Options{}, []string{"header is never closed"}},
		"a workbook":                     {"PK\x03\x04\x14\x00", fleet.Options{}, []string{"Excel workbook", "save or export the SIMs as CSV"}},
		"an old workbook":                {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", fleet.Options{}, []string{"Excel workbook"}},
		"a PDF":                          {"%PDF-1.7\n", fleet.Options{}, []string{"PDF"}},
		"a binary file":                  {"\x7fELF\x02\x01\x01\x00", fleet.Options{}, []string{"binary"}},
		"a first line without end":       {strings.Repeat("x", 2<<20), fleet.Options{}, []string{"longer than 1 MB"}},
		"gzip cut off in its header":     {"\x1f\x8b\x08", fleet.Options{}, []string{"gzip file is damaged or incomplete"}},
		"control characters in a column": {"im\x1b[31msi,name\n", fleet.Options{}, []string{`"im [31msi"`}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := writeFleet(t, tt.text)
			_, err := fleet.Open(t.Context(), path, nil, "", tt.options)
			wantFleetError(t, err, append(tt.says, "reading "+path)...)
		})
	}
}

func TestMissingFilesAndDirectoriesAreRefused(t *testing.T) {
	dir := t.TempDir()
	_, err := fleet.Open(t.Context(), dir, nil, "", fleet.Options{})
	wantFleetError(t, err, "is a directory")
	_, err = fleet.Open(t.Context(), filepath.Join(dir, "none.csv"), nil, "", fleet.Options{})
	wantFleetError(t, err, "none.csv: no such file or directory")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Error("the error does not wrap fs.ErrNotExist")
	}
	if strings.Count(err.Error(), "none.csv") != 1 {
		t.Errorf("the error names the file more than once: %v", err)
	}
}

func TestUnknownDelimiterIsAnErrorOfItsOwn(t *testing.T) {
	for _, delimiter := range []string{":", ",,", "comma"} {
		_, err := fleet.Open(t.Context(), fleets+"comma.csv", nil, "", fleet.Options{Delimiter: delimiter})
		var bad *fleet.Error
		if err == nil || errors.As(err, &bad) {
			t.Errorf("delimiter %q: %v", delimiter, err)
		}
	}
}

func TestDamagedGzipEndsWithAnErrorAndNotSilently(t *testing.T) {
	var whole bytes.Buffer
	zip := gzip.NewWriter(&whole)
	_, _ = io.WriteString(zip, "iccid\n"+strings.Repeat(documented+"\n", 200_000))
	_ = zip.Close()
	flipped := bytes.Clone(whole.Bytes())
	flipped[len(flipped)-6] ^= 0xff // in the checksum
	for name, text := range map[string][]byte{
		"cut off":            whole.Bytes()[:whole.Len()/2],
		"cut off at the end": whole.Bytes()[:whole.Len()-1],
		"altered":            flipped,
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := readFleet(t, openFleet(t, writeFleet(t, string(text)), fleet.Options{}))
			wantFleetError(t, err, "line ", "gzip file is damaged or incomplete")
			if len(rows) == 0 {
				t.Error("no row was read before the damage")
			}
		})
	}
}

func TestFleetChangedInPlaceIsAnError(t *testing.T) {
	path := writeFleet(t, "iccid\n"+documented+"\n")
	f := openFleet(t, path, fleet.Options{})
	rows := 0
	var last error
	for _, err := range f.All() {
		if rows++; rows == 1 {
			if err := errors.Join(err, os.Truncate(path, 3)); err != nil {
				t.Fatal(err)
			}
		}
		last = err
	}
	if rows != 2 {
		t.Errorf("%d rows, want one and the error", rows)
	}
	wantFleetError(t, last, "was changed while it was being read")
	_, err := readFleet(t, f)
	wantFleetError(t, err, "was changed")
}

func TestFleetReplacedMeanwhileStaysTheSame(t *testing.T) {
	path := writeFleet(t, "iccid\n"+documented+"\n")
	f := openFleet(t, path, fleet.Options{})
	if err := os.Rename(writeFleet(t, "iccid\n8944478600004958824\n"), path); err != nil {
		t.Fatal(err)
	}
	if rows := rowsOf(t, f); len(rows) != 1 || rows[0].ICCID != documented {
		t.Errorf("rows: %+v", rows)
	}
}

func TestReadingAfterCloseIsAnError(t *testing.T) {
	f := openFleet(t, fleets+"comma.csv", fleet.Options{})
	_ = f.Close()
	_, err := readFleet(t, f)
	wantFleetError(t, err)
}

func wantFleetError(t *testing.T, err error, says ...string) {
	t.Helper()
	if _, ok := errors.AsType[*fleet.Error](err); !ok {
		t.Fatalf("the error is no *fleet.Error: %v", err)
	}
	for _, text := range says {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error does not say %q: %v", text, err)
		}
	}
}

func TestEveryChangeInPlaceIsNoticed(t *testing.T) {
	written := time.Date(2024, 10, 14, 4, 5, 38, 0, time.UTC)
	tests := map[string]struct {
		text string
		at   time.Time
	}{
		"of the length": {"iccid\n", written},
		"of the time":   {"iccid\n" + documented + "\n", written.Add(time.Second)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			path := writeFleet(t, "iccid\n"+documented+"\n")
			if err := os.Chtimes(path, written, written); err != nil {
				t.Fatal(err)
			}
			f := openFleet(t, path, fleet.Options{})
			rowsOf(t, f)
			if err := errors.Join(os.WriteFile(path, []byte(tt.text), 0o600), os.Chtimes(path, tt.at, tt.at)); err != nil {
				t.Fatal(err)
			}
			_, err := readFleet(t, f)
			wantFleetError(t, err, "was changed")
		})
	}
}

func TestByteOrderMarkIsNoPartOfTheFirstCell(t *testing.T) {
	for name, text := range map[string]string{
		"of a row":                    "\ufeff" + documented + "\n",
		"of a quoted header":          "\ufeff\"iccid\",\"a,b\"\n" + documented + "\n",
		"before a sep= line":          "\ufeffsep=;\niccid;a\n" + documented + "\n",
		"in an otherwise UTF-16 file": "\xff\xfe" + strings.Join(strings.Split(documented, ""), "\x00") + "\x00",
	} {
		t.Run(name, func(t *testing.T) {
			rows := rowsOf(t, openFleet(t, writeFleet(t, text), fleet.Options{}))
			if len(rows) != 1 || rows[0].ICCID != documented || rows[0].Changes != 0 {
				t.Errorf("rows: %+v", rows)
			}
		})
	}
}
