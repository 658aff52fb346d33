package results

import (
	"bufio"
	"errors"
	"io/fs"
	"os"

	"simhook/report/file"
)

// repair moves what is damaged in the partial file to a file of its own. A damaged end is cut off, which works
// on a full disk too; otherwise the file is written anew.
func (j *Journal) repair(damaged []file.Span) error {
	j.healed = file.Healed{Lines: len(damaged), Aside: j.path + ".torn"}
	if err := file.SetAside(j.disk, j.partial, damaged, j.healed.Aside); err != nil {
		return &file.WriteError{Path: j.healed.Aside, Err: err}
	}
	var err error
	if end := damaged[0]; end.To == j.size && len(damaged) == 1 {
		if err = j.disk.Truncate(j.partial, end.From); err == nil {
			err = j.disk.Sync(j.partial)
		}
	} else {
		err = j.replace(j.PartialPath(), &j.layout, j.copyRows)
	}
	if err != nil {
		return &file.WriteError{Path: j.PartialPath(), Err: err}
	}
	return nil
}

// copyRows copies the rows of the partial file, without its damage.
func (j *Journal) copyRows(out *bufio.Writer) error {
	return eachRow(j.partial, func(s *scan) error { return writeLine(out, s.text) })
}

// widen gives the partial file columns for all types of this run.
func (j *Journal) widen() error {
	wide := newLayout(union(j.layout.types, j.newTypes()), j.layout.labels)
	err := j.replace(j.PartialPath(), &wide, func(out *bufio.Writer) error {
		return eachRow(j.partial, func(s *scan) error { return writeLine(out, s.refit(&wide)) })
	})
	if err != nil {
		return &file.WriteError{Path: j.PartialPath(), Err: err}
	}
	return nil
}

// replace gives a file the header of a layout, and the lines that write writes. If it is killed, the file has its old
// contents or all of the new ones.
func (j *Journal) replace(path string, l *layout, write func(*bufio.Writer) error) error {
	temporary := j.path + ".merging"
	if err := j.disk.Remove(temporary); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // left behind by a run that was killed
	}
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file.Writer{Disk: j.disk, File: f}, 1<<18)
	if _, err = out.Write(l.header()); err == nil {
		err = write(out)
	}
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = j.disk.Sync(f)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = j.closeFiles() // Windows replaces no file that is open
	}
	if err == nil {
		err = j.disk.Rename(temporary, path)
	}
	if err != nil {
		_ = j.disk.Remove(temporary) // if this fails too, the next run removes it
		return err
	}
	return file.SyncDir(j.disk, path)
}

func writeLine(out *bufio.Writer, text []byte) error {
	_, _ = out.Write(text) // WriteByte repeats its error
	return out.WriteByte('\n')
}
