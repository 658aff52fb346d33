package fleet_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"simhook/batch/fleet"
)

// odd is a fleet file and what becomes of it. $A to $E stand for ICCIDs.
type odd struct {
	text string
	good string // the rows that can be used, as "A C"
	bad  int    // how many rows cannot
	says string // that the error of a refused file has, or the problem of every bad row, or Found
}

func sims() map[string]string {
	return map[string]string{
		"A": documented, "B": "8944478600004958824", "C": "8944477100000000086", "D": "8944472600000510740", "E": "893000000002391231",
	}
}

// tryOdd reads each file as a whole, with the check digit demanded and not.
func tryOdd(t *testing.T, files map[string]odd) {
	t.Helper()
	for name, tt := range files {
		t.Run(name, func(t *testing.T) {
			for _, allow := range []bool{false, true} {
				options := fleet.Options{WebhookURL: "https://example.com/default", AllowBadLuhn: allow}
				tt.try(t, options)
			}
		})
	}
}

func (tt odd) try(t *testing.T, options fleet.Options) {
	t.Helper()
	path := writeFleet(t, os.Expand(tt.text, func(name string) string { return sims()[name] }))
	var rows []fleet.Row
	f, err := fleet.Open(t.Context(), path, nil, "", options)
	said := ""
	if err == nil {
		defer f.Close()
		rows, err = readFleet(t, f)
		said = strings.Join(f.Found(), "\n")
	}
	if err != nil {
		if tt.good != "" || tt.bad > 0 || tt.says == "" || !strings.Contains(strings.ReplaceAll(err.Error(), path, ""), tt.says) {
			t.Errorf("refused: %v; want %+v", err, tt)
		}
		return
	}
	letters := map[string]string{}
	for letter, iccid := range sims() {
		letters[iccid] = letter
	}
	good, bad := goodAndBad(rows)
	for i := range good {
		good[i] = letters[good[i]]
	}
	if diff := cmp.Diff(tt.good, strings.Join(good, " ")); diff != "" || len(bad) != tt.bad {
		t.Errorf("%s; bad: %+v", diff, bad)
	}
	says := strings.Contains(said, tt.says) ||
		len(bad) > 0 && !slices.ContainsFunc(bad, func(row fleet.Row) bool { return !strings.Contains(row.Problem, tt.says) })
	if !says {
		t.Errorf("%q is not said: %s; %+v", tt.says, said, bad)
	}
}

// No line is taken into the cell of another where it may be a row: both readings are in doubt.
func TestALineInAQuoteThatMayBeARowIsInDoubt(t *testing.T) {
	tryOdd(t, map[string]odd{
		"alone in its cell":              {"iccid,note\n$A,Berlin\n$B,\"\n$C,\"\n$D,Hamburg\n", "A D", 2, "quote"},
		"with a quote of its own":        {"iccid,label,city\n$A,\",x\n$B,\",y\n$C,v,z\n", "C", 2, "quote"},
		"with fewer cells":               {"iccid,label,note\n$A,\"stray\n$B,van 2\n$C,monitor 24\"\n$D,ok,x\n", "D", 3, "quote"},
		"with a URL":                     {"iccid,webhook_url,note\n$A,https://example.com/a,\"\n$B,https://example.com/b\n$C,https://example.com/c,\"\n$D,https://example.com/d,z\n", "D", 3, "quote"},
		"in a later column":              {"note,iccid\n\"x,$A\ny,$B\nz\",$C\nz,$D\n", "D", 3, "quote"},
		"with a bad check digit":         {"iccid,note\n$A,\"\n8944478600004958825,\"\n$D,Hamburg\n", "D", 2, "quote"},
		"and an ICCID alone":             {"iccid,note\n$A,\"\n$B\n$C,\"\n$D,x\n", "D", 3, "quote"},
		"and blanks before it":           {"iccid,note\n$A,\"\n  $B ,\"\n$D,x\n", "D", 2, "quote"},
		"and text behind it":             {"iccid,note\n$A,\"\n$B van\n\"\n$D,x\n", "D", 3, "quote"},
		"without a header":               {"$A,\"\n$B,\"\n$D,z\n", "D", 2, "quote"},
		"without a header, never closed": {"$A,\"stray\n$B,x\n$D,z\n", "B D", 1, "quote"},
		"in groups, and text":            {"iccid,note\n$A,\"\n8944 4786 0000 4958 824 van\n\"\n$D,x\n", "D", 3, "quote"},
		"the quote ends it":              {"iccid,note\n$A,\"replaces\n$B\"\n$C,x\n", "A C", 0, ""},
		"the quote ends it, and a cell":  {"iccid,note,city\n$A,\"replaces\n$B\",Bonn\n$C,x,y\n", "A C", 0, ""},
		"the quote ends text behind it":  {"iccid,note\n$A,\"replaces\n$B van\"\n$C,x\n", "C", 2, "quote"},
		"its own again":                  {"iccid,note\n$A,\"this is\n$A\nreally\"\n$C,x\n", "A C", 0, ""},
		"a long note":                    {"iccid,note\n$A,\"" + strings.Repeat("a line\n", 60) + "\"\n$B,x\n", "A B", 0, ""},
		"a long list in a note":          {"iccid,note\n$A,\"" + strings.Repeat("$C,x\n", 60) + "\"\n$B,x\n", "B", 61, "quote"},
		"a very long note":               {"iccid,note\n$A,\"" + strings.Repeat("$C\n", 3000) + "\"\n$B,x\n", "B", 3001, "quote"},
	})
}

