package main

import (
	"fmt"
	"io"
	"sync"
)

// console is standard error: what is said to people, and the log. While a progress bar is drawn, lines go
// through it, which keeps the two from garbling each other.
type console struct {
	mu  sync.Mutex
	out io.Writer
	bar io.Writer // nil: none is drawn
}

// lineStart moves to the beginning of a terminal's line and empties it: a key that was pressed, such as ^C, may
// have left something there.
const lineStart = "\r\x1b[K"

func (c *console) Write(text []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.bar != nil {
		if _, err := (maskingWriter{c.bar}).Write(append([]byte(lineStart), text...)); err == nil {
			return len(text), nil
		} // the bar has come to its end in the meantime
	}
	return maskingWriter{c.out}.Write(text)
}

// say writes one line to people.
func (c *console) say(format string, args ...any) {
	// When standard error is gone there is nobody left to tell.
	_, _ = fmt.Fprintf(c, format+"\n", args...)
}

// divert sends lines through a progress bar; nil ends that.
func (c *console) divert(bar io.Writer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.bar = bar
}
