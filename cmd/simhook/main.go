// Command simhook registers and removes notification webhooks for whole fleets
// of SIMs on the Connect API. Run simhook --help.
package main

import (
	"context"
	"io"
	"log"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/term"

	"simhook/cmd/simhook/internal/build"
	"simhook/cmd/simhook/internal/limits"
	"simhook/cmd/simhook/internal/output"
	"simhook/cmd/simhook/internal/progress"
)

// The linker sets them when a release is built: -ldflags "-X main.version=1.2.3 -X main.commit=0123456789ab".
var version, commit string

func main() {
	reserve := limits.ReserveHeap()
	code := run(context.Background(), os.Args[1:], os.LookupEnv, os.Stdin, os.Stdout, os.Stderr)
	runtime.KeepAlive(reserve)
	os.Exit(code)
}

// run is the whole program. It returns the exit code: see exitCode.
func run(
	ctx context.Context, args []string, env func(string) (string, bool), stdin io.Reader, stdout, stderr io.Writer,
) int {
	log.SetOutput(io.Discard) // net/http tells there what an error tells, too, and would do so between lines of JSON
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	ignored := signal.Ignored(syscall.SIGHUP) // as nohup does
	if !ignored {
		signal.Notify(signals, syscall.SIGHUP)
	}
	broken := make(chan os.Signal, 1) // without this, writing to a pipe whose reader has gone ends the program
	signal.Notify(broken, syscall.SIGPIPE)
	defer signal.Stop(broken)
	said := output.NewQueue(stderr)
	defer said.Close()
	asked := make(chan os.Signal, 1) // signals that ask how far the run is
	if ask := progress.Signals(); len(ask) > 0 {
		signal.Notify(asked, ask...)
		defer signal.Stop(asked)
	}

	built, from := build.Version(version, commit)
	p := &program{
		env:      env,
		environ:  os.Environ(),
		stdin:    stdin,
		stdout:   output.Masking(stdout),
		console:  output.NewConsole(said),
		signals:  signals,
		asked:    asked,
		folders:  settingsFolders(),
		version:  built,
		commit:   from,
		terminal: isTerminal(stderr),
		canAsk:   isTerminal(stdin) && isTerminal(stderr),
		attached: !ignored && hasTerminal(),
	}
	return p.run(ctx, args)
}

// settingsFolders are the working folder and the user's folder for configuration.
func settingsFolders() []string {
	folders := []string{"."}
	if dir, err := os.UserConfigDir(); err == nil {
		folders = append(folders, filepath.Join(dir, "simhook"), dir)
	}
	return folders
}

func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// hasTerminal reports whether the process has a controlling terminal that is not closed.
func hasTerminal() bool {
	tty, err := os.Open("/dev/tty")
	if err != nil {
		return false
	}
	_ = tty.Close() // it was not used
	return true
}
