package main

import (
	"fmt"
	"io"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"simhook/batch"
)

// redrawEvery is the time between two frames of the line of progress.
const redrawEvery = 200 * time.Millisecond

// drawBar draws a line of progress on the console, which must be a terminal. The function it returns
// waits for the last frame, which stays.
func (b *bulk) drawBar(run *batch.Run) (done func()) {
	container := mpb.New(mpb.WithOutput(b.console.out), mpb.WithRefreshRate(redrawEvery))
	frame := &frame{status: run.Status, colours: b.wantsColours()}
	bar, err := container.Add(0, mpb.BarFillerFunc(frame.fill), mpb.BarFillerTrim())
	if err != nil { // a container that has ended, which this one has not
		return func() {}
	}
	b.console.divert(container)
	return func() {
		bar.Abort(false)
		container.Wait()
		b.console.divert(nil)
	}
}

// wantsColours heeds https://no-color.org.
func (p *program) wantsColours() bool {
	no, _ := p.env("NO_COLOR")
	return no == ""
}

// canDraw reports whether a line can be drawn over and over again.
func (p *program) canDraw() bool {
	kind, _ := p.env("TERM")
	return p.terminal && kind != "dumb"
}

// frame draws the line of progress for the width that the terminal has at the time.
type frame struct {
	status  func() batch.Status
	colours bool
	drawn   int // columns of the last frame
}

// fill draws one frame. The library has gone up one line to draw over the last frame; but where the
// terminal is narrower than that was, the terminal has broken it into several lines.
func (f *frame) fill(out io.Writer, stat decor.Statistics) error {
	width := max(stat.AvailableWidth, 1)
	back := "\r" // a key that was pressed may have moved the cursor
	if broken := (f.drawn - 1) / width; broken > 0 {
		back = fmt.Sprintf("\x1b[%dA\r\x1b[J", broken)
	}
	s, now := f.status(), time.Now()
	room := width - 1 // some terminals go to the next line after the last column
	f.drawn = len(progressLine(s, now, room, false))
	_, err := io.WriteString(out, back+progressLine(s, now, room, f.colours))
	return err
}