// A line break in a cell may come without quotes too.
func TestABreakWithoutQuotesIsNoEndOfARow(t *testing.T) {
	tryOdd(t, map[string]odd{
		"behind a backslash":              {"iccid\tnote\n$A\treplaces\\\n$B\n$C\tx\n", "C", 2, "backslash"},
		"behind a backslash, text":        {"iccid\tnote\n$A\treplaces\\\nthe old one\n$C\tx\n", "A C", 0, ""},
		"paths that end in a backslash":   {"iccid,path\n$A,C:\\a\\\n$B,C:\\b\\\n$C,x\n", "A B C", 0, ""},
		"a backslash at the end":          {"iccid,note\n$A,x\n$B,x\\", "A B", 0, ""},
		"bare":                            {"iccid,note,city\n$A,replaces\n$B,Bonn\n$C,x,Kiel\n", "C", 2, "together"},
		"bare, with text":                 {"iccid,note,city\n$A,replaces\nold,Bonn\n$C,x,Kiel\n", "C", 2, ""},
		"short rows that fit no full one": {"iccid,note,city\n$A\n$B\n$C,x,Kiel\n", "A B C", 0, ""},
		"many short rows":                 {"iccid,note,city\n$C,x,Kiel\n" + strings.Repeat("$A,x\n", 30) + "$B,x,Bonn\n", "C" + strings.Repeat(" A", 30) + " B", 0, ""},
		"bare, twice":                     {"iccid,note,city\n$A,replaces\n$B,Bonn\n$D,replaces\n$E,Ulm\n$C,x,Kiel\n", "C", 4, "together"},
		"bare, without a header":          {"$C,x,Kiel\n$A,replaces\n$B,Bonn\n", "C", 2, "together"},
		"a short row":                     {"iccid,note,city\n$A,x\n$B,x,Bonn\n$C,x,Kiel\n", "A B C", 0, ""},
	})
}

