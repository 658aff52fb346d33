package inbox

import "simhook/report/file"

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

// commit writes a deposit and all that wait behind it, syncs once, and only then replies. A notification that repeats
// one of the same batch gets the same reply.
func (b *Inbox) commit(first deposit) {
	var (
		waiting []deposit
		repeats []bool
		fresh   = map[uint64]struct{}{}
	)
	b.buf = b.buf[:0]
	for d, more := first, true; more; d, more = b.next() {
		if b.known.has(d.key) {
			d.reply <- outcome{repeated: true}
			continue
		}
		_, repeated := fresh[d.key]
		if !repeated {
			fresh[d.key] = struct{}{}
			b.buf = appendRow(b.buf, &d.Row)
		}
		waiting, repeats = append(waiting, d), append(repeats, repeated)
	}
	if len(waiting) == 0 {
		return
	}
	err := b.append(b.buf)
	if err == nil {
		for key := range fresh {
			b.known.add(key)
		}
	}
	for i, d := range waiting {
		d.reply <- outcome{repeats[i] && err == nil, err}
	}
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

// append writes and syncs lines. If the write fails, it leaves the file as it was, so that a later one can succeed
// when the disk has room again. If that cannot be undone, or if the fsync fails, the inbox is broken: a second fsync
// may report success although data is lost.
func (b *Inbox) append(lines []byte) error {
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
