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

// defaultRemembered takes about 40 MB at the most, and at ten notifications a second more than a day to be
// forgotten.
const defaultRemembered = 1 << 20

// ErrInboxClosed says that a notification came after Close.
var ErrClosed = errors.New("the inbox is closed")

// InboxOptions say how an inbox is kept.
type Options struct {
	// RotateSize is the size in bytes from which on a file is put aside and a new one begun. 0: never.
	RotateSize int64

	// Remember is how many IDs are remembered at least to recognise repeats, across restarts and
	// rotations; at most it is twice as many. 0 means 1,048,576.
	Remember int

	// OnRotate is called after a file was put aside by its size, or could not be, in which case the
	// inbox goes on with it.
	OnRotate func(aside string, err error)

	// Recall is called, while the inbox is opened, with the ICCID of every row that is read back: all
	// of them up to about 256 bytes for every remembered ID.
	Recall func(iccid string)

	Disk file.Disk // nil: OS
}

// Inbox is the CSV file of the notifications that were received, one line each. A file is
//
//	notifications.csv                            being written
//	notifications.20260301T220000.000Z.csv       put aside at that time
//	notifications.csv.lock                       held by the process that writes; never deleted
//	notifications.csv.torn                       what a crash left of lines that were never acknowledged
//
// It is safe for concurrent use.
type Inbox struct {
	path    string
	options Options
	disk    file.Disk
	lock    *flock.Flock
	seed    maphash.Seed // of the hashes of IDs

	deposits  chan deposit
	rotations chan chan rotation
	closing   chan struct{}
	ended     chan struct{} // no goroutine uses what stands below any more
	broken    chan struct{}
	close     func() error
	found     file.Healed // when it was opened

	// Of the goroutine that writes; before that, of OpenInbox.
	file    *os.File
	size    int64
	known   *recentIDs
	rotated time.Time // what the newest file put aside is named after
	healed  file.Healed
	buf     []byte
	failure error // why nothing can be written any more
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

// OpenInbox opens the inbox at path, or begins one. What a crash has left unfinished at the end of the
// file is put into a file of its own. The errors are a *LockedError if another process has it, a
// *MismatchError if the file is something else, and a *WriteError.
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

// Add writes a notification down. When it returns nil the row survives a power cut, be it this one or,
// where repeated says so, that of an earlier notification with the same ID. Many calls at once share one
// fsync. Errors are a *WriteError, the cause of ctx (the row may have been written all the same) and
// ErrInboxClosed.
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

// Rotate puts the file aside and begins a new one. It returns the path of the file put aside; "" if there
// was nothing in it, or if somebody else had renamed it before, as logrotate does. After an error the inbox
// goes on with the file that it has.
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

// Broken is closed when nothing can be written any more: an fsync failed, after which nobody knows what
// the file holds. Opening the inbox again finds out. Err then says why.
func (b *Inbox) Broken() <-chan struct{} { return b.broken }

// Err is a *WriteError once Broken is closed, and nil before.
func (b *Inbox) Err() error {
	select {
	case <-b.broken:
		return b.failure
	default:
		return nil
	}
}

// Healed says what opening the inbox put aside.
func (b *Inbox) Healed() file.Healed { return b.found }

// Close waits for the Adds under way and releases the file. It may be called more than once.
func (b *Inbox) Close() error { return b.close() }
