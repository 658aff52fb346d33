package main

import (
	"simhook/batch"
	"simhook/cmd/simhook/internal/progress"
)

// showProgress shows how far a run is until the function it returns is called, which waits for the last
// of it.
func (b *bulk) showProgress(run *batch.Run) (done func()) {
	switch {
	case run.Status().Plan.ToDo() == 0, b.progress == "none":
		return func() {}
	case b.canDraw() && b.progress != "log":
		return progress.Bar(b.console, run.Status, b.wantsColours())
	}
	return progress.Log(b.log, run.Status)
}

// wantsColours follows https://no-color.org.
func (p *program) wantsColours() bool {
	no, _ := p.env("NO_COLOR")
	return no == ""
}

// canDraw reports whether a line can be drawn again and again in one place.
func (p *program) canDraw() bool {
	kind, _ := p.env("TERM")
	return p.terminal && kind != "dumb"
}
