package inbox

import (
	"context"
	"errors"
	"hash/maphash"
	"os"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"simhook/report/file"
)

// defaultRemembered notifications take about 80 MB at most. At ten a second, each is remembered for more than a day.
const defaultRemembered = 1 << 20

// ErrClosed is returned after Close.
var ErrClosed = errors.New("the inbox is closed")

// Options say how an inbox is kept.
type Options struct {
	// RotateSize is the size in bytes at which a file is put aside and a new one started. 0: never.
	RotateSize int64

	// Remember is how many notifications at least are remembered to recognise repeats, across restarts and
	// rotations; at most it is twice as many. 0 means 1,048,576.
	Remember int

	// OnRotate is called after a file was put aside because of its size. If err is not nil, that failed, and
	// the inbox continues with the file that it has.
	OnRotate func(aside string, err error)

	// Recall is called, while the inbox is opened, with the ICCID of each row that is read back: the newest
	// rows, up to 256 bytes for each notification that is to be remembered (256 MiB by default).
	Recall func(iccid string)

	Disk file.Disk // nil: file.OS
}

// Inbox is the CSV file of the notifications that were received. It is safe for concurrent use.
type Inbox struct {
	path    string
	options Options
	disk    file.Disk
	lock    *flock.Flock
	seed    maphash.Seed // of the hashes in known

	deposits  chan deposit
	rotations chan chan rotation
	closing   chan struct{}
	ended     chan struct{} // the goroutine that writes has returned
	broken    chan struct{}
	close     func() error
	found     file.Healed // by Open

	// Only the goroutine that writes uses these; Open does before it starts.
	file    *os.File
	size    int64
	known   *recent
	rotated time.Time // the time in the name of the newest file put aside
	healed  file.Healed
	buf     []byte
	failure error // why nothing is written any more

	followed time.Time // when another program had last moved the file, and a new one was begun
}

// Novelty says what the inbox knew of a notification before.
type Novelty int

// Notifications are the same if their ID, type and ICCID are.
const (
	New      Novelty = iota
	Changed          // it was received before with other content: both are kept
	Repeated         // it was received before with the same content: it is not written again
)

// deposit is a notification on its way into the file.
type deposit struct {
	Row
	reply chan outcome // holds one
}

type outcome struct {
	novelty Novelty
	err     error
}

// Open opens the inbox at path, or starts one. A part of a row that a crash left at the end of the file is moved to a
// file of its own. The errors are a *file.LockedError if another process has the inbox, a *file.MismatchError if the
// file is something else, and a *file.WriteError.
func Open(path string, options Options) (*Inbox, error) {
	if options.Remember <= 0 {
		options.Remember = defaultRemembered
	}
	if options.Disk == nil {
		options.Disk = file.OS{}
	}
	given := path
	path, err := file.Resolve(given) // so that the lock is the same by whatever name the file is opened
	if err != nil {
		return nil, &file.WriteError{Path: given, Err: err}
	}
	lock, err := file.Lock(path + ".lock")
	if err != nil {
		return nil, err
	}
	b := &Inbox{
		path: path, options: options, disk: options.Disk, lock: lock, seed: maphash.MakeSeed(),
		deposits: make(chan deposit), rotations: make(chan chan rotation),
		closing: make(chan struct{}), ended: make(chan struct{}), broken: make(chan struct{}),
		known: newRecent(options.Remember),
	}
	if err := b.open(); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	b.found = b.healed
	b.close = sync.OnceValue(func() error {
		close(b.closing)
		<-b.ended
		return errors.Join(b.file.Close(), b.lock.Close())
	})
	go b.write()
	return b, nil
}

// Add writes a notification. When it returns nil, its row is in the file at the path and survives a power cut; that of
// a Repeated one was, when it was first received. Concurrent calls share one fsync. Errors are a *file.WriteError, a
// *file.MismatchError or *file.LockedError if another program has put something else at the path, ErrClosed, and the
// cause of ctx, after which the row may have been written or not.
func (b *Inbox) Add(ctx context.Context, r Row) (Novelty, error) {
	d := deposit{Row: r, reply: make(chan outcome, 1)}
	select {
	case b.deposits <- d:
	case <-b.ended:
		return New, ErrClosed
	case <-ctx.Done():
		return New, context.Cause(ctx)
	}
	select {
	case o := <-d.reply:
		return o.novelty, o.err
	case <-ctx.Done():
		return New, context.Cause(ctx)
	}
}

// Rotate puts the file aside and starts a new one. It returns the path of the file put aside. That is "" if the file
// had no rows, or if another program had renamed it before, as logrotate does. After an error the inbox continues with
// the file that it has.
func (b *Inbox) Rotate() (aside string, err error) {
	reply := make(chan rotation, 1)
	select {
	case b.rotations <- reply:
		r := <-reply
		return r.aside, r.err
	case <-b.ended:
		return "", ErrClosed
	}
}

// Broken is closed when nothing is written any more, usually because an fsync failed. It is then unknown what the file
// holds, until the inbox is opened again. Err says why.
func (b *Inbox) Broken() <-chan struct{} { return b.broken }

// Err is a *file.WriteError once Broken is closed, and nil before.
func (b *Inbox) Err() error {
	select {
	case <-b.broken:
		return b.failure
	default:
		return nil
	}
}

// Healed says what Open moved to the .torn file.
func (b *Inbox) Healed() file.Healed { return b.found }

// Close waits for the Adds in progress and releases the file. It may be called more than once.
func (b *Inbox) Close() error { return b.close() }
