package history

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"time"

	"simhook/report"
	"simhook/report/cell"
	"simhook/report/file"
)

// Options say which history is opened.
type Options struct {
	Shard report.Shard // the SIMs that the run changes
	Disk  file.Disk    // nil: OS
}

// Ending is the end of the names of history files.
const Ending = ".history.csv"

// Path is the path of the history of a fleet, or of one of its shards. base is the fleet's path without its ending, in
// the folder of the results.
func Path(base string, shard report.Shard) string {
	if label := shard.Label(); label != "" {
		return base + "." + label + Ending
	}
	return base + Ending
}

// Base is the opposite of Path: a history's path without its ending and its shard.
func Base(path string) string {
	base := strings.TrimSuffix(path, Ending)
	return shardLabel.ReplaceAllString(base, "")
}

var shardLabel = regexp.MustCompile(`\.[0-9]+-of-[0-9]+$`)

// History is the history of a fleet while a run appends to it.
type History struct {
	base  string
	shard report.Shard
	path  string
	run   Run // that opened it
	disk  file.Disk
	locks locks
	file  *os.File
	self  os.FileInfo // tells the file from another at its path
	size  int64       // of what is written and whole
	begun bool        // the run has begun: its line stays
	mark  int64       // size without the line of a run that has not begun

	queue chan *request
	idle  sync.Pool // of *request
	ended chan struct{}
	close func() error

	healed file.Healed
	broken error // why no more can be written; for the committing goroutine
}

// request are changes that are to be written.
type request struct {
	lines  []byte
	sync   bool
	result chan error
}

// maxBatch bounds the lines that are written and synced together, in bytes.
const maxBatch = 1 << 20

// Open continues the history at base, or begins it, and keeps other runs from changing the fleet. The run stands in it
// from now on, so that others see who holds the fleet; Close takes that back from a run that has not begun. Errors:
// *BusyError where another run changes the fleet; *file.MismatchError where the file is something else;
// *file.WriteError; the context's.
func Open(ctx context.Context, base string, run Run, options Options) (_ *History, err error) {
	if run.Began.IsZero() {
		run.Began = time.Now()
	}
	run.Operation = cmp.Or(run.Operation, run.ID)
	h := &History{
		base: base, shard: options.Shard, path: Path(base, options.Shard), disk: options.Disk, run: run,
		queue: make(chan *request), ended: make(chan struct{}),
	}
	h.idle.New = func() any { return &request{result: make(chan error, 1)} }
	if h.disk == nil {
		h.disk = file.OS{}
	}
	defer func() {
		if err != nil {
			_ = h.free() // the first error counts
		}
	}()
	if err := h.locks.take(ctx, base, options.Shard); err != nil {
		return nil, err
	}
	if err := h.open(); err != nil {
		return nil, err
	}
	if err := h.announce(); err != nil {
		return nil, err
	}
	if err := checkOthers(ctx, base, options.Shard, &run); err != nil {
		return nil, err
	}
	go h.commit()
	h.close = sync.OnceValue(func() error {
		close(h.queue)
		<-h.ended
		return h.free()
	})
	return h, nil
}

// Begin makes the run's line last, before its first change. operation is the ID of the run that it continues; "": none.
// It must be called before Record, and once. Its error is a *file.WriteError.
func (h *History) Begin(operation string) error {
	if operation != "" && operation != h.run.Operation {
		h.run.Operation = operation
		if err := h.retract(); err != nil {
			return err
		}
		if err := h.announce(); err != nil {
			return err
		}
	}
	h.begun = true
	r := h.newRequest()
	r.sync = true
	return h.submit(context.Background(), r)
}

// Finish records that every SIM of the run has its result: the next run is an operation of its own. Its error is a
// *file.WriteError.
func (h *History) Finish() error {
	r := h.newRequest()
	r.lines, r.sync = appendFinished(r.lines, time.Now(), h.run.ID), true
	return h.submit(context.Background(), r)
}

// announce writes the line of the run.
func (h *History) announce() error {
	h.mark = h.size
	if err := h.write(appendRun(nil, &h.run), false); err != nil {
		return &file.WriteError{Path: h.path, Err: err}
	}
	return nil
}

// retract takes the run's line back.
func (h *History) retract() error {
	if err := h.disk.Truncate(h.file, h.mark); err != nil {
		return &file.WriteError{Path: h.path, Err: err}
	}
	h.size = h.mark
	return nil
}

// Path is the path of the file.
func (h *History) Path() string { return h.path }

// Healed says whether the end of the file had been cut off, and where that is kept.
func (h *History) Healed() file.Healed { return h.healed }

// Close ends the history. Nothing may be recorded afterwards.
func (h *History) Close() error { return h.close() }

func (h *History) free() error {
	var err error
	if h.file != nil {
		if h.mark > 0 && !h.begun {
			err = h.retract()
		}
		err = errors.Join(err, h.file.Close())
	}
	return errors.Join(err, h.locks.free())
}

// open opens the file, and makes its end whole.
func (h *History) open() (err error) {
	if h.file, err = file.OpenRegular(h.path, os.O_RDWR|os.O_CREATE|os.O_APPEND); err != nil {
		return err
	}
	if h.self, err = h.file.Stat(); err != nil {
		return err
	}
	first, err := bufio.NewReader(io.NewSectionReader(h.file, 0, cell.MaxLine)).ReadBytes('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return &file.WriteError{Path: h.path, Err: err}
	}
	notOurs := checkHeader(h.path, first)
	begun := bytes.TrimRight(first, "\x00") // a power cut leaves zeros where nothing was written yet
	switch {
	case notOurs == nil:
		err = h.heal()
	case len(first) <= len(header()) && bytes.HasPrefix(header(), begun):
		err = file.Begin(h.disk, h.file, header())
		h.size = int64(len(header()))
	default:
		return notOurs
	}
	if err != nil {
		return &file.WriteError{Path: h.path, Err: err}
	}
	return nil
}

