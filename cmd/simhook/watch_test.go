package main

import (
	"strings"
	"testing"
)

func TestABarIsDrawnOnlyOnATerminalThatCan(t *testing.T) {
	for _, c := range []struct {
		terminal bool
		kind     string
		want     bool
	}{{true, "xterm", true}, {true, "", true}, {true, "dumb", false}, {false, "xterm", false}} {
		p, _ := newProgram(map[string]string{"TERM": c.kind}, strings.NewReader(""), nil)
		p.terminal = c.terminal
		if got := p.canDraw(); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

func TestTheBarHasNoColoursWhereTheEnvironmentForbidsThem(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want bool
	}{{nil, true}, {map[string]string{"NO_COLOR": ""}, true}, {map[string]string{"NO_COLOR": "1"}, false}} {
		p, _ := newProgram(c.env, strings.NewReader(""), nil)
		if got := p.wantsColours(); got != c.want {
			t.Errorf("with %v: %t", c.env, got)
		}
	}
}
