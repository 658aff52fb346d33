package main

import (
	"fmt"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"simhook/batch"
)

// redrawEvery is the time between two frames of the bar.
const redrawEvery = 200 * time.Millisecond

// drawBar draws a bar on the console, which must be a terminal. The function it returns waits for the last
// frame.
func (b *bulk) drawBar(run *batch.Run) (done func()) {
	container := mpb.New(mpb.WithOutput(b.console.out), mpb.WithRefreshRate(redrawEvery), mpb.WithWidth(64))
	bar := container.AddBar(int64(run.Status().Plan.ToDo()),
		mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return counts(run.Status()) })),
		mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return pace(run.Status()) })),
	)
	b.console.divert(container)
	update := func() { bar.SetCurrent(int64(run.Status().Handled())) }
	stop := every(redrawEvery, update)
	return func() {
		stop()
		update()
		bar.Abort(false) // no more than a full bar's own end; where SIMs remain, the last frame stays
		container.Wait()
		b.console.divert(nil)
	}
}

func counts(s batch.Status) string {
	text := thousands(s.Handled()) + "/" + thousands(s.Plan.ToDo())
	if s.Failed > 0 {
		text += ", " + thousands(s.Failed) + " failed"
	}
	if s.Refused > 0 {
		text += ", " + thousands(s.Refused) + " refused"
	}
	return text + " "
}

func pace(s batch.Status) string {
	if s.Paused != "" {
		return " " + s.Paused
	}
	text := ""
	if s.Elapsed > 0 {
		text = fmt.Sprintf(" %.1f calls/s", float64(s.Attempts)/s.Elapsed.Seconds())
	}
	if left, known := remaining(s); known && s.Handled() < s.Plan.ToDo() {
		text += ", " + roughly(left) + " left"
	}
	return text
}
