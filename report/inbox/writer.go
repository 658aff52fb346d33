package inbox

import (
	"errors"

	"simhook/report/file"
)

// maxBatch is how many bytes at most share one fsync.
const maxBatch = 1 << 20

// write is the goroutine that owns the file.
func (b *Inbox) write() {
	defer close(b.ended)
	for {
		select {
		case first := <-b.deposits:
			b.commit(first)
			if b.options.RotateSize > 0 && b.size >= b.options.RotateSize && b.failure == nil {
				b.rotateBySize()
			}
		case reply := <-b.rotations:
			aside, err := b.rotate()
			reply <- rotation{aside, err}
		case <-b.closing:
			return
		}
	}
}

// batch is the notifications that share one write and one fsync.
type batch struct {
	waiting   []deposit
	novelties []Novelty
	fresh     map[uint64]struct{} // hashes of what is not yet in the file
}

// commit writes a deposit and all that wait behind it, syncs once, and only then replies. A notification that repeats
// one of the same batch gets its reply together with it.
func (b *Inbox) commit(first deposit) {
	err := b.followFile() // what is known depends on what became of the file
	now := batch{fresh: map[uint64]struct{}{}}
	b.buf = b.buf[:0]
	for d, more := first, true; more; d, more = b.next() {
		novelty, inFile := b.take(&d.Row, &now)
		if inFile {
			d.reply <- outcome{novelty: novelty}
			continue
		}
		now.waiting, now.novelties = append(now.waiting, d), append(now.novelties, novelty)
	}
	if err == nil && len(b.buf) > 0 {
		err = b.append(b.buf)
	}
	if err == nil {
		for key := range now.fresh {
			b.known.add(key)
		}
	}
	for i, d := range now.waiting {
		if err != nil {
			now.novelties[i] = New
		}
		d.reply <- outcome{now.novelties[i], err}
	}
}

// take appends the line of r to the buffer, unless it is there or in the file already.
func (b *Inbox) take(r *Row, now *batch) (novelty Novelty, inFile bool) {
	start := len(b.buf)
	b.buf = appendRow(b.buf, r)
	text := b.buf[start:]
	var line line
	line.parse(text[:len(text)-1])
	has := func(key uint64) bool {
		_, fresh := now.fresh[key]
		return fresh || b.known.has(key)
	}
	content, identity := b.content(text), b.identity(&line)
	switch {
	case has(content) && has(identity):
		b.buf = b.buf[:start]
		return Repeated, b.known.has(content)
	case has(identity):
		novelty = Changed
	}
	now.fresh[content], now.fresh[identity] = struct{}{}, struct{}{}
	return novelty, false
}

// next returns a deposit that waits, unless the batch is full.
func (b *Inbox) next() (deposit, bool) {
	if len(b.buf) >= maxBatch {
		return deposit{}, false
	}
	select {
	case d := <-b.deposits:
		return d, true
	default:
		return deposit{}, false
	}
}

// append writes and syncs lines. They are written again if the file was deleted or truncated meanwhile.
func (b *Inbox) append(lines []byte) error {
	const attempts = 10 // after these, a program is at work that deletes every file
	for range attempts {
		if err := b.appendOnce(lines); err != nil {
			return err
		}
		if !b.lost() {
			return nil
		}
		if err := b.followFile(); err != nil {
			return err
		}
	}
	return &file.WriteError{Path: b.path, Err: errors.New("another program deletes or truncates it again and again")}
}

// appendOnce leaves the file as it was if the write fails, so that a later one can succeed when the disk has room
// again. If that cannot be undone, or if the fsync fails, the inbox is broken: a second fsync may report success
// although data is lost.
func (b *Inbox) appendOnce(lines []byte) error {
	if b.failure != nil {
		return b.failure
	}
	if _, err := (file.Writer{Disk: b.disk, File: b.file}).Write(lines); err != nil {
		failure := &file.WriteError{Path: b.path, Err: err}
		if b.disk.Truncate(b.file, b.size) != nil {
			b.fail(failure)
		}
		return failure
	}
	if err := b.disk.Sync(b.file); err != nil {
		b.fail(&file.WriteError{Path: b.path, Err: err})
		return b.failure
	}
	b.size += int64(len(lines))
	return nil
}

func (b *Inbox) fail(err error) {
	b.failure = err
	close(b.broken)
}
