package results

import (
	"bytes"
	"errors"
	"slices"

	"simhook/report"
	"simhook/report/file"
)

// Append writes rows with one write. Its error is a *file.WriteError that names the SIMs whose rows are not on
// disk. The file is then cut back to the last whole row, and is not written any more: every later call fails.
func (j *Journal) Append(rows []report.Row) error {
	j.buffer = j.buffer[:0]
	for i := range rows {
		j.buffer = j.layout.append(j.buffer, &rows[i])
	}
	j.writing.Lock()
	defer j.writing.Unlock()
	if j.broken != nil {
		return j.failure(j.broken, rows)
	}
	n, err := file.Writer{Disk: j.disk, File: j.partial}.Write(j.buffer)
	if err != nil {
		j.broken = errors.Join(err, j.disk.Truncate(j.partial, j.size))
		return j.failure(err, rows)
	}
	j.recordWritten(rows)
	j.size += int64(n)
	for i := range rows {
		j.unsynced = append(j.unsynced, rows[i].ICCID)
	}
	return nil
}

// recordWritten notes where the rows begin that are in the buffer and now in the file.
func (j *Journal) recordWritten(rows []report.Row) {
	j.mu.Lock()
	defer j.mu.Unlock()
	offset := j.size
	for i, text := 0, j.buffer; i < len(rows); i++ {
		end := bytes.IndexByte(text, '\n') + 1
		j.recordAt(keyOf(&rows[i]), offset)
		offset += int64(end)
		text = text[end:]
	}
}

// Sync makes the rows survive a power cut that were appended before; further ones may be appended meanwhile.
// Its error is a *file.WriteError that names the rows that may not survive. They are cut off, so that another
// run calls for their SIMs again. A failed fsync is not tried a second time, because the kernel reports only
// once that it dropped what it could not write.
func (j *Journal) Sync() error {
	j.writing.Lock()
	defer j.writing.Unlock()
	if j.broken != nil {
		return j.failure(j.broken, nil)
	}
	size, rows := j.size, len(j.unsynced)
	j.writing.Unlock()
	err := j.disk.Sync(j.partial)
	j.writing.Lock()
	switch {
	case j.broken != nil: // by Append, whose error has named the rows
		return j.failure(j.broken, nil)
	case err != nil:
		j.broken = errors.Join(err, j.disk.Truncate(j.partial, j.synced))
		return j.failure(err, nil)
	}
	j.synced, j.unsynced = size, slices.Delete(j.unsynced, 0, rows)
	return nil
}

// failure names the SIMs of these rows, and of those written and not synced: their rows may be lost.
func (j *Journal) failure(err error, rows []report.Row) *file.WriteError {
	failure := &file.WriteError{Path: j.PartialPath(), Err: err, Unrecorded: j.unsynced}
	j.unsynced = nil
	for i := range rows {
		failure.Unrecorded = append(failure.Unrecorded, rows[i].ICCID)
	}
	return failure
}
