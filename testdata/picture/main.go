// Command picture draws the first run of the README as an SVG: it makes the run on a terminal of 100 columns, and shows what the
// terminal showed, when it did. Where nothing moves, the picture is the last screen.
//
//	go run ./testdata/picture > testdata/picture/run.svg
//
// It needs script, of util-linux.
package main

import (
	"bytes"
	"fmt"
	"html"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"unicode/utf8"
)

const (
	columns = 100
	typed   = "go run ./cmd/simhook register --sandbox --webhook-url https://example.com/notifications \\\n" +
		"    --results results.csv testdata/fleet.csv"
	begins = 1.0 // seconds after which the command is typed
)

// Sizes of the picture, in pixels.
const (
	letter = 8.43
	height = 20
	margin = 14
)

func main() {
	if err := draw(); err != nil {
		fmt.Fprintln(os.Stderr, "picture:", err)
		os.Exit(1)
	}
}

func draw() error {
	dir, err := os.MkdirTemp("", "picture")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary, results := filepath.Join(dir, "simhook"), filepath.Join(dir, "results.csv")
	if out, err := exec.Command("go", "build", "-o", binary, "./cmd/simhook").CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	run := fmt.Sprintf("stty cols %d rows 24; exec %s register --sandbox --webhook-url https://example.com/notifications --results %s testdata/fleet.csv",
		columns, binary, results)
	said, timing := filepath.Join(dir, "said"), filepath.Join(dir, "timing")
	cmd := exec.Command("script", "-q", "-e", "-c", run, "--log-out", said, "--log-timing", timing)
	cmd.Env = append(os.Environ(), "TERM=xterm", "NO_COLOR=1", "SHELL=/bin/sh")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, out)
	}
	text, err := os.ReadFile(said)
	if err != nil {
		return err
	}
	times, err := os.ReadFile(timing)
	if err != nil {
		return err
	}
	_, text, _ = bytes.Cut(text, []byte("\n")) // when script began
	s := &screen{}
	for line := range strings.SplitSeq("$ "+typed, "\n") {
		s.lines = append(s.lines, []version{{text: line}})
	}
	s.lines = append(s.lines, nil)
	now := begins
	for line := range strings.Lines(string(times)) {
		var delay float64
		var count int
		if _, err := fmt.Sscanf(strings.TrimLeft(line, "O "), "%g %d", &delay, &count); err != nil || strings.HasPrefix(line, "H") {
			continue
		}
		now += delay
		count = min(count, len(text))
		s.write(now, strings.ReplaceAll(string(text[:count]), dir+"/", ""))
		text = text[count:]
	}
	fmt.Print(s.svg())
	return nil
}

// version is what a line showed from some time on.
type version struct {
	at   float64
	text string
}

// screen is what a terminal shows, line by line, with all that each line has shown.
type screen struct {
	lines [][]version
	now   string // the last line
}

func (s *screen) write(at float64, text string) {
	for _, part := range regexp.MustCompile(`\x1b\[K|\r\n|[^\x1b]`).FindAllString(text, -1) {
		switch part {
		case "\r\n", "\n":
			s.show(at)
			s.lines, s.now = append(s.lines, nil), ""
		case "\r", "\x1b[K":
			s.now = ""
		default:
			s.now += part
		}
	}
	s.show(at)
}

// show adds a version of the last line, if it differs.
func (s *screen) show(at float64) {
	last := &s.lines[len(s.lines)-1]
	if n := len(*last); n == 0 && s.now != "" || n > 0 && (*last)[n-1].text != s.now {
		*last = append(*last, version{at, s.now})
	}
}

// svg is the picture. What is to be seen at the end is there without a movement.
func (s *screen) svg() string {
	for len(s.lines) > 0 && len(s.lines[len(s.lines)-1]) == 0 {
		s.lines = s.lines[:len(s.lines)-1]
	}
	wide, high := int(columns*letter)+2*margin, len(s.lines)*height+2*margin
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="A run of simhook on a terminal">
<style>text { white-space: pre; }</style>
<rect width="100%%" height="100%%" rx="8" fill="#12161c"/>
<g font-family="ui-monospace, monospace" font-size="14" fill="#e7ebf1" xml:space="preserve">
`, wide, high, wide, high)
	for i, line := range s.lines {
		y := margin + i*height + 14
		for j, v := range line {
			last := j == len(line)-1
			width := float64(utf8.RuneCountInString(v.text)) * letter
			shown, change := 0, ""
			switch {
			case last && v.at == 0:
				shown = 1
			case last:
				shown, change = 1, fmt.Sprintf(`<set attributeName="opacity" to="0" begin="0s" end="%.2fs"/>`, v.at)
			default:
				change = fmt.Sprintf(`<set attributeName="opacity" to="1" begin="%.2fs" end="%.2fs"/>`, v.at, line[j+1].at)
			}
			fmt.Fprintf(&out, `<text x="%d" y="%d" textLength="%.1f" opacity="%d">%s%s</text>`+"\n", margin, y, width, shown, html.EscapeString(v.text), change)
		}
	}
	out.WriteString("</g>\n</svg>\n")
	return out.String()
}
