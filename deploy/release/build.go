package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// build makes a static binary. It says its version and its commit, and nothing of where or when it was built.
func (r release) build(ctx context.Context, t target, path string) error {
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid= -X main.version="+r.version+" -X main.commit="+r.commit, "-o", path, "./cmd/simhook")
	cmd.Dir = r.source
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+t.os, "GOARCH="+t.arch, "GOFLAGS=", "GOAMD64=v1", "GOARM64=v8.0", "GOWORK=off")
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building for %s: %w\n%s", t, err, output)
	}
	return nil
}

// documents are what the program says of itself, and the README.
type documents struct {
	readme, manual, bash, zsh, fish []byte
}

// documents asks a binary for this machine.
func (r release) documents(ctx context.Context, scratch string) (d documents, err error) {
	here := filepath.Join(scratch, "here")
	if err := r.build(ctx, target{runtime.GOOS, runtime.GOARCH}, here); err != nil {
		return d, err
	}
	if d.readme, err = os.ReadFile(filepath.Join(r.source, "README.md")); err != nil {
		return d, err
	}
	for _, document := range []struct {
		content *[]byte
		args    []string
	}{
		{&d.manual, []string{"man"}}, {&d.bash, []string{"completion", "bash"}}, {&d.zsh, []string{"completion", "zsh"}}, {&d.fish, []string{"completion", "fish"}},
	} {
		var said bytes.Buffer
		cmd := exec.CommandContext(ctx, here, document.args...)
		cmd.Stderr, cmd.Env = &said, []string{} // no setting of this machine stands in a manual
		if *document.content, err = cmd.Output(); err != nil {
			return d, fmt.Errorf("simhook %s: %w\n%s", document.args[0], err, &said)
		}
	}
	return d, nil
}