// A line like the header is passed over only if it is the header.
func TestAnotherTableBelowIsRefused(t *testing.T) {
	tryOdd(t, map[string]odd{
		"with other columns":       {"iccid,label,webhook_url\n$A,a,https://example.com/a\niccid,webhook_url,label\n$B,https://example.com/b,\n", "", 0, "line 3"},
		"with more columns":        {"iccid,label\n$A,a\niccid,label,webhook_url\n$B,b,https://example.com/b\n", "", 0, "line 3"},
		"with the columns swapped": {"iccid,label\n$A,a\nlabel,iccid\nb,$B\n", "", 0, "line 3"},
		"of another name":          {"iccid,label\n$A,a\nSIM,label\n$B,b\n", "", 0, "line 3"},
		"of unknown names":         {"iccid,label,webhook_url\n$A,a,\nCard,webhook_url,label\n$B,https://example.com/b,\n", "", 0, "line 3"},
		"of one known name":        {"iccid,label\n$A,a\nCard,Label\n$B,b\n", "", 0, "line 3"},
		"below a plain list":       {"$A\n$B\niccid,webhook_url\n$C,https://example.com/c\n", "", 0, "line 3"},
		"that is the same":         {"ICCID,Label,\n$A,a,\niccid,label\n$B,b\n", "A B", 0, "the header again on line 3"},
		"a bad row":                {"iccid,label\n$A,a\nICCID (lost),b\n", "A", 1, "no digit"},
		"a label":                  {"iccid,type\n$A,SIM\n$B,iccid\n", "A B", 0, ""},
		"records of psql":          {"iccid,$A\niccid,$B\n", "", 0, "header holds an ICCID"},
		"records of psql, aligned": {"-[ RECORD 1 ]---------------\niccid | $A\nlabel | x\n-[ RECORD 2 ]---------------\niccid | $B\n", "", 0, "psql"},
		"rows above the header":    {"SIM number,label\n$A,one\n$B,two\niccid,label\n$C,three\n", "", 0, "line 2 holds an ICCID above the header on line 4"},
		"comments above lists":     {"# depot north\n$A\n$B\n# depot south\niccid\n$C\n", "", 0, "line 2 holds an ICCID above the header on line 5"},
		"an ICCID in a title":      {"# the old one: $A\niccid\n$C\n", "", 0, "line 1 holds an ICCID above the header on line 2"},
	})
}

// A URL that a row would not get is not passed over.
func TestAURLInAnotherCellIsNotIgnored(t *testing.T) {
	many := strings.Repeat("$A,x\n", 600)
	const own = "$A,https://example.com/a,x\n"
	tryOdd(t, map[string]odd{
		"after many rows":             {"iccid,target\n" + many + "$B,https://example.com/b\n", "", 0, "would be ignored"},
		"in brackets":                 {"iccid,target\n$A,<https://example.com/b>\n", "", 0, "would be ignored"},
		"in a formula":                {"iccid,target\n$A,\"=HYPERLINK(\"\"https://example.com/b\"\")\"\n", "", 0, "would be ignored"},
		"behind an apostrophe":        {"iccid,target\n$A,'https://example.com/b'\n", "", 0, "would be ignored"},
		"behind a zero-width space":   {"iccid,target\n$A,\u200bhttps://example.com/b\n", "", 0, "would be ignored"},
		"with a zero-width space":     {"iccid,target\n$A,https\u200b://example.com/b\n", "", 0, "would be ignored"},
		"behind a word":               {"iccid,target\n$A,SE: https://example.com/b\n", "", 0, "would be ignored"},
		"without a scheme":            {"iccid,target\n$A,www.two.example/h\n", "", 0, "would be ignored"},
		"in swapped cells":            {"iccid,webhook_url,label\n" + own + "$B,,https://example.com/b\n", "A", 1, "webhook_url is empty"},
		"in swapped cells, at first":  {"iccid,webhook_url,label\n$B,,https://example.com/b\n" + own, "A", 1, "webhook_url is empty"},
		"behind the header":           {"iccid,webhook_url,\n$A,https://example.com/a,\n$B,,https://example.com/b\n", "A", 1, ""},
		"in a second column":          {"iccid,webhook_url,new\n" + own + "$B,,https://example.com/b\n$C,,\n", "A C", 1, "webhook_url is empty"},
		"where no row has one":        {"iccid,webhook_url,portal\n$A,,https://example.com/a\n$B,,https://example.com/b\n", "A B", 0, ""},
		"beside the row's own":        {"iccid,webhook_url,portal\n$A,https://example.com/a,https://example.com/p\n", "A", 0, ""},
		"in two columns of webhooks":  {"iccid,webhook_url,new webhook url\n$A,https://example.com/a,https://example.com/p\n", "", 0, "columns 2 and 3"},
		"in a column that is old":     {"iccid,webhook_url (old),new webhook url\n$A,https://example.com/a,https://example.com/p\n", "", 0, "would be ignored"},
		"in one that is not, an old":  {"iccid,webhook (do not use),webhook_url\n$A,,https://example.com/p\n", "A", 0, ""},
		"cut by a comma":              {"iccid,webhook_url,\n$A,https://example.com/hook?ids=1,2\n", "", 1, "in quotes"},
		"cut by a semicolon":          {"iccid;webhook_url;\n$A;https://example.com/hook?ids=1;2\n", "", 1, "in quotes"},
		"cut before a column":         {"iccid,webhook_url,,note\n$A,https://example.com/hook?ids=1,2,\n", "", 1, "in quotes"},
		"an empty column at the left": {",iccid,label\n0,$A,a\n1,$B,b\n", "A B", 0, ""},
	})
	f := openFleet(t, writeFleet(t, "iccid,target\n"+documented+",https://example.com/own\n"), fleet.Options{IgnoreURLs: true})
	if rows := rowsOf(t, f); len(rows) != 1 || rows[0].Problem != "" {
		t.Errorf("where no URL is needed: %+v", rows)
	}
}

