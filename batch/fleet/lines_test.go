package fleet

import (
	"bytes"
	"encoding/csv"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// allLines reads all lines of a text.
func allLines(t rapid.TB, in io.Reader) (lines []string) {
	l := newLineReader(in)
	for {
		line, err := l.next()
		if err == io.EOF {
			return lines
		}
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(line))
		if l.number != len(lines) {
			t.Fatalf("line %d has the number %d", len(lines), l.number)
		}
		if l.quoted != bytes.Contains(line, []byte{'"'}) {
			t.Fatalf("line %d, %.40q: quoted is %t", l.number, line, l.quoted)
		}
	}
}

func TestLinesEndInLFCRLFOrCR(t *testing.T) {
	tests := map[string]struct {
		text string
		want []string
	}{
		"LF":                        {"a\nb\n", []string{"a", "b"}},
		"CRLF":                      {"a\r\nb\r\n", []string{"a", "b"}},
		"CR":                        {"a\rb\r", []string{"a", "b"}},
		"all of them":               {"a\rb\nc\r\nd", []string{"a", "b", "c", "d"}},
		"blank lines count":         {"\n\r\n\r\ra", []string{"", "", "", "", "a"}},
		"no end after the last one": {"a\nb", []string{"a", "b"}},
		"nothing":                   {"", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, in := range []io.Reader{
				strings.NewReader(tt.text), iotest.OneByteReader(strings.NewReader(tt.text)),
				iotest.DataErrReader(strings.NewReader(tt.text)),
			} {
				if diff := cmp.Diff(tt.want, allLines(t, in)); diff != "" {
					t.Error(diff)
				}
			}
		})
	}
}

func TestLinesDoNotDependOnHowTheTextArrives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{"\n", "\r", "\r\n", "a", "bc", `"`, strings.Repeat("x", 40_000)})
		pieces := rapid.SliceOf(piece).Draw(t, "pieces")
		text := strings.Join(pieces, "")
		var want []string
		for line := range strings.Lines(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)) {
			want = append(want, strings.TrimSuffix(line, "\n"))
		}
		for _, in := range []io.Reader{strings.NewReader(text), iotest.HalfReader(strings.NewReader(text))} {
			if diff := cmp.Diff(want, allLines(t, in)); diff != "" {
				t.Error(diff)
			}
		}
	})
}

func TestOverlongLineTakesLittleMemory(t *testing.T) {
	l := newLineReader(strings.NewReader(strings.Repeat("8", 20*maxLine) + "\nshort"))
	if _, err := l.next(); err != errLongLine {
		t.Errorf("the long line gives %v", err)
	}
	if line, err := l.next(); string(line) != "short" || err != nil {
		t.Errorf("the line behind it is %q, %v", line, err)
	}
	if limit := 4 * maxLine; len(l.buf) > limit {
		t.Errorf("the buffer has grown to %d bytes", len(l.buf))
	}
}

func TestLinesPassOnTheReadersError(t *testing.T) {
	l := newLineReader(iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader("ab"))))
	for range 2 {
		if line, err := l.next(); err != iotest.ErrTimeout {
			t.Errorf("%q, %v", line, err)
		}
	}
}

func TestLinesEndAtAReaderWithoutProgress(t *testing.T) {
	if _, err := newLineReader(stuck{}).next(); err != io.ErrNoProgress {
		t.Errorf("%v", err)
	}
}

type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

func TestCellsAreSplitAsEncodingCSVDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		delimiter := rapid.SampledFrom([]byte(delimiters)).Draw(t, "delimiter")
		want := rapid.SliceOfN(rapid.StringMatching(`[a, ;|"	é]{0,6}`), 1, 5).Draw(t, "cells")
		var line bytes.Buffer
		w := csv.NewWriter(&line)
		w.Comma = rune(delimiter)
		if err := w.Write(want); err != nil {
			t.Fatal(err)
		}
		w.Flush()
		splitter := cellSplitter{delimiter: delimiter}
		cells, open := splitter.split(bytes.TrimSuffix(line.Bytes(), []byte("\n")))
		var got []string
		for _, cell := range cells {
			got = append(got, string(cell))
		}
		if diff := cmp.Diff(want, got); diff != "" || open {
			t.Errorf("%q: open %v\n%s", line.String(), open, diff)
		}
	})
}

func TestSloppyQuotesAreTolerated(t *testing.T) {
	tests := map[string]struct {
		line string
		want []string
	}{
		"a quote inside a cell":            {`a,5" antenna,b`, []string{"a", `5" antenna`, "b"}},
		"quotes inside a quoted cell":      {`"the "big" one",b`, []string{`the "big" one`, "b"}},
		"spaces around a quoted cell":      {`a, "b,c" ,d`, []string{"a", "b,c", "d"}},
		"a formula":                        {`="8944",b`, []string{`="8944"`, "b"}},
		"an empty quoted cell":             {`"",""`, []string{"", ""}},
		"an empty last cell":               {`a,`, []string{"a", ""}},
		"a quote that is never closed":     {`a,"b,c`, nil},
		"a doubled quote at the very end":  {`"a""`, nil},
		"a last word behind a closed cell": {`"a" b`, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			splitter := cellSplitter{delimiter: ','}
			cells, open := splitter.split([]byte(tt.line))
			if open != (tt.want == nil) {
				t.Fatalf("open is %v", open)
			}
			var got []string
			for _, cell := range cells {
				got = append(got, string(cell))
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