// heal puts half a line at the end aside. No call was made for it.
func (h *History) heal() error {
	size, err := h.file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if h.size, err = wholeLines(h.file, size); err != nil || h.size == size {
		return err
	}
	h.healed = file.Healed{Lines: 1, Aside: h.path + ".torn"}
	if err := file.SetAside(h.disk, h.file, []file.Span{{From: h.size, To: size}}, h.healed.Aside); err != nil {
		return err
	}
	if err := h.disk.Truncate(h.file, h.size); err != nil {
		return err
	}
	return h.disk.Sync(h.file)
}

// wholeLines is the size of a file up to the end of its last line. Zeros that a power cut has left behind that are no line.
func wholeLines(f io.ReaderAt, size int64) (int64, error) {
	for size > 0 {
		from := max(size-cell.MaxLine, 0)
		tail := make([]byte, size-from)
		if _, err := f.ReadAt(tail, from); err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		if end := bytes.LastIndexByte(tail, '\n') + 1; end > 0 {
			return from + int64(end), nil
		}
		size = from
	}
	return 0, nil
}

// Record writes changes down that are about to be made. It returns nil once they survive a power cut; where no webhook
// is there before any of the changes, once they are written. Its error is a *file.WriteError, ErrURLTooLong, or the
// context's: the changes must then not be made. It is safe for concurrent use: changes that wait together share one write and one
// fsync.
func (h *History) Record(ctx context.Context, changes ...Change) error {
	now := time.Now()
	r := h.newRequest()
	for i := range changes {
		lines, err := appendChange(r.lines, now, h.run.ID, &changes[i])
		if err != nil {
			return err
		}
		r.lines, r.sync = lines, r.sync || changes[i].Before != ""
	}
	return h.submit(ctx, r)
}

func (h *History) newRequest() *request {
	r := h.idle.Get().(*request)
	r.lines, r.sync = r.lines[:0], false
	return r
}

// submit hands a request to the committing goroutine, and waits until it is carried out.
func (h *History) submit(ctx context.Context, r *request) error {
	select {
	case h.queue <- r:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	select {
	case err := <-r.result:
		h.idle.Put(r)
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// commit writes what is waiting, until the queue is closed.
func (h *History) commit() {
	defer close(h.ended)
	var waiting []*request
	var lines []byte
	for first := range h.queue {
		waiting, lines = append(waiting[:0], first), append(lines[:0], first.lines...)
		sync := first.sync
		runtime.Gosched() // callers that are ready hand in their lines first
	fill:
		for len(lines) < maxBatch {
			select {
			case next, open := <-h.queue:
				if !open {
					break fill
				}
				waiting, lines, sync = append(waiting, next), append(lines, next.lines...), sync || next.sync
			default:
				break fill
			}
		}
		err := h.write(lines, sync)
		for _, r := range waiting {
			if err == nil {
				r.result <- nil
				continue
			}
			r.result <- &file.WriteError{Path: h.path, Err: err}
		}
	}
}

// errMoved says that the file at the path is another one by now.
var errMoved = errors.New("the file was moved or deleted while the run was writing to it")

// write appends lines. After a failure the file is cut back to its whole lines, and nothing is written any more: a
// failed fsync is never tried again, since the kernel may have dropped what it could not write.
func (h *History) write(lines []byte, sync bool) error {
	if h.broken != nil {
		return h.broken
	}
	if err := h.inPlace(); err != nil {
		h.broken = err
		return err
	}
	n, err := file.Writer{Disk: h.disk, File: h.file}.Write(lines)
	if err == nil && sync {
		err = h.disk.Sync(h.file)
	}
	if err != nil {
		h.broken = errors.Join(err, h.disk.Truncate(h.file, h.size))
		return h.broken
	}
	h.size += int64(n)
	return nil
}

// inPlace checks that the file can still be found at its path.
func (h *History) inPlace() error {
	there, err := os.Stat(h.path)
	if err != nil || !os.SameFile(h.self, there) {
		return errMoved
	}
	return nil
}

// scan yields the lines of a history, and passes over what is damaged, as a crash leaves it. It ends with the first error of
// reading, and with a *file.MismatchError at the first line that another program has changed: what it recorded is not known.
func scan(path string, show func(*line)) (damaged int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	reader := bufio.NewReaderSize(f, cell.MaxLine)
	text, err := reader.ReadSlice('\n')
	names := columnNames()
	if resaved := cell.Resaved(text, names[0], names[1]) != nil; resaved || !errors.Is(err, io.EOF) {
		if err := checkHeader(path, text); err != nil {
			return 0, err
		}
	}
	l := line{number: 1}
	for err == nil {
		text, err = reader.ReadSlice('\n')
		l.number++
		switch {
		case errors.Is(err, bufio.ErrBufferFull): // no line of ours is as long
			damaged++
			for errors.Is(err, bufio.ErrBufferFull) {
				_, err = reader.ReadSlice('\n')
			}
		case err != nil: // half a line, at the end
		default:
			text = bytes.TrimSuffix(text[:len(text)-1], []byte("\r"))
			if l.parse(text) {
				show(&l)
			} else if changed := l.changed(text); changed != nil {
				return damaged, &file.MismatchError{Path: path, Reason: fmt.Sprintf("line %d: %v", l.number, changed)}
			} else {
				damaged++
			}
		}
	}
	if errors.Is(err, io.EOF) {
		return damaged, nil
	}
	return damaged, fmt.Errorf("reading %s: %w", path, err)
}