func TestAnotherICCIDOnALineIsFound(t *testing.T) {
	tryOdd(t, map[string]odd{
		"padded":                 {"iccid,label\n$A,        $B\n", "", 1, "another cell"},
		"padded on both sides":   {"iccid,label\n$A,\t" + strings.Repeat(" ", 70) + "$B   \n", "", 1, "another cell"},
		"without a header":       {"$A\n$A,        $B\n", "A", 1, "another cell"},
		"with a bad check digit": {"iccid,label\n$A,8944478600004958825\n", "", 1, "another cell"},
		"its own":                {"iccid,label\n$A,  $A\n", "A", 0, ""},
		"uneven rows":            {"$A\n$B,van 2\n$C,x,y\n", "A B C", 0, ""},
	})
}

// What stands between and below the rows of a table is passed over, and that is said.
func TestWhatDatabasesAddIsPassedOver(t *testing.T) {
	tryOdd(t, map[string]odd{
		"psql":                     {"        iccid        | label \n---------------------+-------\n $A | one\n $B | two\n(2 rows)\n\n", "A B", 0, "passed over: rules and footers on line 2, 5"},
		"one row":                  {" iccid \n-------\n $A\n(1 row)\n", "A", 0, "line 2, 4"},
		"SQL*Plus":                 {"\nICCID\n-------------------\n$A\n$B\n\n2 rows selected.\n", "A B", 0, "line 3, 7"},
		"mysql":                    {"+------+-------+\n| iccid | label |\n+------+-------+\n| $A | one |\n+------+-------+\n2 rows in set (0.00 sec)\n", "A", 0, "line 3, 5, 6"},
		"Markdown":                 {"| iccid | label |\n|:---|:---:|\n| $A | one |\n| $B | two |\n", "A B", 0, "line 2"},
		"sqlcmd":                   {"iccid,label\n-----,-----\n$A,x\n\n(1 rows affected)\n", "A", 0, "line 2, 5"},
		"the end of an old file":   {"iccid\n$A\n\x1a\n", "A", 0, ""},
		"the end of an old file 2": {"iccid\n$A\n\x1a", "A", 0, ""},
		"NULs":                     {"iccid\n$A\n" + strings.Repeat("\x00", 30), "A", 0, ""},
		"many NULs":                {"iccid\n$A\n" + strings.Repeat("\x00", 600), "A", 0, ""},
		"words in a row":           {"iccid,label\n$A,x\n2 rows of antennas,x\n", "A", 1, "no digit"},
		"a numbered list":          {"1. $A\n2. $B\n", "", 2, "a number stands before the ICCID"},
		"a numbered list, at (2)":  {"iccid\n1) $A\n(2) $B\n", "", 2, "a number stands before the ICCID"},
	})
}

func TestOnlySimhooksResultsHavePrunedRows(t *testing.T) {
	tryOdd(t, map[string]odd{
		"another program's": {"ICCID;LINE;ACTION;SUBSCRIPTION END;Owner\n$A;0;renew;2026-12-31;Ann\n", "A", 0, ""},
		"simhook's": {"iccid,line,action,status,webhook_url,subscription_end,error,started_at,finished_at,base_url\n" +
			"$A,0,unregister,ok,,ok,,,,https://example.com\n$B,1,register,ok,https://example.com/b,ok,,,,https://example.com\n", "B", 0, "1 row"},
	})
}

