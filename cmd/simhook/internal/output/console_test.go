package output

import (
	"strings"
	"testing"
)

func TestWhatIsSaidAppearsAboveTheDrawnLine(t *testing.T) {
	var out strings.Builder
	c := NewConsole(&out)
	c.Say("before")
	c.Draw("[##..]", 6)
	c.Say("stopping at https://me:secret@host")
	c.Draw("[###.]", 6)
	c.EndLine()
	c.Say("after")
	want := "before\n" +
		"\r\x1b[K[##..]" +
		"\r\x1b[Kstopping at https://me:***@host\n[##..]" +
		"\r\x1b[K[###.]\n" +
		"after\n"
	if out.String() != want {
		t.Errorf("the terminal is sent\n%q, want\n%q", out.String(), want)
	}
}

func TestADrawnLineIsErasedEvenWhereANarrowerTerminalHasBrokenIt(t *testing.T) {
	var out strings.Builder
	width := 0
	c := NewConsole(&out)
	c.width = func() int { return width }
	for _, frame := range []struct {
		width int
		erase string // what goes before the line, which takes one column less than the width
	}{{80, "\r\x1b[K"}, {80, "\r\x1b[K"}, {40, "\x1b[1A\r\x1b[J"}, {20, "\x1b[1A\r\x1b[J"}, {80, "\r\x1b[K"}, {10, "\x1b[7A\r\x1b[J"}, {1, "\x1b[8A\r\x1b[J"}} {
		width = frame.width
		out.Reset()
		c.Draw("line", width-1)
		if want := frame.erase + "line"; out.String() != want {
			t.Errorf("at %d columns it is sent %q, want %q", width, out.String(), want)
		}
	}
	out.Reset()
	c.Draw("line", 9)
	width = 5
	out.Reset()
	c.Say("hello")
	if want := "\x1b[1A\r\x1b[Jhello\nline"; out.String() != want {
		t.Errorf("what is said is sent as %q, want %q", out.String(), want)
	}
}
