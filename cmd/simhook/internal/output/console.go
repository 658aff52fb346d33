package output

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"

	"golang.org/x/term"
)

// Console is standard error: what is said to people, and the log. On a terminal it can keep one line at the bottom,
// such as a line of progress; all else then appears above that line. It may be used by several goroutines at once.
type Console struct {
	out   io.Writer
	width func() int
	busy  func() bool // the reader is behind
	json  bool        // every line is a JSON object
	level slog.Level  // what is said below this level is not shown

	mu      sync.Mutex
	line    string // at the bottom; "": none
	columns int    // of the line
}

// NewConsole writes to out, and masks the userinfo of URLs. For a Queue it draws no line while the reader is behind.
func NewConsole(out io.Writer) *Console {
	c := &Console{out: Masking(out), width: func() int { return widthOf(out) }, busy: func() bool { return false }}
	if queue, ok := out.(*Queue); ok {
		c.width, c.busy = func() int { return widthOf(queue.out) }, queue.Busy
	}
	return c
}

// SetLog makes what is said part of the log: as one JSON object a line, and nothing below a level. It must be called
// before anything is said.
func (c *Console) SetLog(json bool, level slog.Level) { c.json, c.level = json, level }

// Say writes one line to people.
func (c *Console) Say(format string, args ...any) { c.say(slog.LevelInfo, format, args) }

// Error writes a line about what went wrong.
func (c *Console) Error(format string, args ...any) { c.say(slog.LevelError, format, args) }

func (c *Console) say(level slog.Level, format string, args []any) {
	if level < c.level {
		return
	}
	text := fmt.Sprintf(format, args...) + "\n"
	if c.json {
		text = inJSON(level, text)
	}
	// Where standard error is closed, there is no other place to report it.
	_, _ = io.WriteString(c, text)
}

// inJSON is text as the log has it, one object for each of its lines.
func inJSON(level slog.Level, text string) string {
	var out strings.Builder
	log := slog.New(slog.NewJSONHandler(&out, nil))
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			log.Log(context.Background(), level, line)
		}
	}
	return out.String()
}

// Write writes whole lines of text.
func (c *Console) Write(text []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	whole := text
	if c.json && !bytes.HasPrefix(text, []byte("{")) { // it is no line of the log
		whole = []byte(inJSON(slog.LevelInfo, string(text)))
	}
	if c.line != "" {
		whole = append(append([]byte(c.erase()), text...), c.line...)
	}
	if _, err := c.out.Write(whole); err != nil {
		return 0, err
	}
	return len(text), nil
}

// Width is how many columns the terminal has now; 80 where that is not known.
func (c *Console) Width() int { return c.width() }

// Draw puts a line at the bottom of the terminal, in place of the one drawn before. The line takes so many columns,
// which its escape sequences do not add to, and should leave the last column of the terminal empty: some
// terminals begin a new line after it.
func (c *Console) Draw(line string, columns int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.busy() || c.json || c.level > slog.LevelInfo {
		return
	}
	_, _ = io.WriteString(c.out, c.erase()+line)
	c.line, c.columns = line, columns
}

// EndLine leaves the drawn line where it is. What is said from now on stands below it.
func (c *Console) EndLine() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.line != "" {
		_, _ = io.WriteString(c.out, "\n")
	}
	c.line, c.columns = "", 0
}

// erase returns what removes the drawn line and moves to its start. A terminal made narrower since the line was
// drawn has broken it into several. A key that was pressed, such as ^C, may have left something behind the line, or
// where the first line will be.
func (c *Console) erase() string {
	if below := (c.columns - 1) / max(c.width(), 1); below > 0 {
		return fmt.Sprintf("\x1b[%dA\r\x1b[J", below)
	}
	return "\r\x1b[K"
}

func widthOf(out io.Writer) int {
	const usual = 80
	file, ok := out.(*os.File)
	if !ok {
		return usual
	}
	width, _, err := term.GetSize(int(file.Fd()))
	if err != nil || width <= 0 {
		return usual
	}
	return width
}