func TestARefusedRowGetsNoDefaultURL(t *testing.T) {
	tryOdd(t, map[string]odd{
		"too wide": {"iccid,webhook_url\n$A,,x,y\n$B,\n$C,https://example.com/c\n", "B C", 1, "--webhook-url for 1 of 3 rows"},
	})
}

func TestBracketsInTheHeaderSayMoreAboutAColumn(t *testing.T) {
	tryOdd(t, map[string]odd{
		"with a comma":                    {"ICCID (19 digits, no spaces);Label\n$A;van 1\n", "A", 0, "divided by ';'"},
		"with commas":                     {"ICCID (a, b, c, d);Label\n$A;van 1\n", "A", 0, "divided by ';'"},
		"with semicolons":                 {"iccid (required; 19 digits),webhook_url (optional; https only)\n$A,https://example.com/a\n", "A", 0, `webhook URLs in "webhook_url`},
		"that do not say it is old":       {"iccid,webhook_url (not required)\n$A,https://example.com/a\n", "A", 0, "webhook URLs in"},
		"that one says is not to be used": {"iccid,webhook_url (do not use!)\n$A,https://example.com/a\n", "", 0, "would be ignored"},
		"that one says is old":            {"iccid (previous),iccid\n$B,$A\n", "", 1, "another cell"},
		"twice":                           {"iccid;iccid (a, b, c)\n$A;$B\n", "", 0, "columns 1 and 2"},
		"of names with many commas":       {"iccid;what, where, when, who\n$A;x\n", "A", 0, "divided by ';'"},
		"where the first row decides":     {"sim;a,iccid,b,c\n$A;x\n", "A", 0, `ICCIDs in "sim"`},
	})
}

func TestAHeaderMayGoOverLines(t *testing.T) {
	tryOdd(t, map[string]odd{
		"in a later name":         {"iccid,\"Customer\nname\",webhook_url\n$A,x,https://example.com/a\n", "A", 0, "header on line 2"},
		"in the name":             {"\"ICCID\n(SIM)\";Label\n$A;x\n", "A", 0, "ICCIDs in"},
		"below a title":           {"Our SIMs\n\"ICCID\r\n(SIM)\";Label\n$A;x\n", "A", 0, "line 1 above the header"},
		"in the first row":        {"$A,\"two\nlines\"\n$B,x\n", "A B", 0, "no header"},
		"with a stray quote":      {"iccid,\"note\n$A,\"x\"\n$B,y\n", "", 0, "never closed"},
		"with rows in its quote":  {"iccid,\"note\n$A,x\n$B,y\"\n$C,z\n", "", 0, "never closed"},
		"with a quote in a title": {"\"Our SIMs\niccid,note\n$A,5\"\n$B,x\n", "A B", 0, "line 1 above the header"},
	})
}

func TestAListWithoutAHeader(t *testing.T) {
	tryOdd(t, map[string]odd{
		"below a title":             {"SIMs for Berlin\n$A\n$B\n", "A B", 0, "line 1 above the first row"},
		"below a comment":           {"# SIMs, of May; all\n\n$A,x\n$B,y\n", "A B", 0, "lines 1 to 2 above the first row"},
		"below a comment of SQL":    {"-- SIMs, of May\n$A\n", "A", 0, "line 1 above the first row"},
		"numbered in a cell":        {"1,$A\n2,$B\n", "", 0, "has no header"},
		"below an unknown header":   {"serial,name\n$A,x\n$B,y\n", "", 0, "--column"},
		"in another column":         {"van 1,$A\nvan 2,$B\n", "", 0, "has no header"},
		"of a last row with a name": {"$A\n$B;van\n", "A B", 0, ""},
		"below a comment about one": {"# without $A\n$B\n", "B", 1, "no digit"},
		"of thousands":              {"\"8,944,474,600,000,109,251\",x\n$B,x\n", "B", 1, "thousands"},
		"of a first row alone":      {"$A\n$B;van 2\n$C;van 3\n", "A B C", 0, ""},
		"two fields at first":       {"8944474600000001011-9\n$A\n", "A", 1, "two fields"},
		"17 digits at first":        {"89444746000001092\n$A\n", "A", 1, "17 digits"},
		"another script at first":   {"٨٩٤٤٤٧٤٦٠٠٠٠٠١٠٩٢٥١,x\n$A,y\n", "A", 1, "another script"},
		"an EID at first":           {"89044045930000000000001234567890\n$A\n", "A", 1, "EID"},
		"a letter at first":         {"8944474600O00109251\n$A\n", "A", 1, "no digit"},
		"words at first":            {"$B is broken\n$A\n", "A", 1, ""},
		"12 digits at first":        {"894447460000\n$A\n", "A", 1, "12 digits"},
		"a date above":              {"2026-03-01 12:30\n$A\n", "A", 0, "line 1 above the first row"},
		"a word before each":        {"ICCID: $A\nICCID: $B\n", "", 2, "no digit"},
		"a date above the header":   {"2026-03-01 12:30:00.123\niccid\n$A\n", "A", 0, "line 1 above the header"},
		"of columns by blanks":      {"ICCID               LABEL\n------------------- -----\n$A van\n", "", 0, "divided by blanks"},
	})
}

