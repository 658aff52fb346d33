package results

import (
	"bufio"
	"errors"
	"io/fs"
	"os"

	"simhook/report/file"
)

// heal keeps what is damaged in the partial file in a file of its own, and takes
// it out: by cutting the end off, which works on a full disk too, or by writing
// the file anew.
func (j *Journal) heal(damaged []file.Span) error {
	j.healed = file.Healed{Lines: len(damaged), Aside: j.path + ".torn"}
	if err := file.SetAside(j.disk, j.partial, damaged, j.healed.Aside); err != nil {
		return &file.WriteError{Path: j.healed.Aside, Err: err}
	}
	var err error
	if torn := damaged[0]; torn.To == j.size && len(damaged) == 1 {
		if err = j.disk.Truncate(j.partial, torn.From); err == nil {
			err = j.disk.Sync(j.partial)
		}
	} else {
		err = j.replace(j.PartialPath(), j.copyWhole)
	}
	if err != nil {
		return &file.WriteError{Path: j.PartialPath(), Err: err}
	}
	return nil
}

// copyWhole copies the rows of the partial file that are whole.
func (j *Journal) copyWhole(out *bufio.Writer) error {
	return eachRow(j.partial, func(scan *scan) error { return writeLine(out, scan.text) })
}

// replace gives a file the lines that fill writes below the header. Killed at
// any point, the file has its old contents or all of the new.
func (j *Journal) replace(path string, fill func(*bufio.Writer) error) error {
	temporary := j.path + ".merging"
	if err := j.disk.Remove(temporary); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err // left behind by a run that was killed
	}
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(file.Writer{Disk: j.disk, File: f}, 1<<18)
	if _, err = out.Write(HeaderLine()); err == nil {
		err = fill(out)
	}
	if err == nil {
		err = out.Flush()
	}
	if err == nil {
		err = j.disk.Sync(f)
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = j.disk.Rename(temporary, path)
	}
	if err != nil {
		_ = j.disk.Remove(temporary) // else the next run does
		return err
	}
	return file.SyncDir(j.disk, path)
}

func writeLine(out *bufio.Writer, text []byte) error {
	_, _ = out.Write(text) // WriteByte repeats its error
	return out.WriteByte('\n')
}
