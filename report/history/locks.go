package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"simhook/report"
	"simhook/report/file"
)

// BusyError says that another run is changing the fleet. Nothing was called.
type BusyError struct {
	Path string // of the history that it holds
	Run  Run    // the other run; zero: not known
}

func (e *BusyError) Error() string {
	other := "another run"
	if e.Run.ID != "" {
		other = fmt.Sprintf("%s (run %s, since %s)", e.Run.Action, e.Run.ID, e.Run.Began.UTC().Format("2006-01-02 15:04:05 UTC"))
	}
	return fmt.Sprintf("%s is changing this fleet, and holds %s: wait for it, or stop it", other, e.Path)
}

// locks are those of a run. Shards share the lock of the fleet, and each holds the lock of its own file.
type locks []*flock.Flock

func (l *locks) free() error {
	var errs []error
	for _, one := range *l {
		errs = append(errs, one.Close())
	}
	return errors.Join(errs...)
}

// take takes the locks of a run: of the whole fleet, or a share of that and of a shard.
func (l *locks) take(ctx context.Context, base string, shard report.Shard) error {
	fleet := Path(base, report.Shard{})
	if shard.Whole() {
		return l.lock(ctx, fleet, (*flock.Flock).TryLock)
	}
	if err := l.lock(ctx, fleet, (*flock.Flock).TryRLock); err != nil {
		return err
	}
	return l.lock(ctx, Path(base, shard), (*flock.Flock).TryLock)
}

// patiently repeats an act while its error is a *BusyError, for a second: a shard that begins asks who holds the other
// shards' files, and for a moment holds them itself.
func patiently(ctx context.Context, act func() error) error {
	const rounds, pause = 20, 50 * time.Millisecond
	for round := 1; ; round++ {
		err := act()
		if _, busy := errors.AsType[*BusyError](err); !busy || round == rounds {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// lock takes one lock. It holds by inode: a file that was replaced while the lock was taken is locked again.
func (l *locks) lock(ctx context.Context, path string, try func(*flock.Flock) (bool, error)) error {
	for range 3 {
		one := flock.New(lockPath(path), flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
		err := patiently(ctx, func() error {
			held, err := try(one)
			switch {
			case err != nil:
				return &file.WriteError{Path: path, Err: err}
			case !held:
				return &BusyError{Path: path, Run: lastRun(path)}
			}
			return nil
		})
		if err != nil {
			return err
		}
		*l = append(*l, one)
		locked, err := one.Stat()
		if err != nil {
			return &file.WriteError{Path: path, Err: err}
		}
		if there, err := os.Stat(lockPath(path)); err == nil && os.SameFile(locked, there) {
			return nil
		}
	}
	return &file.WriteError{Path: path, Err: errMoved}
}

// checkOthers refuses to run beside a shard of another command or another number of shards. It is asked once this run
// is in its own file: of two that begin at once, each finds the other. A shard that has just locked its file is given the
// time to write down what it is.
func checkOthers(ctx context.Context, base string, shard report.Shard, run *Run) error {
	if shard.Whole() {
		return nil
	}
	return patiently(ctx, func() error { return checkOthersNow(base, shard, run) })
}

func checkOthersNow(base string, shard report.Shard, run *Run) error {
	own := Path(base, shard)
	for _, path := range Files(base) {
		count, isShard := shardCount(base, path)
		if path == own || !isShard || !isHeld(path) {
			continue
		}
		if other := lastRun(path); count != shard.Count || other.Action != run.Action || other.BaseURL != run.BaseURL {
			return &BusyError{Path: path, Run: other}
		}
	}
	return nil
}

func isHeld(path string) bool {
	one := flock.New(lockPath(path))
	free, err := one.TryRLock() // shared, so that two that ask do not take each other for a run
	_ = one.Close()             // it was only asked
	return err == nil && !free
}

// lastRun is the last run that a history tells of.
func lastRun(path string) (last Run) {
	_, _ = scan(path, func(l *line) { // for a message only
		if l.begins() {
			last = l.run()
		}
	})
	return last
}

// Files are the histories of a fleet, of the whole and of its shards, as far as they exist.
func Files(base string) []string {
	var paths []string
	entries, err := os.ReadDir(filepath.Dir(base))
	if err != nil {
		return nil // opening the history tells it better
	}
	for _, e := range entries {
		path := filepath.Join(filepath.Dir(base), e.Name())
		if _, isShard := shardCount(base, path); isShard || path == Path(base, report.Shard{}) {
			paths = append(paths, path)
		}
	}
	return paths
}

// shardCount tells from the name of a shard's history how many shards there were.
func shardCount(base, path string) (count int, ok bool) {
	name, found := strings.CutPrefix(path, filepath.Clean(base)+".")
	if !found {
		name, found = strings.CutPrefix(path, base+".")
	}
	label, isHistory := strings.CutSuffix(name, Ending)
	index, of, several := strings.Cut(label, "-of-")
	if _, err := strconv.Atoi(index); err != nil || !found || !isHistory || !several {
		return 0, false
	}
	count, err := strconv.Atoi(of)
	return count, err == nil
}