func TestOtherKindsOfFilesAreNamed(t *testing.T) {
	utf16 := func(text string) string {
		wide := "\xff\xfe"
		for i := range len(text) {
			wide += text[i:i+1] + "\x00"
		}
		return wide
	}
	zipped := func(text string) string {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, _ = w.Write([]byte(text))
		_ = w.Close()
		return b.String()
	}
	tryOdd(t, map[string]odd{
		"JSON of jq":            {"[\n  {\n    \"iccid\": \"$A\"\n  }\n]\n", "", 0, "JSON"},
		"JSON of PowerShell":    {utf16("[\r\n    {\r\n        \"iccid\":  \"8944474600000109251\"\r\n    }\r\n]"), "", 0, "JSON"},
		"JSON, numbers":         {"[$A,$B]", "", 0, "JSON"},
		"JSON, texts":           {"[\n \"$A\",\n \"$B\"\n]", "", 0, "JSON"},
		"JSON, an object":       {" {\"sims\": []}", "", 0, "JSON"},
		"a date in brackets":    {"[2026-03-01] SIMs\niccid\n$A\n", "A", 0, "line 1 above"},
		"JSON, empty":           {"[]\n", "", 0, "JSON"},
		"gzip of JSON":          {zipped("[\n{\"iccid\": 1}]"), "", 0, "JSON"},
		"gzip of HTML":          {zipped("<!DOCTYPE html><p>"), "", 0, "HTML"},
		"gzip of a workbook":    {zipped("PK\x03\x04\x14\x00"), "", 0, "workbook"},
		"gzip of gzip":          {zipped(zipped("iccid\n")), "", 0, "gzip"},
		"parquet":               {"PAR1\x15\x04", "", 0, "Parquet"},
		"an empty zip":          {"PK\x05\x06" + strings.Repeat("\x00", 18), "", 0, "zip"},
		"a mail":                {"Subject: SIMs\nMIME-Version: 1.0\nContent-Type: text/csv\n\niccid\n$A\n", "", 0, "mail"},
		"a mail, its end":       {"From: a@example.com\nTo: b@example.com\nSubject: SIMs\n\niccid\n$A\n", "", 0, "mail"},
		"a mail, its body":      {"Content-Transfer-Encoding: quoted-printable\n\niccid\n$A\n", "", 0, "mail"},
		"a title like a mail's": {"Date: 2026-03-01\niccid\n$A\n", "A", 0, "line 1 above"},
		"a diff":                {"--- old.csv\n+++ new.csv\n@@ -1,2 +1,2 @@\n iccid,label\n $A,a\n-$B,b\n", "", 0, "diff"},
		"a diff of git":         {"diff --git a/x.csv b/x.csv\nindex 1..2\n", "", 0, "diff"},
		"an old diff":           {"2c2\n< $A\n---\n> $B\n", "", 0, "diff"},
		"records of a database": {"-[ RECORD 1 ]-----\niccid | $A\nlabel | x\n", "", 0, "expanded"},
		"names in brackets":     {"[iccid],[label]\n$A,x\n", "", 0, "--column"},
	})
}

