package cell_test

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"simhook/report/cell"
	"simhook/report/reporttest"
)

func TestCleanTextIsOneShortHarmlessLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, limit := reporttest.Hostile().Draw(t, "text"), rapid.IntRange(3, 2100).Draw(t, "limit")
		got := cell.Clean(text, limit)
		if len(got) > limit {
			t.Errorf("%d bytes, more than %d", len(got), limit)
		}
		if !utf8.ValidString(got) {
			t.Errorf("%q is not UTF-8", got)
		}
		for _, r := range got {
			if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.In(r, unicode.Zl, unicode.Zp) {
				t.Errorf("%q holds %U", got, r)
			}
		}
		if again := cell.Clean(got, limit); again != got {
			t.Errorf("cleaned again %q becomes %q", got, again)
		}
	})
}

func TestTimesHaveMilliseconds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.SampledFrom([]int64{1, 1e3, 1e6, 1e7, 1e8, 1e9}).Draw(t, "digits") // so that zeros are frequent
		at := time.UnixMicro(rapid.Int64Range(-1e9, 1e10).Draw(t, "at") * digits / 1e3).In(time.FixedZone("", 3600))
		want := "x" + at.UTC().Format(cell.TimeFormat) + ","
		if got := string(cell.AppendTime([]byte("x"), at)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	})
	if got := string(cell.AppendTime(nil, time.Time{})); got != "," {
		t.Errorf("no time is %q", got)
	}
}

func TestClean(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"clean text stays as it is":                    {"grüße, 世界 ", "grüße, 世界 "},
		"line breaks become spaces":                    {"a\r\nb\nc", "a  b c"},
		"escape sequences lose their escape":           {"\x1b[31mred\x1b[0m", "[31mred [0m"},
		"text that reorders itself does not":           {"abc\u202edef", "abc def"},
		"broken UTF-8 is marked":                       {"a\xffb", "a\ufffdb"},
		"text of the limit's length is whole":          {strings.Repeat("x", 20), strings.Repeat("x", 20)},
		"so is unclean text that fits":                 {strings.Repeat("x", 18) + "\ny", strings.Repeat("x", 18) + " y"},
		"longer text ends in an ellipsis":              {strings.Repeat("x", 21), strings.Repeat("x", 17) + "…"},
		"it is not cut within a character":             {strings.Repeat("é", 20), strings.Repeat("é", 8) + "…"},
		"nothing stays of what is only line breaks":    {"\n\n\r\n", ""},
		"an enormous text takes no longer than a cell": {strings.Repeat("\n", 1<<20) + "x", "…"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := cell.Clean(tt.text, 20); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestNoTextIsAFormula(t *testing.T) {
	tests := map[string]struct{ text, want string }{
		"equals":                     {"=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"},
		"plus":                       {"+1", "'+1"},
		"minus":                      {"-1", "'-1"},
		"at":                         {"@SUM(A1)", "'@SUM(A1)"},
		"after a space":              {"  =1", "'=1"},
		"after a tab":                {"\t=1", "'=1"},
		"after a carriage return":    {"\r=1", "'=1"},
		"after what is invisible":    {"\u200b\ufeff=1", "'=1"},
		"after a wide space":         {"\u3000=1", "'=1"},
		"wide equals":                {"＝1", "'＝1"},
		"wide plus":                  {"＋1", "'＋1"},
		"wide minus":                 {"－1", "'－1"},
		"wide at":                    {"＠1", "'＠1"},
		"inside it stays as it is":   {"a=1", "a=1"},
		"an apostrophe is no danger": {"'=1", "'=1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := cell.Text(tt.text); got != tt.want {
				t.Errorf("the text becomes %q, want %q", got, tt.want)
			}
		})
	}
}

func TestURLsSurvive(t *testing.T) {
	long := "https://example.com/" + strings.Repeat("x,\"y", 4091)
	tests := map[string]struct{ url, want string }{
		"a plain one":                     {reporttest.URLA, reporttest.URLA},
		"one with user and password":      {"https://user:p%40ss@example.com/a?b=c,d&e=\"f\"#g", "https://user:p%40ss@example.com/a?b=c,d&e=\"f\"#g"},
		"one in another script":           {"https://例え.jp/通知", "https://例え.jp/通知"},
		"16 KiB":                          {long, long},
		"longer ones are left out":        {long + "x", ""},
		"invisible characters, encoded":   {"https://example.com/a\u200bb", "https://example.com/a%E2%80%8Bb"},
		"line breaks, encoded":            {"https://example.com/a\r\nb", "https://example.com/a%0D%0Ab"},
		"broken UTF-8, encoded":           {"https://example.com/a\xffb", "https://example.com/a%FFb"},
		"what is no URL is no formula":    {"=1+1", "'=1+1"},
		"nor when it begins with a space": {" =1+1", "'=1+1"},
	}
	if len(long) != cell.URLLimit {
		t.Fatalf("the long URL has %d bytes", len(long))
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := cell.URL(tt.url); got != tt.want {
				t.Errorf("the cell is %.100q, want %.100q", got, tt.want)
			}
		})
	}
}
