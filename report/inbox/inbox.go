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

// defaultRemembered IDs take about 40 MB at most. At ten notifications a second an ID is remembered for more than a
// day.
const defaultRemembered = 1 << 20

// ErrClosed is returned after Close.
var ErrClosed = errors.New("the inbox is closed")

// Options say how an inbox is kept.
type Options struct {
	// RotateSize is the size in bytes at which a file is put aside and a new one started. 0: never.
	RotateSize int64

	// Remember is how many IDs at least are remembered to recognise repeats, across restarts and rotations;
	// at most it is twice as many. 0 means 1,048,576.
	Remember int

	// OnRotate is called after a file was put aside because of its size. If err is not nil, that failed, and
	// the inbox continues with the file that it has.
	OnRotate func(aside string, err error)

	// Recall is called, while the inbox is opened, with the ICCID of each row that is read back: the newest
	// rows, up to 256 bytes for each ID that is to be remembered (256 MiB by default).
	Recall func(iccid string)

	Disk file.Disk // nil: file.OS
}

// Inbox is the CSV file of the notifications that were received. It is safe for concurrent use.
type Inbox struct {
	path    string
	options Options
	disk    file.Disk
	lock    *flock.Flock
	seed    maphash.Seed // of the hashes of IDs

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
	known   *recentIDs
	rotated time.Time // the time in the name of the newest file put aside
	healed  file.Healed
	buf     []byte
	failure error // why nothing is written any more
}

// deposit is a notification on its way into the file.
type deposit struct {
	Row
	key   uint64
	reply chan outcome // holds one
}

type outcome struct {
	repeated bool
	err      error
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
	lock, err := file.Lock(path + ".lock")
	if err != nil {
		return nil, err
	}
	b := &Inbox{
		path: path, options: options, disk: options.Disk, lock: lock, seed: maphash.MakeSeed(),
		deposits: make(chan deposit), rotations: make(chan chan rotation),
		closing: make(chan struct{}), ended: make(chan struct{}), broken: make(chan struct{}),
		known: newRecentIDs(options.Remember),
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

// Add writes a notification. When it returns nil, its row survives a power cut; if it is repeated, that is the row of
// an earlier notification with the same ID. Concurrent calls share one fsync. Errors are a *file.WriteError, ErrClosed,
// and the cause of ctx, after which the row may have been written or not.
func (b *Inbox) Add(ctx context.Context, r Row) (repeated bool, err error) {
	d := deposit{Row: r, key: maphash.String(b.seed, idCell(r.ID)), reply: make(chan outcome, 1)}
	select {
	case b.deposits <- d:
	case <-b.ended:
		return false, ErrClosed
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
	select {
	case o := <-d.reply:
		return o.repeated, o.err
	case <-ctx.Done():
		return false, context.Cause(ctx)
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