// Whatever stands in the cells, a line that begins with an ICCID is a row, good or bad, or the file is refused.
func TestNoLineWithAnICCIDIsLost(t *testing.T) {
	dir := t.TempDir()
	cell := rapid.SampledFrom([]string{
		"", "x", `"`, `"x`, `x"`, `""`, `"x, y"`, `5" x`, "x\\", "https://example.com/h", "iccid", "label", "---", "(2 rows)", " ", "\x00",
	})
	line := rapid.Custom(func(t *rapid.T) string {
		cells := rapid.SliceOfN(cell, 0, 4).Draw(t, "cells")
		if rapid.Bool().Draw(t, "a SIM") {
			letter := rapid.SampledFrom([]string{"A", "B", "C", "D", "E"}).Draw(t, "SIM")
			cells = slices.Insert(cells, 0, sims()[letter])
		}
		return strings.Join(cells, ",")
	})
	header := rapid.SampledFrom([]string{"", "iccid\n", "iccid,label\n", "iccid,label,webhook_url\n", "iccid,webhook_url,\n", "SIMs\niccid,label\n", "SIMs\n"})
	rapid.Check(t, func(rt *rapid.T) {
		text := header.Draw(rt, "header") + strings.Join(rapid.SliceOfN(line, 1, 12).Draw(rt, "lines"), "\n")
		path := filepath.Join(dir, "fleet.csv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			rt.Fatal(err)
		}
		f, err := fleet.Open(t.Context(), path, nil, "", fleet.Options{})
		if err != nil {
			return
		}
		defer f.Close()
		rows, err := readFleet(t, f)
		if err != nil {
			return
		}
		met := map[int]bool{}
		same := map[string]bool{}
		for _, row := range rows {
			met[row.Line] = true
			same[row.ICCID] = true
		}
		for i, line := range strings.Split(text, "\n") {
			first, _, _ := strings.Cut(line, ",")
			_, _, err := fleet.NormaliseICCID(first, false)
			if err == nil && !met[i+1] && !same[first] { // a note may name the SIM of its own row
				rt.Errorf("line %d, %q, is lost in\n%s\n%+v", i+1, line, text, rows)
			}
		}
	})
}

// Many programs leave off empty cells at the end: such rows are no broken ones.
func TestRowsMayLeaveOffEmptyCells(t *testing.T) {
	text := "iccid,name,notes\n"
	iccids := someICCIDs(100, "894447", 19)
	for i, iccid := range iccids {
		text += iccid + ",van"
		if i%7 > 2 && i%5 != 0 {
			text += ",wet"
		}
		text += "\n"
	}
	for _, row := range rowsOf(t, openFleet(t, writeFleet(t, text), fleet.Options{})) {
		if row.Problem != "" {
			t.Errorf("line %d: %s", row.Line, row.Problem)
		}
	}
}

func TestColumnsThatMayHoldTheWebhooksAreNotIgnored(t *testing.T) {
	const one, two = "https://one.example/h", "https://two.example/h"
	both, ignored := "are both of webhooks", "would be ignored"
	tryOdd(t, map[string]odd{
		"a newer callback":              {"iccid,callback_url,new callback url\n$A," + one + "," + two + "\n", "", 0, both},
		"a second version":              {"iccid,notification_url,notification_url_v2\n$A," + one + "," + two + "\n", "", 0, both},
		"the other is the new one":      {"iccid,webhook_url,url_new\n$A," + one + "," + two + "\n", "", 0, both},
		"the first was until now":       {"iccid,webhook_url (bisher),Ziel-URL (neu)\n$A," + one + "," + two + "\n", "", 0, ignored},
		"the other is the old one":      {"iccid,old_webhook_url,webhook_url\n$A," + one + "," + two + "\n", "A", 0, ""},
		"the other is of documentation": {"iccid,webhook_url,webhook_docs\n$A," + one + "," + two + "\n", "A", 0, ""},
		"no scheme in a column of URLs": {"iccid,url\n$A,hooks.example.com/n\n", "", 0, ignored},
		"a URL in a note":               {"iccid,note\n$A,see " + one + "\n$B,x\n", "A B", 0, ""},
		"a URL in data":                 {"iccid,meta\n$A,\"{\"\"a\"\":\"\"" + one + "\"\"}\"\n", "A", 0, ""},
		"a company":                     {"iccid,customer\n$A,www.acme.example\n$B,www.acme.example GmbH\n", "", 0, ignored},
		"a portal of every SIM":         {"iccid,webhook_url,portal\n$A," + one + "," + two + "\n$B,," + two + "\n", "A B", 0, ""},
		"a URL in the wrong cell":       {"iccid,webhook_url,label\n$A," + one + ",x\n$B,," + two + "\n", "A", 1, "holds a URL"},
	})
}

