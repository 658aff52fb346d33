// Command release makes what a release of simhook consists of: archives of static binaries, packages for Debian and
// Red Hat, a list of what they are made of, and the checksums of all. The same sources give the same files.
//
//	cd deploy && go run ./release -version 1.0.0 -out ../dist
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintf(os.Stderr, "release: %v\n", err)
		stop()
		os.Exit(1)
	}
}

// release is what is made, and from what.
type release struct {
	source  string    // the root of the repository
	out     string    // an empty folder
	version string    // 1.2.3, or 1.2.3-rc.1
	commit  string    // that the sources are of
	time    time.Time // of every file in it
	targets []target
}

// target is a system that a binary is for, in Go's words.
type target struct{ os, arch string }

func (t target) String() string { return t.os + "/" + t.arch }

func allTargets() []target {
	return []target{
		{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"},
	}
}

func run(ctx context.Context, args []string) error {
	r := release{targets: allTargets()}
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	flags.StringVar(&r.version, "version", "", "version, such as 1.2.3")
	flags.StringVar(&r.commit, "commit", "", "commit of the sources (default: what git says)")
	flags.StringVar(&r.out, "out", "", "empty or new folder for the files")
	flags.StringVar(&r.source, "source", "..", "root of the repository")
	epoch := flags.String("epoch", os.Getenv("SOURCE_DATE_EPOCH"), "seconds since 1970 that all files get as their time (default: SOURCE_DATE_EPOCH, or 1980)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if r.out == "" || r.version == "" || strings.HasPrefix(r.version, "v") {
		return errors.New("-out and -version are needed, the version without a v")
	}
	if r.commit == "" {
		var err error
		if r.commit, err = commitOf(ctx, r.source); err != nil {
			return err
		}
	}
	if !regexp.MustCompile(`^[0-9a-f]{7,64}$`).MatchString(r.commit) {
		return fmt.Errorf("%q is no commit", r.commit)
	}
	r.time = time.Date(1980, time.January, 1, 0, 0, 0, 0, time.UTC) // the first that a zip file knows
	if *epoch != "" {
		seconds, err := strconv.ParseInt(*epoch, 10, 64)
		if err != nil {
			return fmt.Errorf("epoch: %w", err)
		}
		r.time = time.Unix(seconds, 0).UTC()
	}
	return r.make(ctx)
}

// commitOf is the commit that is checked out in a folder. Files that git does not know, such as results, change nothing;
// changed sources are in no commit.
func commitOf(ctx context.Context, source string) (string, error) {
	git := func(args ...string) (string, error) {
		said, err := exec.CommandContext(ctx, "git", append([]string{"-C", source}, args...)...).Output()
		return strings.TrimSpace(string(said)), err
	}
	commit, err := git("rev-parse", "HEAD")
	if err != nil {
		return "", fmt.Errorf("git does not know which commit %s is: say it with -commit (%w)", source, err)
	}
	switch changed, err := git("status", "--porcelain", "--untracked-files=no"); {
	case err != nil:
		return "", fmt.Errorf("git does not know whether %s is changed: %w", source, err)
	case changed != "":
		return "", fmt.Errorf("%s is changed, so that no commit is what is released:\n%s", source, changed)
	}
	return commit[:12], nil
}

// make builds everything into the folder.
func (r release) make(ctx context.Context) error {
	if err := emptyFolder(r.out); err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "simhook-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch) // in the folder for temporary files
	documents, err := r.documents(ctx, scratch)
	if err != nil {
		return err
	}
	for _, target := range r.targets {
		binary := filepath.Join(scratch, target.os+"-"+target.arch)
		if err := r.build(ctx, target, binary); err != nil {
			return err
		}
		if err := r.archive(target, binary, documents); err != nil {
			return fmt.Errorf("archive for %s: %w", target, err)
		}
		if target.os == "linux" {
			if err := r.packages(target, binary, documents); err != nil {
				return fmt.Errorf("packages for %s: %w", target, err)
			}
		}
		if err := r.materials(target, binary); err != nil {
			return fmt.Errorf("materials of %s: %w", target, err)
		}
	}
	return r.checksums()
}

// emptyFolder makes a folder, and refuses one with something in it: checksums are for all that is there.
func emptyFolder(path string) error {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return err
	}
	if len(entries) > 0 {
		return fmt.Errorf("%s is not empty", path)
	}
	return nil
}
