package file

import (
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/gofrs/flock"

	"simhook/report/cell"
)

// LockedError says that another process has locked a file.
type LockedError struct {
	Path   string // of the lock file
	Holder string // what the other process wrote about itself; may be empty
}

func (e *LockedError) Error() string {
	holder := ""
	if e.Holder != "" {
		holder = " (" + e.Holder + ")"
	}
	return fmt.Sprintf("another run%s is writing these results: %s is locked; wait for it or choose another --results",
		holder, e.Path)
}

// Lock locks the file at path, which it creates if needed. Its errors are a *LockedError and a *WriteError. The lock
// ends with the process, however that ends. The file must never be deleted: otherwise two processes could each hold
// the lock of a different file of that name.
func Lock(path string) (*flock.Flock, error) {
	lock, err := try(path, (*flock.Flock).TryLock)
	if err != nil {
		return nil, err
	}
	host, _ := os.Hostname()
	holder := fmt.Sprintf("process %d on %s since %s\n", os.Getpid(), host, time.Now().UTC().Format(time.RFC3339))
	// It only helps people. A full disk is reported later, with a better message.
	_ = os.WriteFile(path, []byte(holder), 0o600)
	return lock, nil
}

// LockShared keeps others from getting the lock of a path by [Lock], until it is closed. Any number of processes can
// have it at once. Its errors are those of Lock.
func LockShared(path string) (*flock.Flock, error) { return try(path, (*flock.Flock).TryRLock) }

func try(path string, lock func(*flock.Flock) (bool, error)) (*flock.Flock, error) {
	one := flock.New(path, flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(0o600))
	held, err := lock(one)
	if err != nil {
		return nil, &WriteError{Path: path, Err: err}
	}
	if !held {
		holder, _ := os.ReadFile(path)
		return nil, &LockedError{Path: path, Holder: cell.Clean(strings.TrimSpace(string(holder)), 200)}
	}
	return one, nil
}