func TestTwoLinesThatBecameOneAreNoRow(t *testing.T) {
	tryOdd(t, map[string]odd{
		"two lists, put together":     {"$A,van\n$B,bus$C,car\n$D,x\n", "A D", 1, "holds an ICCID too"},
		"with a header":               {"iccid,label,note\n$A,van,n\n$B,bus$C,car\n$D,x,y\n", "A D", 1, "holds an ICCID too"},
		"a separator of lines":        {"$A,x\u2028$B,y\n$C,z\n", "C", 1, "holds an ICCID too"},
		"a note that names the SIM":   {"iccid,note\n$A,sim$A is new\n", "A", 0, ""},
		"a note that names another":   {"iccid,note\n$A,replaces $B\n", "A", 0, ""},
		"a number that is no ICCID":   {"iccid,note\n$A,ref8944478600004958825x\n", "A", 0, ""},
		"another ICCID over lines":    {"iccid,note\n$A,\"replaces\nno $B\"\n", "A", 0, ""},
		"with a letter of its own":    {"iccid,note\n$A,N$B\n", "", 1, "holds an ICCID too"},
		"two ICCIDs in a cell of one": {"iccid,note\n$A,\"$B $C\"\n", "A", 0, ""},
	})
}

// Brackets in --column tell one column from another.
func TestTheChosenColumnHasTheBracketsOfTheOption(t *testing.T) {
	for header, column := range map[string]string{"iccid,new iccid": "ICCID (new)", "sim,sim_spare": "SIM (spare)"} {
		if f, err := fleet.Open(t.Context(), writeFleet(t, header+"\n"+documented+",8944478600004958824\n"), nil, "", fleet.Options{Column: column}); err == nil {
			t.Errorf("%s: %v", column, f.Found())
		}
	}
	rows := rowsOf(t, openFleet(t, writeFleet(t, "ICCID (old),ICCID (new)\n8944478600004958824,"+documented+"\n"), fleet.Options{Column: "iccid (new)"}))
	if rows[0].ICCID != documented {
		t.Errorf("%+v", rows)
	}
}

// What a file is packed in changes nothing of what is said of it.
func TestAPackedFileIsJudgedAsAPlainOne(t *testing.T) {
	few := someICCIDs(1000, issuer, 19)
	text := "iccid\n" + strings.Join(slices.Concat(someICCIDs(21_000, "893144", 19), few, good(mapped(few, len(few), without))[:16]), "\n") + "\n"
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	_, _ = zip.Write([]byte(text))
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	var invalid []int
	for _, content := range []string{text, packed.String()} {
		found, err := fleet.Check(t.Context(), openFleet(t, writeFleet(t, content), fleet.Options{}))
		if err != nil {
			t.Fatal(err)
		}
		invalid = append(invalid, found.Invalid)
	}
	if invalid[0] == 0 || invalid[0] != invalid[1] {
		t.Errorf("%d invalid, and packed %d", invalid[0], invalid[1])
	}
}

// Cells written in groups excuse only cells in the same groups.
func TestAFieldBehindAnICCIDIsNotOneOfItsGroups(t *testing.T) {
	text := "iccid\n"
	for _, iccid := range someICCIDs(30, issuer, 19) {
		text += iccid[:2] + " " + iccid[2:7] + " " + iccid[7:12] + " " + iccid[12:18] + " " + iccid[18:] + "\n"
	}
	found, err := fleet.Check(t.Context(), openFleet(t, writeFleet(t, text+"8944474600007310993 9\n"), fleet.Options{}))
	if err != nil || found.Valid != 30 || found.Invalid != 1 || found.Problems[0].Kind != fleet.KindTwoFields {
		t.Errorf("%+v, %v", found, err)
	}
}
