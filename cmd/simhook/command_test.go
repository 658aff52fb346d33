package main

import (
	"os"
	"os/exec"
	"testing"
)

// command is the real program, as a process of its own.
func command(t *testing.T, env map[string]string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), "simhook", args...)
	cmd.Env = os.Environ()
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	return cmd
}
