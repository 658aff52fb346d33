// Command simhook registers and removes notification webhooks for whole fleets
// of SIMs on the Connect API. Run simhook --help.
package main

import (
	"cmp"
	"context"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"syscall"

	"golang.org/x/term"

	"simhook/cmd/simhook/internal/output"
)

// version is set by the linker when a release is built: -ldflags "-X main.version=1.2.3".
var version string

func main() {
	reserve := reserveHeap()
	code := run(context.Background(), os.Args[1:], os.LookupEnv, os.Stdin, os.Stdout, os.Stderr)
	runtime.KeepAlive(reserve)
	os.Exit(code)
}

// run is the whole program. It returns the exit code; see exitCode for what they mean.
func run(ctx context.Context, args []string, env func(string) (string, bool), stdin io.Reader, stdout, stderr io.Writer) int {
	signals := make(chan os.Signal, 2) // two tell the program all it wants to know
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	asked := make(chan os.Signal, 1) // how far the run is
	if ask := statusSignals(); len(ask) > 0 {
		signal.Notify(asked, ask...)
		defer signal.Stop(asked)
	}

	p := &program{
		env:      env,
		stdin:    stdin,
		stdout:   output.Masking(stdout),
		console:  output.NewConsole(stderr),
		signals:  signals,
		asked:    asked,
		version:  cmp.Or(version, builtVersion()),
		terminal: isTerminal(stderr),
		canAsk:   isTerminal(stdin) && isTerminal(stderr),
	}
	return p.run(ctx, args)
}

func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// builtVersion is what the Go tool noted about the module: a version where it was installed as one, else
// the commit.
func builtVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value[:min(12, len(setting.Value))]
		}
	}
	return "devel"
}
