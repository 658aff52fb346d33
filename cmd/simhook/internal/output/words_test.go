package output_test

import (
	"testing"
	"time"

	"simhook/cmd/simhook/internal/output"
)

func TestPrintedNumbers(t *testing.T) {
	for n, want := range map[int]string{0: "0 rows", 1: "1 row", 999: "999 rows", 1000: "1,000 rows", 1234567: "1,234,567 rows"} {
		if got := output.Counted(n, "row"); got != want {
			t.Errorf("%d is written %s, want %s", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		10 * time.Millisecond: "less than 1 s", 3 * time.Second: "3 s", 90 * time.Second: "90 s",
		25 * time.Minute: "25 min", 81 * time.Minute: "1 h 21 min", 60 * time.Hour: "2 days 12 h",
	} {
		if got := output.Roughly(d); got != want {
			t.Errorf("%v is written %s, want %s", d, got, want)
		}
	}
}
