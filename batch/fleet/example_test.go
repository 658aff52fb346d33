package fleet_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"simhook/batch/fleet"
)

func Example() {
	const text = "SIM ICCID;Webhook URL\n" +
		"8944474600000109251;https://example.com/hooks/1\n" +
		"=\"8944 4786 0000 4958 824\";\n" +
		"8.94447E+18;\n"
	dir, err := os.MkdirTemp("", "fleet")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "fleet.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		fmt.Println(err)
		return
	}

	f, err := fleet.Open(context.Background(), path, nil, "", fleet.Options{WebhookURL: "https://example.com/hooks"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	for row, err := range f.All() {
		switch {
		case err != nil: // the file cannot be read any further
			fmt.Println(err)
		case row.Problem != "":
			fmt.Printf("line %d: %s: %s\n", row.Line, row.Cell, row.Kind)
		default:
			fmt.Printf("line %d: %s %s\n", row.Line, row.ICCID, row.WebhookURL)
		}
	}
	// Output:
	// line 2: 8944474600000109251 https://example.com/hooks/1
	// line 3: 8944478600004958824 https://example.com/hooks
	// line 4: 8.94447E+18: scientific notation
}

func ExampleFromSlice() {
	f := fleet.FromSlice("trackers", []fleet.SIM{
		{ICCID: "8944474600000109251"},
		{ICCID: "8944-4786-0000-4958-824", WebhookURL: "https://example.com/own"},
	}, fleet.Options{WebhookURL: "https://example.com/all"})
	for row, err := range f.All() {
		fmt.Println(row.Line, row.ICCID, row.WebhookURL, err)
	}
	// Output:
	// 1 8944474600000109251 https://example.com/all <nil>
	// 2 8944478600004958824 https://example.com/own <nil>
}

// A function that queries a database is the usual source. Here each query gives two SIMs.
func ExampleFromSeq() {
	query := func(yield func(fleet.SIM, error) bool) {
		for _, iccid := range []string{"8944474600000109251", "8944478600004958824"} {
			if !yield(fleet.SIM{ICCID: iccid}, nil) {
				return
			}
		}
		// A failed query ends with: yield(fleet.SIM{}, err)
	}
	found, err := fleet.Check(context.Background(), fleet.FromSeq("database", query, fleet.Options{}))
	fmt.Println(found.Rows, "rows,", found.Valid, "valid,", err)
	// Output: 2 rows, 2 valid, <nil>
}

func ExampleNormaliseICCID() {
	iccid, changes, err := fleet.NormaliseICCID(`="8944 4746 0000 0109 251F"`, false)
	fmt.Println(iccid, changes, err)
	_, _, err = fleet.NormaliseICCID("234330000000001", false)
	fmt.Println(err)
	// Output:
	// 8944474600000109251 spaces, quotes, formula, filler F <nil>
	// 15 digits, but an ICCID has 18 to 20: this may be an IMSI or an IMEI
}
